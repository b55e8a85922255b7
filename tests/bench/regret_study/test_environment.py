from dataclasses import replace

import numpy as np
import pytest
from numpy.random import Generator

from bench.regret_study.environment import Decide, play
from bench.regret_study.ground_truth import Array, Truth, a_truth
from bench.regret_study.observed_counters import Book
from bench.regret_study.policies import uniform
from bench.regret_study.scenarios import SCENARIOS, Scenario

DAY = 288


def _scenario(truth: Truth, clicks: int = 20_000, days: int = 1) -> Scenario:
    return Scenario("made-up", days, clicks, lambda _: truth)


def _two(**others: Array) -> Truth:
    """Two offers at 5 and 10, worth 0.10 and 0.05 a click."""
    return a_truth(np.array([5.0, 10.0]), np.array([0.10, 0.05]), **others)


class _Knowing:
    """Plays by a rule that knows the truth, and keeps the book that it was shown."""

    def __init__(self, scenario: Scenario, seed: int = 0) -> None:
        self.truth = scenario.truth(seed)
        self.book = Book(self.truth)

    def __call__(self, book: Book, _: Generator) -> Decide:
        self.book = book
        return self.decide

    def decide(self, book: Book) -> Array:
        rates = self.truth.rates[self.truth.at(book.step // 12)]
        epcs = np.where(book.usable, rates * self.truth.values, -np.inf)
        return np.asarray(epcs == epcs.max(axis=1, keepdims=True), dtype=np.float64)


@pytest.mark.parametrize(
    "name", ["tiny", "twelve-segments", "fifty-thin", "winner-changes", "late", "heavy-tails", "new-offer"]
)
def test_playing_the_oracle_has_no_regret(name: str) -> None:
    played = play(SCENARIOS[name], 1, _Knowing(SCENARIOS[name], 1))
    assert played.regret == pytest.approx(0, abs=1e-9)


def test_playing_the_oracle_under_caps_has_no_regret_but_for_luck() -> None:
    regrets = [play(SCENARIOS["daily-caps"], seed, _Knowing(SCENARIOS["daily-caps"], seed)).regret for seed in range(5)]
    assert np.mean(regrets) == pytest.approx(0, abs=0.6)


def test_the_same_seed_plays_the_same_game() -> None:
    first, again = (play(SCENARIOS["tiny"], 5, uniform) for _ in range(2))
    assert np.array_equal(first.earned, again.earned)
    assert play(SCENARIOS["tiny"], 6, uniform).regret != first.regret


def test_every_policy_meets_the_same_clicks() -> None:
    knowing = play(SCENARIOS["new-offer"], 2, _Knowing(SCENARIOS["new-offer"], 2))
    assert np.array_equal(knowing.best, play(SCENARIOS["new-offer"], 2, uniform).best)


@pytest.mark.parametrize("name", ["near-equal", "inverse-payout", "negative-margin", "equal-cr"])
def test_uniform_weights_lose_what_the_mean_offer_loses(name: str) -> None:
    truth = SCENARIOS[name].truth(0)
    epcs = (truth.rates * truth.values)[0, 0]
    expected = 100 * (1 - epcs.mean() / epcs.max())
    assert play(SCENARIOS[name], 0, uniform).regret == pytest.approx(expected, abs=0.03 * expected)


def test_regret_grows_by_the_hour_to_its_end() -> None:
    played = play(_scenario(_two()), 0, uniform)
    assert len(played.curve) == 24
    assert (np.diff(played.curve) > 0).all()
    assert played.curve[-1] == played.regret == pytest.approx(25, abs=1)


def test_all_clicks_and_conversions_come_to_the_book() -> None:
    scenario = SCENARIOS["twelve-segments"]
    knowing = _Knowing(scenario)
    play(scenario, 0, knowing)
    stats = knowing.book.stats()
    for segment, clicks, conversions in zip(stats.segments, knowing.book.clicks, knowing.book.conversions, strict=True):
        assert {k: sum(series) for k, series in segment.clicks.items()} == _nonzero(clicks)
        assert {k: sum(series) for k, series in segment.conversions.items() if any(series)} == _nonzero(conversions)
    assert knowing.book.clicks.sum() == pytest.approx(300_000, rel=0.01)
    assert sum(sum(offer.delays) for offer in stats.offers) == knowing.book.conversions.sum()
    assert sum(sum(offer.values) for offer in stats.offers) == pytest.approx(knowing.book.value.sum())


def _nonzero(counts: Array) -> dict[int, float]:
    return {k: count for k, count in enumerate(counts.tolist()) if count}


def test_conversions_come_at_the_offers_rate() -> None:
    truth = _two()
    knowing = _Knowing(_scenario(truth))
    play(_scenario(truth, 1_000_000), 0, knowing)
    assert knowing.book.conversions[0, 0] / knowing.book.clicks[0, 0] == pytest.approx(0.02, rel=0.02)


def test_late_conversions_come_late_and_count_in_the_hour_of_their_click() -> None:
    truth = _two(delays=np.array([6.0, 0.0]))
    knowing = _Knowing(_scenario(truth, 200_000, days=2))
    play(_scenario(truth, 200_000, days=2), 0, knowing)
    stats = knowing.book.stats()
    clicks, conversions = np.array(stats.segments[0].clicks[0]), np.array(stats.segments[0].conversions[0])
    ages = 47.5 - np.arange(48)
    assert conversions.sum() == pytest.approx((clicks * 0.02 * (1 - np.exp(-ages / 6))).sum(), rel=0.05)
    assert conversions[-1] < 0.3 * conversions[:24].mean()
    assert 0.28 < sum(stats.offers[0].delays[:5]) / conversions.sum() < 0.33
    assert stats.offers[0].delays[0] < 0.05 * conversions.sum()


def test_a_conversion_at_once_counts_at_the_next_run() -> None:
    truth = _two()
    seen = []

    def policy(book: Book, _: Generator) -> Decide:
        def decide(book: Book) -> Array:
            seen.append((book.new_clicks.sum(), book.clicks.sum()))
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
    offer, count = knowing.book.stats().offers[0], knowing.book.conversions[0, 0]
    assert sum(offer.values) / count == pytest.approx(5, rel=0.03)
    assert sum(offer.squares) / count == pytest.approx(25 * np.e, rel=0.15)


def test_an_offer_at_its_cap_rests_until_the_next_day() -> None:
    truth = _two(caps=np.array([100, np.inf]))
    knowing = _Knowing(_scenario(truth))
    live = []

    def policy(book: Book, random: Generator) -> Decide:
        decide = knowing(book, random)

        def watched(book: Book) -> Array:
            live.append(bool(book.live[0]))
            return decide(book)

        return watched

    play(_scenario(truth, 40_000, days=2), 0, policy)
    assert knowing.book.conversions[0, 0] == 200
    assert [live[step] for step in (0, DAY - 1, DAY, -1)] == [True, False, True, False]


def test_clicks_after_the_last_paid_conversion_go_on_to_the_others() -> None:
    truth = _two(caps=np.array([1, np.inf]))
    knowing = _Knowing(_scenario(truth))
    play(_scenario(truth, 1_000_000), 0, knowing)
    assert knowing.book.conversions[0, 0] == 1
    assert knowing.book.clicks[0, 1] == knowing.book.clicks.sum() - knowing.book.clicks[0, 0]
    assert knowing.book.clicks[0, 0] < 1_000


def test_an_offer_that_has_not_joined_takes_no_click() -> None:
    truth = _two(joins=np.array([12.0, 0.0]))
    knowing = _Knowing(_scenario(truth))
    play(_scenario(truth), 0, knowing)
    clicks = np.array(knowing.book.stats().segments[0].clicks[0])
    assert not clicks[:12].any()
    assert clicks[12:].all()


def test_a_segments_clicks_go_only_to_what_is_open_there() -> None:
    truth = a_truth(np.array([5.0, 10.0]), np.full((2, 2), 0.1), open=np.array([[True, False], [True, True]]))
    knowing = _Knowing(_scenario(truth))
    played = play(_scenario(truth), 0, uniform)
    assert played.regret == pytest.approx(0)
    play(_scenario(truth), 0, knowing)
    assert [segment.eligible_offers for segment in knowing.book.stats().segments] == [{0}, None]
    assert 1 not in knowing.book.stats().segments[0].clicks


def test_what_is_expected_is_the_mean_of_the_last_day() -> None:
    truth = replace(_two(), traffic=np.array([1.0]))
    knowing = _Knowing(_scenario(truth))
    play(_scenario(truth, 100_000, days=3), 0, knowing)
    last = sum(sum(series[-24:]) for series in knowing.book.stats().segments[0].clicks.values())
    assert knowing.book.stats().segments[0].forecast_clicks == pytest.approx(last / DAY)


def test_nothing_is_expected_before_the_first_click() -> None:
    stats = Book(_two()).stats()
    assert [segment.forecast_clicks for segment in stats.segments] == [0]
    assert stats.segments[0].clicks == {}
    assert not stats.buckets
