from hypothesis import given
from hypothesis import strategies as st

from chalicelib.reporting.aggregation import Groups
from chalicelib.reporting.lost_clicks import LostClicks, currencies, lost_clicks, total, totals_by_currency

USD = ["USD"]
PAID = [80, 20, 150_000_000, 200_000_000, 0]
"""100 paid clicks with 1.50 payout and 2.00 revenue each."""


def lost(unique: int, duplicate: int = 0) -> list[int]:
    return [unique, duplicate, 0, 0, 0]


def test_value_is_the_average_of_paid_clicks_in_the_segment() -> None:
    groups: Groups = {
        ("", "sml_1", "US", "mobile", "USD"): PAID,
        ("", "sml_1", "US", "desktop", "USD"): [100, 0, 0, 0, 0],
        ("cap", "sml_1", "US", "mobile", ""): lost(9, 1),
    }
    assert lost_clicks(groups, USD) == [LostClicks("cap", "sml_1", 10, 15_000_000, 20_000_000, "USD")]


def test_segment_without_paid_clicks_has_the_value_of_its_country() -> None:
    groups: Groups = {
        ("", "sml_1", "US", "mobile", "USD"): PAID,
        ("", "sml_1", "US", "desktop", "USD"): [100, 0, 0, 0, 0],
        ("", "sml_1", "DE", "tablet", "USD"): [800, 0, 0, 0, 0],
        ("cap", "sml_1", "US", "tablet", ""): lost(10),
    }
    assert lost_clicks(groups, USD) == [LostClicks("cap", "sml_1", 10, 7_500_000, 10_000_000, "USD")]


def test_country_without_paid_clicks_has_the_value_of_the_smartlink() -> None:
    groups: Groups = {
        ("", "sml_1", "US", "mobile", "USD"): PAID,
        ("", "sml_1", "US", "desktop", "USD"): [100, 0, 0, 0, 0],
        ("country", "sml_1", "FR", "mobile", ""): lost(10),
    }
    assert lost_clicks(groups, USD) == [LostClicks("country", "sml_1", 10, 7_500_000, 10_000_000, "USD")]


def test_smartlink_without_paid_clicks_has_no_value() -> None:
    groups: Groups = {("", "sml_1", "US", "mobile", "USD"): PAID, ("paused", "sml_2", "US", "mobile", ""): lost(10)}
    assert lost_clicks(groups, USD) == [LostClicks("paused", "sml_2", 10, 0, 0)]


def test_amounts_without_clicks_have_no_value() -> None:
    groups: Groups = {
        ("", "sml_1", "US", "mobile", "USD"): [0, 0, 5, 5, 0],
        ("cap", "sml_1", "US", "mobile", ""): lost(1),
    }
    assert lost_clicks(groups, USD) == [LostClicks("cap", "sml_1", 1, 0, 0)]


def test_direct_links_are_one_row_with_values_per_campaign() -> None:
    groups: Groups = {
        ("", "cmp_1", "US", "mobile", "USD"): PAID,
        ("cap", "cmp_1", "US", "mobile", ""): lost(2),
        ("cap", "cmp_2", "US", "mobile", ""): lost(3),
    }
    assert lost_clicks(groups, USD) == [LostClicks("cap", None, 5, 3_000_000, 4_000_000, "USD")]


def test_estimates_are_rounded_once() -> None:
    groups: Groups = {
        ("", "sml_1", "US", "mobile", "USD"): [3, 0, 1, 2, 0],
        ("", "sml_1", "DE", "mobile", "USD"): [3, 0, 1, 2, 0],
        ("cap", "sml_1", "US", "mobile", ""): lost(1),
        ("cap", "sml_1", "DE", "mobile", ""): lost(1),
    }
    assert lost_clicks(groups, USD) == [LostClicks("cap", "sml_1", 2, 1, 1, "USD")]


def test_rows_are_sorted_by_revenue_with_poison_last() -> None:
    groups: Groups = {
        ("", "", "", "", ""): [0, 0, 0, 0, 4],
        ("", "sml_1", "US", "mobile", "USD"): PAID,
        ("cap", "sml_1", "US", "mobile", ""): lost(1),
        ("country", "sml_1", "US", "mobile", ""): lost(2),
        ("device", "sml_2", "US", "mobile", ""): lost(5),
        ("paused", "sml_2", "US", "mobile", ""): lost(6),
    }
    assert [(row.reason, row.clicks, row.revenue, row.profit) for row in lost_clicks(groups, USD)] == [
        ("country", 2, 4_000_000, 1_000_000),
        ("cap", 1, 2_000_000, 500_000),
        ("paused", 6, 0, 0),
        ("device", 5, 0, 0),
        ("poison", 4, None, None),
    ]


def test_empty_group_makes_no_row() -> None:
    assert lost_clicks({("cap", "sml_1", "US", "mobile", ""): [0, 0, 0, 0, 0]}, USD) == []


def test_total_is_the_sum_of_the_rows() -> None:
    rows = [LostClicks("cap", "sml_1", 2, 3, 7), LostClicks("poison", None, 4, None, None)]
    assert total(rows) == LostClicks("", None, 6, 3, 7)
    assert total([]) == LostClicks("", None, 0, 0, 0)


TWO_CURRENCIES: Groups = {
    ("", "sml_1", "US", "mobile", "EUR"): [30, 0, 30_000_000, 60_000_000, 0],
    ("", "sml_1", "US", "mobile", "USD"): [70, 0, 140_000_000, 210_000_000, 0],
    ("cap", "sml_1", "US", "mobile", ""): lost(10),
    ("paused", "sml_2", "US", "mobile", ""): lost(5),
}


def test_lost_click_has_a_value_in_each_currency_per_click_of_all() -> None:
    assert currencies(TWO_CURRENCIES) == ["EUR", "USD"]
    assert lost_clicks(TWO_CURRENCIES, ["EUR", "USD"]) == [
        LostClicks("cap", "sml_1", 10, 14_000_000, 21_000_000, "USD"),
        LostClicks("cap", "sml_1", 10, 3_000_000, 6_000_000, "EUR"),
        LostClicks("paused", "sml_2", 5, 0, 0),
    ]


def test_only_shown_currencies_are_estimated() -> None:
    assert lost_clicks(TWO_CURRENCIES, ["EUR"]) == [
        LostClicks("cap", "sml_1", 10, 3_000_000, 6_000_000, "EUR"),
        LostClicks("paused", "sml_2", 5, 0, 0),
    ]


def test_totals_are_by_currency() -> None:
    assert totals_by_currency(lost_clicks(TWO_CURRENCIES, ["EUR", "USD"]), ["EUR", "USD"]) == [
        LostClicks("", None, 5, 0, 0),
        LostClicks("", None, 10, 3_000_000, 6_000_000, "EUR"),
        LostClicks("", None, 10, 14_000_000, 21_000_000, "USD"),
    ]


def test_totals_of_one_currency_contain_clicks_without_a_value() -> None:
    rows = lost_clicks(TWO_CURRENCIES, ["EUR"])
    assert totals_by_currency(rows, ["EUR"]) == [LostClicks("", None, 15, 3_000_000, 6_000_000, "EUR")]
    assert totals_by_currency([], ["EUR"]) == []


SEGMENTS = st.tuples(
    st.sampled_from(["", "cap", "country"]),
    st.sampled_from(["sml_1", "sml_2", "cmp_1"]),
    st.sampled_from(["", "US"]),
    st.sampled_from(["mobile", "desktop"]),
    st.sampled_from(["", "USD"]),
)
SUMS = st.tuples(st.integers(0, 9), st.integers(0, 9), st.integers(0, 99), st.integers(0, 99), st.just(0)).map(list)


@given(st.dictionaries(SEGMENTS, SUMS))
def test_every_lost_click_is_in_one_row_at_most_at_the_best_value(groups: Groups) -> None:
    rows = lost_clicks(groups, USD)
    clicks = sum(sums[0] + sums[1] for group, sums in groups.items() if group[0])
    money = sum(sums[3] for group, sums in groups.items() if group[-1] == "USD")
    has_paid = any(sums[0] + sums[1] for group, sums in groups.items() if not group[0])
    assert total(rows).clicks == clicks
    assert all(0 <= (row.revenue or 0) <= row.clicks * money * has_paid for row in rows)
