"""Calls every operation of IAM and STS with boto3 and checks what comes back. Exit code 0 and "ok N" when all is as in AWS."""
import json
import os
import sys

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

endpoint = os.environ["AWS_ENDPOINT_URL"]
region = os.environ.get("TEST_REGION", "us-east-1")
called = set()


def client(service, keys=None):
    extra = {}
    if keys:
        extra = dict(aws_access_key_id=keys["AccessKeyId"], aws_secret_access_key=keys["SecretAccessKey"], aws_session_token=keys.get("SessionToken"))
    made = boto3.client(service, endpoint_url=endpoint, region_name=region, verify=os.environ["AWS_CA_BUNDLE"],
                        config=Config(retries={"max_attempts": 1}), **extra)
    made.meta.events.register("before-call", lambda model, **_: called.add(f"{service}:{model.name}"))
    return made


def refused(code, call, **arguments):
    try:
        call(**arguments)
    except ClientError as error:
        if error.response["Error"]["Code"] != code:
            raise AssertionError(f"{code} expected: {error}") from error
        return error.response["Error"]["Message"]
    raise AssertionError(f"{code} expected, but it was done: {arguments}")


def equal(expected, actual):
    assert expected == actual, f"expected {expected!r}, got {actual!r}"


iam, sts = client("iam"), client("sts")
account = sts.get_caller_identity()["Account"]
allow = {"Version": "2012-10-17", "Statement": [{"Sid": "One", "Effect": "Allow", "Action": "ssm:StartSession", "Resource": "*"}]}
wider = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}
trust = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": {"AWS": f"arn:aws:iam::{account}:root"}, "Action": ["sts:AssumeRole", "sts:TagSession"]}]}
text = json.dumps


def users():
    made = iam.create_user(UserName="ada", Path="/eng/", Tags=[{"Key": "Team", "Value": "core"}, {"Key": "empty", "Value": ""}])["User"]
    equal(f"arn:aws:iam::{account}:user/eng/ada", made["Arn"])
    got = iam.get_user(UserName="ada")["User"]
    equal([{"Key": "Team", "Value": "core"}, {"Key": "empty", "Value": ""}], got["Tags"])
    equal(made["CreateDate"], got["CreateDate"])
    equal("admin", iam.get_user()["User"]["UserName"])
    equal("User with name ada already exists.", refused("EntityAlreadyExists", iam.create_user, UserName="ADA"))
    equal("The user with name eve cannot be found.", refused("NoSuchEntity", iam.get_user, UserName="eve"))
    refused("ValidationError", iam.create_user, UserName="a b")
    refused("ValidationError", iam.create_user, UserName="bob", Tags=[{"Key": "k", "Value": "1"}, {"Key": "K", "Value": "2"}])
    iam.update_user(UserName="ada", NewUserName="ada.l", NewPath="/")
    equal(made["UserId"], iam.get_user(UserName="ada.l")["User"]["UserId"])
    iam.update_user(UserName="ada.l", NewUserName="ada", NewPath="/eng/")
    for number in range(5):
        iam.create_user(UserName=f"many{number}", Path="/many/")
    pages = list(iam.get_paginator("list_users").paginate(PathPrefix="/many", PaginationConfig={"PageSize": 2}))
    equal([2, 2, 1], [len(page["Users"]) for page in pages])
    equal([f"many{n}" for n in range(5)], [user["UserName"] for page in pages for user in page["Users"]])
    refused("ValidationError", iam.list_users, Marker="nonsense")
    for number in range(5):
        iam.delete_user(UserName=f"many{number}")
    iam.tag_user(UserName="ada", Tags=[{"Key": "TEAM", "Value": "edge"}])
    equal([{"Key": "TEAM", "Value": "edge"}, {"Key": "empty", "Value": ""}], iam.list_user_tags(UserName="ada")["Tags"])
    iam.untag_user(UserName="ada", TagKeys=["Empty"])
    equal(1, len(iam.list_user_tags(UserName="ada")["Tags"]))
    refused("LimitExceeded", iam.tag_user, UserName="ada", Tags=[{"Key": f"k{n}", "Value": ""} for n in range(50)])


def keys():
    made = iam.create_access_key(UserName="ada")["AccessKey"]
    second = iam.create_access_key(UserName="ada")["AccessKey"]
    equal("Cannot exceed quota for AccessKeysPerUser: 2", refused("LimitExceeded", iam.create_access_key, UserName="ada"))
    equal({"ServiceName": "N/A", "Region": "N/A"}, iam.get_access_key_last_used(AccessKeyId=made["AccessKeyId"])["AccessKeyLastUsed"])
    ada = client("sts", made)
    equal(f"arn:aws:iam::{account}:user/eng/ada", ada.get_caller_identity()["Arn"])
    equal("sts", iam.get_access_key_last_used(AccessKeyId=made["AccessKeyId"])["AccessKeyLastUsed"]["ServiceName"])
    iam.update_access_key(UserName="ada", AccessKeyId=made["AccessKeyId"], Status="Inactive")
    refused("InvalidClientTokenId", ada.get_caller_identity)
    equal({"Active", "Inactive"}, {key["Status"] for key in iam.list_access_keys(UserName="ada")["AccessKeyMetadata"]})
    iam.update_access_key(UserName="ada", AccessKeyId=made["AccessKeyId"], Status="Active")
    ada.get_caller_identity()
    equal(account, sts.get_access_key_info(AccessKeyId=made["AccessKeyId"])["Account"])
    iam.delete_access_key(UserName="ada", AccessKeyId=second["AccessKeyId"])
    refused("NoSuchEntity", iam.delete_access_key, UserName="ada", AccessKeyId=second["AccessKeyId"])
    equal(1, len(iam.list_access_keys()["AccessKeyMetadata"]))
    return made


def groups():
    iam.create_group(GroupName="ops", Path="/teams/")
    refused("EntityAlreadyExists", iam.create_group, GroupName="OPS")
    iam.add_user_to_group(GroupName="ops", UserName="ada")
    iam.add_user_to_group(GroupName="ops", UserName="ada")
    equal(["ada"], [user["UserName"] for user in iam.get_group(GroupName="ops")["Users"]])
    equal(["ops"], [group["GroupName"] for group in iam.list_groups_for_user(UserName="ada")["Groups"]])
    iam.update_group(GroupName="ops", NewGroupName="operators")
    equal(["operators"], [group["GroupName"] for group in iam.list_groups(PathPrefix="/teams/")["Groups"]])
    refused("DeleteConflict", iam.delete_group, GroupName="operators")


def roles():
    made = iam.create_role(RoleName="deploy", AssumeRolePolicyDocument=text(trust), Description="Rollt aus: \u00e4\u00f6\u00fc", Tags=[{"Key": "env", "Value": "prod"}])["Role"]
    equal(trust, made["AssumeRolePolicyDocument"])
    equal(3600, made["MaxSessionDuration"])
    equal("Rollt aus: \u00e4\u00f6\u00fc", iam.get_role(RoleName="deploy")["Role"]["Description"])
    message = refused("MalformedPolicyDocument", iam.create_role, RoleName="broken", AssumeRolePolicyDocument='{"Version":"2012-10-17","Statement":[{"Effekt":"Allow"}]}')
    assert "line 1" in message, message
    iam.update_role(RoleName="deploy", MaxSessionDuration=7200)
    equal("Rollt aus: \u00e4\u00f6\u00fc", iam.get_role(RoleName="deploy")["Role"]["Description"])
    equal(7200, iam.update_role_description(RoleName="deploy", Description="plain")["Role"]["MaxSessionDuration"])
    iam.update_assume_role_policy(RoleName="deploy", PolicyDocument=text(trust))
    iam.tag_role(RoleName="deploy", Tags=[{"Key": "a", "Value": "b"}])
    iam.untag_role(RoleName="deploy", TagKeys=["a"])
    equal([{"Key": "env", "Value": "prod"}], iam.list_role_tags(RoleName="deploy")["Tags"])
    equal({"deploy", "nodes"}, {role["RoleName"] for role in iam.list_roles()["Roles"]})
    equal(["nodes"], [role["RoleName"] for role in iam.list_roles(PathPrefix="/service-role/")["Roles"]])


def policies():
    for kind, name, quota in (("user", "ada", 2048), ("group", "operators", 5120), ("role", "deploy", 10240)):
        owner = {f"{kind.capitalize()}Name": name}
        call = lambda verb: getattr(iam, verb.format(kind))
        call("put_{}_policy")(PolicyName="inline", PolicyDocument=text(allow), **owner)
        equal(allow, call("get_{}_policy")(PolicyName="inline", **owner)["PolicyDocument"])
        equal(["inline"], call("list_{}_policies")(**owner)["PolicyNames"])
        big = dict(allow, Statement=[dict(allow["Statement"][0], Resource=["arn:aws:ssm:*:*:document/" + "x" * 90 + str(n) for n in range(quota // 110)])])
        refused("LimitExceeded", call("put_{}_policy"), PolicyName="big", PolicyDocument=text(big), **owner)
        refused("MalformedPolicyDocument", call("put_{}_policy"), PolicyName="bad", PolicyDocument="{", **owner)
        call("delete_{}_policy")(PolicyName="inline", **owner)
        refused("NoSuchEntity", call("get_{}_policy"), PolicyName="inline", **owner)

    made = iam.create_policy(PolicyName="sessions", Path="/team/", PolicyDocument=text(allow), Description="Sessions", Tags=[{"Key": "k", "Value": "v"}])["Policy"]
    arn = made["Arn"]
    equal(f"arn:aws:iam::{account}:policy/team/sessions", arn)
    refused("EntityAlreadyExists", iam.create_policy, PolicyName="Sessions", PolicyDocument=text(allow))
    equal("v2", iam.create_policy_version(PolicyArn=arn, PolicyDocument=text(wider), SetAsDefault=False)["PolicyVersion"]["VersionId"])
    equal(("v1", allow), (iam.get_policy(PolicyArn=arn)["Policy"]["DefaultVersionId"], iam.get_policy_version(PolicyArn=arn, VersionId="v1")["PolicyVersion"]["Document"]))
    iam.set_default_policy_version(PolicyArn=arn, VersionId="v2")
    refused("DeleteConflict", iam.delete_policy_version, PolicyArn=arn, VersionId="v2")
    for _ in range(3):
        iam.create_policy_version(PolicyArn=arn, PolicyDocument=text(allow), SetAsDefault=True)
    refused("LimitExceeded", iam.create_policy_version, PolicyArn=arn, PolicyDocument=text(allow))
    equal(["v5", "v4", "v3", "v2", "v1"], [version["VersionId"] for version in iam.list_policy_versions(PolicyArn=arn)["Versions"]])
    refused("DeleteConflict", iam.delete_policy, PolicyArn=arn)
    for version in ("v1", "v2", "v3", "v4"):
        iam.delete_policy_version(PolicyArn=arn, VersionId=version)
    iam.tag_policy(PolicyArn=arn, Tags=[{"Key": "x", "Value": "y"}])
    iam.untag_policy(PolicyArn=arn, TagKeys=["k"])
    equal([{"Key": "x", "Value": "y"}], iam.list_policy_tags(PolicyArn=arn)["Tags"])
    equal([], iam.list_policy_tags(PolicyArn="arn:aws:iam::aws:policy/AdministratorAccess")["Tags"])

    for kind, name in (("user", "ada"), ("group", "operators"), ("role", "deploy")):
        owner = {f"{kind.capitalize()}Name": name}
        getattr(iam, f"attach_{kind}_policy")(PolicyArn=arn, **owner)
        equal([{"PolicyName": "sessions", "PolicyArn": arn}], getattr(iam, f"list_attached_{kind}_policies")(**owner)["AttachedPolicies"])
        refused("NoSuchEntity", getattr(iam, f"attach_{kind}_policy"), PolicyArn=arn + "x", **owner)
    entities = iam.list_entities_for_policy(PolicyArn=arn)
    equal(("ada", "operators", "deploy"), (entities["PolicyUsers"][0]["UserName"], entities["PolicyGroups"][0]["GroupName"], entities["PolicyRoles"][0]["RoleName"]))
    equal(3, iam.get_policy(PolicyArn=arn)["Policy"]["AttachmentCount"])
    equal([arn], [policy["Arn"] for policy in iam.list_policies(Scope="Local", OnlyAttached=True)["Policies"]])
    owned = {policy["PolicyName"] for policy in iam.list_policies(Scope="AWS")["Policies"]}
    assert {"AmazonSSMManagedInstanceCore", "AmazonSSMFullAccess", "AmazonSSMReadOnlyAccess", "AdministratorAccess"} <= owned, owned
    refused("DeleteConflict", iam.delete_policy, PolicyArn=arn)
    refused("AccessDenied", iam.create_policy_version, PolicyArn="arn:aws:iam::aws:policy/AdministratorAccess", PolicyDocument=text(allow))
    equal("v1", iam.get_policy_version(PolicyArn="arn:aws:iam::aws:policy/AdministratorAccess", VersionId="v1")["PolicyVersion"]["VersionId"])
    for kind, name in (("user", "ada"), ("role", "deploy")):
        owner = {f"{kind.capitalize()}Name": name}
        getattr(iam, f"put_{kind}_permissions_boundary")(PermissionsBoundary=arn, **owner)
        equal(arn, getattr(iam, f"get_{kind}")(**owner)[kind.capitalize()]["PermissionsBoundary"]["PermissionsBoundaryArn"])
        refused("NoSuchEntity", getattr(iam, f"put_{kind}_permissions_boundary"), PermissionsBoundary=arn + "x", **owner)
        getattr(iam, f"delete_{kind}_permissions_boundary")(**owner)
    return arn


def profiles():
    iam.create_instance_profile(InstanceProfileName="web", Tags=[{"Key": "a", "Value": "b"}])
    iam.add_role_to_instance_profile(InstanceProfileName="web", RoleName="deploy")
    refused("LimitExceeded", iam.add_role_to_instance_profile, InstanceProfileName="web", RoleName="deploy")
    equal("deploy", iam.get_instance_profile(InstanceProfileName="web")["InstanceProfile"]["Roles"][0]["RoleName"])
    equal(["web"], [profile["InstanceProfileName"] for profile in iam.list_instance_profiles_for_role(RoleName="deploy")["InstanceProfiles"]])
    equal(1, len(iam.list_instance_profiles()["InstanceProfiles"]))
    iam.tag_instance_profile(InstanceProfileName="web", Tags=[{"Key": "c", "Value": "d"}])
    iam.untag_instance_profile(InstanceProfileName="web", TagKeys=["a"])
    equal([{"Key": "c", "Value": "d"}], iam.list_instance_profile_tags(InstanceProfileName="web")["Tags"])
    refused("DeleteConflict", iam.delete_role, RoleName="deploy")
    refused("DeleteConflict", iam.delete_instance_profile, InstanceProfileName="web")


def account_wide(arn):
    details = iam.get_account_authorization_details()
    ada = next(user for user in details["UserDetailList"] if user["UserName"] == "ada")
    equal((["operators"], arn), (ada["GroupList"], ada["AttachedManagedPolicies"][0]["PolicyArn"]))
    equal(allow, next(policy for policy in details["Policies"] if policy["Arn"] == arn)["PolicyVersionList"][0]["Document"])
    equal([], iam.get_account_authorization_details(Filter=["Group"])["UserDetailList"])
    pages = list(iam.get_paginator("get_account_authorization_details").paginate(PaginationConfig={"PageSize": 2}))
    assert len(pages) > 3
    equal(2, iam.get_account_summary()["SummaryMap"]["Users"])
    equal([], iam.list_account_aliases()["AccountAliases"])
    refused("NoSuchEntity", iam.get_login_profile, UserName="ada")
    refused("NoSuchEntity", iam.delete_login_profile, UserName="ada")
    equal([], iam.list_mfa_devices(UserName="ada")["MFADevices"])
    equal([], iam.list_ssh_public_keys(UserName="ada")["SSHPublicKeys"])
    equal([], iam.list_signing_certificates(UserName="ada")["Certificates"])
    equal([], iam.list_service_specific_credentials(UserName="ada")["ServiceSpecificCredentials"])
    equal([], iam.list_virtual_mfa_devices()["VirtualMFADevices"])
    equal([], iam.list_server_certificates()["ServerCertificateMetadataList"])
    equal([], iam.list_open_id_connect_providers()["OpenIDConnectProviderList"])
    equal([], iam.list_saml_providers()["SAMLProviderList"])


def temporary(key):
    role = f"arn:aws:iam::{account}:role/deploy"
    ada = client("sts", key)
    denied = refused("AccessDenied", ada.assume_role, RoleArn=role, RoleSessionName="work")
    assert "is not authorized to perform: sts:AssumeRole on resource: " + role in denied, denied
    refused("AccessDenied", sts.assume_role, RoleArn=role + "x", RoleSessionName="work")
    mine = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": ["sts:AssumeRole", "sts:TagSession"], "Resource": role}]}
    iam.put_user_policy(UserName="ada", PolicyName="assume", PolicyDocument=text(mine))
    got = ada.assume_role(RoleArn=role, RoleSessionName="work", DurationSeconds=7200, Tags=[{"Key": "ticket", "Value": "42"}], TransitiveTagKeys=["ticket"], Policy=text(allow))
    equal(f"arn:aws:sts::{account}:assumed-role/deploy/work", got["AssumedRoleUser"]["Arn"])
    who = client("sts", got["Credentials"]).get_caller_identity()
    equal((got["AssumedRoleUser"]["Arn"], got["AssumedRoleUser"]["AssumedRoleId"]), (who["Arn"], who["UserId"]))
    refused("ValidationError", ada.assume_role, RoleArn=role, RoleSessionName="work", DurationSeconds=7201)
    refused("MalformedPolicyDocument", ada.assume_role, RoleArn=role, RoleSessionName="work", Policy='{"Version":"2012-10-17"}')
    refused("AccessDenied", client("iam", got["Credentials"]).list_users)
    # Named itself in the trust policy: no policy of its own needed.
    iam.delete_user_policy(UserName="ada", PolicyName="assume")
    named = dict(trust, Statement=[dict(trust["Statement"][0], Principal={"AWS": f"arn:aws:iam::{account}:user/eng/ada"}, Condition={"StringEquals": {"sts:ExternalId": "secret"}})])
    iam.update_assume_role_policy(RoleName="deploy", PolicyDocument=text(named))
    refused("AccessDenied", ada.assume_role, RoleArn=role, RoleSessionName="work")
    refused("AccessDenied", ada.assume_role, RoleArn=role, RoleSessionName="work", ExternalId="other")
    again = ada.assume_role(RoleArn=role, RoleSessionName="work", ExternalId="secret")["Credentials"]
    deny = {"Version": "2012-10-17", "Statement": [{"Effect": "Deny", "Action": "sts:*", "Resource": "*"}]}
    iam.put_user_policy(UserName="ada", PolicyName="never", PolicyDocument=text(deny))
    refused("AccessDenied", ada.assume_role, RoleArn=role, RoleSessionName="work", ExternalId="secret")
    iam.delete_user_policy(UserName="ada", PolicyName="never")

    session = ada.get_session_token(DurationSeconds=900)["Credentials"]
    equal(f"arn:aws:iam::{account}:user/eng/ada", client("sts", session).get_caller_identity()["Arn"])
    refused("AccessDenied", client("sts", session).get_session_token)
    refused("AccessDenied", ada.get_session_token, SerialNumber="arn:aws:iam::000000000000:mfa/x", TokenCode="123456")
    refused("InvalidClientTokenId", client("iam", session).get_user)
    refused("InvalidClientTokenId", client("sts", dict(session, SessionToken=again["SessionToken"])).get_caller_identity)
    refused("SignatureDoesNotMatch", client("sts", dict(session, SecretAccessKey="x" * 40)).get_caller_identity)
    return client("sts", again), client("sts", session)


def ends(key, arn, of_role, of_user):
    refused("DeleteConflict", iam.delete_user, UserName="ada")
    for kind, name in (("user", "ada"), ("group", "operators"), ("role", "deploy")):
        getattr(iam, f"detach_{kind}_policy")(PolicyArn=arn, **{f"{kind.capitalize()}Name": name})
    refused("NoSuchEntity", iam.detach_user_policy, UserName="ada", PolicyArn=arn)
    iam.delete_policy(PolicyArn=arn)
    iam.remove_role_from_instance_profile(InstanceProfileName="web", RoleName="deploy")
    iam.delete_instance_profile(InstanceProfileName="web")
    iam.remove_user_from_group(GroupName="operators", UserName="ada")
    iam.delete_group(GroupName="operators")
    of_role.get_caller_identity()
    iam.delete_role(RoleName="deploy")
    refused("InvalidClientTokenId", of_role.get_caller_identity)
    of_user.get_caller_identity()
    iam.update_access_key(UserName="ada", AccessKeyId=key["AccessKeyId"], Status="Inactive")
    refused("InvalidClientTokenId", of_user.get_caller_identity)
    refused("DeleteConflict", iam.delete_user, UserName="ada")
    iam.delete_access_key(UserName="ada", AccessKeyId=key["AccessKeyId"])
    iam.delete_user(UserName="ada")
    refused("NoSuchEntity", iam.delete_user, UserName="ada")


users()
key = keys()
groups()
roles()
arn = policies()
profiles()
account_wide(arn)
of_role, of_user = temporary(key)
ends(key, arn, of_role, of_user)
print("\n".join(sorted(called)))
print("ok", len(called))
