import json
import zlib
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.aws_json.wire_format import HttpResponse, ProtocolError, decode_response, encode_request
from tests.aws_json.server import raw

texts = st.text(max_size=8)
documents = st.dictionaries(texts, texts | st.integers() | st.dictionaries(texts, texts, max_size=2), max_size=3)


@st.composite
def responses(draw: st.DrawFn) -> tuple[bytes, HttpResponse]:
    """Return the bytes of a response as DynamoDB could send it, and the decoded response."""
    status, document = draw(st.sampled_from([200, 400, 500, 503])), draw(documents)
    body = json.dumps(document, ensure_ascii=draw(st.booleans())).encode("utf-8", "surrogatepass")
    keep_alive = draw(st.booleans())
    headers = [
        ("Server", "Server"),
        (draw(st.sampled_from(["Content-Length", "content-length"])), str(len(body))),
        *draw(st.sampled_from([[], [("x-amz-crc32", str(zlib.crc32(body)))]])),
        *([] if keep_alive else [("Connection", draw(st.sampled_from(["close", "Close"])))]),
        *draw(
            st.sampled_from([[], [("x-amzn-RequestId", "A:B")], [("Connection", "keep-alive")] if keep_alive else []])
        ),
    ]
    lines = "".join(
        f"{name}:{draw(st.sampled_from(['', ' ']))}{value}\r\n" for name, value in draw(st.permutations(headers))
    )
    return f"HTTP/1.1 {status} OK\r\n{lines}\r\n".encode() + body, HttpResponse(status, document, keep_alive)


@given(responses())
def test_response_is_decoded_when_its_last_byte_has_arrived(sent: tuple[bytes, HttpResponse]) -> None:
    received, expected = sent
    assert {decode_response(received[:length]) for length in range(len(received))} == {None}
    assert decode_response(received) == expected
    assert decode_response(bytearray(received)) == expected


@given(responses(), st.binary(min_size=1, max_size=5))
def test_data_after_the_response_is_an_error(sent: tuple[bytes, HttpResponse], surplus: bytes) -> None:
    with pytest.raises(ProtocolError, match="data after the response"):
        decode_response(sent[0] + surplus)


@pytest.mark.parametrize(
    ("headers", "keep_alive"),
    [
        pytest.param({}, True, id="default of HTTP/1.1"),
        pytest.param({"Connection": "keep-alive"}, True, id="keep-alive"),
        pytest.param({"Connection": "close"}, False, id="close"),
        pytest.param({"connection": "CLOSE"}, False, id="upper case"),
    ],
)
def test_connection_header_decides_whether_the_connection_is_kept(headers: dict[str, Any], keep_alive: bool) -> None:
    response = decode_response(raw({}, **headers))
    assert response == HttpResponse(200, {}, keep_alive)


@pytest.mark.parametrize(
    ("received", "error"),
    [
        pytest.param(raw({}, x_amz_crc32="1"), "checksum", id="a wrong checksum"),
        pytest.param(raw({}, x_amz_crc32=""), "checksum", id="an empty checksum"),
        pytest.param(raw({}, 400, x_amz_crc32="1"), "checksum", id="a wrong checksum of an error"),
        pytest.param(b"HTTP/1.1 200 OK\r\nserver: x\r\n\r\n{}", "Content-Length", id="no length"),
        pytest.param(raw({}, content_length="two"), "Content-Length", id="length is not a number"),
        pytest.param(raw({}, content_length="-2"), "Content-Length", id="negative length"),
        pytest.param(raw({}, transfer_encoding="chunked"), "Content-Length", id="chunked"),
        pytest.param(raw(b"[1]"), "not a JSON object", id="JSON list"),
        pytest.param(raw(b"<html>"), "not a JSON object", id="HTML"),
        pytest.param(raw(b"\xff\xfe\xff"), "not a JSON object", id="not UTF-8"),
        pytest.param(b"SSH-2.0-OpenSSH_9.2\r\n\r\n", "not HTTP", id="another protocol"),
        pytest.param(b"HTTP/2 200\r\n\r\n", "not HTTP", id="another version"),
        pytest.param(b"HTTP/1.1 OK\r\n\r\n", "not HTTP", id="no status"),
        pytest.param(b"\r\n\r\n", "not HTTP", id="nothing"),
        pytest.param(b"HTTP/1.1 200 OK\r\n" + b"x" * 65_536, "larger than", id="endless headers"),
    ],
)
def test_invalid_response_raises(received: bytes, error: str) -> None:
    with pytest.raises(ProtocolError, match=error):
        decode_response(received)


def test_headers_at_the_size_limit_are_still_incomplete() -> None:
    assert decode_response(b"x" * 65_536) is None


ERRORS: dict[str, tuple[Any, str, str]] = {
    "with its namespace": ({"__type": "com.amazonaws#Throttling", "message": "slow"}, "Throttling", "slow"),
    "without a namespace": ({"__type": "Throttling", "Message": "slow"}, "Throttling", "slow"),
    "without a message": ({"__type": "a#b#Throttling"}, "Throttling", ""),
    "without a code": ({"message": "slow"}, "HTTP 400", "slow"),
    "with a null code": ({"__type": None, "message": None}, "HTTP 400", ""),
    "an empty object": ({}, "HTTP 400", ""),
    "JSON list": (b"[]", "HTTP 400", ""),
    "HTML from a proxy": (b"<html>Bad Request</html>", "HTTP 400", ""),
    "nothing": (b"", "HTTP 400", ""),
}


@pytest.mark.parametrize("error", ERRORS)
def test_error_has_a_code_and_a_message(error: str) -> None:
    document, code, message = ERRORS[error]
    response = decode_response(raw(document, 400))
    assert response is not None
    assert (response.is_ok, response.code, response.message) == (False, code, message)


def test_only_200_is_ok() -> None:
    decoded = {status: decode_response(raw({}, status)) for status in (200, 201, 302, 400, 500)}
    assert [status for status, response in decoded.items() if response and response.is_ok] == [200]


def test_request_is_a_post_with_its_length_in_bytes() -> None:
    sent = encode_request({"host": "h:1", "x-amz-date": "now"}, '{"é":1}'.encode())
    assert sent == 'POST / HTTP/1.1\r\nhost: h:1\r\nx-amz-date: now\r\ncontent-length: 8\r\n\r\n{"é":1}'.encode()
