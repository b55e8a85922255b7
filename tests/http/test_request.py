from dataclasses import replace
from datetime import UTC, datetime

from chalicelib.domain import ids
from chalicelib.domain.timestamps import timestamp
from chalicelib.endpoints import ENDPOINTS
from chalicelib.http.request import Request
from tests.builders import NOW, time_of

REQUEST = Request(
    endpoint=ENDPOINTS[0],
    owner="admin",
    now=NOW,
    base_url="https://api.network.example/v1",
    if_match=None,
    idempotency=None,
    entropy=bytes,
)


def test_a_request_brings_no_cookies_unless_it_does() -> None:
    assert REQUEST.cookies == {}


def test_a_timestamp_is_utc_to_the_millisecond() -> None:
    assert timestamp(datetime(2026, 11, 4, 12, 30, 0, 123_999, tzinfo=UTC)) == "2026-11-04T12:30:00.123Z"


def test_a_request_is_written_down_with_its_own_time() -> None:
    assert (REQUEST.timestamp, REQUEST.year) == ("2026-11-04T12:30:00.000Z", "2026")


def test_a_new_id_carries_its_prefix_and_the_requests_time() -> None:
    assert REQUEST.new_id("cmp") == "cmp_" + "01m6k8k8a0" + "0" * 16
    assert time_of(REQUEST.new_id("cmp")) == NOW


def test_a_later_requests_id_sorts_after_an_earlier_ones() -> None:
    later = replace(REQUEST, now=NOW.replace(minute=31))

    assert REQUEST.new_id("cmp") < later.new_id("cmp")


def test_a_new_code_can_be_a_code() -> None:
    assert ids.is_link_code(REQUEST.new_code())


def test_a_new_token_is_160_bits() -> None:
    assert REQUEST.new_token() == "00" * 20


def test_a_link_is_clicked_where_the_api_answers() -> None:
    assert REQUEST.link_url("abcde12345") == "https://api.network.example/v1/s/abcde12345"


def test_a_link_of_a_tracking_domain_is_clicked_there() -> None:
    assert REQUEST.link_url("abcde12345", "go.network.example") == "https://go.network.example/s/abcde12345"


def test_an_open_call_has_no_actor() -> None:
    assert REQUEST.actor == ""
