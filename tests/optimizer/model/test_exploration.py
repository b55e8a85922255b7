from dataclasses import replace
from typing import Any

import pytest

from chalicelib.optimizer.model import exploration
from chalicelib.optimizer.model.exploration import TierOffers, exploration_budget
from chalicelib.optimizer.model.posterior import Posterior
from chalicelib.optimizer.model.segments import SegmentEvidence
from tests.optimizer.teaching import US, effective_counts_of, offer_stats, pool_stats, with_segment

SURE = 1e6
"""The shape of a rate without any uncertainty."""


def a_tier(rates: list[float], values: list[float] | None = None, **changes: Any) -> TierOffers:
    """Return offers with these certain rates and 1,000 clicks each. The forecast is 2,880 clicks per day."""
    worth = values or [1.0] * len(rates)
    seen = changes.pop("seen", [1000.0] * len(rates))
    offers = [offer_stats(index, total_clicks=number, value=worth[index]) for index, number in enumerate(seen)]
    stats = replace(pool_stats({US: {}}), offers=offers, **changes)
    clicks = dict.fromkeys(range(len(rates)), 1000.0)
    segment = SegmentEvidence(US, 1.0, 10.0, clicks, {}, {}, frozenset(clicks))
    counts = effective_counts_of([clicks], [{}], worth)
    return TierOffers(stats, counts, segment, {index: Posterior(rate, SURE) for index, rate in enumerate(rates)})


def shares(tier: TierOffers, untouched: float = 50) -> dict[int, float]:
    return exploration.offer_shares(tier, untouched)


FLOOR = 2 / 2880
"""Two clicks per day."""


def test_untouched_clicks_are_the_setting_with_high_traffic() -> None:
    assert exploration_budget(pool_stats({US: {}}, untouched_clicks=50)) == 50


def test_untouched_clicks_are_scaled_down_with_low_traffic() -> None:
    """The forecast is 720 clicks in three days, and there were 280: 5 % of them for two offers."""
    stats = with_segment(pool_stats({US: {}}, hours_until_next=1.0), forecast_clicks=10.0)
    offers = [offer_stats(0, total_clicks=200.0), offer_stats(1, total_clicks=80.0)]
    assert exploration_budget(replace(stats, offers=offers)) == 25


def test_pool_without_offers_has_no_untouched_clicks() -> None:
    assert exploration_budget(pool_stats({}, values=())) == 0


def test_untouched_offers_get_equal_shares() -> None:
    assert shares(a_tier([0.02, 0.01, 0.04], seen=[0, 49, 30])) == dict.fromkeys(range(3), pytest.approx(1 / 3))


def test_untouched_offer_next_to_others_gets_an_equal_share() -> None:
    result = shares(a_tier([0.02, 0.01, 0.04, 0.01], seen=[1000, 1000, 1000, 49]))
    assert result == pytest.approx({0: FLOOR, 1: FLOOR, 2: 0.75 - 3 * FLOOR + FLOOR + FLOOR, 3: 0.25}, abs=1e-3)
    assert result[3] == pytest.approx(0.25)
    assert sum(result.values()) == pytest.approx(1)


def test_offer_with_all_its_untouched_clicks_is_ranked_by_its_results() -> None:
    assert shares(a_tier([0.02, 0.04], seen=[1000, 50])) == pytest.approx({0: FLOOR, 1: 1 - FLOOR})


def test_floor_is_two_clicks_per_day() -> None:
    assert shares(a_tier([0.01, 0.04, 0.01])) == pytest.approx({0: FLOOR, 1: 1 - 2 * FLOOR, 2: FLOOR})


@pytest.mark.parametrize(
    "forecast", [pytest.param(0.0, id="no forecast clicks"), pytest.param(0.01, id="three clicks per day")]
)
def test_sum_of_floors_is_at_most_5_percent(forecast: float) -> None:
    tier = a_tier([0.01, 0.04])
    result = shares(replace(tier, segment=replace(tier.segment, forecast_clicks=forecast)))
    assert result == pytest.approx({0: 0.025, 1: 0.975})


def test_loss_gets_nothing_next_to_an_earning_offer_even_if_untouched() -> None:
    assert shares(a_tier([0.9, 0.01], [-1.0, 1.0])) == {0: 0, 1: pytest.approx(1)}
    assert shares(a_tier([0.9, 0.01], [-1.0, 1.0], seen=[0, 1000])) == {0: 0, 1: pytest.approx(1)}
    assert shares(a_tier([0.9, 0.01], [-1.0, 1.0], seen=[0, 0])) == {0: 0, 1: 1}


def test_smallest_loss_gets_all_but_the_floor_if_all_lose() -> None:
    assert shares(a_tier([0.01, 0.02], [-1.0, -1.0])) == pytest.approx({0: 1 - FLOOR, 1: FLOOR})


def test_payout_floor_mixes_towards_the_highest_payout_no_more_than_needed() -> None:
    """The better offer by the goal pays 0.02 per click, the other 0.06: half of each pays 0.04."""
    tier = a_tier([0.02, 0.01], [3.0, 1.0], payout_floor=0.04)
    result = shares(replace(tier, counts=replace(tier.counts, payouts=[1.0, 6.0])))
    assert result == pytest.approx({0: 0.5, 1: 0.5})


def test_payout_floor_that_is_already_met_changes_nothing() -> None:
    tier = a_tier([0.02, 0.01], [3.0, 1.0])
    paid = replace(tier, counts=replace(tier.counts, payouts=[5.0, 6.0]))
    assert shares(replace(paid, stats=replace(tier.stats, payout_floor=0.04))) == shares(paid)
