from collections.abc import Sequence

import pytest

from chalicelib.optimizer.model.conversion_delay import EVEN, blend
from chalicelib.optimizer.model.effective_counts import BucketCells, effective_counts
from chalicelib.optimizer.model.pool_statistics import Bucket, PoolStatistics
from tests.optimizer.teaching import GB, NOW, US, hours, pool_stats, with_offer

OLD = [Bucket(NOW - 674, NOW - 670)]
"""Four weeks ago: all conversions have come, a quarter is remembered."""

YOUNG = [Bucket(NOW - 1, NOW)]
"""Half an hour ago in the mean: with what comes at once, a quarter of an hour later and so on, 12 % has come."""


def old_pool() -> PoolStatistics:
    cells = {US: {0: ([400], [8]), 1: ([200], [4])}, GB: {1: ([100], [4])}}
    return pool_stats(cells, values=(1.5, 3.0), buckets=OLD)


def flat(rows: Sequence[BucketCells]) -> list[float]:
    """The numbers of all segments, one after the other."""
    return [number for row in rows for number in row.values()]


def test_clicks_and_conversions_count_by_segment_and_offer_as_far_as_they_are_remembered() -> None:
    found = effective_counts(old_pool())
    assert flat(found.clicks) == pytest.approx([100, 50, 25])
    assert found.conversions == [{0: 2, 1: 1}, {1: 1}]
    assert found.changes == [0, 0]


def test_after_four_weeks_nothing_is_waited_for() -> None:
    assert flat(effective_counts(old_pool()).waiting) == pytest.approx([0, 0, 0], abs=1e-9)


def test_young_clicks_count_as_far_as_their_conversions_can_have_come_and_are_waited_for() -> None:
    found = effective_counts(pool_stats({US: {0: ([1000], [0])}}, buckets=YOUNG))
    remembered = 0.5 ** (0.5 / 336)
    early = sum(blend(EVEN)[:3])
    assert flat(found.clicks) == pytest.approx([1000 * early * remembered])
    assert flat(found.waiting) == pytest.approx([1000 * (1 - early)])


def test_values_and_payouts_are_the_means_of_what_is_remembered_and_what_is_configured() -> None:
    """Of the first offer 2 conversions are remembered and 7 of value, of the second 2 and 6 of value."""
    stats = with_offer(old_pool(), 0, values=[28.0], squares=[98.0], payout=1.0, payouts=[20.0])
    found = effective_counts(with_offer(stats, 1, payout=2.5))
    assert list(found.values) == pytest.approx([(7 + 1.5) / 3, 3.0])
    assert list(found.payouts) == pytest.approx([(5 + 1) / 3, 2.5 / 3])


def test_of_an_offer_that_changed_only_what_came_after_counts() -> None:
    clicks = [100.0] * 96
    cells = {US: {0: (clicks, [5.0] * 48 + [0.0] * 48), 1: (clicks, [5.0] * 96)}}
    found = effective_counts(pool_stats(cells))
    assert found.changes == [48, 0]
    assert found.conversions[0][0] == 0
    steady = sum(0.5 ** ((n + 0.5) / 336) for n in range(96))
    assert found.conversions[0][1] == pytest.approx(5 * steady)
    quick = sum(0.5 ** ((n + 0.5) / 48) for n in range(48))
    assert 0.85 * 100 * quick < found.clicks[0][0] < 100 * quick
    assert list(found.values) == pytest.approx([1.0, 1.0])


def test_a_change_is_looked_for_in_all_segments_together() -> None:
    rows = ([20.0] * 96, [0.5] * 48 + [0.0] * 48)
    assert effective_counts(pool_stats({US: {0: rows}}, values=[1.0])).changes == [48]
    small = ([10.0] * 96, [0.25] * 48 + [0.0] * 48)
    assert effective_counts(pool_stats({US: {0: small}}, values=[1.0])).changes == [0]
    assert effective_counts(pool_stats({US: {0: small}, GB: {0: small}}, values=[1.0])).changes == [48]


def test_an_offer_without_a_click_says_nothing() -> None:
    found = effective_counts(pool_stats({US: {0: ([5], [0])}}, buckets=hours(1)))
    assert list(found.clicks[0]) == list(found.conversions[0]) == list(found.waiting[0]) == [0]
    assert found.values == [1.0, 1.0]


def test_a_pool_without_a_click_says_nothing() -> None:
    found = effective_counts(pool_stats({US: {}}, buckets=[]))
    assert (found.clicks, found.conversions, found.waiting, found.changes) == ([{}], [{}], [{}], [0, 0])


def test_buckets_without_clicks_count_nothing_however_many_they_are() -> None:
    busy = [float(n % 7 + 1) for n in range(40)]
    seldom = [clicks if n in (3, 38) else 0.0 for n, clicks in enumerate(busy)]
    others = [one - other for one, other in zip(busy, seldom, strict=True)]
    whole, few, rest = (effective_counts(pool_stats({US: {0: (row, [0.0] * 40)}})) for row in (busy, seldom, others))
    for of_whole, of_few, of_rest in (
        (whole.clicks, few.clicks, rest.clicks),
        (whole.waiting, few.waiting, rest.waiting),
    ):
        assert flat(of_few)[0] > 0
        assert flat(of_few)[0] + flat(of_rest)[0] == pytest.approx(flat(of_whole)[0])
