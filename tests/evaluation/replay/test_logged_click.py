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
    decode_click,
    is_complete,
)
from chalicelib.evaluation.reward import Reward
from chalicelib.routing import click_record
from chalicelib.routing.decision import Decision, decide
from tests.builders import NOW, a_campaign, a_click_context, a_link, a_route, a_visitor, an_offer

GB = Targeting(countries=frozenset({"GB"}))
CATCH_ALL = an_offer("cmp_9")


def stored(route: Route, **changes: Any) -> dict[str, Any]:
    """Return a stored click on the route; `approved` are the publisher's approvals."""
    approved = changes.pop("approved", ())
    context = a_click_context(parameters=TrackingParameters(source="news"), **changes)
    return click_record.record("1", context, route, decide(route, context, approved.__contains__, lambda _: None))


def decode(route: Route, **changes: Any) -> LoggedClick:
    return decode_click(stored(route, **changes), route, Reward(1))


def test_context_of_a_click_is_decoded() -> None:
    context = decode(a_route(an_offer())).context
    seen = a_visitor(address="", user_agent="")
    assert (context.visitor, context.parameters.source, context.now) == (seen, "news", NOW)
    assert (context.link, context.link.publisher_active) == (a_link(), True)


def test_decision_of_a_click_is_decoded() -> None:
    click = decode(a_route(an_offer("cmp_1", targeting=GB), an_offer("cmp_2", weight=3), an_offer("cmp_3")))
    assert (click.outcome, click.action, click.reward) == (Outcome.OFFER, Action("cmp_2"), Reward(1))
    assert click.rejection_by_campaign == {"cmp_1": RejectionReason.COUNTRY, "cmp_2": None, "cmp_3": None}
    assert click.propensity == 0.75


@pytest.mark.parametrize(
    ("route", "action"),
    [
        pytest.param(a_route(catch_all=CATCH_ALL), Action("cmp_9", catch_all=True), id="catch-all"),
        pytest.param(a_route(), NO_PAYING_OFFER, id="fallback"),
        pytest.param(a_route(an_offer(), active=False), NO_PAYING_OFFER, id="fallback of a paused smartlink"),
    ],
)
def test_catch_all_and_fallback_are_actions(route: Route, action: Action) -> None:
    click = decode(route)
    assert (click.action, click.propensity) == (action, 1)


@pytest.mark.parametrize(
    ("route", "changes", "active"),
    [
        pytest.param(a_route(an_offer()), {"publisher_active": False}, False, id="rejected despite granted access"),
        pytest.param(a_route(an_offer(), access=OfferAccess.RESPECT), {}, True, id="rejected without an approval"),
        pytest.param(
            a_route(fail_url="https://a.example"), {"publisher_active": False}, False, id="not sent to the fail URL"
        ),
        pytest.param(a_route(fail_url="https://a.example"), {}, True, id="sent to the fail URL"),
        pytest.param(
            a_route(fail_url="https://a.example", active=False),
            {},
            True,
            id="not sent to the fail URL of a paused smartlink",
        ),
        pytest.param(a_route(), {}, True, id="fallback without offers"),
    ],
)
def test_suspension_is_derived_from_rejections_and_outcome(route: Route, changes: dict[str, Any], active: bool) -> None:
    assert decode(route, link=a_link(**changes)).context.link.publisher_active is active


def test_click_with_a_failed_decision_is_incomplete() -> None:
    route = a_route(an_offer(a_campaign()))
    failed = click_record.record("1", a_click_context(), route, Decision(Outcome.FALLBACK, None, route.fallback_url))
    assert not is_complete(failed, route)
    assert is_complete(stored(route), route)
    paused = a_route(an_offer(), active=False)
    assert is_complete(stored(paused), paused)
