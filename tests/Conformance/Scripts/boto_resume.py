"""What ResumeSession answers boto3, as JSON: boto_resume.py TARGET. Starts a session, resumes it, ends it, resumes it again, and one that never was."""
import json
import os
import sys

import boto3

ssm = boto3.client("ssm", endpoint_url=os.environ["AWS_ENDPOINT_URL"], region_name=os.environ["AWS_REGION"])
started = ssm.start_session(Target=sys.argv[1])
resumed = ssm.resume_session(SessionId=started["SessionId"])
ssm.terminate_session(SessionId=started["SessionId"])
ended = ssm.resume_session(SessionId=started["SessionId"])
try:
    ssm.resume_session(SessionId="nobody-0123456789abcdef0")
    unknown = None
except ssm.exceptions.DoesNotExistException as error:
    unknown = error.response["Error"]["Code"]
for answer in (started, resumed, ended):
    answer.pop("ResponseMetadata")
print(json.dumps({"started": started, "resumed": resumed, "ended": ended, "unknown": unknown}))
