"""AWS Signature Version 4 of a POST to `/`.

Source: "Create a signed AWS API request" in the IAM User Guide.
"""

import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

_ALGORITHM = "AWS4-HMAC-SHA256"


class Scope(NamedTuple):
    """What a signature is for: the region, and the service by its name in signatures: `dynamodb`, `sqs`."""

    region: str
    service: str


@dataclass(frozen=True, slots=True)
class Credentials:
    """AWS credentials; `token` only for temporary ones."""

    access_key: str
    secret_key: str
    token: str | None = None


def authorization_header(
    headers: Mapping[str, str], body: bytes, *, moment: str, scope: Scope, credentials: Credentials
) -> str:
    """Return the `Authorization` header of a POST to `/` with these headers (lower-case names, in alphabetical order).

    `moment` is the UTC time as in `x-amz-date`: `20261121T120000Z`. The body and all the headers are signed.
    """
    names = ";".join(headers)
    lines = "\n".join([f"{name}:{value}" for name, value in headers.items()])
    canonical_request = f"POST\n/\n\n{lines}\n\n{names}\n{hashlib.sha256(body).hexdigest()}"
    signed_scope = f"{moment[:8]}/{scope.region}/{scope.service}/aws4_request"
    string_to_sign = f"{_ALGORITHM}\n{moment}\n{signed_scope}\n{hashlib.sha256(canonical_request.encode()).hexdigest()}"
    signature = _hmac(
        _signing_key(credentials.secret_key, moment[:8], scope.region, scope.service), string_to_sign
    ).hex()
    return (
        f"{_ALGORITHM} Credential={credentials.access_key}/{signed_scope}, SignedHeaders={names}, Signature={signature}"
    )


@lru_cache(maxsize=8)
def _signing_key(secret_key: str, day: str, region: str, service: str) -> bytes:
    """Return the key that signs the requests of one day, derived from the secret key."""
    key = f"AWS4{secret_key}".encode()
    for part in (day, region, service, "aws4_request"):
        key = _hmac(key, part)
    return key


def _hmac(key: bytes, text: str) -> bytes:
    return hmac.digest(key, text.encode(), "sha256")
