from math import lgamma, log

import pytest

from chalicelib.optimizer.model import posterior
from chalicelib.optimizer.model.posterior import Posterior, Prior, fit_prior, pool_segments
from tests.optimizer.teaching import a_pooled_estimate, effective_counts_of


def negative_binomial(count: float, clicks: float, mean: float, shape: float) -> float:
    """Return the log probability of the conversions at a Gamma rate."""
    rate = shape / mean
    constant = lgamma(shape + count) - lgamma(shape) - lgamma(count + 1)
    return constant + shape * log(rate / (rate + clicks)) + count * log(clicks / (rate + clicks))


@pytest.mark.parametrize("count", [0, 1, 7])
def test_likelihood_is_negative_binomial_up_to_terms_equal_for_all_priors(count: float) -> None:
    constant_terms = count * log(300) - lgamma(count + 1)
    for mean, shape in ((0.01, 2.0), (0.03, 8.0)):
        likelihood = posterior._log_likelihood(count, 300, mean, shape)
        assert likelihood + constant_terms == pytest.approx(negative_binomial(count, 300, mean, shape))


def test_likelihood_without_clicks_is_the_same_for_all_priors() -> None:
    assert posterior._log_likelihood(0, 0, 0.01, 2) == 0


@pytest.mark.parametrize(
    ("exponent", "scales"), [pytest.param(1.0, [2.5, 0.625], id="money"), pytest.param(0.0, [1, 1], id="rate")]
)
def test_rate_scales_depend_on_the_value_exponent(exponent: float, scales: list[float]) -> None:
    assert posterior._rate_scales([2, 8], exponent) == scales


def test_loss_scales_like_a_gain_and_zero_like_the_mean() -> None:
    assert posterior._rate_scales([-2, 8, 0], 1.0) == [2.5, 0.625, 1]
    assert posterior._rate_scales([0, 0], 1.0) == [1, 1]


def test_rate_before_the_first_click_is_the_default() -> None:
    assert fit_prior([0, 0], [0, 0], [1, 1]) == Prior(2.0, 1.0, [0.01, 0.01])


def test_rate_before_the_first_conversion_is_that_of_half_a_conversion() -> None:
    assert fit_prior([60, 40], [0, 0], [1, 1]).means == pytest.approx([0.005, 0.005])


def test_common_rate_of_equally_tried_offers_is_their_mean() -> None:
    assert fit_prior([1000, 1000], [30, 10], [1, 1]).means == pytest.approx([0.02, 0.02])


def test_offer_with_many_clicks_does_not_dominate_the_common_rate() -> None:
    """All conversions over all clicks is 0.0102, the mean of both rates 0.02."""
    fitted = fit_prior([1000, 100_000], [30, 1000], [1, 1])
    assert 0.018 < fitted.means[0] < 0.02


def test_offers_with_equal_earnings_have_value_exponent_1() -> None:
    prior = fit_prior([10_000] * 4, [800, 400, 200, 100], [1, 2, 4, 8])
    assert (prior.shape, prior.value_exponent) == (8.0, 1.0)
    assert prior.means == pytest.approx([0.08, 0.04, 0.02, 0.01])


def test_offers_with_equal_rates_have_value_exponent_0() -> None:
    prior = fit_prior([10_000] * 6, [200] * 6, [1, 3, 9, 27, 81, 243])
    assert (prior.shape, prior.value_exponent) == (8.0, 0.0)
    assert prior.means == pytest.approx([0.02] * 6)


def test_different_offers_have_a_wide_prior() -> None:
    assert fit_prior([10_000] * 4, [10, 60, 200, 900], [1] * 4).shape == 2.0


def test_rate_of_an_offer_combines_its_evidence_and_its_prior() -> None:
    assert a_pooled_estimate(conversions=[40.0]).rate(0) == pytest.approx((2 + 40) / (200 + 1000))


@pytest.mark.parametrize(
    ("heterogeneity", "weight"),
    [pytest.param(0.01, 1 / 0.135, id="all alike"), pytest.param(2.5, 1 / 2.625, id="each separate")],
)
def test_evidence_of_other_segments_has_less_weight_with_high_heterogeneity(
    heterogeneity: float, weight: float
) -> None:
    """Other segments have 6 conversions of 500 clicks; the prior has 2 of 200."""
    result = a_pooled_estimate(heterogeneity=heterogeneity).posterior(0, clicks=500, conversions=4, level=1.0)
    rate = 8 / 700
    assert result.shape == pytest.approx(weight + 4)
    assert result.mean == pytest.approx((weight + 4) / (weight / rate + 500))


def test_offer_converts_at_twice_its_rate_in_a_segment_of_level_2() -> None:
    """Its 300 clicks are worth 600 of level 1."""
    result = a_pooled_estimate().posterior(0, clicks=300, conversions=4, level=2.0)
    rate, weight = 2 * 8 / (200 + 400), 1 / 0.135
    assert result.mean == pytest.approx((weight + 4) / (weight / rate + 300))


def test_only_segment_has_only_the_prior_as_other_evidence() -> None:
    result = a_pooled_estimate().posterior(0, clicks=1000, conversions=10, level=1.0)
    weight = 1 / 0.51
    assert result.shape == pytest.approx(weight + 10)
    assert result.mean == pytest.approx((weight + 10) / (weight / 0.01 + 1000))


def test_interval_leaves_out_5_percent_on_each_side() -> None:
    """Quantiles of χ² with 20 degrees: 10.851 and 31.410."""
    assert Posterior(10, 10).interval == pytest.approx((10.851 / 2, 31.410 / 2), rel=1e-3)


def test_interval_does_not_go_below_0() -> None:
    low, high = Posterior(0.01, 1 / 3).interval
    assert low == 0
    assert high == pytest.approx(0.04, abs=0.01)


def test_single_segment_has_level_1() -> None:
    estimate = pool_segments(effective_counts_of([{0: 1000.0, 1: 1000.0}], [{0: 30.0, 1: 10.0}]))
    assert (estimate.levels, estimate.heterogeneity) == ([1.0], 0.01)
    assert (estimate.conversions, estimate.exposures) == ([30, 10], [1000, 1000])
    assert estimate.prior == fit_prior([1000, 1000], [30, 10], [1, 1])


def test_level_of_a_segment_is_its_relative_conversion_rate() -> None:
    clicks = {0: 100_000.0, 1: 100_000.0}
    estimate = pool_segments(effective_counts_of([clicks, clicks], [{0: 3000.0, 1: 6000.0}, {0: 1000.0, 1: 2000.0}]))
    assert estimate.levels[0] / estimate.levels[1] == pytest.approx(3, rel=0.01)
    assert estimate.heterogeneity == 0.01


def test_level_is_shrunk_by_two_pseudo_conversions() -> None:
    counts = effective_counts_of([{0: 100.0, 1: 50.0}, {}], [{0: 7.0}, {}])
    assert posterior._levels(counts, [0.02, 0.04]) == [9 / 6, 1]


@pytest.mark.parametrize("count", [0, 1, 7])
def test_likelihood_of_heterogeneity_is_negative_binomial_up_to_constant_terms(count: float) -> None:
    constant_terms = count * log(3) - lgamma(count + 1)
    for shape in (0.4, 4.0):
        likelihood = posterior._heterogeneity_log_likelihood([(count, 3.0)], shape)
        assert likelihood + constant_terms == pytest.approx(negative_binomial(count, clicks=3, mean=1, shape=shape))


def test_segments_with_different_best_offers_have_high_heterogeneity() -> None:
    clicks = {0: 10_000.0, 1: 10_000.0}
    estimate = pool_segments(effective_counts_of([clicks, clicks], [{0: 1000.0, 1: 10.0}, {0: 10.0, 1: 1000.0}]))
    assert estimate.heterogeneity >= 1.2


def test_segments_without_clicks_have_the_lowest_heterogeneity() -> None:
    assert pool_segments(effective_counts_of([{0: 0.0}, {}], [{}, {}])).heterogeneity == 0.01


def test_offer_without_clicks_in_a_segment_has_no_exposure_there() -> None:
    estimate = pool_segments(effective_counts_of([{0: 500.0}, {1: 500.0}], [{0: 5.0}, {1: 5.0}]))
    assert estimate.conversions == [5, 5]
    assert estimate.exposures == pytest.approx([500 * estimate.levels[0], 500 * estimate.levels[1]], rel=0.05)
