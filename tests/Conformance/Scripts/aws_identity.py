"""
Makes a round trip with the AWS CLI of this python3 for every operation of IAM and STS and checks what it prints. The CLI is loaded once and forked for
each command line, which saves the start of an interpreter: what runs is the `main` that the program `aws` runs. Exit code 0 and "ok N" when all is as in AWS.
"""
import json
import os
import sys

import awscli.clidriver

account = None
allow = {"Version": "2012-10-17", "Statement": [{"Sid": "One", "Effect": "Allow", "Action": "ssm:StartSession", "Resource": "*"}]}
wider = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "ssm:*", "Resource": "*"}]}
called = set()


def run(arguments, environment):
    """Exit code, standard output and standard error of `aws ARGUMENTS`."""
    pipes = [os.pipe(), os.pipe()]
    child = os.fork()
    if child == 0:
        for stream, (_, end) in zip((1, 2), pipes):
            os.dup2(end, stream)
        os.environ.update(environment)
        sys.argv = ["aws", *arguments]
        try:
            code = awscli.clidriver.main()
        except SystemExit as end:
            code = end.code
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code or 0)
    texts = []
    for reader, writer in pipes:  # what is written to the second is less than a pipe holds
        os.close(writer)
        with open(reader, encoding="utf-8") as stream:
            texts.append(stream.read())
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), *texts


def aws(service, operation, code=None, keys=None, **options):
    """The answer of a command line; with a code it must be refused with it, and the message is returned."""
    arguments = ["--endpoint-url", os.environ["AWS_ENDPOINT_URL"], "--output", "json", service, operation]
    for name, value in options.items():
        arguments.append("--" + name.replace("_", "-"))
        if value is not True:
            arguments += [value if isinstance(value, str) else json.dumps(value) for value in (value if isinstance(value, list) else [value])]
    environment = {}
    if keys:
        environment = {"AWS_ACCESS_KEY_ID": keys["AccessKeyId"], "AWS_SECRET_ACCESS_KEY": keys["SecretAccessKey"]}
        if "SessionToken" in keys:
            environment["AWS_SESSION_TOKEN"] = keys["SessionToken"]
    called.add(f"{service} {operation}")
    exit_code, output, errors = run(arguments, environment)
    if code:
        assert exit_code != 0 and f"({code})" in errors, f"{code} expected of {arguments}: {output}{errors}"
        return errors
    assert exit_code == 0, f"{arguments}: {errors}"
    return json.loads(output) if output.strip() else {}


def iam(operation, code=None, keys=None, **options):
    return aws("iam", operation, code, keys, **options)


def sts(operation, code=None, keys=None, **options):
    return aws("sts", operation, code, keys, **options)


def equal(expected, actual):
    assert expected == actual, f"expected {expected!r}, got {actual!r}"


def trusting(principal):
    return {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": {"AWS": principal}, "Action": ["sts:AssumeRole", "sts:TagSession"]}]}


def users():
    made = iam("create-user", user_name="ada", path="/eng/", tags=["Key=team,Value=core"])["User"]
    equal(f"arn:aws:iam::{account}:user/eng/ada", made["Arn"])
    iam("create-user", "EntityAlreadyExists", user_name="ADA")
    equal([{"Key": "team", "Value": "core"}], iam("get-user", user_name="ada")["User"]["Tags"])
    iam("update-user", user_name="ada", new_user_name="ada.l")
    equal(made["UserId"], iam("get-user", user_name="ada.l")["User"]["UserId"])
    iam("update-user", user_name="ada.l", new_user_name="ada")
    equal(["ada"], [user["UserName"] for user in iam("list-users", path_prefix="/eng/")["Users"]])
    iam("tag-user", user_name="ada", tags=["Key=a,Value=b"])
    iam("untag-user", user_name="ada", tag_keys=["team"])
    equal([{"Key": "a", "Value": "b"}], iam("list-user-tags", user_name="ada")["Tags"])


def keys():
    made = iam("create-access-key", user_name="ada")["AccessKey"]
    equal(f"arn:aws:iam::{account}:user/eng/ada", sts("get-caller-identity", keys=made)["Arn"])
    equal("sts", iam("get-access-key-last-used", access_key_id=made["AccessKeyId"])["AccessKeyLastUsed"]["ServiceName"])
    iam("update-access-key", user_name="ada", access_key_id=made["AccessKeyId"], status="Inactive")
    equal("Inactive", iam("list-access-keys", user_name="ada")["AccessKeyMetadata"][0]["Status"])
    sts("get-caller-identity", "InvalidClientTokenId", keys=made)
    iam("update-access-key", user_name="ada", access_key_id=made["AccessKeyId"], status="Active")
    equal(account, sts("get-access-key-info", access_key_id=made["AccessKeyId"])["Account"])
    return made


def groups():
    iam("create-group", group_name="ops", path="/teams/")
    iam("add-user-to-group", group_name="ops", user_name="ada")
    equal(["ada"], [user["UserName"] for user in iam("get-group", group_name="ops")["Users"]])
    equal(["ops"], [group["GroupName"] for group in iam("list-groups-for-user", user_name="ada")["Groups"]])
    iam("update-group", group_name="ops", new_group_name="operators")
    equal(["operators"], [group["GroupName"] for group in iam("list-groups", path_prefix="/teams/")["Groups"]])
    iam("delete-group", "DeleteConflict", group_name="operators")


def roles():
    trust = trusting(f"arn:aws:iam::{account}:user/eng/ada")
    made = iam("create-role", role_name="deploy", assume_role_policy_document=trust, description="Rollt aus", tags=["Key=env,Value=prod"])["Role"]
    equal(trust, made["AssumeRolePolicyDocument"])
    iam("update-role", role_name="deploy", max_session_duration="7200")
    equal(7200, iam("update-role-description", role_name="deploy", description="plain")["Role"]["MaxSessionDuration"])
    iam("update-assume-role-policy", role_name="deploy", policy_document=trusting(f"arn:aws:iam::{account}:root"))
    got = iam("get-role", role_name="deploy")["Role"]
    equal(("plain", trusting(f"arn:aws:iam::{account}:root")), (got["Description"], got["AssumeRolePolicyDocument"]))
    equal({"deploy", "nodes"}, {role["RoleName"] for role in iam("list-roles")["Roles"]})
    iam("tag-role", role_name="deploy", tags=["Key=a,Value=b"])
    iam("untag-role", role_name="deploy", tag_keys=["env"])
    equal([{"Key": "a", "Value": "b"}], iam("list-role-tags", role_name="deploy")["Tags"])


def inline_policies():
    iam("put-user-policy", user_name="ada", policy_name="own", policy_document=allow)
    equal(allow, iam("get-user-policy", user_name="ada", policy_name="own")["PolicyDocument"])
    equal(["own"], iam("list-user-policies", user_name="ada")["PolicyNames"])
    iam("delete-user-policy", user_name="ada", policy_name="own")
    iam("get-user-policy", "NoSuchEntity", user_name="ada", policy_name="own")
    iam("put-group-policy", group_name="operators", policy_name="own", policy_document=allow)
    equal(allow, iam("get-group-policy", group_name="operators", policy_name="own")["PolicyDocument"])
    equal(["own"], iam("list-group-policies", group_name="operators")["PolicyNames"])
    iam("delete-group-policy", group_name="operators", policy_name="own")
    iam("get-group-policy", "NoSuchEntity", group_name="operators", policy_name="own")
    iam("put-role-policy", role_name="deploy", policy_name="own", policy_document=allow)
    equal(allow, iam("get-role-policy", role_name="deploy", policy_name="own")["PolicyDocument"])
    equal(["own"], iam("list-role-policies", role_name="deploy")["PolicyNames"])
    iam("delete-role-policy", role_name="deploy", policy_name="own")
    iam("get-role-policy", "NoSuchEntity", role_name="deploy", policy_name="own")
    assert "line 1" in iam("put-user-policy", "MalformedPolicyDocument", user_name="ada", policy_name="bad", policy_document='{"Statement":[{"Effekt":"Deny"}]}')


def managed_policies():
    arn = iam("create-policy", policy_name="sessions", path="/team/", policy_document=allow, description="Sessions", tags=["Key=k,Value=v"])["Policy"]["Arn"]
    equal(f"arn:aws:iam::{account}:policy/team/sessions", arn)
    equal("v2", iam("create-policy-version", policy_arn=arn, policy_document=wider)["PolicyVersion"]["VersionId"])
    equal(wider, iam("get-policy-version", policy_arn=arn, version_id="v2")["PolicyVersion"]["Document"])
    iam("set-default-policy-version", policy_arn=arn, version_id="v2")
    equal([("v2", True), ("v1", False)], [(version["VersionId"], version["IsDefaultVersion"]) for version in iam("list-policy-versions", policy_arn=arn)["Versions"]])
    iam("delete-policy-version", policy_arn=arn, version_id="v1")
    equal("v2", iam("get-policy", policy_arn=arn)["Policy"]["DefaultVersionId"])
    equal([arn], [policy["Arn"] for policy in iam("list-policies", scope="Local")["Policies"]])
    iam("tag-policy", policy_arn=arn, tags=["Key=x,Value=y"])
    iam("untag-policy", policy_arn=arn, tag_keys=["k"])
    equal([{"Key": "x", "Value": "y"}], iam("list-policy-tags", policy_arn=arn)["Tags"])

    attached = [{"PolicyName": "sessions", "PolicyArn": arn}]
    iam("attach-user-policy", user_name="ada", policy_arn=arn)
    equal(attached, iam("list-attached-user-policies", user_name="ada")["AttachedPolicies"])
    iam("attach-group-policy", group_name="operators", policy_arn=arn)
    equal(attached, iam("list-attached-group-policies", group_name="operators")["AttachedPolicies"])
    iam("attach-role-policy", role_name="deploy", policy_arn=arn)
    equal(attached, iam("list-attached-role-policies", role_name="deploy")["AttachedPolicies"])
    entities = iam("list-entities-for-policy", policy_arn=arn)
    equal(("ada", "operators", "deploy"), (entities["PolicyUsers"][0]["UserName"], entities["PolicyGroups"][0]["GroupName"], entities["PolicyRoles"][0]["RoleName"]))
    iam("put-user-permissions-boundary", user_name="ada", permissions_boundary=arn)
    equal(arn, iam("get-user", user_name="ada")["User"]["PermissionsBoundary"]["PermissionsBoundaryArn"])
    iam("delete-user-permissions-boundary", user_name="ada")
    iam("put-role-permissions-boundary", role_name="deploy", permissions_boundary=arn)
    equal(arn, iam("get-role", role_name="deploy")["Role"]["PermissionsBoundary"]["PermissionsBoundaryArn"])
    iam("delete-role-permissions-boundary", role_name="deploy")
    return arn


def profiles():
    made = iam("create-instance-profile", instance_profile_name="web", tags=["Key=a,Value=b"])["InstanceProfile"]
    iam("add-role-to-instance-profile", instance_profile_name="web", role_name="deploy")
    equal("deploy", iam("get-instance-profile", instance_profile_name="web")["InstanceProfile"]["Roles"][0]["RoleName"])
    equal([made["Arn"]], [profile["Arn"] for profile in iam("list-instance-profiles")["InstanceProfiles"]])
    equal(["web"], [profile["InstanceProfileName"] for profile in iam("list-instance-profiles-for-role", role_name="deploy")["InstanceProfiles"]])
    iam("tag-instance-profile", instance_profile_name="web", tags=["Key=c,Value=d"])
    iam("untag-instance-profile", instance_profile_name="web", tag_keys=["a"])
    equal([{"Key": "c", "Value": "d"}], iam("list-instance-profile-tags", instance_profile_name="web")["Tags"])


def simulations(arn):
    ada = f"arn:aws:iam::{account}:user/eng/ada"
    decided = iam("simulate-principal-policy", policy_source_arn=ada, action_names=["ssm:StartSession", "iam:CreateUser"])["EvaluationResults"]
    equal(["allowed", "implicitDeny"], [result["EvalDecision"] for result in decided])
    decided = iam("simulate-custom-policy", policy_input_list=[allow], action_names=["ssm:StartSession"])["EvaluationResults"]
    equal("allowed", decided[0]["EvalDecision"])
    asks = {"Version": "2012-10-17", "Statement": [dict(allow["Statement"][0], Condition={"StringEquals": {"aws:PrincipalTag/team": "core"}})]}
    equal(["aws:PrincipalTag/team"], iam("get-context-keys-for-custom-policy", policy_input_list=[asks])["ContextKeyNames"])
    equal(["aws:PrincipalTag/team"], iam("get-context-keys-for-principal-policy", policy_source_arn=ada, policy_input_list=[asks])["ContextKeyNames"])


def account_wide(arn):
    details = iam("get-account-authorization-details", filter=["User", "LocalManagedPolicy"])
    ada = next(user for user in details["UserDetailList"] if user["UserName"] == "ada")
    equal((["operators"], arn), (ada["GroupList"], ada["AttachedManagedPolicies"][0]["PolicyArn"]))
    equal([arn], [policy["Arn"] for policy in details["Policies"]])
    equal(2, iam("get-account-summary")["SummaryMap"]["Users"])
    equal([], iam("list-account-aliases")["AccountAliases"])
    iam("get-login-profile", "NoSuchEntity", user_name="ada")
    iam("delete-login-profile", "NoSuchEntity", user_name="ada")
    equal([], iam("list-mfa-devices", user_name="ada")["MFADevices"])
    equal([], iam("list-ssh-public-keys", user_name="ada").get("SSHPublicKeys", []))
    equal([], iam("list-signing-certificates", user_name="ada")["Certificates"])
    equal([], iam("list-service-specific-credentials", user_name="ada").get("ServiceSpecificCredentials", []))
    equal([], iam("list-virtual-mfa-devices")["VirtualMFADevices"])
    equal([], iam("list-server-certificates")["ServerCertificateMetadataList"])
    equal([], iam("list-open-id-connect-providers").get("OpenIDConnectProviderList", []))
    equal([], iam("list-saml-providers").get("SAMLProviderList", []))


def temporary(key):
    role = f"arn:aws:iam::{account}:role/deploy"
    iam("update-assume-role-policy", role_name="deploy", policy_document=trusting(f"arn:aws:iam::{account}:user/eng/ada"))
    got = sts("assume-role", keys=key, role_arn=role, role_session_name="work", tags=["Key=ticket,Value=42"], policy=allow)
    who = sts("get-caller-identity", keys=got["Credentials"])
    equal((got["AssumedRoleUser"]["Arn"], got["AssumedRoleUser"]["AssumedRoleId"]), (who["Arn"], who["UserId"]))
    sts("assume-role", "AccessDenied", role_arn=role, role_session_name="work")
    session = sts("get-session-token", keys=key, duration_seconds="900")["Credentials"]
    equal(f"arn:aws:iam::{account}:user/eng/ada", sts("get-caller-identity", keys=session)["Arn"])


def ends(key, arn):
    iam("delete-user", "DeleteConflict", user_name="ada")
    iam("detach-user-policy", user_name="ada", policy_arn=arn)
    iam("detach-group-policy", group_name="operators", policy_arn=arn)
    iam("detach-role-policy", role_name="deploy", policy_arn=arn)
    iam("delete-policy", policy_arn=arn)
    iam("get-policy", "NoSuchEntity", policy_arn=arn)
    iam("remove-role-from-instance-profile", instance_profile_name="web", role_name="deploy")
    iam("delete-instance-profile", instance_profile_name="web")
    iam("delete-role", role_name="deploy")
    iam("get-role", "NoSuchEntity", role_name="deploy")
    iam("remove-user-from-group", group_name="operators", user_name="ada")
    iam("delete-group", group_name="operators")
    iam("get-group", "NoSuchEntity", group_name="operators")
    iam("delete-access-key", user_name="ada", access_key_id=key["AccessKeyId"])
    iam("delete-user", user_name="ada")
    iam("get-user", "NoSuchEntity", user_name="ada")


awscli.clidriver.create_clidriver()
account = sts("get-caller-identity")["Account"]
users()
key = keys()
groups()
roles()
inline_policies()
arn = managed_policies()
profiles()
simulations(arn)
account_wide(arn)
temporary(key)
ends(key, arn)
print("\n".join(sorted(called)))
print("ok", len(called))
