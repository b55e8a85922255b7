from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given

from chalicelib.domain.campaign import Schedule
from chalicelib.domain.click import RejectionReason, TrackingParameters
from chalicelib.domain.smartlink import Offer, OfferAccess
from chalicelib.domain.targeting import Targeting
from chalicelib.routing.eligibility import rejection, rejections
from tests import strategies as some
from tests.builders import NOW, a_campaign, a_click_context, a_link, a_route, a_visitor, an_offer
from tests.strategies import Situation

NO_VALUES: frozenset[str] = frozenset()
CHECKS = [
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
    RejectionReason.COUNTRY: {"countries": NO_VALUES},
    RejectionReason.REGION: {"regions": NO_VALUES},
    RejectionReason.DEVICE: {"devices": NO_VALUES},
    RejectionReason.OS: {"os": NO_VALUES},
    RejectionReason.BROWSER: {"browsers": NO_VALUES},
    RejectionReason.LANGUAGE: {"languages": NO_VALUES},
    RejectionReason.SOURCE: {"sources": NO_VALUES},
    RejectionReason.BOT: {"exclude_bots": True},
}


def _an_offer_with(*reasons: RejectionReason) -> Offer:
    """Return an offer that rejects a bot of an unapproved publisher for each of these reasons."""
    rules = {name: value for reason in reasons for name, value in TARGETING.get(reason, {}).items()}
    campaign = a_campaign(
        active=RejectionReason.CAMPAIGN_PAUSED not in reasons,
        schedule=Schedule(ends_at=NOW if RejectionReason.SCHEDULE in reasons else None),
    )
    return an_offer(campaign, enabled=RejectionReason.DISABLED not in reasons, targeting=Targeting(**rules))


@pytest.mark.parametrize("first", CHECKS)
def test_first_reason_in_the_order_of_checks_is_returned(first: RejectionReason) -> None:
    reasons_left = CHECKS[CHECKS.index(first) :]
    approved = RejectionReason.NOT_APPROVED not in reasons_left
    context = a_click_context(visitor=a_visitor(is_bot=True))

    assert rejection(_an_offer_with(*reasons_left), context, lambda _: approved) is first


@pytest.mark.parametrize("only", CHECKS)
def test_each_check_rejects_with_its_own_reason(only: RejectionReason) -> None:
    approved = only is not RejectionReason.NOT_APPROVED
    context = a_click_context(visitor=a_visitor(is_bot=True))

    assert rejection(_an_offer_with(only), context, lambda _: approved) is only


def test_offer_without_rules_is_eligible() -> None:
    assert rejection(an_offer(), a_click_context(), lambda _: True) is None


def test_source_is_that_of_the_tracking_parameters() -> None:
    offer = an_offer(targeting=Targeting(sources=frozenset({"news"})))

    assert rejection(offer, a_click_context(parameters=TrackingParameters(source="news")), lambda _: True) is None
    assert (
        rejection(offer, a_click_context(parameters=TrackingParameters(source="blog")), lambda _: True)
        is RejectionReason.SOURCE
    )


def test_respected_access_needs_an_approval_of_each_campaign() -> None:
    route = a_route(an_offer("cmp_1"), an_offer("cmp_2"), access=OfferAccess.RESPECT)

    assert rejections(route, a_click_context(), {"cmp_2"}.__contains__) == [RejectionReason.NOT_APPROVED, None]


def test_granted_access_needs_no_approval() -> None:
    route = a_route(an_offer("cmp_1"), an_offer("cmp_2"), access=OfferAccess.GRANT)

    assert rejections(route, a_click_context(), lambda _: False) == [None, None]


@pytest.mark.parametrize("access", OfferAccess)
def test_suspended_publisher_is_not_approved(access: OfferAccess) -> None:
    context = a_click_context(link=a_link(publisher_active=False))

    assert rejections(a_route(an_offer(), access=access), context, lambda _: True) == [RejectionReason.NOT_APPROVED]


@given(some.situations())
def test_each_offer_has_its_own_rejection_in_the_routes_order(situation: Situation) -> None:
    route, context = situation.route, situation.context
    expected_rejections = rejections(route, context, situation.is_approved)
    backwards = rejections(replace(route, offers=route.offers[::-1]), context, situation.is_approved)

    assert len(expected_rejections) == len(route.offers)
    assert expected_rejections == backwards[::-1]
