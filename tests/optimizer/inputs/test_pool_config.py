from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from chalicelib.domain.campaign import CapMetric, CapScope, CapWindow, Schedule
from chalicelib.domain.smartlink import Offer, OptimizationGoal
from chalicelib.optimizer.inputs.pool_config import (
    NotOptimizable,
    PoolConfig,
    cap_counters_by_campaign,
    is_drawable,
    pool_config,
)
from tests.builders import NOW, a_campaign, a_cap, an_offer, campaign_document, pool_document


def stored(*campaigns: dict[str, Any], **changes: Any) -> dict[str, Any]:
    """A stored route in rotation `optimized` with these campaigns."""
    held = campaigns or (campaign_document(),)
    pool = pool_document(*(each["id"] for each in held), **{"rotation": "optimized", **changes})
    return {"pool": pool, "campaigns": {each["id"]: each for each in held}, "epoch": 3}


def learned(*campaigns: dict[str, Any], **changes: Any) -> PoolConfig | None:
    return pool_config(stored(*campaigns, **changes), 7)


def test_a_pool_is_learned_of_as_its_route_has_it() -> None:
    found = learned(campaign_document("cmp_1"), campaign_document("cmp_2"), untouched_clicks=20)
    assert found
    assert (found.pool, found.epoch, found.goal, found.untouched, found.floor) == (
        "sml_1",
        3,
        OptimizationGoal.EPC,
        20,
        None,
    )
    assert [offer.campaign.id for offer in found.offers] == ["cmp_1", "cmp_2"]


@pytest.mark.parametrize(
    "changes",
    [pytest.param({"rotation": "weighted"}, id="weighted"), pytest.param({"status": "paused"}, id="paused")],
)
def test_a_pool_that_goes_by_its_admin_or_not_at_all_is_not_learned_of(changes: dict[str, Any]) -> None:
    assert learned(**changes) is None


@pytest.mark.parametrize(
    ("goal", "floor"), [("epc", None), ("profit", 0.05), ("revenue", 0.05), ("conversion_rate", None)]
)
def test_the_publishers_floor_is_heeded_where_another_goal_could_break_it(goal: str, floor: float | None) -> None:
    found = learned(goal=goal, publisher_epc_floor="0.05")
    assert found
    assert found.floor == floor


def test_without_a_floor_there_is_none_to_heed() -> None:
    found = learned(goal="profit")
    assert found
    assert found.floor is None


def test_money_in_several_currencies_is_not_compared() -> None:
    several = [campaign_document("cmp_1", currency="USD"), campaign_document("cmp_2", currency="EUR")]
    with pytest.raises(NotOptimizable) as caught:
        learned(*several)
    assert str(caught.value) == "the offers pay in different currencies (EUR, USD), which do not compare"
    assert learned(*several, goal="conversion_rate")


def test_only_caps_on_everyones_clicks_and_conversions_close_an_offer() -> None:
    of_publisher = a_cap(scope=CapScope.PUBLISHER)
    payout = a_cap(9, metric=CapMetric.PAYOUT, window=CapWindow.TOTAL)
    capped = a_campaign("cmp_2", caps=(a_cap(5), of_publisher, payout))
    offers = [an_offer("cmp_1"), an_offer(capped), an_offer(a_campaign("cmp_3", caps=(of_publisher,)))]
    found = cap_counters_by_campaign(offers, NOW)
    assert list(found) == ["cmp_2"]
    assert [(place.key, place.limit) for place in found["cmp_2"]] == [
        ("cmp_2|clicks|day|UTC|1793750400|*", 5),
        ("cmp_2|payout|total|UTC|ever|*", 9_000_000),
    ]


@pytest.mark.parametrize(
    ("offer", "live"),
    [
        pytest.param(an_offer(), True, id="an ordinary one"),
        pytest.param(an_offer(enabled=False), False, id="disabled"),
        pytest.param(an_offer(weight=0), False, id="never drawn"),
        pytest.param(an_offer(a_campaign(active=False)), False, id="paused"),
        pytest.param(an_offer(a_campaign(schedule=Schedule(hours=frozenset({3})))), False, id="closed"),
    ],
)
def test_an_offer_is_live_where_it_can_be_drawn_just_now(offer: Offer, live: bool) -> None:
    assert is_drawable(offer, NOW) is live


def test_money_is_a_decimal_until_it_is_learned_from() -> None:
    found = pool_config(stored(campaign_document(payout="1.50")), 7)
    assert found
    assert found.offers[0].campaign.payout == Decimal("1.50")
    assert datetime(2026, 11, 4, 12, 30, tzinfo=UTC) == NOW
