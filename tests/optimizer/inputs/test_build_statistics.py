from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from chalicelib.counters.learning_cells import LearningCells
from chalicelib.domain.smartlink import Offer, OptimizationGoal
from chalicelib.domain.targeting import Targeting
from chalicelib.optimizer.inputs import build_statistics as build_statistics_module
from chalicelib.optimizer.inputs.bucket_counts import sum_by_bucket
from chalicelib.optimizer.inputs.build_statistics import RunClock, build_statistics, configured
from chalicelib.optimizer.inputs.pool_config import PoolConfig
from chalicelib.optimizer.model.pool_statistics import Bucket, PoolStatistics, SegmentStats, is_residual_segment
from tests.builders import a_campaign, an_offer
from tests.optimizer.cells import HOUR, clicks, conversions, piece

HALF_PAST = datetime(2026, 11, 21, 12, 30, tzinfo=UTC)


def a_lesson(*offers: Offer, goal: OptimizationGoal = OptimizationGoal.EPC, floor: float | None = None) -> PoolConfig:
    return PoolConfig("sml_1", 1, goal, 50, floor, offers or (an_offer(),))


def counted(
    *cells: LearningCells, lesson: PoolConfig | None = None, now: datetime = HALF_PAST, used_up: tuple[str, ...] = ()
) -> PoolStatistics:
    wanted, hour = lesson or a_lesson(), int(now.timestamp()) // 3600
    return build_statistics(
        wanted, sum_by_bucket([piece(each) for each in cells], wanted.goal, hour, 60 * 24), used_up, RunClock(now, 5)
    )


def expected(*cells: LearningCells, now: datetime = HALF_PAST) -> float:
    (segment,) = counted(*cells, now=now).segments
    return round(segment.forecast_clicks, 6)


def test_a_pool_without_clicks_has_offers_and_everyone_is_one_segment() -> None:
    found = counted(lesson=a_lesson(an_offer(a_campaign(payout=Decimal(2))), floor=0.05))
    assert (found.pool, found.now, found.untouched, found.floor) == ("sml_1", HOUR + 0.5, 50, 0.05)
    assert found.until_next == 5 / 60
    assert (found.buckets, found.segments) == ([], [SegmentStats("*", 0.0, {}, {})])
    assert found.until_next == 5 / 60
    (offer,) = found.offers
    assert (offer.id, offer.value, offer.payout, offer.values, offer.seen, offer.live) == ("cmp_1", 2, 2, [], 0, True)
    assert len(offer.delays) == 17


def test_segments_are_countries_by_device_and_an_unknown_country_is_a_question_mark() -> None:
    found = counted(clicks(3), clicks(4, country=""), clicks(5, device="tablet"))
    assert [each.name for each in found.segments] == ["?|mobile", "US|mobile", "US|tablet"]
    assert [dict(each.clicks) for each in found.segments] == [{0: [4]}, {0: [3]}, {0: [5]}]


def test_figures_stand_by_the_place_of_the_offer_and_by_bucket() -> None:
    offers = an_offer("cmp_2", priority=3), an_offer("cmp_1")
    found = counted(
        clicks(3, hour=HOUR - 1),
        clicks(4),
        clicks(5, campaign="cmp_2"),
        conversions(2, hour=HOUR - 1, delay=4),
        lesson=a_lesson(*offers),
    )
    assert found.buckets == [Bucket(HOUR - 1, HOUR), Bucket(HOUR, HOUR + 1)]
    (segment,) = found.segments
    assert segment.clicks == {1: [3, 4], 0: [0, 5]}
    assert segment.conversions == {1: [2, 0]}
    first, second = found.offers
    assert (first.id, first.tier, first.seen, first.values) == ("cmp_2", 3, 5, [0, 0])
    assert (second.id, second.tier, second.seen) == ("cmp_1", 0, 7)
    assert (second.values, second.squares, second.payouts) == ([3.0, 0.0], [4.5, 0.0], [3.0, 0.0])
    assert list(second.delays[:6]) == [0, 0, 0, 0, 2, 0]


def test_what_is_in_the_pool_no_more_counts_for_the_traffic_only() -> None:
    found = counted(clicks(6), clicks(6, campaign="cmp_gone"), conversions(1, campaign="cmp_gone"))
    (segment,) = found.segments
    assert (segment.clicks, segment.conversions, segment.forecast_clicks) == ({0: [6]}, {}, 24 * 5 / 60)


@pytest.mark.parametrize(
    ("offer", "used_up", "live"),
    [
        pytest.param(an_offer(), (), True, id="as it is"),
        pytest.param(an_offer(), ("cmp_1",), False, id="at its cap"),
        pytest.param(an_offer(enabled=False), (), False, id="disabled"),
    ],
)
def test_offers_that_cannot_be_drawn_are_there_but_not_live(offer: Offer, used_up: tuple[str, ...], live: bool) -> None:
    (found,) = counted(clicks(9), lesson=a_lesson(offer), used_up=used_up).offers
    assert (found.seen, found.live) == (9, live)


@pytest.mark.parametrize(
    ("targeting", "where"),
    [
        pytest.param({}, ["?|mobile", "GB|desktop", "US|mobile"], id="everyone"),
        pytest.param({"countries": frozenset({"US"})}, ["US|mobile"], id="a country"),
        pytest.param({"exclude_countries": frozenset({"US"})}, ["?|mobile", "GB|desktop"], id="all but a country"),
        pytest.param({"devices": frozenset({"desktop"})}, ["GB|desktop"], id="a device"),
        pytest.param({"os": frozenset({"ios"})}, ["?|mobile", "GB|desktop", "US|mobile"], id="some in every segment"),
    ],
)
def test_an_offer_is_open_where_it_wants_any_visitor(targeting: dict[str, Any], where: list[str]) -> None:
    offers = an_offer("cmp_0", enabled=False), an_offer(targeting=Targeting(**targeting))
    found = counted(
        clicks(1), clicks(1, country=""), clicks(1, country="GB", device="desktop"), lesson=a_lesson(*offers)
    )
    assert [
        each.name for each in found.segments if each.eligible_offers is not None and 1 in each.eligible_offers
    ] == where
    assert all(each.eligible_offers is not None and 0 in each.eligible_offers for each in found.segments)


@pytest.mark.parametrize(
    ("goal", "value"),
    [
        (OptimizationGoal.EPC, 1.5),
        (OptimizationGoal.REVENUE, 2.0),
        (OptimizationGoal.PROFIT, 0.5),
        (OptimizationGoal.CONVERSION_RATE, 1.0),
    ],
)
def test_a_conversion_should_be_worth_what_the_campaign_says_of_the_goal(goal: OptimizationGoal, value: float) -> None:
    assert configured(a_campaign(payout=Decimal("1.50"), revenue=Decimal(2)), goal) == value


def test_an_offer_may_be_worth_less_than_nothing() -> None:
    assert configured(a_campaign(payout=Decimal(3), revenue=Decimal(2)), OptimizationGoal.PROFIT) == -1.0


def test_clicks_are_expected_as_the_last_day_brought_them() -> None:
    day = [clicks(12, hour=HOUR - n) for n in range(2, 24)]
    assert expected(*day, clicks(1_000_000, hour=HOUR - 24)) == round(12 * 22 / 23.5 * 5 / 60, 6)


def test_a_young_pools_clicks_are_those_of_the_hours_it_has_been_there() -> None:
    assert expected(clicks(60)) == 60 / 0.5 * 5 / 60
    assert expected(clicks(60), now=datetime(2026, 11, 21, 12, tzinfo=UTC)) == 60 * 12 * 5 / 60


def test_clicks_are_expected_as_the_last_hour_says_where_that_is_more() -> None:
    quiet = [clicks(1, hour=HOUR - n) for n in range(2, 24)]
    assert expected(*quiet, clicks(120, hour=HOUR - 1), clicks(60)) == (60 + 120 / 2) * 5 / 60


def test_where_there_were_clicks_some_are_expected() -> None:
    assert expected(clicks(60, hour=HOUR - 32)) == round(60 / 32.5 * 5 / 60, 6)
    found = counted(clicks(3, hour=HOUR - 32), clicks(5, country="GB", hour=HOUR - 9)).segments
    assert {each.name: round(each.forecast_clicks, 6) for each in found} == {
        "GB|mobile": round(5 / 23.5 * 5 / 60, 6),
        "US|mobile": round(3 / 32.5 * 5 / 60, 6),
    }


def test_of_too_many_segments_the_smallest_are_put_together(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(build_statistics_module, "MAX_SEGMENTS", 2)
    found = counted(
        clicks(50),
        clicks(40, country="GB"),
        clicks(3, device="tablet"),
        clicks(2, device="desktop"),
        conversions(1, device="desktop"),
        clicks(1, country="DE"),
        clicks(1, country=""),
    )
    by_name: dict[str, SegmentStats] = {each.name: each for each in found.segments}
    assert {name: each.clicks for name, each in by_name.items()} == {
        "GB|mobile": {0: [40]},
        "US|mobile": {0: [50]},
        "US|rest": {0: [5]},
        "rest|rest": {0: [2]},
    }
    assert (by_name["US|rest"].conversions, by_name["US|rest"].eligible_offers) == ({0: [1]}, None)
    assert [name for name in (*by_name, "US", "rest") if is_residual_segment(name)] == ["US|rest", "rest|rest", "rest"]


def test_a_moment_is_in_hours_since_1970() -> None:
    assert RunClock(HALF_PAST + timedelta(minutes=15), 5).hours == HOUR + 0.75
