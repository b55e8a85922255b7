from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from chalicelib.counters.learning_cells import LearningCells
from chalicelib.domain.goal import Goal
from chalicelib.domain.smartlink import Offer, OptimizationGoal
from chalicelib.domain.targeting import Targeting
from chalicelib.optimizer.inputs import build_statistics as build_statistics_module
from chalicelib.optimizer.inputs.bucket_counts import sum_by_bucket
from chalicelib.optimizer.inputs.build_statistics import RunClock, build_statistics, configured_value
from chalicelib.optimizer.inputs.pool_config import PoolConfig
from chalicelib.optimizer.model.pool_statistics import Bucket, PoolStatistics, SegmentStats, is_residual_segment
from tests.builders import a_campaign, an_offer
from tests.optimizer.cells import HOUR, clicks, conversions, piece

HALF_PAST = datetime(2026, 11, 21, 12, 30, tzinfo=UTC)


def a_config(*offers: Offer, goal: OptimizationGoal = OptimizationGoal.EPC, floor: float | None = None) -> PoolConfig:
    return PoolConfig("sml_1", 1, goal, 50, floor, offers or (an_offer(),))


def build(
    *cells: LearningCells, config: PoolConfig | None = None, now: datetime = HALF_PAST, at_cap: tuple[str, ...] = ()
) -> PoolStatistics:
    pool, hour = config or a_config(), int(now.timestamp()) // 3600
    counts = sum_by_bucket(map(piece, cells), pool.goal, hour, 60 * 24)
    return build_statistics(pool, counts, at_cap, RunClock(now, 5))


def forecast(*cells: LearningCells, now: datetime = HALF_PAST) -> float:
    (segment,) = build(*cells, now=now).segments
    return round(segment.forecast_clicks, 6)


def test_pool_without_clicks_has_one_segment_for_everyone() -> None:
    stats = build(config=a_config(an_offer(a_campaign(payout=Decimal(2))), floor=0.05))
    assert (stats.pool, stats.now, stats.untouched_clicks, stats.payout_floor) == ("sml_1", HOUR + 0.5, 50, 0.05)
    assert (stats.buckets, stats.segments) == ([], [SegmentStats("*", 0.0, {}, {})])
    assert stats.hours_until_next == 5 / 60
    (offer,) = stats.offers
    assert (offer.id, offer.value, offer.payout, offer.values, offer.total_clicks, offer.is_live) == (
        "cmp_1",
        2,
        2,
        [],
        0,
        True,
    )
    assert len(offer.delays) == 17


def test_segments_are_country_by_device_with_a_question_mark_for_unknown() -> None:
    stats = build(clicks(3), clicks(4, country=""), clicks(5, device="tablet"))
    assert [segment.name for segment in stats.segments] == ["?|mobile", "US|mobile", "US|tablet"]
    assert [dict(segment.clicks) for segment in stats.segments] == [{0: [4]}, {0: [3]}, {0: [5]}]


def test_counts_are_by_index_of_the_offer_and_by_bucket() -> None:
    offers = an_offer("cmp_2", priority=3), an_offer("cmp_1")
    stats = build(
        clicks(3, hour=HOUR - 1),
        clicks(4),
        clicks(5, campaign="cmp_2"),
        conversions(2, hour=HOUR - 1, delay=4),
        config=a_config(*offers),
    )
    assert stats.buckets == [Bucket(HOUR - 1, HOUR), Bucket(HOUR, HOUR + 1)]
    (segment,) = stats.segments
    assert segment.clicks == {1: [3, 4], 0: [0, 5]}
    assert segment.conversions == {1: [2, 0]}
    first, second = stats.offers
    assert (first.id, first.tier, first.total_clicks, first.values) == ("cmp_2", 3, 5, [0, 0])
    assert (second.id, second.tier, second.total_clicks) == ("cmp_1", 0, 7)
    assert (second.values, second.squares, second.payouts) == ([3.0, 0.0], [4.5, 0.0], [3.0, 0.0])
    assert list(second.delays[:6]) == [0, 0, 0, 0, 2, 0]


def test_removed_offer_counts_only_for_the_forecast() -> None:
    stats = build(clicks(6), clicks(6, campaign="cmp_gone"), conversions(1, campaign="cmp_gone"))
    (segment,) = stats.segments
    assert (segment.clicks, segment.conversions, segment.forecast_clicks) == ({0: [6]}, {}, 24 * 5 / 60)


@pytest.mark.parametrize(
    ("offer", "at_cap", "live"),
    [
        pytest.param(an_offer(), (), True, id="default"),
        pytest.param(an_offer(), ("cmp_1",), False, id="at its cap"),
        pytest.param(an_offer(enabled=False), (), False, id="disabled"),
    ],
)
def test_offer_that_cannot_be_drawn_is_not_live(offer: Offer, at_cap: tuple[str, ...], live: bool) -> None:
    (stats,) = build(clicks(9), config=a_config(offer), at_cap=at_cap).offers
    assert (stats.total_clicks, stats.is_live) == (9, live)


@pytest.mark.parametrize(
    ("targeting", "segments"),
    [
        pytest.param({}, ["?|mobile", "GB|desktop", "US|mobile"], id="unrestricted"),
        pytest.param({"countries": frozenset({"US"})}, ["US|mobile"], id="a country"),
        pytest.param({"exclude_countries": frozenset({"US"})}, ["?|mobile", "GB|desktop"], id="excluded country"),
        pytest.param({"devices": frozenset({"desktop"})}, ["GB|desktop"], id="a device"),
        pytest.param({"os": frozenset({"ios"})}, ["?|mobile", "GB|desktop", "US|mobile"], id="OS, in every segment"),
    ],
)
def test_offer_is_eligible_in_segments_with_any_accepted_visitor(
    targeting: dict[str, Any], segments: list[str]
) -> None:
    offers = an_offer("cmp_0", enabled=False), an_offer(targeting=Targeting(**targeting))
    stats = build(clicks(1), clicks(1, country=""), clicks(1, country="GB", device="desktop"), config=a_config(*offers))
    eligible = {segment.name: segment.eligible_offers or () for segment in stats.segments}
    assert [name for name, offers in eligible.items() if 1 in offers] == segments
    assert all(0 in offers for offers in eligible.values())


@pytest.mark.parametrize(
    ("goal", "value"),
    [
        (OptimizationGoal.EPC, 1.5),
        (OptimizationGoal.REVENUE, 2.0),
        (OptimizationGoal.PROFIT, 0.5),
        (OptimizationGoal.CONVERSION_RATE, 1.0),
    ],
)
def test_configured_value_is_by_the_goal(goal: OptimizationGoal, value: float) -> None:
    assert configured_value(a_campaign(payout=Decimal("1.50"), revenue=Decimal(2)), goal) == value


@pytest.mark.parametrize(
    "changes",
    [{"goals": (Goal("sale"),)}, {"payout_percent": Decimal(8)}, {"revenue_percent": Decimal(8)}],
    ids=["named goals", "percentage of payout", "percentage of revenue"],
)
def test_campaign_of_several_goals_or_percentages_has_no_configured_value(changes: dict[str, Any]) -> None:
    campaign = a_campaign(payout=Decimal(3), **changes)
    assert configured_value(campaign, OptimizationGoal.EPC) is None
    assert configured_value(campaign, OptimizationGoal.CONVERSION_RATE) == 1.0


def test_configured_value_may_be_negative() -> None:
    assert configured_value(a_campaign(payout=Decimal(3), revenue=Decimal(2)), OptimizationGoal.PROFIT) == -1.0


def test_forecast_is_the_mean_of_the_last_day() -> None:
    day = [clicks(12, hour=HOUR - n) for n in range(2, 24)]
    assert forecast(*day, clicks(1_000_000, hour=HOUR - 24)) == round(12 * 22 / 23.5 * 5 / 60, 6)


def test_forecast_of_a_new_pool_is_the_mean_of_its_hours() -> None:
    assert forecast(clicks(60)) == 60 / 0.5 * 5 / 60
    assert forecast(clicks(60), now=datetime(2026, 11, 21, 12, tzinfo=UTC)) == 60 * 12 * 5 / 60


def test_forecast_is_the_last_hour_if_that_is_higher() -> None:
    quiet = [clicks(1, hour=HOUR - n) for n in range(2, 24)]
    assert forecast(*quiet, clicks(120, hour=HOUR - 1), clicks(60)) == (60 + 120 / 2) * 5 / 60


def test_forecast_without_recent_clicks_is_the_mean_of_all_hours() -> None:
    assert forecast(clicks(60, hour=HOUR - 32)) == round(60 / 32.5 * 5 / 60, 6)
    segments = build(clicks(3, hour=HOUR - 32), clicks(5, country="GB", hour=HOUR - 9)).segments
    assert {segment.name: round(segment.forecast_clicks, 6) for segment in segments} == {
        "GB|mobile": round(5 / 23.5 * 5 / 60, 6),
        "US|mobile": round(3 / 32.5 * 5 / 60, 6),
    }


def test_smallest_segments_are_combined_beyond_the_maximum(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(build_statistics_module, "MAX_SEGMENTS", 2)
    stats = build(
        clicks(50),
        clicks(40, country="GB"),
        clicks(3, device="tablet"),
        clicks(2, device="desktop"),
        conversions(1, device="desktop"),
        clicks(1, country="DE"),
        clicks(1, country=""),
    )
    by_name: dict[str, SegmentStats] = {segment.name: segment for segment in stats.segments}
    assert {name: segment.clicks for name, segment in by_name.items()} == {
        "GB|mobile": {0: [40]},
        "US|mobile": {0: [50]},
        "US|rest": {0: [5]},
        "rest|rest": {0: [2]},
    }
    assert (by_name["US|rest"].conversions, by_name["US|rest"].eligible_offers) == ({0: [1]}, None)
    assert [name for name in (*by_name, "US", "rest") if is_residual_segment(name)] == ["US|rest", "rest|rest", "rest"]


def test_clock_is_in_hours_since_1970() -> None:
    assert RunClock(HALF_PAST + timedelta(minutes=15), 5).hours == HOUR + 0.75


def test_counted_money_is_converted_by_the_factor_of_its_campaign() -> None:
    cells = {**clicks(10), **conversions(2, payout=3_000_000)}
    (own,) = build(cells).offers
    (converted,) = build(cells, config=replace(a_config(), factors={"cmp_1": 0.5})).offers
    assert (own.values, converted.values) == ([6.0], [3.0])
    assert (own.payouts, converted.payouts) == ([6.0], [3.0])
    assert (own.squares, converted.squares) == ([18.0], [4.5])
