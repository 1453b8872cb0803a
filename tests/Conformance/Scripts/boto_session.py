"""Starts a session with boto3 and becomes the session-manager-plugin for it: boto_session.py PLUGIN INPUT_JSON."""
import json
import os
import sys

import boto3

plugin, request = sys.argv[1], json.loads(sys.argv[2])
endpoint = os.environ["AWS_ENDPOINT_URL"]
region = os.environ["AWS_REGION"]
response = boto3.client("ssm", endpoint_url=endpoint, region_name=region).start_session(**request)
response.pop("ResponseMetadata", None)
os.execv(plugin, [plugin, json.dumps(response), region, "StartSession", "", json.dumps(request), endpoint])
