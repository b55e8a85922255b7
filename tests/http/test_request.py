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


def test_request_has_no_cookies_by_default() -> None:
    assert REQUEST.cookies == {}


def test_timestamp_is_utc_with_milliseconds() -> None:
    assert timestamp(datetime(2026, 11, 4, 12, 30, 0, 123_999, tzinfo=UTC)) == "2026-11-04T12:30:00.123Z"


def test_request_has_its_timestamp_and_year() -> None:
    assert (REQUEST.timestamp, REQUEST.year) == ("2026-11-04T12:30:00.000Z", "2026")


def test_new_id_contains_prefix_and_request_time() -> None:
    assert REQUEST.new_id("cmp") == "cmp_" + "01m6k8k8a0" + "0" * 16
    assert time_of(REQUEST.new_id("cmp")) == NOW


def test_id_of_a_later_request_sorts_after_earlier_ids() -> None:
    later = replace(REQUEST, now=NOW.replace(minute=31))

    assert REQUEST.new_id("cmp") < later.new_id("cmp")


def test_new_code_is_a_link_code() -> None:
    assert ids.is_link_code(REQUEST.new_code())


def test_new_token_has_160_bits() -> None:
    assert REQUEST.new_token() == "00" * 20


def test_link_url_is_on_the_address_of_the_api() -> None:
    assert REQUEST.link_url("abcde12345") == "https://api.network.example/v1/s/abcde12345"


def test_link_url_is_on_the_tracking_domain_if_it_can_be_used() -> None:
    assert REQUEST.link_url("abcde12345", "go.network.example") == "https://go.network.example/s/abcde12345"
    request = replace(REQUEST, inactive_hosts=lambda: frozenset({"go.network.example"}))
    assert request.link_url("abcde12345", "go.network.example") == REQUEST.link_url("abcde12345")
    assert [request.can_use(each) for each in ("a.network.example", "go.network.example", None)] == [True, False, False]


def test_link_url_is_on_the_tracking_url_if_the_api_has_another() -> None:
    request = replace(REQUEST, tracking_url="https://go.network.example")
    assert (REQUEST.tracking_base, request.tracking_base) == (REQUEST.base_url, "https://go.network.example")
    assert request.link_url("abcde12345") == "https://go.network.example/s/abcde12345"
    assert request.link_url("abcde12345", "a.network.example") == "https://a.network.example/s/abcde12345"


def test_request_has_no_actor_by_default() -> None:
    assert REQUEST.actor == ""


def test_request_has_no_address_and_no_parameters_by_default() -> None:
    assert (REQUEST.address, REQUEST.parameters) == ("", {})
