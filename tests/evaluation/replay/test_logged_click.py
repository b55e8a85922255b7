from typing import Any

import pytest

from chalicelib.domain.click import Outcome, RejectionReason, TrackingParameters
from chalicelib.domain.route import Route
from chalicelib.domain.smartlink import OfferAccess
from chalicelib.domain.targeting import Targeting
from chalicelib.evaluation.replay.logged_click import (
    NO_PAYING_OFFER,
    Action,
    LoggedClick,
    is_complete,
    is_unique,
    logged,
)
from chalicelib.evaluation.reward import Reward
from chalicelib.routing import click_record
from chalicelib.routing.decision import Decision, decide
from tests.builders import NOW, a_campaign, a_link, a_route, a_visitor, an_arrival, an_offer

GB = Targeting(countries=frozenset({"GB"}))
CATCH_ALL = an_offer("cmp_9")


def stored(route: Route, **changes: Any) -> dict[str, Any]:
    """A click on the route as it is stored, of the campaigns that `approved` names only."""
    approved = changes.pop("approved", ())
    arrival = an_arrival(labels=TrackingParameters(source="news"), **changes)
    return click_record.record("1", arrival, route, decide(route, arrival, approved.__contains__, lambda _: None))


def read(route: Route, **changes: Any) -> LoggedClick:
    return logged(stored(route, **changes), route, Reward(1))


def test_a_click_is_read_as_it_arrived() -> None:
    arrival = read(a_route(an_offer())).arrival
    seen = a_visitor(city=None, address="", user_agent="")
    assert (arrival.visitor, arrival.parameters.source, arrival.now) == (seen, "news", NOW)
    assert (arrival.link, arrival.link.publisher_active) == (a_link(), True)


def test_its_decision_is_read_with_it() -> None:
    found = read(a_route(an_offer("cmp_1", targeting=GB), an_offer("cmp_2", weight=3), an_offer("cmp_3")))
    assert (found.outcome, found.action, found.earning) == (Outcome.OFFER, Action("cmp_2"), Reward(1))
    assert found.refused == {"cmp_1": RejectionReason.COUNTRY, "cmp_2": None, "cmp_3": None}
    assert found.propensity == 0.75


@pytest.mark.parametrize(
    ("route", "action"),
    [
        pytest.param(a_route(catch_all=CATCH_ALL), Action("cmp_9", catch_all=True), id="the catch-all"),
        pytest.param(a_route(), NO_PAYING_OFFER, id="the fallback"),
        pytest.param(a_route(an_offer(), active=False), NO_PAYING_OFFER, id="a paused smartlink's fallback"),
    ],
)
def test_what_is_no_offer_is_an_action_too(route: Route, action: Action) -> None:
    found = read(route)
    assert (found.action, found.propensity) == (action, 1)


@pytest.mark.parametrize(
    ("route", "changes", "active"),
    [
        pytest.param(a_route(an_offer()), {"publisher_active": False}, False, id="refused where access is granted"),
        pytest.param(a_route(an_offer(), access=OfferAccess.RESPECT), {}, True, id="refused for want of an approval"),
        pytest.param(a_route(fail_url="https://a.example"), {"publisher_active": False}, False, id="past the fail URL"),
        pytest.param(a_route(fail_url="https://a.example"), {}, True, id="to the fail URL"),
        pytest.param(a_route(fail_url="https://a.example", active=False), {}, True, id="past it, as all were paused"),
        pytest.param(a_route(), {}, True, id="to the fallback for want of offers"),
    ],
)
def test_a_suspended_publisher_is_known_by_where_their_clicks_went(
    route: Route, changes: dict[str, Any], active: bool
) -> None:
    assert read(route, link=a_link(**changes)).arrival.link.publisher_active is active


def test_a_unique_click_is_of_a_human_and_no_duplicate() -> None:
    assert [is_unique(each) for each in ({}, {"is_bot": True}, {"is_duplicate": True})] == [True, False, False]


def test_a_click_that_a_fault_stopped_is_not_whole() -> None:
    route = a_route(an_offer(a_campaign()))
    failed = click_record.record("1", an_arrival(), route, Decision(Outcome.FALLBACK, None, route.fallback_url))
    assert not is_complete(failed, route)
    assert is_complete(stored(route), route)
    paused = a_route(an_offer(), active=False)
    assert is_complete(stored(paused), paused)
