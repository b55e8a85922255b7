from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from chalicelib.domain.campaign import CapMetric, CapScope, CapWindow, Schedule
from chalicelib.domain.smartlink import Offer, OptimizationGoal
from chalicelib.optimizer.inputs.pool_config import (
    PoolConfig,
    cap_counters_by_campaign,
    conflicting_currencies,
    is_drawable,
    pool_config,
)
from tests.builders import NOW, a_campaign, a_cap, an_offer, campaign_document, pool_document


def stored(*campaigns: dict[str, Any], **changes: Any) -> dict[str, Any]:
    """Return a stored route in rotation `optimized` with these campaigns."""
    documents = campaigns or (campaign_document(),)
    pool = pool_document(*(document["id"] for document in documents), **{"rotation": "optimized", **changes})
    return {"pool": pool, "campaigns": {document["id"]: document for document in documents}, "epoch": 3}


def a_config(*campaigns: dict[str, Any], **changes: Any) -> PoolConfig | None:
    return pool_config(stored(*campaigns, **changes), 7)


def test_config_is_that_of_the_route() -> None:
    config = a_config(campaign_document("cmp_1"), campaign_document("cmp_2"), untouched_clicks=20)
    assert config
    assert (config.pool, config.epoch, config.goal, config.untouched, config.floor) == (
        "sml_1",
        3,
        OptimizationGoal.EPC,
        20,
        None,
    )
    assert [offer.campaign.id for offer in config.offers] == ["cmp_1", "cmp_2"]


@pytest.mark.parametrize(
    "changes",
    [pytest.param({"rotation": "weighted"}, id="weighted"), pytest.param({"status": "paused"}, id="paused")],
)
def test_weighted_or_paused_pool_has_no_config(changes: dict[str, Any]) -> None:
    assert a_config(**changes) is None


@pytest.mark.parametrize(
    ("goal", "floor"), [("epc", None), ("profit", 0.05), ("revenue", 0.05), ("conversion_rate", None)]
)
def test_payout_floor_applies_to_profit_and_revenue(goal: str, floor: float | None) -> None:
    config = a_config(goal=goal, publisher_epc_floor="0.05")
    assert config
    assert config.floor == floor


def test_config_without_floor_has_none() -> None:
    config = a_config(goal="profit")
    assert config
    assert config.floor is None


@pytest.mark.parametrize(
    ("goal", "conflicting"), [(OptimizationGoal.EPC, ["EUR", "USD"]), (OptimizationGoal.CONVERSION_RATE, [])]
)
def test_currencies_conflict_if_the_goal_compares_money(goal: OptimizationGoal, conflicting: list[str]) -> None:
    assert conflicting_currencies(["USD", "EUR", "USD"], goal) == conflicting
    assert conflicting_currencies(["USD", "USD"], goal) == []


def test_only_campaign_wide_caps_are_counted() -> None:
    per_publisher = a_cap(scope=CapScope.PUBLISHER)
    payout = a_cap(9, metric=CapMetric.PAYOUT, window=CapWindow.TOTAL)
    capped = a_campaign("cmp_2", caps=(a_cap(5), per_publisher, payout))
    offers = [an_offer("cmp_1"), an_offer(capped), an_offer(a_campaign("cmp_3", caps=(per_publisher,)))]
    counters = cap_counters_by_campaign(offers, NOW)
    assert list(counters) == ["cmp_2"]
    assert [(counter.key, counter.limit) for counter in counters["cmp_2"]] == [
        ("cmp_2|clicks|day|UTC|1793750400|*", 5),
        ("cmp_2|payout|total|UTC|ever|*", 9_000_000),
    ]


@pytest.mark.parametrize(
    ("offer", "drawable"),
    [
        pytest.param(an_offer(), True, id="default"),
        pytest.param(an_offer(enabled=False), False, id="disabled"),
        pytest.param(an_offer(weight=0), False, id="weight 0"),
        pytest.param(an_offer(a_campaign(active=False)), False, id="paused"),
        pytest.param(an_offer(a_campaign(schedule=Schedule(hours=frozenset({3})))), False, id="outside its schedule"),
    ],
)
def test_offer_is_drawable_by_its_settings_and_schedule(offer: Offer, drawable: bool) -> None:
    assert is_drawable(offer, NOW) is drawable


def test_payout_in_the_config_is_a_decimal() -> None:
    config = pool_config(stored(campaign_document(payout="1.50")), 7)
    assert config
    assert config.offers[0].campaign.payout == Decimal("1.50")
    assert datetime(2026, 11, 4, 12, 30, tzinfo=UTC) == NOW
