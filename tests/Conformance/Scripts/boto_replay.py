"""Repeats calls that change something: as boto3 does when it hears no answer, and as somebody does who recorded the request. Exit code 0 and "ok" when only the first is heard."""
import json
import os
import time
import unittest.mock

import boto3
import urllib3
from botocore.config import Config
from botocore.exceptions import ConnectionClosedError

endpoint, trusted = os.environ["AWS_ENDPOINT_URL"], os.environ["AWS_CA_BUNDLE"]
ssm = boto3.client("ssm", endpoint_url=endpoint, verify=trusted, config=Config(retries={"mode": "standard", "max_attempts": 3}))
sent, lost = [], []


def send(request, source=None, **headers):
    """Sends a request as it stands, from an address of this machine: status and error."""
    pool = urllib3.PoolManager(ca_certs=trusted, source_address=(source, 0) if source else None)
    answer = pool.urlopen(request.method, request.url, body=request.body, headers={**{name: text(value) for name, value in request.headers.items()}, **headers})
    return answer.status, json.loads(answer.data).get("__type")


def text(value):
    return value.decode() if isinstance(value, bytes) else value


def record(request, **_):
    sent.append(request)
    if lost:
        lost.pop()
        send(request)  # it arrives, and is carried out
        raise ConnectionClosedError(endpoint_url=endpoint)


def signature(request):
    return text(request.headers["Authorization"]).split("Signature=")[1]


ssm.meta.events.register("before-send.ssm", record)


def activate():
    return ssm.create_activation(IamRole="service-role/nodes", Description="replayed")["ActivationId"]


def count():
    return len(ssm.describe_activations()["ActivationList"])


def within_a_second(calls, action):
    """Runs it until all its calls were signed within one second: how many it made the last time, and how many activations these became."""
    for _ in range(10):
        time.sleep(1 - time.time() % 1)
        before, first = count(), len(sent)
        action()
        made = [request for request in sent[first:] if text(request.headers["X-Amz-Target"]).endswith("CreateActivation")]
        if len({signature(request) for request in made}) == 1:
            assert len(made) == calls, made
            return count() - before
    raise AssertionError("the calls never fell into one second")


def lose_the_answer():
    lost.append(True)
    with unittest.mock.patch("time.sleep", lambda seconds: None):
        activate()


# boto3 hears no answer and tries again at once; as with AWS, both are carried out. So are several calls that a script makes one after the other.
assert within_a_second(2, lose_the_answer) == 2
assert within_a_second(3, lambda: [activate() for _ in range(3)]) == 3

# A copy: as it was recorded, with other headers that are not signed, from elsewhere.
before = count()
recorded = next(request for request in reversed(sent) if text(request.headers["X-Amz-Target"]).endswith("CreateActivation"))
for case in (dict(), {"User-Agent": "other"}, dict(source="127.0.0.2"), {"source": "127.0.0.2", "amz-sdk-invocation-id": "other"}):
    assert send(recorded, **case) == (403, "InvalidSignatureException"), f"{case}: {send(recorded, **case)}"
assert count() == before
print("ok")
