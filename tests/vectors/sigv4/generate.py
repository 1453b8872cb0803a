"""Writes the SigV4 vectors next to this file with botocore (and cryptography for the form of registered nodes).

Run: python3 generate.py. botocore's own signers do the work; only their clock is frozen.
"""
import base64
import datetime
import hashlib
import json
import pathlib
from unittest import mock
from urllib.parse import urlsplit

import botocore.auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa

HERE = pathlib.Path(__file__).parent
KEY_ID = "AKIDEXAMPLE"
SECRET = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"
TOKEN = "FwoGZXIvYXdzEXAMPLE//token+with/odd=characters=="
NOW = datetime.datetime(2026, 2, 28, 23, 59, 58, tzinfo=datetime.timezone.utc)
JSON = [("Content-Type", "application/x-amz-json-1.1")]


def target(name):
    return JSON + [("X-Amz-Target", name)]


# name, method, url, headers, body, service, with token
HEADER_CASES = [
    ("start session", "POST", "https://ssm.us-east-1.amazonaws.com/", target("AmazonSSM.StartSession"), '{"Target":"mi-0123456789abcdef0"}', "ssm", False),
    ("session token", "POST", "https://ssm.us-east-1.amazonaws.com/", target("AmazonSSM.DescribeSessions"), '{"State":"Active"}', "ssm", True),
    ("port", "POST", "https://gateway.example.org:8443/", target("AmazonSSM.StartSession"), "{}", "ssm", True),
    ("default port written out", "POST", "https://gateway.example.org:443/", target("AmazonSSM.StartSession"), "{}", "ssm", False),
    ("plain http port", "POST", "http://127.0.0.1:8080/", target("AmazonSSM.StartSession"), "{}", "ssm", False),
    ("ipv6 host", "POST", "https://[::1]:8443/", target("AmazonSSM.StartSession"), "{}", "ssm", False),
    ("unicode body", "POST", "https://ssm.example.org/", target("AmazonSSM.StartSession"), '{"Reason":"Störung 直す 🚪"}', "ssm", False),
    ("empty body", "GET", "https://example.org/", [], "", "service", False),
    ("lower-case method", "get", "https://example.org/", [], "", "service", False),
    ("control channel upgrade", "GET", "https://gateway.example.org:8443/v1/control-channel/mi-0123456789abcdef0?role=subscribe&stream=input", [], "", "ssmmessages", True),
    ("data channel", "POST", "https://gateway.example.org/v1/data-channel/admin-07a16060613c408b5", [("Content-Type", "application/json")], '{"MessageSchemaVersion":"1.0"}', "ssmmessages", True),
    ("path with an encoded space", "GET", "https://example.org/a%20b/c", [], "", "service", False),
    ("path with unicode", "GET", "https://example.org/%E1%88%B4/%C3%BC", [], "", "service", False),
    ("path with an encoded slash", "GET", "https://example.org/v1/data-channel/a%2Fb", [], "", "ssmmessages", False),
    ("path with reserved characters", "GET", "https://example.org/v1/data-channel/user@example.org=1,2+3;4:5!$&'()*", [], "", "ssmmessages", False),
    ("path with unreserved characters", "GET", "https://example.org/-._~0aA", [], "", "service", False),
    ("path with dot segments", "GET", "https://example.org/a/./b/../c/", [], "", "service", False),
    ("path above the root", "GET", "https://example.org/../../a", [], "", "service", False),
    ("path with many slashes", "GET", "https://example.org//a///b//", [], "", "service", False),
    ("path of nothing but slashes", "GET", "https://example.org///", [], "", "service", False),
    ("no path", "GET", "https://example.org", [], "", "service", False),
    ("query out of order", "GET", "https://example.org/?b=2&a=1&A=3&c=0", [], "", "service", False),
    ("query with one name often", "GET", "https://example.org/?a=2&a=1&a=10&b=0&a=", [], "", "service", False),
    ("query without values", "GET", "https://example.org/?b&a=&c", [], "", "service", False),
    ("query with encoded characters", "GET", "https://example.org/?a%20b=c%2Fd%3De%26f&p=%2B&t=~-._", [], "", "service", False),
    ("query with unicode", "GET", "https://example.org/?%E1%88%B4=bar&x=%F0%9F%9A%AA", [], "", "service", False),
    ("query names that sort by their encoding", "GET", "https://example.org/?a-b=1&a=2&a%3Db=3&a.b=4", [], "", "service", False),
    ("query value with equals signs encoded", "GET", "https://example.org/?token=YWJj%3D%3D", [], "", "service", False),
    ("header with spaces", "GET", "https://example.org/", [("X-Amz-Meta-Note", "  two   words  and\tmore ")], "", "service", False),
    ("header sent twice", "GET", "https://example.org/", [("X-Amz-Meta-Note", "b"), ("X-Amz-Meta-Note", " a  c ")], "", "service", False),
    ("header without a value", "GET", "https://example.org/", [("X-Amz-Meta-Note", "")], "", "service", False),
    ("other headers signed", "POST", "https://ssm.example.org:8443/", target("AmazonSSM.StartSession") + [("Content-Length", "2"), ("Accept", "a,  b"), ("User-Agent", "not signed"), ("X-Custom", "c  d")], "{}", "ssm", True),
]

QUERY_CASES = [
    ("presigned", "GET", "https://example.org/", [], "service", False, 900),
    ("presigned with a token", "GET", "https://example.org/", [], "service", True, 604800),
    ("presigned stream", "GET", "https://gateway.example.org:8443/v1/data-channel/admin-07a16060613c408b5?role=publish_subscribe", [], "ssmmessages", True, 60),
    ("presigned with an odd query", "GET", "https://example.org/a%20b?z=%2B&a=x%20y&E=%E1%88%B4", [], "service", True, 1),
    ("presigned with a signed header", "GET", "https://example.org/", [("X-Amz-Meta-Note", "n")], "service", False, 300),
]


def freeze(auth):
    """Records what botocore signs."""
    seen = {}
    canonical, to_sign = auth.canonical_request, auth.string_to_sign

    def canonical_request(request):
        seen["canonicalRequest"] = canonical(request)
        return seen["canonicalRequest"]

    def string_to_sign(request, text):
        seen["stringToSign"] = to_sign(request, text)
        return seen["stringToSign"]

    auth.canonical_request, auth.string_to_sign = canonical_request, string_to_sign
    return seen


def build(method, url, headers, body):
    request = AWSRequest(method=method, url=url, data=body.encode() if body else None)
    for name, value in headers:
        request.headers.add_header(name, value)
    return request


def vector(name, form, request, body, service, token, seen, original_url, extra):
    parts = urlsplit(request.url)
    sent = [["Host", botocore.auth._host_from_url(request.url)]] + [[k, v] for k, v in request.headers.items()]
    return {
        "name": name, "form": form, "secret": SECRET, "keyId": KEY_ID, "token": token, "region": "us-east-1", "service": service,
        "now": NOW.strftime("%Y-%m-%dT%H:%M:%SZ"), "method": request.method, "path": parts.path or "/", "query": parts.query,
        "unsignedQuery": urlsplit(original_url).query, "headers": sent, "body": body, **seen, **extra,
    }


def main():
    vectors = []
    with mock.patch("botocore.auth.get_current_datetime", lambda *a, **k: NOW):
        for name, method, url, headers, body, service, with_token in HEADER_CASES:
            token = TOKEN if with_token else None
            auth = botocore.auth.SigV4Auth(Credentials(KEY_ID, SECRET, token), service, "us-east-1")
            seen = freeze(auth)
            request = build(method, url, headers, body)
            auth.add_auth(request)
            signable = all(h.lower() in ("host", "content-type") or h.lower().startswith("x-amz-") for h, _ in headers)
            vectors.append(vector(name, "header", request, body, service, token, seen, url, {"signable": signable}))
        for name, method, url, headers, service, with_token, expires in QUERY_CASES:
            token = TOKEN if with_token else None
            auth = botocore.auth.SigV4QueryAuth(Credentials(KEY_ID, SECRET, token), service, "us-east-1", expires=expires)
            seen = freeze(auth)
            request = build(method, url, headers, "")
            auth.add_auth(request)
            vectors.append(vector(name, "query", request, "", service, token, seen, url, {"signable": True, "expires": expires}))
    write("botocore.json", vectors)
    write("node-key.json", node_vector())


def node_vector():
    """RequestManagedInstanceRoleToken as a registered node sends it."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    node, host, operation = "mi-0123456789abcdef0", "gateway.example.org:8443", "AmazonSSM.RequestManagedInstanceRoleToken"
    body = '{"Fingerprint":"2f1b8f0e-9f6c-4a39-8a53-6b0f3d0d1c11"}'
    time = NOW.strftime("%Y%m%dT%H%M%SZ")
    scope = f"{time[:8]}/us-east-1/ssm/aws4_request"
    digest = hashlib.sha256(body.encode()).hexdigest()
    names = "content-type;host;x-amz-date;x-amz-target"
    canonical = f"POST\n/\n\ncontent-type:application/x-amz-json-1.1\nhost:{host}\nx-amz-date:{time}\nx-amz-target:{operation}\n\n{names}\n{digest}"
    to_sign = f"AWS4-HMAC-SHA256\n{time}\n{scope}\n{hashlib.sha256(canonical.encode()).hexdigest()}"
    pss = padding.PSS(mgf=padding.MGF1(hashes.SHA256()), salt_length=32)
    # A signature with the characters that trip a naive parser of the header.
    signature = ""
    while not all(c in signature for c in "+/="):
        signature = base64.b64encode(key.sign(to_sign.encode(), pss, hashes.SHA256())).decode()
    public = key.public_key().public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
    return {
        "name": "role token", "keyId": node, "region": "us-east-1", "service": "ssm", "now": NOW.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "publicKey": base64.b64encode(public).decode(), "method": "POST", "path": "/", "query": "", "body": body,
        "headers": [
            ["Host", host], ["Content-Type", "application/x-amz-json-1.1"], ["Transfer-Encoding", "chunked"], ["X-Amz-Date", time],
            ["X-Amz-Target", operation], ["X-Amz-Content-Sha256", digest],
            ["Authorization", f"AWS4-HMAC-SHA256 Credential={node}/{scope}, SignedHeaders={names}, Signature={signature}"],
        ],
        "canonicalRequest": canonical, "stringToSign": to_sign,
    }


def write(name, value):
    (HERE / name).write_text(json.dumps(value, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


main()
