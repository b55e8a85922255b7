from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given

from chalicelib.domain.campaign import Schedule
from chalicelib.domain.click import RejectionReason, TrackingParameters
from chalicelib.domain.smartlink import Offer, OfferAccess
from chalicelib.domain.targeting import Targeting
from chalicelib.routing.eligibility import refusal, refusals
from tests import strategies as some
from tests.builders import NOW, a_campaign, a_link, a_route, a_visitor, an_arrival, an_offer
from tests.strategies import Situation

NOBODY: frozenset[str] = frozenset()
JOURNEY = [
    RejectionReason.DISABLED,
    RejectionReason.CAMPAIGN_PAUSED,
    RejectionReason.SCHEDULE,
    RejectionReason.NOT_APPROVED,
    RejectionReason.COUNTRY,
    RejectionReason.REGION,
    RejectionReason.DEVICE,
    RejectionReason.OS,
    RejectionReason.BROWSER,
    RejectionReason.LANGUAGE,
    RejectionReason.SOURCE,
    RejectionReason.BOT,
]
TARGETING: dict[RejectionReason, dict[str, Any]] = {
    RejectionReason.COUNTRY: {"countries": NOBODY},
    RejectionReason.REGION: {"regions": NOBODY},
    RejectionReason.DEVICE: {"devices": NOBODY},
    RejectionReason.OS: {"os": NOBODY},
    RejectionReason.BROWSER: {"browsers": NOBODY},
    RejectionReason.LANGUAGE: {"languages": NOBODY},
    RejectionReason.SOURCE: {"sources": NOBODY},
    RejectionReason.BOT: {"exclude_bots": True},
}


def _an_offer_with(*wrong: RejectionReason) -> Offer:
    """An offer that refuses a bot of an unapproved publisher for each of these reasons."""
    rules = {name: value for reason in wrong for name, value in TARGETING.get(reason, {}).items()}
    campaign = a_campaign(
        active=RejectionReason.CAMPAIGN_PAUSED not in wrong,
        schedule=Schedule(ends_at=NOW if RejectionReason.SCHEDULE in wrong else None),
    )
    return an_offer(campaign, enabled=RejectionReason.DISABLED not in wrong, targeting=Targeting(**rules))


@pytest.mark.parametrize("first", JOURNEY)
def test_of_several_reasons_the_first_of_the_journey_is_kept(first: RejectionReason) -> None:
    still_wrong = JOURNEY[JOURNEY.index(first) :]
    approved = RejectionReason.NOT_APPROVED not in still_wrong
    arrival = an_arrival(visitor=a_visitor(is_bot=True))

    assert refusal(_an_offer_with(*still_wrong), arrival, lambda _: approved) is first


@pytest.mark.parametrize("only", JOURNEY)
def test_each_reason_stands_by_itself(only: RejectionReason) -> None:
    approved = only is not RejectionReason.NOT_APPROVED
    arrival = an_arrival(visitor=a_visitor(is_bot=True))

    assert refusal(_an_offer_with(only), arrival, lambda _: approved) is only


def test_an_offer_without_rules_is_eligible() -> None:
    assert refusal(an_offer(), an_arrival(), lambda _: True) is None


def test_the_source_is_that_of_the_clicks_labels() -> None:
    offer = an_offer(targeting=Targeting(sources=frozenset({"news"})))

    assert refusal(offer, an_arrival(labels=TrackingParameters(source="news")), lambda _: True) is None
    assert (
        refusal(offer, an_arrival(labels=TrackingParameters(source="blog")), lambda _: True) is RejectionReason.SOURCE
    )


def test_respecting_access_asks_for_an_approval_of_each_campaign() -> None:
    route = a_route(an_offer("cmp_1"), an_offer("cmp_2"), access=OfferAccess.RESPECT)

    assert refusals(route, an_arrival(), {"cmp_2"}.__contains__) == [RejectionReason.NOT_APPROVED, None]


def test_granting_access_asks_for_no_approval() -> None:
    route = a_route(an_offer("cmp_1"), an_offer("cmp_2"), access=OfferAccess.GRANT)

    assert refusals(route, an_arrival(), lambda _: False) == [None, None]


@pytest.mark.parametrize("access", OfferAccess)
def test_a_suspended_publisher_is_approved_for_nothing(access: OfferAccess) -> None:
    arrival = an_arrival(link=a_link(publisher_active=False))

    assert refusals(a_route(an_offer(), access=access), arrival, lambda _: True) == [RejectionReason.NOT_APPROVED]


@given(some.situations())
def test_refusals_run_beside_the_routes_offers(situation: Situation) -> None:
    route, arrival = situation.route, situation.arrival
    found = refusals(route, arrival, situation.approved)
    backwards = refusals(replace(route, offers=route.offers[::-1]), arrival, situation.approved)

    assert len(found) == len(route.offers)
    assert found == backwards[::-1]
