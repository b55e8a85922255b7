from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given

from chalicelib.domain.campaign import Schedule
from chalicelib.domain.click import Labels, Refusal
from chalicelib.domain.smartlink import Offer, OfferAccess
from chalicelib.domain.targeting import Targeting
from chalicelib.routing.eligibility import refusal, refusals
from tests import strategies as some
from tests.builders import NOW, a_campaign, a_link, a_route, a_visitor, an_arrival, an_offer
from tests.strategies import Situation

NOBODY: frozenset[str] = frozenset()
JOURNEY = [
    Refusal.DISABLED,
    Refusal.CAMPAIGN_PAUSED,
    Refusal.SCHEDULE,
    Refusal.NOT_APPROVED,
    Refusal.COUNTRY,
    Refusal.REGION,
    Refusal.DEVICE,
    Refusal.OS,
    Refusal.BROWSER,
    Refusal.LANGUAGE,
    Refusal.SOURCE,
    Refusal.BOT,
]
TARGETING: dict[Refusal, dict[str, Any]] = {
    Refusal.COUNTRY: {"countries": NOBODY},
    Refusal.REGION: {"regions": NOBODY},
    Refusal.DEVICE: {"devices": NOBODY},
    Refusal.OS: {"os": NOBODY},
    Refusal.BROWSER: {"browsers": NOBODY},
    Refusal.LANGUAGE: {"languages": NOBODY},
    Refusal.SOURCE: {"sources": NOBODY},
    Refusal.BOT: {"exclude_bots": True},
}


def _an_offer_with(*wrong: Refusal) -> Offer:
    """An offer that refuses a bot of an unapproved publisher for each of these reasons."""
    rules = {name: value for reason in wrong for name, value in TARGETING.get(reason, {}).items()}
    campaign = a_campaign(
        active=Refusal.CAMPAIGN_PAUSED not in wrong,
        schedule=Schedule(ends_at=NOW if Refusal.SCHEDULE in wrong else None),
    )
    return an_offer(campaign, enabled=Refusal.DISABLED not in wrong, targeting=Targeting(**rules))


@pytest.mark.parametrize("first", JOURNEY)
def test_of_several_reasons_the_first_of_the_journey_is_kept(first: Refusal) -> None:
    still_wrong = JOURNEY[JOURNEY.index(first) :]
    approved = Refusal.NOT_APPROVED not in still_wrong
    arrival = an_arrival(visitor=a_visitor(is_bot=True))

    assert refusal(_an_offer_with(*still_wrong), arrival, lambda _: approved) is first


@pytest.mark.parametrize("only", JOURNEY)
def test_each_reason_stands_by_itself(only: Refusal) -> None:
    approved = only is not Refusal.NOT_APPROVED
    arrival = an_arrival(visitor=a_visitor(is_bot=True))

    assert refusal(_an_offer_with(only), arrival, lambda _: approved) is only


def test_an_offer_without_rules_is_eligible() -> None:
    assert refusal(an_offer(), an_arrival(), lambda _: True) is None


def test_the_source_is_that_of_the_clicks_labels() -> None:
    offer = an_offer(targeting=Targeting(sources=frozenset({"news"})))

    assert refusal(offer, an_arrival(labels=Labels(source="news")), lambda _: True) is None
    assert refusal(offer, an_arrival(labels=Labels(source="blog")), lambda _: True) is Refusal.SOURCE


def test_respecting_access_asks_for_an_approval_of_each_campaign() -> None:
    route = a_route(an_offer("cmp_1"), an_offer("cmp_2"), access=OfferAccess.RESPECT)

    assert refusals(route, an_arrival(), {"cmp_2"}.__contains__) == [Refusal.NOT_APPROVED, None]


def test_granting_access_asks_for_no_approval() -> None:
    route = a_route(an_offer("cmp_1"), an_offer("cmp_2"), access=OfferAccess.GRANT)

    assert refusals(route, an_arrival(), lambda _: False) == [None, None]


@pytest.mark.parametrize("access", OfferAccess)
def test_a_suspended_publisher_is_approved_for_nothing(access: OfferAccess) -> None:
    arrival = an_arrival(link=a_link(publisher_active=False))

    assert refusals(a_route(an_offer(), access=access), arrival, lambda _: True) == [Refusal.NOT_APPROVED]


@given(some.situations())
def test_refusals_run_beside_the_routes_offers(situation: Situation) -> None:
    route, arrival = situation.route, situation.arrival
    found = refusals(route, arrival, situation.approved)
    backwards = refusals(replace(route, offers=route.offers[::-1]), arrival, situation.approved)

    assert len(found) == len(route.offers)
    assert found == backwards[::-1]
