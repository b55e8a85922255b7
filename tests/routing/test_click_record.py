from collections import Counter
from hashlib import sha256

import pytest
from hypothesis import given

from chalicelib.domain.click import Outcome, TrackingParameters
from chalicelib.domain.route import PublisherLink
from chalicelib.routing.click_record import (
    MAX_DESTINATION,
    arm_draw_of,
    draw_of,
    draws_of,
    fill_destination,
    record,
)
from chalicelib.routing.decision import Decision
from tests import strategies as some
from tests.builders import (
    LEARNED_AT,
    a_campaign,
    a_click_context,
    a_route,
    a_visitor,
    an_offer,
    an_optimized_route,
)
from tests.routing.clicks import CLICK_ID, LEARNED, OPTIMIZED, ROUTE, a_click


def test_draw_follows_from_the_click_id() -> None:
    assert [draw_of(CLICK_ID), draw_of("01kmvx0000000000000000000b"), draw_of("")] == [
        0.07214821112582515,
        0.13375573126168183,
        0.8894159948913373,
    ]


@given(some.texts)
def test_draw_is_at_least_0_and_below_1(click_id: str) -> None:
    assert 0 <= draw_of(click_id) < 1


def test_draws_are_uniform() -> None:
    tenths = Counter(int(draw_of(f"click-{n}") * 10) for n in range(10_000))

    assert [tenths[n] for n in range(10)] == [1046, 976, 1024, 965, 1008, 999, 1013, 997, 979, 993]


def test_arm_draw_follows_from_the_click_id_and_differs_from_the_draw() -> None:
    assert [arm_draw_of(CLICK_ID), arm_draw_of("01kmvx0000000000000000000b"), arm_draw_of("")] == [
        0.07226196354607428,
        0.1801643045032294,
        0.605407046293691,
    ]


@given(some.texts)
def test_arm_draw_is_at_least_0_and_below_1(click_id: str) -> None:
    assert 0 <= arm_draw_of(click_id) < 1


@given(some.texts)
def test_both_draws_are_parts_of_one_hash(click_id: str) -> None:
    number = int(sha256(click_id.encode()).hexdigest()[:32], 16)

    assert draws_of(click_id) == ((number >> 75) / 2**53, (number % 2**64 >> 11) / 2**53)
    assert draws_of(click_id) == (draw_of(click_id), arm_draw_of(click_id))


def test_draws_are_uniform_within_the_hold_out() -> None:
    held_out = [draw_of(f"click-{n}") for n in range(10_000) if arm_draw_of(f"click-{n}") < 0.05]
    halves = Counter(int(draw * 2) for draw in held_out)

    assert halves == {0: 260, 1: 250}


def test_record_has_every_field_of_the_decision() -> None:
    assert a_click() == {
        "click_id": CLICK_ID,
        "at": 1_793_795_400_000,
        "code": "abcde12345",
        "publisher_id": "pub_1",
        "route_id": "sml_1",
        "route_version": 7,
        "epoch": 4,
        "outcome": "offer",
        "campaign_id": "cmp_1",
        "currency": "USD",
        "terms_version": None,
        "refusals": "-x",
        "arm": "weighted",
        "propensity": "1.0",
        "weights_version": None,
        "segment": None,
        "country": "US",
        "region": "US-CA",
        "network": "AS7018",
        "isp": "AT&T Internet",
        "connection": "cable",
        "device": "mobile",
        "os": "ios",
        "os_version": "17.5",
        "browser": "safari",
        "language": "en",
        "city": "Fresno",
        "is_bot": None,
        "is_duplicate": None,
        "sub_ids": {"sub1": "news & more"},
        "source": "blog",
        "external_click_id": "x-1",
        "parameters": None,
    }


@pytest.mark.parametrize(
    ("country", "arm_draw", "stored"),
    [
        pytest.param("US", 0.5, ("optimized", LEARNED_AT, None), id="the visitor's own segment is not stored"),
        pytest.param("GB", 0.5, ("optimized", LEARNED_AT, "GB"), id="a wider segment is stored"),
        pytest.param("DE", 0.5, ("optimized", LEARNED_AT, None), id="none"),
        pytest.param("GB", 0.4, ("holdout", LEARNED_AT, None), id="hold-out"),
    ],
)
def test_record_has_version_and_segment_of_learned_weights(
    country: str, arm_draw: float, stored: tuple[str, int, str | None]
) -> None:
    click = a_click(OPTIMIZED, visitor=a_visitor(country=country), arm_draw=arm_draw)

    assert (click["arm"], click["weights_version"], click["segment"]) == stored


def test_record_without_a_draw_has_no_weights_version() -> None:
    paused = an_optimized_route(segments=LEARNED, active=False)
    weighted = Decision(Outcome.FALLBACK, None, None)

    assert a_click(paused)["weights_version"] is None
    assert record(CLICK_ID, a_click_context(), OPTIMIZED, weighted)["weights_version"] is None


def test_click_without_an_offer_keeps_arm_segment_and_version() -> None:
    route = an_optimized_route(an_offer("cmp_1", enabled=False), segments=LEARNED)
    click = a_click(route, visitor=a_visitor(country="GB"))

    assert [click[name] for name in ("outcome", "arm", "weights_version", "segment", "propensity")] == [
        *("fallback", "optimized", LEARNED_AT, "GB", None)
    ]


def test_sub_id_cannot_replace_another_macro() -> None:
    stored = {**a_click(), "sub_ids": {"country": "x", "timestamp": "y", "sub1": "z"}}

    assert fill_destination("{country}|{timestamp}|{sub1}", stored) == "US|1793795400|z"


def test_other_parameters_are_stored_only_if_the_destination_uses_them() -> None:
    passing_on = a_route(an_offer(a_campaign(destination_url="https://acme.example/?{query}")))

    assert a_click(passing_on)["parameters"] == "gclid=a%26b"
    assert a_click(passing_on, parameters=TrackingParameters())["parameters"] is None
    assert a_click(ROUTE)["parameters"] is None


def test_unknown_fields_are_stored_as_none() -> None:
    link, visitor = (
        PublisherLink("abcde12345", "pub_1", "sml_1"),
        a_visitor(country=None, city=None, browser=None, network=None, isp=None, connection=None, os_version=None),
    )
    route = a_route(fallback_url=None)
    stored = a_click(route, link=link, visitor=visitor, parameters=TrackingParameters())
    unknown = {name for name, value in stored.items() if value is None}

    assert unknown == {
        *("campaign_id", "refusals", "propensity", "country", "browser", "city", "is_bot", "is_duplicate", "sub_ids"),
        *("network", "isp", "connection", "os_version"),
        *("source", "external_click_id", "parameters", "weights_version", "segment", "currency", "terms_version"),
    }


LONG = "https://a.example/?c={click_id}&x={external_click_id}&s={sub1}"


def test_long_values_that_fit_are_sent_whole() -> None:
    stored = {**a_click(), "external_click_id": "\u754c" * 1000, "sub_ids": {"sub1": "a" * 255}}

    destination = fill_destination(LONG, stored)

    assert len(destination) == len("https://a.example/?c=&x=&s=") + 26 + 9000 + 255
    assert destination.endswith(f"&x={'%E7%95%8C' * 1000}&s={'a' * 255}")


def test_longest_value_is_left_out_of_a_destination_that_no_response_can_hold() -> None:
    stored = {**a_click(), "external_click_id": "\U0001f600" * 1000, "sub_ids": {"sub1": "a" * 255}}

    assert fill_destination(LONG, stored) == f"https://a.example/?c={CLICK_ID}&x=&s={'a' * 255}"


def test_destination_without_values_to_leave_out_stays_as_long_as_it_is() -> None:
    template = f"https://a.example/{'a' * MAX_DESTINATION}?c={{sub9}}"

    assert fill_destination(template, a_click()) == template.replace("{sub9}", "")
