"""Signature of postback requests, by which a publisher verifies the sender.

Each request has the headers `X-Smartlink-Timestamp` (seconds since 1970) and `X-Smartlink-Signature: v1=…`. The
signature is the HMAC-SHA256 in hexadecimal of `{timestamp}.{url}`. Its key is the secret that was shown when the
postback was created. `url` is the complete requested URL, from `https://` to the end of the query, with the host as
registered. To verify a request, compute the same value, compare it in constant time, and reject a timestamp that is
more than five minutes off.
"""

import hashlib
import hmac


def signed_headers(secret: str, url: str, timestamp: int) -> dict[str, str]:
    """Return the headers of a request to `url` at `timestamp` (seconds)."""
    return {
        "User-Agent": "Smartlink-Postback/1",
        "Accept": "*/*",
        "X-Smartlink-Timestamp": str(timestamp),
        "X-Smartlink-Signature": f"v1={signature(secret, url, timestamp)}",
    }


def signature(secret: str, url: str, timestamp: int) -> str:
    """Return the HMAC-SHA256 of `{timestamp}.{url}` in hexadecimal."""
    return hmac.new(secret.encode(), f"{timestamp}.{url}".encode(), hashlib.sha256).hexdigest()
