"""Signatures against botocore's own: whatever it signs, we sign alike."""

import string
from typing import Any

from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials as SdkCredentials
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.dynamodb.sigv4 import Credentials, authorization

WORDS = string.ascii_letters + string.digits
KEYS = WORDS + string.punctuation

moments = st.datetimes().map(lambda moment: f"{moment.year:04}{moment:%m%dT%H%M%SZ}")
hosts = st.text(string.ascii_lowercase + string.digits + ".-:", min_size=1, max_size=60)
regions = st.sampled_from(["us-east-1", "eu-central-2", "cn-north-1", "us-gov-west-1"]) | st.text(
    WORDS + "-", min_size=1
)
credentials = st.builds(
    Credentials,
    access_key=st.text(WORDS, min_size=1),
    secret_key=st.text(KEYS, min_size=1),
    token=st.none() | st.text(KEYS, min_size=1, max_size=400),
)


def headers_of(host: str, moment: str, token: str | None) -> dict[str, str]:
    return {
        "content-type": "application/x-amz-json-1.0",
        "host": host,
        "x-amz-date": moment,
        **({"x-amz-security-token": token} if token else {}),
        "x-amz-target": "DynamoDB_20120810.PutItem",
    }


def botocores(headers: dict[str, str], body: bytes, moment: str, region: str, whose: Credentials) -> str:
    """The header that the SDK's own signer makes; its steps one by one, as `add_auth` takes the time of the clock."""
    signer: Any = SigV4Auth(SdkCredentials(whose.access_key, whose.secret_key, whose.token), "dynamodb", region)
    request = AWSRequest("POST", f"https://{headers['host']}/", headers=headers, data=body)
    request.context["timestamp"] = moment
    to_sign = signer.string_to_sign(request, signer.canonical_request(request))
    signer._inject_signature_to_request(request, signer.signature(to_sign, request))
    return str(request.headers["Authorization"])


@given(body=st.binary(max_size=2000), host=hosts, moment=moments, region=regions, whose=credentials)
def test_every_request_is_signed_as_the_sdk_signs_it(
    body: bytes, host: str, moment: str, region: str, whose: Credentials
) -> None:
    headers = headers_of(host, moment, whose.token)
    signed = authorization(headers, body, moment=moment, region=region, credentials=whose)
    assert signed == botocores(headers, body, moment, region, whose)


def test_the_sdk_signs_these_very_headers_by_itself() -> None:
    whose, body = Credentials("AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG", "a/token=="), b'{"TableName":"clicks"}'
    sent = headers_of("dynamodb.eu-west-1.amazonaws.com", "replaced", whose.token)
    request = AWSRequest("POST", "https://dynamodb.eu-west-1.amazonaws.com/", headers=sent, data=body)
    SigV4Auth(SdkCredentials("AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG", "a/token=="), "dynamodb", "eu-west-1").add_auth(
        request
    )
    moment = request.headers["X-Amz-Date"]
    headers = headers_of("dynamodb.eu-west-1.amazonaws.com", moment, whose.token)
    signed = authorization(headers, body, moment=moment, region="eu-west-1", credentials=whose)
    assert signed == request.headers["Authorization"]


def test_another_days_key_is_another() -> None:
    whose = Credentials("AKIDEXAMPLE", "secret")
    signed = [
        authorization({"host": "h"}, b"", moment=moment, region="us-east-1", credentials=whose).rpartition("=")[2]
        for moment in ("20261121T235959Z", "20261122T000000Z", "20261121T235959Z")
    ]
    assert signed[0] == signed[2] != signed[1]
