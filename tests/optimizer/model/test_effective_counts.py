from collections.abc import Sequence

import pytest

from chalicelib.optimizer.model.conversion_delay import UNIFORM, mix_profiles
from chalicelib.optimizer.model.effective_counts import OfferCounts, effective_counts
from chalicelib.optimizer.model.pool_statistics import Bucket, PoolStatistics
from tests.optimizer.teaching import GB, NOW, US, hourly_buckets, pool_stats, with_offer

OLD = [Bucket(NOW - 674, NOW - 670)]
"""Four weeks ago: all conversions have arrived, and clicks have a quarter of their weight."""

YOUNG = [Bucket(NOW - 1, NOW)]
"""Half an hour ago on average: the first three delay bins have arrived."""


def old_pool() -> PoolStatistics:
    cells = {US: {0: ([400], [8]), 1: ([200], [4])}, GB: {1: ([100], [4])}}
    return pool_stats(cells, values=(1.5, 3.0), buckets=OLD)


def flatten(rows: Sequence[OfferCounts]) -> list[float]:
    """Return the numbers of all segments in one list."""
    return [number for row in rows for number in row.values()]


def test_clicks_and_conversions_decay_with_age() -> None:
    counts = effective_counts(old_pool())
    assert flatten(counts.clicks) == pytest.approx([100, 50, 25])
    assert counts.conversions == [{0: 2, 1: 1}, {1: 1}]
    assert counts.changes == [0, 0]


def test_after_four_weeks_no_click_is_pending() -> None:
    assert flatten(effective_counts(old_pool()).pending_clicks) == pytest.approx([0, 0, 0], abs=1e-9)


def test_recent_clicks_are_partly_effective_and_partly_pending() -> None:
    counts = effective_counts(pool_stats({US: {0: ([1000], [0])}}, buckets=YOUNG))
    weight = 0.5 ** (0.5 / 336)
    arrived = sum(mix_profiles(UNIFORM)[:3])
    assert flatten(counts.clicks) == pytest.approx([1000 * arrived * weight])
    assert flatten(counts.pending_clicks) == pytest.approx([1000 * (1 - arrived)])


def test_values_and_payouts_are_means_of_observed_and_configured_ones() -> None:
    """Weighted by age, the first offer has 2 conversions with a value of 7, the second 2 with a value of 6."""
    stats = with_offer(old_pool(), 0, values=[28.0], squares=[98.0], payout=1.0, payouts=[20.0])
    counts = effective_counts(with_offer(stats, 1, payout=2.5))
    assert list(counts.values) == pytest.approx([(7 + 1.5) / 3, 3.0])
    assert list(counts.payouts) == pytest.approx([(5 + 1) / 3, 2.5 / 3])


def test_data_before_a_change_is_ignored() -> None:
    clicks = [100.0] * 96
    cells = {US: {0: (clicks, [5.0] * 48 + [0.0] * 48), 1: (clicks, [5.0] * 96)}}
    counts = effective_counts(pool_stats(cells))
    assert counts.changes == [48, 0]
    assert counts.conversions[0][0] == 0
    steady = sum(0.5 ** ((n + 0.5) / 336) for n in range(96))
    assert counts.conversions[0][1] == pytest.approx(5 * steady)
    quick = sum(0.5 ** ((n + 0.5) / 48) for n in range(48))
    assert 0.85 * 100 * quick < counts.clicks[0][0] < 100 * quick
    assert list(counts.values) == pytest.approx([1.0, 1.0])


def test_change_is_detected_over_all_segments() -> None:
    rows = ([20.0] * 96, [0.5] * 48 + [0.0] * 48)
    assert effective_counts(pool_stats({US: {0: rows}}, values=[1.0])).changes == [48]
    small = ([10.0] * 96, [0.25] * 48 + [0.0] * 48)
    assert effective_counts(pool_stats({US: {0: small}}, values=[1.0])).changes == [0]
    assert effective_counts(pool_stats({US: {0: small}, GB: {0: small}}, values=[1.0])).changes == [48]


def test_offer_without_clicks_has_no_counts() -> None:
    counts = effective_counts(pool_stats({US: {0: ([5], [0])}}, buckets=hourly_buckets(1)))
    assert list(counts.clicks[0]) == list(counts.conversions[0]) == list(counts.pending_clicks[0]) == [0]
    assert counts.values == [1.0, 1.0]


def test_pool_without_clicks_has_no_counts() -> None:
    counts = effective_counts(pool_stats({US: {}}, buckets=[]))
    assert (counts.clicks, counts.conversions, counts.pending_clicks, counts.changes) == ([{}], [{}], [{}], [0, 0])


def test_sparse_rows_have_the_same_sums() -> None:
    busy = [float(n % 7 + 1) for n in range(40)]
    sparse = [clicks if n in (3, 38) else 0.0 for n, clicks in enumerate(busy)]
    others = [total - part for total, part in zip(busy, sparse, strict=True)]
    whole, few, rest = (effective_counts(pool_stats({US: {0: (row, [0.0] * 40)}})) for row in (busy, sparse, others))
    for of_whole, of_few, of_rest in (
        (whole.clicks, few.clicks, rest.clicks),
        (whole.pending_clicks, few.pending_clicks, rest.pending_clicks),
    ):
        assert flatten(of_few)[0] > 0
        assert flatten(of_few)[0] + flatten(of_rest)[0] == pytest.approx(flatten(of_whole)[0])
