"""Requests signed for AWS: Signature Version 4, as far as DynamoDB needs it.

Source: "Create a signed AWS API request" in the IAM User Guide.
"""

import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

_ALGORITHM = "AWS4-HMAC-SHA256"
_SERVICE = "dynamodb"


@dataclass(frozen=True, slots=True)
class Credentials:
    """Whose request it is; `token` only for keys that are valid for a while."""

    access_key: str
    secret_key: str
    token: str | None = None


def authorization(
    headers: Mapping[str, str], body: bytes, *, moment: str, region: str, credentials: Credentials
) -> str:
    """The `Authorization` header of a POST to `/` with these headers (lower-case names, in alphabetical order).

    `moment` is the time in UTC as in `x-amz-date`: `20261121T120000Z`. All the headers are signed, and the body is.
    """
    names = ";".join(headers)
    lines = "\n".join([f"{name}:{value}" for name, value in headers.items()])
    request = f"POST\n/\n\n{lines}\n\n{names}\n{hashlib.sha256(body).hexdigest()}"
    scope = f"{moment[:8]}/{region}/{_SERVICE}/aws4_request"
    to_sign = f"{_ALGORITHM}\n{moment}\n{scope}\n{hashlib.sha256(request.encode()).hexdigest()}"
    signature = _digest(_key(credentials.secret_key, moment[:8], region), to_sign).hex()
    return f"{_ALGORITHM} Credential={credentials.access_key}/{scope}, SignedHeaders={names}, Signature={signature}"


@lru_cache(maxsize=8)
def _key(secret_key: str, day: str, region: str) -> bytes:
    """The key that signs a day's requests: it follows from the secret, which itself signs nothing else."""
    key = f"AWS4{secret_key}".encode()
    for part in (day, region, _SERVICE, "aws4_request"):
        key = _digest(key, part)
    return key


def _digest(key: bytes, text: str) -> bytes:
    return hmac.digest(key, text.encode(), "sha256")
