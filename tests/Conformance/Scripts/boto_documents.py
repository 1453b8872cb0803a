"""Everything boto3 does with documents and settings, as a script of a person's own would: boto_documents.py NAME."""
import json
import os
import sys

import boto3

name = sys.argv[1]
ssm = boto3.client("ssm", endpoint_url=os.environ["AWS_ENDPOINT_URL"], region_name=os.environ["AWS_REGION"])


def content(idle):
    return json.dumps({"schemaVersion": "1.0", "sessionType": "Standard_Stream", "inputs": {"idleSessionTimeout": str(idle)}})


ssm.create_document(Name=name, DocumentType="Session", DocumentFormat="JSON", Content=content(1), Tags=[{"Key": "a", "Value": "b"}])
for idle in range(2, 9):
    version = ssm.update_document(Name=name, DocumentVersion="$LATEST", Content=content(idle), VersionName=f"v{idle}")["DocumentDescription"]
    assert version["LatestVersion"] == str(idle), version
ssm.update_document_default_version(Name=name, DocumentVersion="5")
pages = ssm.get_paginator("list_document_versions").paginate(Name=name, PaginationConfig={"PageSize": 3})
versions = [version for page in pages for version in page["DocumentVersions"]]
assert [version["DocumentVersion"] for version in versions] == [str(number) for number in range(8, 0, -1)], versions
assert [version["DocumentVersion"] for version in versions if version["IsDefaultVersion"]] == ["5"], versions
found = [one for page in ssm.get_paginator("list_documents").paginate(PaginationConfig={"PageSize": 2}) for one in page["DocumentIdentifiers"]]
assert name in [one["Name"] for one in found] and len(found) == len({one["Name"] for one in found}), found
assert json.loads(ssm.get_document(Name=name)["Content"])["inputs"]["idleSessionTimeout"] == "5"
assert json.loads(ssm.get_document(Name=name, VersionName="v7")["Content"])["inputs"]["idleSessionTimeout"] == "7"
document = ssm.describe_document(Name=name)["Document"]
assert document["Tags"] == [{"Key": "a", "Value": "b"}] and document["SchemaVersion"] == "1.0", document
for call, error in [
    (lambda: ssm.create_document(Name=name, DocumentType="Session", Content=content(1)), ssm.exceptions.DocumentAlreadyExists),
    (lambda: ssm.update_document(Name=name, DocumentVersion="2", Content=content(9)), ssm.exceptions.InvalidDocumentVersion),
    (lambda: ssm.update_document(Name=name, DocumentVersion="8", Content=content(9), VersionName="v7"), ssm.exceptions.DuplicateDocumentVersionName),
    (lambda: ssm.update_document(Name=name, DocumentVersion="8", Content="{}"), ssm.exceptions.InvalidDocumentSchemaVersion),
    (lambda: ssm.delete_document(Name=name, DocumentVersion="5"), ssm.exceptions.InvalidDocumentOperation),
    (lambda: ssm.get_document(Name="No-Such-Document"), ssm.exceptions.InvalidDocument),
    (lambda: ssm.get_service_setting(SettingId="/no/such"), ssm.exceptions.ServiceSettingNotFound),
]:
    try:
        call()
    except error:
        continue
    raise AssertionError(f"no {error}")
setting = "/postern/session/idle-timeout-port"
ssm.update_service_setting(SettingId=setting, SettingValue="45")
assert ssm.get_service_setting(SettingId=setting)["ServiceSetting"]["Status"] == "Customized"
assert ssm.reset_service_setting(SettingId=setting)["ServiceSetting"]["SettingValue"] == "0"
ssm.delete_document(Name=name)
print("done")
