from math import exp, inf

import numpy as np
import pytest

from bench.regret_study.ground_truth import Array, Truth
from bench.regret_study.scenarios import SCENARIOS, Scenario

SEEDS = range(30)


def _epcs(truth: Truth) -> Array:
    return truth.rates * truth.values


def _sorted(truth: Truth) -> Truth:
    """Return the offers in the order of their values."""
    return truth.ordered(np.argsort(truth.values))


def _spread(values: Array, scale: float) -> bool:
    """Return whether the logarithms are scattered around 0 by `scale`."""
    return abs(float(values.std()) / scale - 1) < 0.25 and abs(float(values.mean())) < 0.25 * scale


@pytest.mark.parametrize(
    ("name", "offers", "segments", "days", "clicks"),
    [
        ("near-equal", 2, 1, 7, 200_000),
        ("inverse-payout", 5, 1, 4, 100_000),
        ("one-star", 20, 1, 5, 150_000),
        ("twelve-segments", 8, 12, 7, 300_000),
        ("fifty-thin", 20, 50, 4, 200_000),
        ("winner-changes", 6, 1, 8, 240_000),
        ("random-walk", 6, 1, 10, 300_000),
        ("late", 5, 1, 10, 150_000),
        ("heavy-tails", 6, 1, 5, 150_000),
        ("daily-caps", 6, 1, 5, 120_000),
        ("new-offer", 6, 1, 6, 120_000),
        ("tiny", 5, 1, 2, 500),
        ("big", 10, 1, 5, 5_000_000),
        ("negative-margin", 5, 1, 4, 100_000),
        ("equal-cr", 6, 1, 3, 60_000),
    ],
)
def test_scenario_has_its_published_size(name: str, offers: int, segments: int, days: int, clicks: int) -> None:
    scenario = SCENARIOS[name]
    truth = scenario.truth(0)
    assert (truth.offers, truth.segments) == (offers, segments)
    assert (scenario.days, scenario.clicks, scenario.steps) == (days, clicks, days * 288)
    assert scenario.segmented == (segments > 1)


def test_there_are_fifteen_scenarios() -> None:
    assert len(SCENARIOS) == 15


@pytest.mark.parametrize("scenario", SCENARIOS.values(), ids=SCENARIOS)
def test_truth_depends_only_on_the_seed(scenario: Scenario) -> None:
    first, again = scenario.truth(3), scenario.truth(3)
    assert np.array_equal(first.rates, again.rates)
    assert np.array_equal(first.values, again.values)
    if scenario.name != "near-equal":
        assert not np.array_equal(first.rates, scenario.truth(4).rates)


@pytest.mark.parametrize("scenario", SCENARIOS.values(), ids=SCENARIOS)
def test_rates_are_probabilities_and_traffic_sums_to_one(scenario: Scenario) -> None:
    truth = scenario.truth(0)
    assert ((truth.rates > 0) & (truth.rates < 1)).all()
    assert truth.traffic.sum() == pytest.approx(1)
    assert truth.open.any(axis=1).all()


def test_order_of_offers_is_shuffled() -> None:
    assert {tuple(SCENARIOS["winner-changes"].truth(seed).values) for seed in range(5)} != {(2, 4, 6, 10, 15, 25)}


def test_near_equal_offers_convert_1_and_1_15_per_cent_at_5() -> None:
    truth = SCENARIOS["near-equal"].truth(0)
    assert sorted(truth.rates[0, 0]) == pytest.approx([0.0100, 0.0115])
    assert list(truth.values) == [5, 5]


@pytest.mark.parametrize(
    ("name", "values", "epcs", "scale"),
    [
        ("inverse-payout", [1.2, 2.5, 5, 12, 40], [0.030, 0.036, 0.045, 0.034, 0.024], 0.10),
        ("winner-changes", [2, 4, 6, 10, 15, 25], [0.050, 0.040, 0.032, 0.030, 0.026, 0.020], 0.05),
        ("heavy-tails", [4, 6, 8, 12, 20, 30], [0.040, 0.060, 0.045, 0.035, 0.050, 0.030], 0.08),
        ("daily-caps", [3, 4, 5, 6, 8, 12], [0.080, 0.026, 0.050, 0.020, 0.042, 0.030], 0.05),
        ("new-offer", [2, 4, 6, 8, 10, 15], [0.040, 0.034, 0.030, 0.060, 0.026, 0.022], 0.05),
        ("negative-margin", [-1, 0.8, 1.5, 2.5, 4], [-0.04, 0.016, 0.021, 0.015, 0.012], 0.08),
        ("equal-cr", [0.5, 1.5, 4, 12, 25, 60], [0.005, 0.015, 0.04, 0.12, 0.25, 0.6], 0.3),
    ],
)
def test_values_are_as_stated_and_epcs_scatter_as_stated(
    name: str, values: list[float], epcs: list[float], scale: float
) -> None:
    truths = [_sorted(SCENARIOS[name].truth(seed)) for seed in SEEDS]
    assert all(list(truth.values) == values for truth in truths)
    assert _spread(np.log([_epcs(truth)[0, 0] / epcs for truth in truths]), scale)


def test_conversion_delays_are_as_stated() -> None:
    for truth in (SCENARIOS["late"].truth(seed) for seed in SEEDS):
        rows = sorted(zip(truth.delays, truth.values, _epcs(truth)[0, 0], strict=True))
        assert [row[:2] for row in rows] == [(0.5, 3), (6, 3), (12, 5), (36, 8), (72, 12)]
        assert [row[2] for row in rows] == pytest.approx([0.024, 0.028, 0.033, 0.038, 0.046], rel=0.25)


def test_star_offer_has_more_than_twice_the_epc_of_others() -> None:
    for truth in (SCENARIOS["one-star"].truth(seed) for seed in SEEDS):
        assert 0.066 in np.round(_epcs(truth), 12) or truth.rates.max() == pytest.approx(0.06)
        assert ((truth.values >= 1) & (truth.values <= 20)).all()
        assert ((truth.rates >= 0.0008 - 1e-12) & (truth.rates <= 0.06 + 1e-12)).all()


@pytest.mark.parametrize(("name", "zipf"), [("twelve-segments", 1.0), ("fifty-thin", 1.1)])
def test_segments_have_zipf_weights_and_clipped_rates(name: str, zipf: float) -> None:
    truth = SCENARIOS[name].truth(0)
    ranks = np.arange(1, truth.segments + 1)
    assert truth.traffic[0] / truth.traffic == pytest.approx(ranks**zipf)
    assert truth.rates.min() >= 0.0002 - 1e-12
    assert truth.rates.max() <= 0.10 + 1e-12
    assert ((truth.values >= 0.8) & (truth.values <= 25)).all()


@pytest.mark.parametrize(("name", "cell"), [("twelve-segments", 0.5), ("fifty-thin", 0.15)])
def test_offers_segments_and_cells_scatter_as_stated(name: str, cell: float) -> None:
    logs = [np.log(_epcs(SCENARIOS[name].truth(seed))[0] / 0.03) for seed in SEEDS]
    spread = np.mean([each.var() for each in logs])
    assert spread == pytest.approx(0.4**2 + 0.6**2 + cell**2, rel=0.25)
    rest = [each - each.mean(0) - each.mean(1, keepdims=True) + each.mean() for each in logs]
    assert np.mean([each.std() for each in rest]) == pytest.approx(cell, rel=0.25)


def test_four_in_five_cells_of_the_thin_segments_are_eligible() -> None:
    assert np.mean([SCENARIOS["fifty-thin"].truth(seed).open for seed in SEEDS]) == pytest.approx(0.8, abs=0.01)


def test_winner_changes_at_half_time() -> None:
    truth = _sorted(SCENARIOS["winner-changes"].truth(0))
    before, after = _epcs(truth)[:, 0]
    assert list(truth.starts) == [0, 96]
    assert after[0] == pytest.approx(0.4 * before[0])
    assert after[3] == pytest.approx(1.1 * before[0])
    assert list(after[[1, 2, 4, 5]]) == list(before[[1, 2, 4, 5]])


def test_random_walk_changes_rates_every_six_hours() -> None:
    walks = [np.log(_epcs(SCENARIOS["random-walk"].truth(seed))[:, 0] / 0.035) for seed in SEEDS]
    assert list(SCENARIOS["random-walk"].truth(0).starts) == [6 * n for n in range(40)]
    assert _spread(np.array([walk[0] for walk in walks]), 0.35)
    assert _spread(np.array([walk[1:] - 0.985 * walk[:-1] for walk in walks]), 0.07)


def test_heavy_tails_have_their_spread_and_a_wrong_configuration() -> None:
    truths = [_sorted(SCENARIOS["heavy-tails"].truth(seed)) for seed in SEEDS]
    assert list(truths[0].spread) == [0.5, 1.2, 1.0, 1.5, 1.8, 1.5]
    assert _spread(np.log([truth.configured / truth.values for truth in truths]), 0.3)


def test_caps_are_the_conversions_of_35_and_40_per_cent_of_daily_clicks() -> None:
    truth = _sorted(SCENARIOS["daily-caps"].truth(0))
    rates = truth.rates[0, 0]
    assert list(truth.caps) == [round(8_400 * rates[0]), inf, round(9_600 * rates[2]), inf, inf, inf]


def test_new_offer_joins_after_three_days() -> None:
    assert list(_sorted(SCENARIOS["new-offer"].truth(0)).joins) == [0, 0, 0, 72, 0, 0]


@pytest.mark.parametrize(
    ("name", "epc", "clip", "values_range"),
    [("tiny", (0.06, 0.6), (0.001, 0.08), (1, 20)), ("big", (0.03, 0.35), (0.0003, 0.06), (0.5, 60))],
)
def test_values_are_log_uniform_and_rates_are_clipped(
    name: str, epc: tuple[float, float], clip: tuple[float, float], values_range: tuple[float, float]
) -> None:
    truths = [SCENARIOS[name].truth(seed) for seed in SEEDS]
    values, rates = np.array([t.values for t in truths]), np.array([t.rates[0, 0] for t in truths])
    assert ((values >= values_range[0]) & (values <= values_range[1])).all()
    assert np.log(values).mean() == pytest.approx(np.log(values_range).mean(), abs=0.25)
    assert ((rates >= clip[0] - 1e-12) & (rates <= clip[1] + 1e-12)).all()
    logs = np.log((rates * values)[(rates > clip[0] * 1.001) & (rates < clip[1] * 0.999)])
    assert logs.std() == pytest.approx(epc[1], rel=0.25)
    assert exp(np.median(logs)) == pytest.approx(epc[0], rel=0.25)
