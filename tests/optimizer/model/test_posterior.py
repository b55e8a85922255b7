from math import lgamma, log

import pytest

from chalicelib.optimizer.model import posterior
from chalicelib.optimizer.model.posterior import Posterior, Prior, pool_segments, prior
from tests.optimizer.teaching import known_of, pooled_of


def negative_binomial(count: float, clicks: float, mean: float, shape: float) -> float:
    """The log probability of so many conversions of so many clicks at a rate that is Gamma."""
    rate = shape / mean
    ways = lgamma(shape + count) - lgamma(shape) - lgamma(count + 1)
    return ways + shape * log(rate / (rate + clicks)) + count * log(clicks / (rate + clicks))


@pytest.mark.parametrize("count", [0, 1, 7])
def test_the_likelihood_is_the_negative_binomials_but_for_what_is_the_same_for_all_priors(count: float) -> None:
    left_out = count * log(300) - lgamma(count + 1)
    for mean, shape in ((0.01, 2.0), (0.03, 8.0)):
        found = posterior._likelihood(count, 300, mean, shape)
        assert found + left_out == pytest.approx(negative_binomial(count, 300, mean, shape))


def test_without_clicks_a_prior_is_as_likely_as_another() -> None:
    assert posterior._likelihood(0, 0, 0.01, 2) == 0


@pytest.mark.parametrize(
    ("likeness", "scales"), [pytest.param(1.0, [2.5, 0.625], id="money"), pytest.param(0.0, [1, 1], id="rate")]
)
def test_rates_compare_by_value_as_far_as_money_is_what_offers_share(likeness: float, scales: list[float]) -> None:
    assert posterior._scales([2, 8], likeness) == scales


def test_a_loss_compares_like_a_gain_and_what_is_worth_nothing_like_the_usual() -> None:
    assert posterior._scales([-2, 8, 0], 1.0) == [2.5, 0.625, 1]
    assert posterior._scales([0, 0], 1.0) == [1, 1]


def test_before_the_first_click_the_rate_is_a_guess() -> None:
    assert prior([0, 0], [0, 0], [1, 1]) == Prior(2.0, 1.0, [0.01, 0.01])


def test_before_the_first_conversion_it_is_what_half_of_one_would_make() -> None:
    assert prior([60, 40], [0, 0], [1, 1]).means == pytest.approx([0.005, 0.005])


def test_the_mean_rate_of_equally_tried_offers_is_their_mean() -> None:
    assert prior([1000, 1000], [30, 10], [1, 1]).means == pytest.approx([0.02, 0.02])


def test_many_clicks_do_not_make_an_offer_the_rule() -> None:
    """All conversions over all clicks are 0.0102, the mean of both rates 0.02."""
    alone = prior([1000, 100_000], [30, 1000], [1, 1])
    assert 0.018 < alone.means[0] < 0.02


def test_offers_that_earn_alike_have_money_in_common() -> None:
    found = prior([10_000] * 4, [800, 400, 200, 100], [1, 2, 4, 8])
    assert (found.shape, found.likeness) == (8.0, 1.0)
    assert found.means == pytest.approx([0.08, 0.04, 0.02, 0.01])


def test_offers_that_convert_alike_have_their_rate_in_common() -> None:
    found = prior([10_000] * 6, [200] * 6, [1, 3, 9, 27, 81, 243])
    assert (found.shape, found.likeness) == (8.0, 0.0)
    assert found.means == pytest.approx([0.02] * 6)


def test_offers_that_differ_have_a_wide_prior() -> None:
    assert prior([10_000] * 4, [10, 60, 200, 900], [1] * 4).shape == 2.0


def test_an_offers_rate_is_its_own_and_its_priors() -> None:
    assert pooled_of(conversions=[40.0]).rate(0) == pytest.approx((2 + 40) / (200 + 1000))


@pytest.mark.parametrize(
    ("spread", "known"), [pytest.param(0.01, 1 / 0.135, id="all alike"), pytest.param(2.5, 1 / 2.625, id="each alone")]
)
def test_what_is_known_elsewhere_is_worth_less_where_segments_differ(spread: float, known: float) -> None:
    """Elsewhere 6 conversions and 2 of the prior, of 500 clicks and 200 of the prior."""
    found = pooled_of(spread=spread).posterior(0, clicks=500, conversions=4, level=1.0)
    rate = 8 / 700
    assert found.shape == pytest.approx(known + 4)
    assert found.mean == pytest.approx((known + 4) / (known / rate + 500))


def test_in_a_segment_of_level_2_an_offer_converts_twice() -> None:
    """The 300 clicks of its own are 600 of level 1."""
    found = pooled_of().posterior(0, clicks=300, conversions=4, level=2.0)
    rate, known = 2 * 8 / (200 + 400), 1 / 0.135
    assert found.mean == pytest.approx((known + 4) / (known / rate + 300))


def test_a_segment_that_is_all_there_is_has_only_the_prior_elsewhere() -> None:
    found = pooled_of().posterior(0, clicks=1000, conversions=10, level=1.0)
    known = 1 / 0.51
    assert found.shape == pytest.approx(known + 10)
    assert found.mean == pytest.approx((known + 10) / (known / 0.01 + 1000))


def test_the_interval_leaves_out_a_twentieth_on_each_side() -> None:
    """Quantiles of χ² with 20 degrees: 10.851 and 31.410."""
    assert Posterior(10, 10).interval == pytest.approx((10.851 / 2, 31.410 / 2), rel=1e-3)


def test_an_interval_does_not_go_below_0() -> None:
    low, high = Posterior(0.01, 1 / 3).interval
    assert low == 0
    assert high == pytest.approx(0.04, abs=0.01)


def test_one_segment_is_the_usual_one() -> None:
    found = pool_segments(known_of([{0: 1000.0, 1: 1000.0}], [{0: 30.0, 1: 10.0}]))
    assert (found.levels, found.spread) == ([1.0], 0.01)
    assert (found.conversions, found.exposures) == ([30, 10], [1000, 1000])
    assert found.prior == prior([1000, 1000], [30, 10], [1, 1])


def test_a_segments_level_is_how_it_converts_beside_the_others() -> None:
    clicks = {0: 100_000.0, 1: 100_000.0}
    found = pool_segments(known_of([clicks, clicks], [{0: 3000.0, 1: 6000.0}, {0: 1000.0, 1: 2000.0}]))
    assert found.levels[0] / found.levels[1] == pytest.approx(3, rel=0.01)
    assert found.spread == 0.01


def test_a_level_is_shrunk_by_two_conversions() -> None:
    found = known_of([{0: 100.0, 1: 50.0}, {}], [{0: 7.0}, {}])
    assert posterior._levels(found, [0.02, 0.04]) == [9 / 6, 1]


@pytest.mark.parametrize("count", [0, 1, 7])
def test_the_likelihood_of_a_spread_is_the_negative_binomials_too(count: float) -> None:
    left_out = count * log(3) - lgamma(count + 1)
    for shape in (0.4, 4.0):
        found = posterior._spread_likelihood([(count, 3.0)], shape)
        assert found + left_out == pytest.approx(negative_binomial(count, clicks=3, mean=1, shape=shape))


def test_segments_that_take_to_different_offers_are_spread_far() -> None:
    clicks = {0: 10_000.0, 1: 10_000.0}
    found = pool_segments(known_of([clicks, clicks], [{0: 1000.0, 1: 10.0}, {0: 10.0, 1: 1000.0}]))
    assert found.spread >= 1.2


def test_segments_without_clicks_are_not_spread() -> None:
    assert pool_segments(known_of([{0: 0.0}, {}], [{}, {}])).spread == 0.01


def test_an_offer_without_clicks_in_a_segment_has_none_there() -> None:
    found = pool_segments(known_of([{0: 500.0}, {1: 500.0}], [{0: 5.0}, {1: 5.0}]))
    assert found.conversions == [5, 5]
    assert found.exposures == pytest.approx([500 * found.levels[0], 500 * found.levels[1]], rel=0.05)
