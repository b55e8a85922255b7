from dataclasses import replace

import numpy as np
import pytest
from numpy.random import Generator

from bench.regret_study.environment import Decide, play
from bench.regret_study.ground_truth import Array, Truth, a_truth
from bench.regret_study.observed_counters import ObservedCounters
from bench.regret_study.policies import uniform
from bench.regret_study.scenarios import SCENARIOS, Scenario

DAY = 288


def _scenario(truth: Truth, clicks: int = 20_000, days: int = 1) -> Scenario:
    return Scenario("made-up", days, clicks, lambda _: truth)


def _two(**others: Array) -> Truth:
    """Return two offers with values 5 and 10 and EPCs 0.10 and 0.05."""
    return a_truth(np.array([5.0, 10.0]), np.array([0.10, 0.05]), **others)


class _Knowing:
    """A policy that uses the truth and stores the counters it gets."""

    def __init__(self, scenario: Scenario, seed: int = 0) -> None:
        self.truth = scenario.truth(seed)
        self.counters = ObservedCounters(self.truth)

    def __call__(self, counters: ObservedCounters, _: Generator) -> Decide:
        self.counters = counters
        return self.decide

    def decide(self, counters: ObservedCounters) -> Array:
        rates = self.truth.rates[self.truth.at(counters.step // 12)]
        epcs = np.where(counters.usable, rates * self.truth.values, -np.inf)
        return np.asarray(epcs == epcs.max(axis=1, keepdims=True), dtype=np.float64)


@pytest.mark.parametrize(
    "name", ["tiny", "twelve-segments", "fifty-thin", "winner-changes", "late", "heavy-tails", "new-offer"]
)
def test_oracle_policy_has_no_regret(name: str) -> None:
    played = play(SCENARIOS[name], 1, _Knowing(SCENARIOS[name], 1))
    assert played.regret == pytest.approx(0, abs=1e-9)


def test_oracle_policy_with_caps_has_no_regret_within_noise() -> None:
    regrets = [play(SCENARIOS["daily-caps"], seed, _Knowing(SCENARIOS["daily-caps"], seed)).regret for seed in range(5)]
    assert np.mean(regrets) == pytest.approx(0, abs=0.6)


def test_same_seed_gives_the_same_game() -> None:
    first, again = (play(SCENARIOS["tiny"], 5, uniform) for _ in range(2))
    assert np.array_equal(first.earned, again.earned)
    assert play(SCENARIOS["tiny"], 6, uniform).regret != first.regret


def test_every_policy_gets_the_same_clicks() -> None:
    knowing = play(SCENARIOS["new-offer"], 2, _Knowing(SCENARIOS["new-offer"], 2))
    assert np.array_equal(knowing.best, play(SCENARIOS["new-offer"], 2, uniform).best)


@pytest.mark.parametrize("name", ["near-equal", "inverse-payout", "negative-margin", "equal-cr"])
def test_regret_of_uniform_weights_is_that_of_the_mean_offer(name: str) -> None:
    truth = SCENARIOS[name].truth(0)
    epcs = (truth.rates * truth.values)[0, 0]
    expected = 100 * (1 - epcs.mean() / epcs.max())
    assert play(SCENARIOS[name], 0, uniform).regret == pytest.approx(expected, abs=0.03 * expected)


def test_regret_curve_increases_to_the_final_regret() -> None:
    played = play(_scenario(_two()), 0, uniform)
    assert len(played.curve) == 24
    assert (np.diff(played.curve) > 0).all()
    assert played.curve[-1] == played.regret == pytest.approx(25, abs=1)


def test_counters_contain_all_clicks_and_conversions() -> None:
    scenario = SCENARIOS["twelve-segments"]
    knowing = _Knowing(scenario)
    play(scenario, 0, knowing)
    stats = knowing.counters.stats()
    for segment, clicks, conversions in zip(
        stats.segments, knowing.counters.clicks, knowing.counters.conversions, strict=True
    ):
        assert {k: sum(series) for k, series in segment.clicks.items()} == _nonzero(clicks)
        assert {k: sum(series) for k, series in segment.conversions.items() if any(series)} == _nonzero(conversions)
    assert knowing.counters.clicks.sum() == pytest.approx(300_000, rel=0.01)
    assert sum(sum(offer.delays) for offer in stats.offers) == knowing.counters.conversions.sum()
    assert sum(sum(offer.values) for offer in stats.offers) == pytest.approx(knowing.counters.value.sum())


def _nonzero(counts: Array) -> dict[int, float]:
    return {k: count for k, count in enumerate(counts.tolist()) if count}


def test_conversions_follow_the_offers_rate() -> None:
    truth = _two()
    knowing = _Knowing(_scenario(truth))
    play(_scenario(truth, 1_000_000), 0, knowing)
    assert knowing.counters.conversions[0, 0] / knowing.counters.clicks[0, 0] == pytest.approx(0.02, rel=0.02)


def test_delayed_conversions_count_in_the_hour_of_their_click() -> None:
    truth = _two(delays=np.array([6.0, 0.0]))
    knowing = _Knowing(_scenario(truth, 200_000, days=2))
    play(_scenario(truth, 200_000, days=2), 0, knowing)
    stats = knowing.counters.stats()
    clicks, conversions = np.array(stats.segments[0].clicks[0]), np.array(stats.segments[0].conversions[0])
    ages = 47.5 - np.arange(48)
    assert conversions.sum() == pytest.approx((clicks * 0.02 * (1 - np.exp(-ages / 6))).sum(), rel=0.05)
    assert conversions[-1] < 0.3 * conversions[:24].mean()
    assert 0.28 < sum(stats.offers[0].delays[:5]) / conversions.sum() < 0.33
    assert stats.offers[0].delays[0] < 0.05 * conversions.sum()


def test_conversion_without_delay_counts_in_the_next_step() -> None:
    truth = _two()
    seen = []

    def policy(counters: ObservedCounters, _: Generator) -> Decide:
        def decide(counters: ObservedCounters) -> Array:
            seen.append((counters.new_clicks.sum(), counters.clicks.sum()))
            return np.array([[1.0, 0.0]])

        return decide

    play(_scenario(truth), 0, policy)
    news, totals = np.array(seen).T
    assert totals[0] == 0
    assert np.array_equal(news.cumsum(), totals)


def test_heavy_tailed_values_have_their_mean_and_their_squares() -> None:
    truth = _two(spread=np.array([1.0, 0.0]))
    knowing = _Knowing(_scenario(truth))
    play(_scenario(truth, 2_000_000), 0, knowing)
    offer, count = knowing.counters.stats().offers[0], knowing.counters.conversions[0, 0]
    assert sum(offer.values) / count == pytest.approx(5, rel=0.03)
    assert sum(offer.squares) / count == pytest.approx(25 * np.e, rel=0.15)


def test_offer_at_its_cap_gets_no_clicks_until_the_next_day() -> None:
    truth = _two(caps=np.array([100, np.inf]))
    knowing = _Knowing(_scenario(truth))
    live = []

    def policy(counters: ObservedCounters, random: Generator) -> Decide:
        decide = knowing(counters, random)

        def watched(counters: ObservedCounters) -> Array:
            live.append(bool(counters.live[0]))
            return decide(counters)

        return watched

    play(_scenario(truth, 40_000, days=2), 0, policy)
    assert knowing.counters.conversions[0, 0] == 200
    assert [live[step] for step in (0, DAY - 1, DAY, -1)] == [True, False, True, False]


def test_clicks_after_the_last_paid_conversion_go_to_other_offers() -> None:
    truth = _two(caps=np.array([1, np.inf]))
    knowing = _Knowing(_scenario(truth))
    play(_scenario(truth, 1_000_000), 0, knowing)
    assert knowing.counters.conversions[0, 0] == 1
    assert knowing.counters.clicks[0, 1] == knowing.counters.clicks.sum() - knowing.counters.clicks[0, 0]
    assert knowing.counters.clicks[0, 0] < 1_000


def test_offer_gets_no_clicks_before_it_joins() -> None:
    truth = _two(joins=np.array([12.0, 0.0]))
    knowing = _Knowing(_scenario(truth))
    play(_scenario(truth), 0, knowing)
    clicks = np.array(knowing.counters.stats().segments[0].clicks[0])
    assert not clicks[:12].any()
    assert clicks[12:].all()


def test_clicks_of_a_segment_go_only_to_its_eligible_offers() -> None:
    truth = a_truth(np.array([5.0, 10.0]), np.full((2, 2), 0.1), open=np.array([[True, False], [True, True]]))
    knowing = _Knowing(_scenario(truth))
    played = play(_scenario(truth), 0, uniform)
    assert played.regret == pytest.approx(0)
    play(_scenario(truth), 0, knowing)
    assert [segment.eligible_offers for segment in knowing.counters.stats().segments] == [{0}, None]
    assert 1 not in knowing.counters.stats().segments[0].clicks


def test_expected_clicks_are_the_mean_of_the_last_day() -> None:
    truth = replace(_two(), traffic=np.array([1.0]))
    knowing = _Knowing(_scenario(truth))
    play(_scenario(truth, 100_000, days=3), 0, knowing)
    last = sum(sum(series[-24:]) for series in knowing.counters.stats().segments[0].clicks.values())
    assert knowing.counters.stats().segments[0].forecast_clicks == pytest.approx(last / DAY)


def test_no_clicks_are_expected_before_the_first_one() -> None:
    stats = ObservedCounters(_two()).stats()
    assert [segment.forecast_clicks for segment in stats.segments] == [0]
    assert stats.segments[0].clicks == {}
    assert not stats.buckets
