"""API Gateway events (REST, proxy integration) of visitors' clicks."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from random import Random
from typing import Any

Event = dict[str, Any]

HOST = "abcdef1234.execute-api.us-east-1.amazonaws.com"
_CHROME = '"Chromium";v="126", "Google Chrome";v="126", "Not-A.Brand";v="99"'
_PHONE = {"sec-ch-ua": _CHROME, "sec-ch-ua-mobile": "?1", "sec-ch-ua-platform": '"Android"'}
_DESK = {"sec-ch-ua": _CHROME, "sec-ch-ua-mobile": "?0", "sec-ch-ua-platform": '"Windows"'}
_WEBKIT = "AppleWebKit/605.1.15 (KHTML, like Gecko)"
_BLINK = "AppleWebKit/537.36 (KHTML, like Gecko)"

BROWSERS: Sequence[Mapping[str, str]] = (
    {
        "User-Agent": f"Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) {_WEBKIT} "
        "Version/17.5 Mobile/15E148 Safari/604.1"
    },
    {"User-Agent": f"Mozilla/5.0 (Linux; Android 10; K) {_BLINK} Chrome/126.0.0.0 Mobile Safari/537.36", **_PHONE},
    {
        "User-Agent": f"Mozilla/5.0 (Linux; Android 14; Pixel 8) {_BLINK} Chrome/126.0.6478.71 Mobile Safari/537.36",
        **_PHONE,
    },
    {"User-Agent": f"Mozilla/5.0 (Windows NT 10.0; Win64; x64) {_BLINK} Chrome/126.0.0.0 Safari/537.36", **_DESK},
    {"User-Agent": f"Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) {_WEBKIT} Version/17.5 Safari/605.1.15"},
    {
        "User-Agent": f"Mozilla/5.0 (iPhone; CPU iPhone OS 17_5_1 like Mac OS X) {_WEBKIT} Mobile/21F90 "
        "[FBAN/FBIOS;FBAV/468.1.0.54.107;FBBV/607516416;FBDV/iPhone14,5;FBMD/iPhone;FBSN/iOS;FBSV/17.5.1;FBSS/3]"
    },
    {"User-Agent": "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:127.0) Gecko/20100101 Firefox/127.0"},
    {
        "User-Agent": f"Mozilla/5.0 (Linux; Android 13; SAMSUNG SM-S918B) {_BLINK} "
        "SamsungBrowser/23.0 Chrome/115.0.0.0 Mobile Safari/537.36"
    },
)
"""The headers in which browsers differ."""

_COMMON_HEADERS = {
    "Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,*/*;q=0.8",
    "Accept-Encoding": "gzip, deflate, br, zstd",
    "Accept-Language": "en-US,en;q=0.9",
    "Referer": "https://deals.example/",
    "sec-fetch-dest": "document",
    "sec-fetch-mode": "navigate",
    "sec-fetch-site": "cross-site",
    "sec-fetch-user": "?1",
    "upgrade-insecure-requests": "1",
}
_ADDED_BY_GATEWAY = {
    "X-Amzn-Trace-Id": "Root=1-673f1b52-1f0c2a3b4c5d6e7f80910203",
    "X-Forwarded-Port": "443",
    "X-Forwarded-Proto": "https",
}
_IDENTITY_FIELDS = (
    "accessKey",
    "accountId",
    "caller",
    "cognitoAuthenticationProvider",
    "cognitoAuthenticationType",
    "cognitoIdentityId",
    "cognitoIdentityPoolId",
    "principalOrgId",
    "user",
    "userArn",
)


@dataclass(frozen=True, slots=True)
class Visit:
    """A visitor's request: the link's code, the browser's headers, address, and sub-IDs."""

    code: str
    headers: Mapping[str, str]
    address: str
    query: Mapping[str, str]


def visits(code: str, seed: int = 1) -> Iterator[Visit]:
    """Yield visits to the link without end: eight browsers in turn, each visit with a new address."""
    rng = Random(seed)
    number = 0
    while True:
        address = f"{rng.randrange(11, 224)}.{rng.randrange(256)}.{rng.randrange(256)}.{rng.randrange(1, 255)}"
        headers = {**_COMMON_HEADERS, **BROWSERS[number % len(BROWSERS)]}
        yield Visit(code, headers, address, {"sub1": f"placement-{number % 40}", "sub2": "summer"})
        number += 1


def event(visit: Visit) -> Event:
    """Return the event of the visit. It shares no mutable values with other events."""
    headers = {**visit.headers, "Host": HOST, **_ADDED_BY_GATEWAY, "X-Forwarded-For": visit.address}
    return {
        "resource": "/s/{code}",
        "path": f"/s/{visit.code}",
        "httpMethod": "GET",
        "headers": headers,
        "multiValueHeaders": {name: [value] for name, value in headers.items()},
        "queryStringParameters": dict(visit.query) or None,
        "multiValueQueryStringParameters": {name: [value] for name, value in visit.query.items()} or None,
        "pathParameters": {"code": visit.code},
        "stageVariables": None,
        "requestContext": _context(visit),
        "body": None,
        "isBase64Encoded": False,
    }


def _context(visit: Visit) -> Event:
    return {
        "resourceId": "a1b2c3",
        "resourcePath": "/s/{code}",
        "httpMethod": "GET",
        "extendedRequestId": "Bm3kFHSDoAMEqKw=",
        "requestTime": "21/Nov/2026:12:00:00 +0000",
        "path": f"/api/s/{visit.code}",
        "accountId": "123456789012",
        "protocol": "HTTP/1.1",
        "stage": "api",
        "domainPrefix": "abcdef1234",
        "requestTimeEpoch": 1_795_262_400_000,
        "requestId": "6f0c3c52-9f3a-4f4e-8f2e-6a3f0a2d9b11",
        "identity": {
            **dict.fromkeys(_IDENTITY_FIELDS),
            "sourceIp": visit.address,
            "userAgent": visit.headers.get("User-Agent"),
        },
        "domainName": HOST,
        "deploymentId": "d4e5f6",
        "apiId": "abcdef1234",
    }
