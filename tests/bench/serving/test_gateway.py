"""The gateway converts HTTP to events, and Lambda responses to HTTP."""

from typing import Any

from bench.serving.gateway import gateway, headers_of, visit_of

ENVIRON: dict[str, Any] = {
    "PATH_INFO": "/s/abc",
    "QUERY_STRING": "sub1=a%20b&sub2=c",
    "HTTP_USER_AGENT": "curl/8",
    "HTTP_X_FORWARDED_FOR": "203.0.113.7, 10.0.0.1",
    "wsgi.version": (1, 0),
}


def answered(path: str) -> tuple[str, dict[str, str]]:
    sent: list[Any] = []
    gateway({**ENVIRON, "PATH_INFO": path}, lambda status, headers, *_: sent.extend([status, dict(headers)]))  # type: ignore[arg-type]
    return sent[0], sent[1]


def test_visit_is_parsed_from_the_request() -> None:
    visit = visit_of(ENVIRON)
    assert (visit.code, visit.address, visit.query) == ("abc", "203.0.113.7", {"sub1": "a b", "sub2": "c"})
    assert visit.headers == {"user-agent": "curl/8", "x-forwarded-for": "203.0.113.7, 10.0.0.1"}


def test_each_value_of_a_header_is_sent() -> None:
    given = {"headers": {"Location": "https://a/"}, "multiValueHeaders": {"Set-Cookie": ["a=1", "b=2"]}}
    assert headers_of(given) == [("location", "https://a/"), ("set-cookie", "a=1"), ("set-cookie", "b=2")]


def test_the_bare_path_redirects_without_the_application() -> None:
    assert answered("/bare") == ("302 Found", {"location": "https://offer.example/land", "cache-control": "no-store"})


def test_other_paths_are_served_by_the_application() -> None:
    status, headers = answered("/s/abc")
    assert status == "404 Not Found"
    assert headers["cache-control"] == "no-store"
