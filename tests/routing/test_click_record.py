from collections import Counter
from hashlib import sha256
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.admin.clicks.schemas import ClickDocument
from chalicelib.domain.click import Outcome, RejectionReason, TrackingParameters
from chalicelib.domain.route import PublisherLink, Route
from chalicelib.routing.click_record import (
    arm_draw_of,
    campaign_of,
    destination_url,
    document,
    draw_of,
    draws_of,
    fill_destination,
    record,
)
from chalicelib.routing.decision import Decision, decide
from chalicelib.routing.eligibility import ClickContext
from tests import strategies as some
from tests.builders import (
    LEARNED_AT,
    NOW,
    a_campaign,
    a_link,
    a_route,
    a_visitor,
    an_arrival,
    an_offer,
    an_optimized_route,
)
from tests.strategies import Situation

GAME = a_campaign("cmp_1", destination_url="https://acme.example/?cid={click_id}&s={sub1}")
ROUTE = a_route(an_offer(GAME, weight=3, priority=10), an_offer("cmp_2", priority=10, enabled=False), epoch=4)
LABELS = TrackingParameters(
    sub_ids={"sub1": "news & more"}, source="blog", external_click_id="x-1", query="gclid=a%26b"
)
CLICK_ID = "01kmvx0000000000000000000a"


def _decided(route: Route, arrival: ClickContext) -> Decision:
    return decide(route, arrival, lambda _: True, lambda _: None)


def _stored(route: Route = ROUTE, **changes: Any) -> dict[str, Any]:
    arrival = an_arrival(**{"labels": LABELS, **changes})
    return record(CLICK_ID, arrival, route, _decided(route, arrival))


def test_the_draw_of_a_click_is_the_same_for_everybody() -> None:
    assert [draw_of(CLICK_ID), draw_of("01kmvx0000000000000000000b"), draw_of("")] == [
        0.07214821112582515,
        0.13375573126168183,
        0.8894159948913373,
    ]


@given(some.texts)
def test_a_draw_is_at_least_0_and_below_1(click_id: str) -> None:
    assert 0 <= draw_of(click_id) < 1


def test_draws_are_spread_evenly() -> None:
    tenths = Counter(int(draw_of(f"click-{n}") * 10) for n in range(10_000))

    assert [tenths[n] for n in range(10)] == [1046, 976, 1024, 965, 1008, 999, 1013, 997, 979, 993]


def test_the_lot_of_a_click_is_the_same_for_everybody_and_not_its_draw() -> None:
    assert [arm_draw_of(CLICK_ID), arm_draw_of("01kmvx0000000000000000000b"), arm_draw_of("")] == [
        0.07226196354607428,
        0.1801643045032294,
        0.605407046293691,
    ]


@given(some.texts)
def test_a_lot_is_at_least_0_and_below_1(click_id: str) -> None:
    assert 0 <= arm_draw_of(click_id) < 1


@given(some.texts)
def test_draw_and_lot_are_two_parts_of_one_hash(click_id: str) -> None:
    number = int(sha256(click_id.encode()).hexdigest()[:32], 16)

    assert draws_of(click_id) == ((number >> 75) / 2**53, (number % 2**64 >> 11) / 2**53)
    assert draws_of(click_id) == (draw_of(click_id), arm_draw_of(click_id))


def test_draws_are_spread_evenly_in_the_hold_out_too() -> None:
    held_out = [draw_of(f"click-{n}") for n in range(10_000) if arm_draw_of(f"click-{n}") < 0.05]
    halves = Counter(int(draw * 2) for draw in held_out)

    assert halves == {0: 260, 1: 250}


def test_a_click_is_recorded_with_all_that_explains_it() -> None:
    assert _stored() == {
        "click_id": CLICK_ID,
        "at": 1_793_795_400_000,
        "code": "abcde12345",
        "publisher_id": "pub_1",
        "route_id": "sml_1",
        "route_version": 7,
        "epoch": 4,
        "outcome": "offer",
        "campaign_id": "cmp_1",
        "refusals": "-x",
        "arm": "weighted",
        "propensity": "1.0",
        "weights_version": None,
        "segment": None,
        "country": "US",
        "region": "US-CA",
        "device": "mobile",
        "os": "ios",
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


def test_a_recorded_click_explains_itself() -> None:
    assert document(_stored(), ROUTE) == {
        "click_id": CLICK_ID,
        "at": "2026-11-04T12:30:00.000Z",
        "smartlink_id": "sml_1",
        "publisher_id": "pub_1",
        "outcome": "offer",
        "campaign_id": "cmp_1",
        "destination_url": f"https://acme.example/?cid={CLICK_ID}&s=news%20%26%20more",
        "country": "US",
        "region": "US-CA",
        "device": "mobile",
        "os": "ios",
        "browser": "safari",
        "language": "en",
        "sub_ids": {"sub1": "news & more"},
        "source": "blog",
        "is_bot": False,
        "is_duplicate": False,
        "is_unique": True,
        "decision": {
            "segment": "US|mobile",
            "arm": "weighted",
            "route_version": 7,
            "weights_version": None,
            "draw": draw_of(CLICK_ID),
            "propensity": 1.0,
            "considered": [
                {"campaign_id": "cmp_1", "priority": 10, "weight": 3, "refused": None},
                {"campaign_id": "cmp_2", "priority": 10, "weight": 1, "refused": "disabled"},
            ],
        },
    }


LEARNED = {"US|mobile": {"cmp_1": 0.75, "cmp_2": 0.25}, "GB": {"cmp_1": 0.5, "cmp_2": 0.5}}
OPTIMIZED = an_optimized_route(an_offer("cmp_1", weight=3), an_offer("cmp_2"), segments=LEARNED, holdout_percent=50)


@pytest.mark.parametrize(
    ("country", "lot", "stored"),
    [
        pytest.param("US", 0.5, ("optimized", LEARNED_AT, None), id="the visitor's own segment goes without saying"),
        pytest.param("GB", 0.5, ("optimized", LEARNED_AT, "GB"), id="a wider one is named"),
        pytest.param("DE", 0.5, ("optimized", LEARNED_AT, None), id="none"),
        pytest.param("GB", 0.4, ("holdout", LEARNED_AT, None), id="hold-out"),
    ],
)
def test_a_click_on_learned_weights_tells_their_version_and_segment(
    country: str, lot: float, stored: tuple[str, int, str | None]
) -> None:
    found = _stored(OPTIMIZED, visitor=a_visitor(country=country), lot=lot)

    assert (found["arm"], found["weights_version"], found["segment"]) == stored


def test_a_click_that_no_weights_could_draw_for_names_none() -> None:
    paused = an_optimized_route(segments=LEARNED, active=False)
    weighted = Decision(Outcome.FALLBACK, None, None)

    assert _stored(paused)["weights_version"] is None
    assert record(CLICK_ID, an_arrival(), OPTIMIZED, weighted)["weights_version"] is None


def test_a_click_that_no_offer_took_keeps_its_arm_segment_and_version() -> None:
    route = an_optimized_route(an_offer("cmp_1", enabled=False), segments=LEARNED)
    found = _stored(route, visitor=a_visitor(country="GB"))

    assert [found[name] for name in ("outcome", "arm", "weights_version", "segment", "propensity")] == [
        *("fallback", "optimized", LEARNED_AT, "GB", None)
    ]


def test_an_optimized_click_explains_itself_by_what_was_learned() -> None:
    stored = _stored(OPTIMIZED, visitor=a_visitor(country="GB"), draw=0.75)

    assert document(stored, OPTIMIZED)["decision"] == {
        "segment": "GB",
        "arm": "optimized",
        "route_version": 7,
        "weights_version": LEARNED_AT,
        "draw": draw_of(CLICK_ID),
        "propensity": 0.5,
        "considered": [
            {"campaign_id": "cmp_1", "priority": 0, "weight": 0.5, "refused": None},
            {"campaign_id": "cmp_2", "priority": 0, "weight": 0.5, "refused": None},
        ],
    }


def test_a_click_of_the_hold_out_explains_itself_by_the_admins_weights() -> None:
    decision = document(_stored(OPTIMIZED, lot=0.0), OPTIMIZED)["decision"]

    assert (decision["segment"], decision["arm"], decision["propensity"]) == ("US|mobile", "holdout", 0.75)
    assert [each["weight"] for each in decision["considered"]] == [3, 1]


@given(st.lists(st.none() | st.sampled_from(RejectionReason)))
def test_the_refusals_stored_are_the_refusals_told(refusals: list[RejectionReason | None]) -> None:
    route = a_route(*[an_offer(f"cmp_{n}") for n in range(len(refusals))])
    decision = Decision(Outcome.NO_OFFER, None, None, tuple(refusals))
    stored = record(CLICK_ID, an_arrival(), route, decision)

    assert len(stored["refusals"] or "") == len(refusals)
    assert [each["refused"] for each in document(stored, route)["decision"]["considered"]] == refusals


def test_a_visitor_whom_the_catch_alls_filter_knows_is_a_duplicate() -> None:
    decision = Decision(Outcome.NO_OFFER, None, None, catch_all_refused=RejectionReason.DUPLICATE)
    told = document(record(CLICK_ID, an_arrival(), ROUTE, decision), ROUTE)

    assert (told["is_duplicate"], told["is_unique"]) == (True, False)


@given(st.floats(0, 1, exclude_min=True))
def test_the_propensity_stored_is_the_propensity_told(propensity: float) -> None:
    decision = Decision(Outcome.OFFER, GAME, GAME.destination_url, (None, None), propensity=propensity)
    stored = record(CLICK_ID, an_arrival(), ROUTE, decision)

    assert document(stored, ROUTE)["decision"]["propensity"] == propensity


@given(some.situations())
def test_every_click_has_a_document_of_the_contract(situation: Situation) -> None:
    route, arrival = situation.route, situation.arrival
    decision = decide(route, arrival, situation.approved, situation.reserve)
    told = ClickDocument(**document(record(CLICK_ID, arrival, route, decision), route))

    assert (told.outcome, told.decision.arm) == (decision.outcome, decision.arm)
    assert decision.segment in (None, told.decision.segment)
    assert told.destination_url == decision.url
    assert told.campaign_id == (decision.campaign.id if decision.campaign else None)
    assert tuple(each.refused for each in told.decision.considered) == decision.refusals


FULL = a_route(
    an_offer(a_campaign("cmp_1", destination_url="https://one.example/")),
    catch_all=an_offer(a_campaign("cmp_last", destination_url="https://last.example/")),
    fail_url="https://fail.example/",
    fallback_url="https://more.example/",
)


@pytest.mark.parametrize(
    ("outcome", "campaign_id", "url"),
    [
        pytest.param(Outcome.OFFER, "cmp_1", "https://one.example/", id="offer"),
        pytest.param(Outcome.CATCH_ALL, "cmp_last", "https://last.example/", id="catch-all"),
        pytest.param(Outcome.FAIL_URL, None, "https://fail.example/", id="fail URL"),
        pytest.param(Outcome.FALLBACK, None, "https://more.example/", id="fallback"),
        pytest.param(Outcome.PAUSED, None, "https://more.example/", id="paused"),
    ],
)
def test_each_outcome_has_its_own_destination(outcome: Outcome, campaign_id: str | None, url: str) -> None:
    stored = {**_stored(), "outcome": outcome, "campaign_id": campaign_id}

    assert destination_url(stored, FULL) == url


def test_the_page_of_no_offer_has_no_destination_and_no_propensity() -> None:
    route = a_route(fallback_url=None)
    stored = _stored(route)

    assert destination_url(stored, route) is None
    assert document(stored, route)["decision"]["propensity"] is None


def test_every_macro_of_the_contract_is_filled_in() -> None:
    names = "external_click_id campaign_id smartlink_id publisher_id sub1 sub2 source country region city device os"
    template = "|".join(f"{{{name}}}" for name in [*names.split(), "browser", "language", "timestamp", "query"])
    route = a_route(an_offer(a_campaign(destination_url=template)))

    assert destination_url(_stored(route), route) == (
        "x-1|cmp_1|sml_1|pub_1|news%20%26%20more||blog|US|US-CA|Fresno|mobile|ios|safari|en|1793795400|gclid=a%26b"
    )


@given(some.situations())
def test_the_url_decided_filled_in_is_where_the_stored_click_went(situation: Situation) -> None:
    decision = decide(situation.route, situation.arrival, situation.approved, situation.reserve)
    stored = record(CLICK_ID, situation.arrival, situation.route, decision)

    assert (fill_destination(decision.url, stored) if decision.url else None) == destination_url(
        stored, situation.route
    )


def test_a_sub_id_cannot_pass_for_another_macro() -> None:
    stored = {**_stored(), "sub_ids": {"country": "x", "timestamp": "y", "sub1": "z"}}

    assert fill_destination("{country}|{timestamp}|{sub1}", stored) == "US|1793795400|z"


def test_the_rest_of_the_query_is_kept_only_where_the_destination_wants_it() -> None:
    wanting = a_route(an_offer(a_campaign(destination_url="https://acme.example/?{query}")))

    assert _stored(wanting)["parameters"] == "gclid=a%26b"
    assert _stored(wanting, labels=TrackingParameters())["parameters"] is None
    assert _stored(ROUTE)["parameters"] is None


def test_a_click_that_knows_nothing_stores_nothing_of_it() -> None:
    link, visitor = PublisherLink("abcde12345", "pub_1", "sml_1"), a_visitor(country=None, city=None, browser=None)
    route = a_route(fallback_url=None)
    stored = _stored(route, link=link, visitor=visitor, labels=TrackingParameters())
    unknown = {name for name, value in stored.items() if value is None}

    assert unknown == {
        *("campaign_id", "refusals", "propensity", "country", "browser", "city", "is_bot", "is_duplicate", "sub_ids"),
        *("source", "external_click_id", "parameters", "weights_version", "segment"),
    }


def test_what_is_unknown_may_be_missing_from_the_table() -> None:
    route = a_route(fallback_url=None)
    stored = _stored(route, visitor=a_visitor(country=None), labels=TrackingParameters())
    kept = {name: value for name, value in stored.items() if value is not None}

    assert document(kept, route) == document(stored, route)
    assert document(kept, route)["decision"]["segment"] == "?|mobile"


@pytest.mark.parametrize(
    ("is_bot", "refusal", "told"),
    [
        pytest.param(False, None, (False, False, True), id="a first visit"),
        pytest.param(False, RejectionReason.CAP, (False, False, True), id="a full offer"),
        pytest.param(True, None, (True, False, False), id="a bot"),
        pytest.param(False, RejectionReason.DUPLICATE, (False, True, False), id="a second visit"),
        pytest.param(True, RejectionReason.DUPLICATE, (True, True, False), id="a bot's second visit"),
    ],
)
def test_only_a_persons_first_visit_is_unique(
    refusal: RejectionReason | None, told: tuple[bool, bool, bool], *, is_bot: bool
) -> None:
    arrival = an_arrival(visitor=a_visitor(is_bot=is_bot))
    stored = record(CLICK_ID, arrival, ROUTE, Decision(Outcome.NO_OFFER, None, None, (None, refusal)))
    found = document(stored, ROUTE)

    assert (found["is_bot"], found["is_duplicate"], found["is_unique"]) == told


def test_a_direct_link_belongs_to_no_smartlink() -> None:
    route = a_route(an_offer(), id="cmp_1")
    stored = _stored(route, link=a_link(route_id="cmp_1"))

    assert document(stored, route)["smartlink_id"] is None


def test_a_simulated_click_has_no_id_and_the_draw_it_was_given() -> None:
    found = document({**_stored(), "click_id": None, "draw": 0.25}, ROUTE)

    assert (found["click_id"], found["decision"]["draw"]) == (None, 0.25)
    assert ClickDocument(**found).click_id is None


def test_a_campaign_is_found_among_offers_and_catch_all() -> None:
    assert [campaign_of(FULL, each).destination_url for each in ("cmp_1", "cmp_last")] == [
        "https://one.example/",
        "https://last.example/",
    ]


def test_a_campaign_of_a_route_without_catch_all_is_found_among_its_offers() -> None:
    assert campaign_of(ROUTE, "cmp_2") == ROUTE.offers[1].campaign


def test_times_are_told_to_the_millisecond() -> None:
    stored = _stored(now=NOW.replace(microsecond=123_999))

    assert (stored["at"], document(stored, ROUTE)["at"]) == (1_793_795_400_123, "2026-11-04T12:30:00.123Z")
