import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.postbacks.http_response import MAX_HEAD_BYTES, DeliveryOutcome, DeliveryStatus, parse_response, sanitize

OK = b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n\r\nbody"


@pytest.mark.parametrize(
    ("received", "expected"),
    [
        pytest.param(OK, DeliveryOutcome(200), id="200"),
        pytest.param(b"HTTP/1.0 204\r\n\r\n", DeliveryOutcome(204), id="without a reason"),
        pytest.param(b"HTTP/1.1 299 \n\n", DeliveryOutcome(299), id="with bare line ends"),
        pytest.param(
            b"HTTP/1.1 500 Oops\r\n\r\n", DeliveryOutcome(500, "The server responded with status 500."), id="500"
        ),
        pytest.param(
            b"HTTP/1.1 404 Not Found\r\n\r\n", DeliveryOutcome(404, "The server responded with status 404."), id="404"
        ),
        pytest.param(
            b"HTTP/1.1 302 Found\r\nX: y\r\nlocation:  http://10.0.0.1/\r\n\r\n",
            DeliveryOutcome(302, "Redirect to http://10.0.0.1/"),
            id="a redirect",
        ),
        pytest.param(
            b"HTTP/1.1 304 Not Modified\r\n\r\n",
            DeliveryOutcome(304, "The server responded with status 304."),
            id="304",
        ),
        pytest.param(
            b"HTTP/1.1 400 Bad\r\nLocation: /\r\n\r\n",
            DeliveryOutcome(400, "The server responded with status 400."),
            id="a location without redirect",
        ),
        pytest.param(
            b"HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n" + OK, DeliveryOutcome(200), id="after an interim response"
        ),
    ],
)
def test_only_200_to_299_is_a_success(received: bytes, expected: DeliveryOutcome) -> None:
    assert parse_response(received) == expected


@pytest.mark.parametrize("received", [b"", b"HTTP/1.1 2", b"HTTP/1.1 200 OK\r\nA: b\r\n", b"HTTP/1.1 100 C\r\n\r\n"])
def test_incomplete_response_has_no_outcome(received: bytes) -> None:
    assert parse_response(received) is None


@given(st.integers(0, len(OK)))
def test_prefix_of_a_response_has_no_other_outcome(length: int) -> None:
    assert parse_response(OK[:length]) in (None, DeliveryOutcome(200))


@pytest.mark.parametrize(
    "received", [b"SSH-2.0-x\r\n\r\n", b"HTTP/2 200\r\n\r\n", b"HTTP/1.1 2000\r\n\r\n", b"HTTP/1.1 999 x\r\n\r\n"]
)
def test_response_that_is_not_http_raises(received: bytes) -> None:
    with pytest.raises(ValueError, match=r"The response is not HTTP/1\.1\."):
        parse_response(received)


def test_headers_that_are_too_large_raise() -> None:
    with pytest.raises(ValueError, match="larger than 64 KiB"):
        parse_response(b"a" * (MAX_HEAD_BYTES + 1))


def test_redirect_location_is_sanitized_and_truncated() -> None:
    outcome = parse_response(b"HTTP/1.1 301 x\r\nLocation: \x1b[31m\xff" + b"y" * 1000 + b"\r\n\r\n")
    assert outcome
    assert outcome.error == ("Redirect to ?[31mÿ" + "y" * 1000)[:300]


def test_sanitized_text_is_printable() -> None:
    assert sanitize("a\x00\n\u202eb é") == "a???b é"


def test_failure_is_retried_until_the_eighth_attempt() -> None:
    failed = DeliveryOutcome(500, "The server responded with status 500.")
    assert [failed.status(attempt) for attempt in range(1, 9)] == [DeliveryStatus.FAILED] * 7 + [DeliveryStatus.DEAD]


def test_success_and_refused_address_are_final() -> None:
    assert [DeliveryOutcome(200).status(8), DeliveryOutcome(error="Refused: x.", is_refused=True).status(1)] == [
        "delivered",
        "refused",
    ]
