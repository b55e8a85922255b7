from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from chalicelib.reporting.aggregation import Groups
from chalicelib.reporting.lost_clicks import Lost, lost_clicks, total

PAID = [80, 20, 150_000_000, 200_000_000, 0]
"""A hundred paid clicks that brought 1.50 each to the publisher and 2.00 to the network."""


def lost(unique: int, duplicate: int = 0) -> list[int]:
    return [unique, duplicate, 0, 0, 0]


def test_a_lost_click_is_worth_what_paid_ones_brought_in_its_segment() -> None:
    groups: Groups = {
        ("", "sml_1", "US", "mobile"): PAID,
        ("", "sml_1", "US", "desktop"): [100, 0, 0, 0, 0],
        ("cap", "sml_1", "US", "mobile"): lost(9, 1),
    }
    assert lost_clicks(groups) == [Lost("cap", "sml_1", 10, 15_000_000, 20_000_000)]


def test_a_segment_without_a_paid_click_is_worth_what_its_country_is() -> None:
    groups: Groups = {
        ("", "sml_1", "US", "mobile"): PAID,
        ("", "sml_1", "US", "desktop"): [100, 0, 0, 0, 0],
        ("", "sml_1", "DE", "tablet"): [800, 0, 0, 0, 0],
        ("cap", "sml_1", "US", "tablet"): lost(10),
    }
    assert lost_clicks(groups) == [Lost("cap", "sml_1", 10, 7_500_000, 10_000_000)]


def test_a_country_without_a_paid_click_is_worth_what_its_pool_is() -> None:
    groups: Groups = {
        ("", "sml_1", "US", "mobile"): PAID,
        ("", "sml_1", "US", "desktop"): [100, 0, 0, 0, 0],
        ("country", "sml_1", "FR", "mobile"): lost(10),
    }
    assert lost_clicks(groups) == [Lost("country", "sml_1", 10, 7_500_000, 10_000_000)]


def test_a_pool_without_a_paid_click_is_worth_nothing_whatever_others_bring() -> None:
    groups: Groups = {("", "sml_1", "US", "mobile"): PAID, ("paused", "sml_2", "US", "mobile"): lost(10)}
    assert lost_clicks(groups) == [Lost("paused", "sml_2", 10, 0, 0)]


def test_money_without_a_click_in_the_range_makes_no_click_worth_anything() -> None:
    groups: Groups = {("", "sml_1", "US", "mobile"): [0, 0, 5, 5, 0], ("cap", "sml_1", "US", "mobile"): lost(1)}
    assert lost_clicks(groups) == [Lost("cap", "sml_1", 1, 0, 0)]


def test_direct_links_are_one_row_and_each_campaign_keeps_its_own_value() -> None:
    groups: Groups = {
        ("", "cmp_1", "US", "mobile"): PAID,
        ("cap", "cmp_1", "US", "mobile"): lost(2),
        ("cap", "cmp_2", "US", "mobile"): lost(3),
    }
    assert lost_clicks(groups) == [Lost("cap", None, 5, 3_000_000, 4_000_000)]


def test_estimates_are_rounded_once_at_the_end() -> None:
    groups: Groups = {
        ("", "sml_1", "US", "mobile"): [3, 0, 1, 2, 0],
        ("", "sml_1", "DE", "mobile"): [3, 0, 1, 2, 0],
        ("cap", "sml_1", "US", "mobile"): lost(1),
        ("cap", "sml_1", "DE", "mobile"): lost(1),
    }
    assert lost_clicks(groups) == [Lost("cap", "sml_1", 2, 1, 1)]


def test_the_costliest_stand_first_and_what_cannot_be_read_last() -> None:
    groups: Groups = {
        ("", "", "", ""): [0, 0, 0, 0, 4],
        ("", "sml_1", "US", "mobile"): PAID,
        ("cap", "sml_1", "US", "mobile"): lost(1),
        ("country", "sml_1", "US", "mobile"): lost(2),
        ("device", "sml_2", "US", "mobile"): lost(5),
        ("paused", "sml_2", "US", "mobile"): lost(6),
    }
    assert [(row.reason, row.clicks, row.revenue, row.profit) for row in lost_clicks(groups)] == [
        ("country", 2, 4_000_000, 1_000_000),
        ("cap", 1, 2_000_000, 500_000),
        ("paused", 6, 0, 0),
        ("device", 5, 0, 0),
        ("poison", 4, None, None),
    ]


def test_groups_of_nothing_make_no_row() -> None:
    assert lost_clicks({("cap", "sml_1", "US", "mobile"): [0, 0, 0, 0, 0]}) == []


def test_the_total_is_the_sum_of_the_rows() -> None:
    rows = [Lost("cap", "sml_1", 2, 3, 7), Lost("poison", None, 4, None, None)]
    assert total(rows) == Lost("", None, 6, 3, 7)
    assert total([]) == Lost("", None, 0, 0, 0)


SEGMENTS = st.tuples(
    st.sampled_from(["", "cap", "country"]),
    st.sampled_from(["sml_1", "sml_2", "cmp_1"]),
    st.sampled_from(["", "US"]),
    st.sampled_from(["mobile", "desktop"]),
)
SUMS = st.tuples(st.integers(0, 9), st.integers(0, 9), st.integers(0, 99), st.integers(0, 99), st.just(0)).map(list)


@given(st.dictionaries(SEGMENTS, SUMS))
def test_every_lost_click_is_in_one_row_and_none_is_worth_more_than_the_best_paid_one(groups: Groups) -> None:
    rows = lost_clicks(groups)
    clicks = sum(sums[0] + sums[1] for group, sums in groups.items() if group[0])
    paid = [
        (sums[0] + sums[1], sum(each[3] for each in groups.values())) for group, sums in groups.items() if not group[0]
    ]
    most = max((Fraction(money, count) for count, money in paid if count), default=Fraction())
    assert total(rows).clicks == clicks
    assert all(0 <= (row.revenue or 0) <= row.clicks * most + 1 for row in rows)
