"""How a publisher knows that a postback is ours.

Each call carries `X-Smartlink-Timestamp` (seconds since 1970) and `X-Smartlink-Signature: v1=…`, the
HMAC-SHA256 in hexadecimal of `{timestamp}.{url}` under the secret that was shown when the postback was
created; `url` is the whole URL as it was called, from `https://` to the end of the query, with the host as it was
registered. To verify a call: compute the same, compare in constant time, and refuse a timestamp more than five
minutes off.
"""

import hashlib
import hmac


def headers(secret: str, url: str, timestamp: int) -> dict[str, str]:
    """The headers of a call to `url` at `timestamp` (seconds)."""
    return {
        "User-Agent": "Smartlink-Postback/1",
        "Accept": "*/*",
        "X-Smartlink-Timestamp": str(timestamp),
        "X-Smartlink-Signature": f"v1={signature(secret, url, timestamp)}",
    }


def signature(secret: str, url: str, timestamp: int) -> str:
    """The HMAC-SHA256 of `{timestamp}.{url}` in hexadecimal."""
    return hmac.new(secret.encode(), f"{timestamp}.{url}".encode(), hashlib.sha256).hexdigest()
