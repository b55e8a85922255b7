from http import HTTPStatus

import pytest

from local.asgi import AsgiScope
from local.request_rules import Refusal, at_http_api, at_rest_api, decoded_path


def request(
    path: bytes = b"/s/abcde12345", query: bytes = b"", headers: tuple[tuple[bytes, bytes], ...] = ()
) -> AsgiScope:
    return {"method": "GET", "raw_path": path, "path": "?", "query_string": query, "headers": list(headers)}


def query_at(read: AsgiScope | Refusal) -> bytes:
    assert not isinstance(read, Refusal)
    found: bytes = read["query_string"]
    return found


HOSTILE = [
    *(
        b"sub1={clickid}",
        b"sub1=${x}",
        b"sub1={{ad.id}}",
        b"sub1=a|b",
        b"sub1=a;b",
        b"sub1=%zz",
        b"sub1=%00",
        b"a+b=c+d",
    ),
    *(b"", b"flag", b"&&&=&", b"sub1=[x]", b"sub1=%7Bx%7D", b"a=" + b"x" * 8000),
]


@pytest.mark.parametrize("query", HOSTILE)
def test_http_api_accepts_every_query_as_it_is(query: bytes) -> None:
    assert query_at(at_http_api(request(query=query))) == query


@pytest.mark.parametrize("query", HOSTILE)
def test_rest_api_refuses_raw_braces_and_pipes_and_splits_at_semicolons(query: bytes) -> None:
    read = at_rest_api(request(query=query))
    if {*b"{}|"} & {*query}:
        assert read == Refusal(HTTPStatus.BAD_REQUEST)
    else:
        assert query_at(read) == query.replace(b";", b"&")


def test_query_in_other_bytes_than_ascii_is_percent_encoded_at_both_doors() -> None:
    for door in (at_http_api, at_rest_api):
        assert query_at(door(request(query="sub1=é\u754c%zz".encode() + b"\xff"))) == b"sub1=%C3%A9%E7%95%8C%zz%FF"


def test_http_api_takes_10240_bytes_of_request_line_and_headers() -> None:
    line, header = len(b"GET /s/abcde12345?x= HTTP/1.1"), (b"user-agent", b"a" * 100)
    room = 10_240 - line - 100
    assert query_at(at_http_api(request(query=b"x=" + b"y" * room, headers=(header,))))
    refused = at_http_api(request(query=b"x=" + b"y" * (room + 1), headers=(header,)))
    assert refused == Refusal(HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE)


CAPTURED = {
    "/s/abcde12345": "/s/abcde12345",
    "/s/abcde12345%20x": "/s/abcde12345 x",
    "/s/abcde12345%3Fsub1=a": "/s/abcde12345",
    "/s/abcde12345%25x": None,
    "/s/abcde12345%23x": "/s/abcde12345#x",
    "/s/abcde12345%2Fx": "/s/abcde12345/x",
    "/s/abcde12345%C3%A9": "/s/abcde12345é",
    "/s/abcde12345%252Fx": "/s/abcde12345/x",
    "/s/abcde12345%253Fx": "/s/abcde12345?x",
    "/s/abcde12345%2525x": "/s/abcde12345%x",
}
"""What a function behind an HTTP API of AWS gets for paths like these; None if the API answers 400."""


@pytest.mark.parametrize(("sent", "received"), CAPTURED.items())
def test_http_api_decodes_a_path_as_on_aws(sent: str, received: str | None) -> None:
    assert decoded_path(sent) == received


@pytest.mark.parametrize("path", [b"/s/abcde12345%zz", b"/s/abcde12345%", b"/s/abcde12345%25x"])
def test_http_api_refuses_a_path_that_it_cannot_decode_twice(path: bytes) -> None:
    assert at_http_api(request(path)) == Refusal(HTTPStatus.BAD_REQUEST)


def test_path_of_the_http_api_is_one_line_of_ascii_for_the_emulator() -> None:
    read = at_http_api(request(b"/s/a%0Ab%CE%BB/c"))
    assert not isinstance(read, Refusal)
    assert (read["path"], read["raw_path"]) == ("/s/a%0Ab%CE%BB/c", b"/s/a%250Ab%25CE%25BB/c")


def test_rest_api_leaves_a_path_encoded() -> None:
    read = at_rest_api(request(b"/api/s/abcde12345%26sub1=a%3Fb"))
    assert not isinstance(read, Refusal)
    assert (read["path"], read["raw_path"]) == ("/api/s/abcde12345%26sub1=a%3Fb", b"/api/s/abcde12345%26sub1=a%3Fb")
