import json
import zlib
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.dynamodb.wire_format import HttpResponse, ProtocolError, answer, request
from tests.dynamodb.server import raw

texts = st.text(max_size=8)
documents = st.dictionaries(texts, texts | st.integers() | st.dictionaries(texts, texts, max_size=2), max_size=3)


@st.composite
def answered(draw: st.DrawFn) -> tuple[bytes, HttpResponse]:
    """An answer as DynamoDB could send it, and what it says."""
    status, document = draw(st.sampled_from([200, 400, 500, 503])), draw(documents)
    body = json.dumps(document, ensure_ascii=draw(st.booleans())).encode("utf-8", "surrogatepass")
    keeps_open = draw(st.booleans())
    headers = [
        ("Server", "Server"),
        (draw(st.sampled_from(["Content-Length", "content-length"])), str(len(body))),
        *draw(st.sampled_from([[], [("x-amz-crc32", str(zlib.crc32(body)))]])),
        *([] if keeps_open else [("Connection", draw(st.sampled_from(["close", "Close"])))]),
        *draw(
            st.sampled_from([[], [("x-amzn-RequestId", "A:B")], [("Connection", "keep-alive")] if keeps_open else []])
        ),
    ]
    lines = "".join(
        f"{name}:{draw(st.sampled_from(['', ' ']))}{value}\r\n" for name, value in draw(st.permutations(headers))
    )
    return f"HTTP/1.1 {status} OK\r\n{lines}\r\n".encode() + body, HttpResponse(status, document, keeps_open)


@given(answered())
def test_an_answer_is_read_when_its_last_byte_is_there_and_not_before(sent: tuple[bytes, HttpResponse]) -> None:
    received, meant = sent
    assert {answer(received[:length]) for length in range(len(received))} == {None}
    assert answer(received) == meant
    assert answer(bytearray(received)) == meant


@given(answered(), st.binary(min_size=1, max_size=5))
def test_nothing_may_follow_an_answer(sent: tuple[bytes, HttpResponse], surplus: bytes) -> None:
    with pytest.raises(ProtocolError, match="more than was asked for"):
        answer(sent[0] + surplus)


@pytest.mark.parametrize(
    ("headers", "keeps_open"),
    [
        pytest.param({}, True, id="HTTP/1.1 says nothing of it"),
        pytest.param({"Connection": "keep-alive"}, True, id="kept"),
        pytest.param({"Connection": "close"}, False, id="closed"),
        pytest.param({"connection": "CLOSE"}, False, id="in other letters"),
    ],
)
def test_an_answer_tells_whether_the_connection_can_be_used_again(headers: dict[str, Any], keeps_open: bool) -> None:
    read = answer(raw({}, **headers))
    assert read == HttpResponse(200, {}, keeps_open)


@pytest.mark.parametrize(
    ("received", "why"),
    [
        pytest.param(raw({}, x_amz_crc32="1"), "checksum", id="a wrong checksum"),
        pytest.param(raw({}, x_amz_crc32=""), "checksum", id="an empty checksum"),
        pytest.param(raw({}, 400, x_amz_crc32="1"), "checksum", id="a wrong checksum of an error"),
        pytest.param(b"HTTP/1.1 200 OK\r\nserver: x\r\n\r\n{}", "length", id="no length"),
        pytest.param(raw({}, content_length="two"), "length", id="a length that is no number"),
        pytest.param(raw({}, content_length="-2"), "length", id="a length below nothing"),
        pytest.param(raw({}, transfer_encoding="chunked"), "length", id="in chunks"),
        pytest.param(raw(b"[1]"), "no JSON object", id="JSON, but no object"),
        pytest.param(raw(b"<html>"), "no JSON object", id="HTML"),
        pytest.param(raw(b"\xff\xfe\xff"), "no JSON object", id="no text"),
        pytest.param(b"SSH-2.0-OpenSSH_9.2\r\n\r\n", "no HTTP", id="another protocol"),
        pytest.param(b"HTTP/2 200\r\n\r\n", "no HTTP", id="another version"),
        pytest.param(b"HTTP/1.1 OK\r\n\r\n", "no HTTP", id="no status"),
        pytest.param(b"\r\n\r\n", "no HTTP", id="nothing"),
        pytest.param(b"HTTP/1.1 200 OK\r\n" + b"x" * 65_536, "endless", id="an endless head"),
    ],
)
def test_what_is_no_answer_is_unreadable(received: bytes, why: str) -> None:
    with pytest.raises(ProtocolError, match=why):
        answer(received)


def test_a_long_head_is_waited_for_as_long_as_it_could_end() -> None:
    assert answer(b"x" * 65_536) is None


ERRORS: dict[str, tuple[Any, str, str]] = {
    "with its namespace": ({"__type": "com.amazonaws#Throttling", "message": "slow"}, "Throttling", "slow"),
    "by its name": ({"__type": "Throttling", "Message": "slow"}, "Throttling", "slow"),
    "without a message": ({"__type": "a#b#Throttling"}, "Throttling", ""),
    "without a name": ({"message": "slow"}, "HTTP 400", "slow"),
    "with no name": ({"__type": None, "message": None}, "HTTP 400", ""),
    "an empty object": ({}, "HTTP 400", ""),
    "no object": (b"[]", "HTTP 400", ""),
    "HTML of a proxy": (b"<html>Bad Request</html>", "HTTP 400", ""),
    "nothing": (b"", "HTTP 400", ""),
}


@pytest.mark.parametrize("error", ERRORS)
def test_an_error_has_a_name_and_a_message(error: str) -> None:
    said, code, message = ERRORS[error]
    read = answer(raw(said, 400))
    assert read is not None
    assert (read.is_good, read.code, read.message) == (False, code, message)


def test_only_200_is_good() -> None:
    read = {status: answer(raw({}, status)) for status in (200, 201, 302, 400, 500)}
    assert [status for status, each in read.items() if each and each.is_good] == [200]


def test_a_request_is_a_post_of_so_many_bytes() -> None:
    sent = request({"host": "h:1", "x-amz-date": "now"}, '{"é":1}'.encode())
    assert sent == 'POST / HTTP/1.1\r\nhost: h:1\r\nx-amz-date: now\r\ncontent-length: 8\r\n\r\n{"é":1}'.encode()
