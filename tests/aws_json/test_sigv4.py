"""Signatures compared with botocore's."""

import string
from typing import Any

from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials as SdkCredentials
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.aws_json.sigv4 import Credentials, Scope, authorization_header

ALPHANUMERIC = string.ascii_letters + string.digits
KEYS = ALPHANUMERIC + string.punctuation

moments = st.datetimes().map(lambda moment: f"{moment.year:04}{moment:%m%dT%H%M%SZ}")
hosts = st.text(string.ascii_lowercase + string.digits + ".-:", min_size=1, max_size=60)
regions = st.sampled_from(["us-east-1", "eu-central-2", "cn-north-1", "us-gov-west-1"]) | st.text(
    ALPHANUMERIC + "-", min_size=1
)
scopes = st.builds(Scope, region=regions, service=st.sampled_from(["dynamodb", "sqs"]))
credential_sets = st.builds(
    Credentials,
    access_key=st.text(ALPHANUMERIC, min_size=1),
    secret_key=st.text(KEYS, min_size=1),
    token=st.none() | st.text(KEYS, min_size=1, max_size=400),
)


def signed_headers(host: str, moment: str, token: str | None) -> dict[str, str]:
    return {
        "content-type": "application/x-amz-json-1.0",
        "host": host,
        "x-amz-date": moment,
        **({"x-amz-security-token": token} if token else {}),
        "x-amz-target": "DynamoDB_20120810.PutItem",
    }


def botocore_signature(
    headers: dict[str, str], body: bytes, moment: str, scope: Scope, credentials: Credentials
) -> str:
    """Return the header of the SDK's signer, step by step, because `add_auth` uses the current time."""
    signer: Any = SigV4Auth(
        SdkCredentials(credentials.access_key, credentials.secret_key, credentials.token), scope.service, scope.region
    )
    request = AWSRequest("POST", f"https://{headers['host']}/", headers=headers, data=body)
    request.context["timestamp"] = moment
    to_sign = signer.string_to_sign(request, signer.canonical_request(request))
    signer._inject_signature_to_request(request, signer.signature(to_sign, request))
    return str(request.headers["Authorization"])


@given(body=st.binary(max_size=2000), host=hosts, moment=moments, scope=scopes, credentials=credential_sets)
def test_signature_is_that_of_the_sdk(
    body: bytes, host: str, moment: str, scope: Scope, credentials: Credentials
) -> None:
    headers = signed_headers(host, moment, credentials.token)
    signed = authorization_header(headers, body, moment=moment, scope=scope, credentials=credentials)
    assert signed == botocore_signature(headers, body, moment, scope, credentials)


def test_sdk_signs_these_headers_through_its_public_method() -> None:
    credentials, body = Credentials("AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG", "a/token=="), b'{"TableName":"clicks"}'
    sent = signed_headers("dynamodb.eu-west-1.amazonaws.com", "replaced", credentials.token)
    request = AWSRequest("POST", "https://dynamodb.eu-west-1.amazonaws.com/", headers=sent, data=body)
    SigV4Auth(SdkCredentials("AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG", "a/token=="), "dynamodb", "eu-west-1").add_auth(
        request
    )
    moment = request.headers["X-Amz-Date"]
    headers = signed_headers("dynamodb.eu-west-1.amazonaws.com", moment, credentials.token)
    signed = authorization_header(
        headers, body, moment=moment, scope=Scope("eu-west-1", "dynamodb"), credentials=credentials
    )
    assert signed == request.headers["Authorization"]


def test_signature_depends_on_the_day() -> None:
    scope, credentials = Scope("us-east-1", "dynamodb"), Credentials("AKIDEXAMPLE", "secret")
    signed = [
        authorization_header({"host": "h"}, b"", moment=moment, scope=scope, credentials=credentials).rpartition("=")[2]
        for moment in ("20261121T235959Z", "20261122T000000Z", "20261121T235959Z")
    ]
    assert signed[0] == signed[2] != signed[1]
