import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.postbacks.http_response import LONGEST_HEAD, DeliveryOutcome, DeliveryStatus, outcome, sanitize

OK = b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n\r\nbody"


@pytest.mark.parametrize(
    ("received", "found"),
    [
        pytest.param(OK, DeliveryOutcome(200), id="200"),
        pytest.param(b"HTTP/1.0 204\r\n\r\n", DeliveryOutcome(204), id="without a reason"),
        pytest.param(b"HTTP/1.1 299 \n\n", DeliveryOutcome(299), id="with bare line ends"),
        pytest.param(b"HTTP/1.1 500 Oops\r\n\r\n", DeliveryOutcome(500, "answered 500"), id="500"),
        pytest.param(b"HTTP/1.1 404 Not Found\r\n\r\n", DeliveryOutcome(404, "answered 404"), id="404"),
        pytest.param(
            b"HTTP/1.1 302 Found\r\nX: y\r\nlocation:  http://10.0.0.1/\r\n\r\n",
            DeliveryOutcome(302, "redirected to http://10.0.0.1/"),
            id="a redirect",
        ),
        pytest.param(b"HTTP/1.1 304 Not Modified\r\n\r\n", DeliveryOutcome(304, "answered 304"), id="304"),
        pytest.param(
            b"HTTP/1.1 400 Bad\r\nLocation: /\r\n\r\n",
            DeliveryOutcome(400, "answered 400"),
            id="a place that is no redirect",
        ),
        pytest.param(
            b"HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n" + OK, DeliveryOutcome(200), id="after an interim answer"
        ),
    ],
)
def test_only_200_to_299_is_a_success(received: bytes, found: DeliveryOutcome) -> None:
    assert outcome(received) == found


@pytest.mark.parametrize("received", [b"", b"HTTP/1.1 2", b"HTTP/1.1 200 OK\r\nA: b\r\n", b"HTTP/1.1 100 C\r\n\r\n"])
def test_an_answer_that_is_not_whole_is_waited_for(received: bytes) -> None:
    assert outcome(received) is None


@given(st.integers(0, len(OK)))
def test_no_beginning_of_an_answer_is_taken_for_another_one(length: int) -> None:
    assert outcome(OK[:length]) in (None, DeliveryOutcome(200))


@pytest.mark.parametrize(
    "received", [b"SSH-2.0-x\r\n\r\n", b"HTTP/2 200\r\n\r\n", b"HTTP/1.1 2000\r\n\r\n", b"HTTP/1.1 999 x\r\n\r\n"]
)
def test_what_does_not_speak_http_is_an_error(received: bytes) -> None:
    with pytest.raises(ValueError, match=r"did not answer in HTTP/1\.1"):
        outcome(received)


def test_headers_that_do_not_end_are_an_error() -> None:
    with pytest.raises(ValueError, match="do not end"):
        outcome(b"a" * (LONGEST_HEAD + 1))


def test_a_place_to_go_is_kept_readable() -> None:
    found = outcome(b"HTTP/1.1 301 x\r\nLocation: \x1b[31m\xff" + b"y" * 1000 + b"\r\n\r\n")
    assert found
    assert found.error == ("redirected to ?[31mÿ" + "y" * 1000)[:300]


def test_readable_text_is_printable() -> None:
    assert sanitize("a\x00\n\u202eb é") == "a???b é"


def test_a_failure_is_tried_again_until_the_eighth() -> None:
    failed = DeliveryOutcome(500, "answered 500")
    assert [failed.status(attempt) for attempt in range(1, 9)] == [DeliveryStatus.FAILED] * 7 + [DeliveryStatus.DEAD]


def test_a_success_is_final_and_so_is_a_refused_address() -> None:
    assert [DeliveryOutcome(200).status(8), DeliveryOutcome(error="refused: x", is_refused=True).status(1)] == [
        "delivered",
        "refused",
    ]
