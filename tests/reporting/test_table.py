from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.reporting.aggregation import Groups
from chalicelib.reporting.metrics import Metrics
from chalicelib.reporting.table import (
    METRICS,
    OWN_METRICS,
    Layout,
    Table,
    build_table,
    encode_metrics,
    label_columns,
    labels,
)

LENGTH = 9
SUMS = st.lists(st.integers(-100, 100), min_size=LENGTH, max_size=LENGTH)
LABELS = st.sampled_from(["", "a", "b", "c"])
CURRENCIES = st.sampled_from(["", "EUR", "USD"])
GROUPS = st.dictionaries(st.tuples(LABELS, LABELS, CURRENCIES), SUMS, max_size=20)

CLICKED = [1, 0, 0, 0, 0, 0, 0, 0, 0]
PAID = [0, 0, 0, 1, 1_500_000, 2_000_000, 0, 0, 0]
BOTH = [1, 0, 0, 1, 1_500_000, 2_000_000, 0, 0, 0]
REVENUE = [0, 0, 0, 0, 0, 2_000_000, 0, 0, 0]


def a_table(groups: Groups, *dimensions: str, **changes: Any) -> Table:
    return build_table(groups, Layout(dimensions, **{"metrics": METRICS, **changes}))


def rows(table: Table) -> dict[tuple[str, ...], Metrics]:
    return dict(table.lines)


def test_currency_is_the_last_column_unless_it_is_a_dimension() -> None:
    assert (Layout(("day", "os"), METRICS).columns, Layout(("day", "os"), METRICS).place) == (
        ("day", "os", "currency"),
        2,
    )
    layout = Layout(("currency", "day"), METRICS)
    assert (layout.columns, layout.place) == (("currency", "day"), 0)


def test_clicks_without_a_currency_are_summed_with_the_only_currency() -> None:
    table = a_table({("a", ""): CLICKED, ("a", "USD"): PAID, ("b", "USD"): PAID}, "sub1")
    assert rows(table) == {("a", "USD"): Metrics(*BOTH), ("b", "USD"): Metrics(*PAID)}
    assert table.totals == Metrics(1, 0, 0, 2, 3_000_000, 4_000_000)
    assert (table.currency, table.totals_by_currency) == ("USD", [("USD", table.totals)])


def test_row_of_clicks_that_reached_no_campaign_has_no_currency() -> None:
    table = a_table({("", ""): CLICKED, ("cmp_1", "USD"): PAID}, "campaign")
    assert list(rows(table)) == [("", ""), ("cmp_1", "USD")]
    assert (table.currency, table.totals) == ("USD", Metrics(*BOTH))


def test_rows_of_several_currencies_are_apart_and_have_no_common_total() -> None:
    groups: Groups = {("a", ""): CLICKED, ("a", "USD"): PAID, ("a", "EUR"): BOTH, ("b", "EUR"): BOTH}
    table = a_table(groups, "sub1")
    assert list(rows(table)) == [("a", ""), ("a", "EUR"), ("a", "USD"), ("b", "EUR")]
    assert (table.currency, table.totals) == (None, None)
    assert table.totals_by_currency == [
        ("", Metrics(*CLICKED)),
        ("EUR", Metrics(2, 0, 0, 2, 3_000_000, 4_000_000)),
        ("USD", Metrics(*PAID)),
    ]


def test_report_by_currency_separates_clicks_that_reached_no_campaign() -> None:
    table = a_table({("", "a"): CLICKED, ("USD", "a"): PAID}, "currency", "sub1")
    assert rows(table) == {("", "a"): Metrics(*CLICKED), ("USD", "a"): Metrics(*PAID)}
    assert (table.currency, table.totals) == ("USD", Metrics(*BOTH))
    assert table.totals_by_currency == [("", Metrics(*CLICKED)), ("USD", Metrics(*PAID))]


def test_clicks_alone_have_no_currency() -> None:
    table = a_table({("a", ""): CLICKED}, "sub1")
    assert (table.currency, table.totals, table.totals_by_currency) == (
        None,
        Metrics(*CLICKED),
        [("", Metrics(*CLICKED))],
    )


def test_requested_currency_is_named_even_without_rows() -> None:
    table = a_table({}, "sub1", currency="EUR")
    assert (table.currency, table.totals, table.totals_by_currency) == ("EUR", Metrics(), [])


def test_currency_of_amounts_that_are_not_shown_is_not_in_the_answer() -> None:
    groups: Groups = {("a", "USD"): PAID, ("a", "EUR"): REVENUE}
    assert a_table(groups, "sub1", metrics=OWN_METRICS).currency == "USD"
    assert a_table(groups, "sub1").currency is None


def test_rows_are_sorted_by_dimensions_with_unknown_first() -> None:
    groups: Groups = {
        ("b", "", ""): CLICKED,
        ("a", "US", ""): CLICKED,
        ("a", "", ""): CLICKED,
        ("", "US", ""): CLICKED,
    }
    result = a_table(groups, "campaign", "country")
    assert [group[:2] for group, _ in result.lines] == [("", "US"), ("a", ""), ("a", "US"), ("b", "")]


def test_hours_are_sorted_by_time() -> None:
    hours = [f"2026-10-25T{hour}" for hour in ("01:00+02:00", "02:00+02:00", "02:00+01:00", "03:00+01:00")]
    result = a_table({(hour, ""): CLICKED for hour in sorted(hours)}, "hour")
    assert [group for group, _ in result.lines] == [(hour, "") for hour in hours]


def test_row_of_zeros_is_omitted() -> None:
    bots, pending = [0, 0, 1, 0, 0, 0, 0, 0, 0], [0, 0, 0, 0, 0, 0, 0, 0, 1]
    groups: Groups = {("a", ""): [0] * 9, ("b", ""): bots, ("c", ""): REVENUE, ("d", ""): pending}
    assert [group[0] for group, _ in a_table(groups, "sub1").lines] == ["b", "c", "d"]
    assert [group[0] for group, _ in a_table(groups, "sub1", metrics=OWN_METRICS).lines] == ["b", "d"]


def test_row_whose_parts_add_up_to_zero_is_omitted() -> None:
    table = a_table({("a", ""): [-1, *[0] * 8], ("a", "USD"): CLICKED, ("b", "USD"): PAID}, "sub1")
    assert list(rows(table)) == [("b", "USD")]


def test_empty_table_has_totals_of_zero() -> None:
    assert a_table({}, "sub1").totals == Metrics()


SUMMED = ("clicks", "bot_clicks", "conversions", "pending_conversions", "payout", "pending_payout", "revenue", "profit")


@given(GROUPS)
def test_rows_contain_all_clicks_and_amounts(groups: Groups) -> None:
    result = a_table(groups, "campaign", "country")
    counted = Metrics(*(sum(sums[n] for sums in groups.values()) for n in range(LENGTH)))
    for name in SUMMED:
        assert sum(getattr(metrics, name) for _, metrics in result.lines) == getattr(counted, name)
        assert sum(getattr(metrics, name) for _, metrics in result.totals_by_currency) == getattr(counted, name)


@given(GROUPS)
def test_totals_are_the_sum_of_the_rows_if_and_only_if_there_is_one_currency(groups: Groups) -> None:
    result = a_table(groups, "campaign", "country")
    assert (result.totals is None) == (len({group[-1] for group, _ in result.lines} - {""}) > 1)
    for name in SUMMED if result.totals else ():
        assert getattr(result.totals, name) == sum(getattr(metrics, name) for _, metrics in result.lines)


@given(GROUPS)
def test_no_row_has_amounts_of_another_currency(groups: Groups) -> None:
    for (*values, currency), metrics in a_table(groups, "campaign", "country").lines:
        others = ("EUR", "USD") if not currency else ({"EUR": "USD", "USD": "EUR"}[currency],)
        own = groups.get((values[0], values[1], currency), [0] * LENGTH)[4]
        without = groups.get((values[0], values[1], ""), [0] * LENGTH)[4]
        assert metrics.payout in {own, own + without}
        assert not set(others) & {currency}


def test_id_has_its_name_beside_it() -> None:
    names = {"campaign": {"cmp_1": "Game A"}, "smartlink": {"sml_1": ""}}
    row = labels(("campaign", "country", "smartlink"), ("cmp_1", "US", "sml_1"), names)
    assert row == {
        "campaign": "cmp_1",
        "campaign_name": "Game A",
        "country": "US",
        "smartlink": "sml_1",
        "smartlink_name": None,
    }
    assert list(row) == label_columns(("campaign", "country", "smartlink"))


def test_unknown_values_are_null_and_amounts_are_strings() -> None:
    metrics = Metrics(3, 0, 1, 1, 1_000_000, 900_000, 2, 4, 500_000, 1)
    assert labels(("campaign", "country"), ("", "US"), {"campaign": {}}) == {
        "campaign": None,
        "campaign_name": None,
        "country": "US",
    }
    assert encode_metrics(metrics, METRICS) == {
        "clicks": 3,
        "unique_clicks": 3,
        "duplicate_clicks": 0,
        "bot_clicks": 1,
        "conversions": 1,
        "pending_conversions": 2,
        "rejected_conversions": 4,
        "payout": "1.00",
        "pending_payout": "0.50",
        "revenue": "0.90",
        "profit": "-0.10",
        "epc": "0.333333",
        "conversion_rate": "0.333333",
        "margin": "-0.111111",
        "fallback_share": "0.333333",
    }


def test_ratio_without_a_divisor_is_null() -> None:
    assert encode_metrics(Metrics(), ("epc", "margin")) == {"epc": None, "margin": None}


def test_publisher_metrics_exclude_revenue_profit_and_margin() -> None:
    assert set(METRICS) - set(OWN_METRICS) == {"revenue", "profit", "margin"}
    assert set(encode_metrics(Metrics(), OWN_METRICS)) == set(OWN_METRICS)


@pytest.mark.parametrize("metrics", [METRICS, OWN_METRICS], ids=["all", "own"])
def test_figures_of_clicks_come_first(metrics: tuple[str, ...]) -> None:
    assert metrics[:4] == ("clicks", "unique_clicks", "duplicate_clicks", "bot_clicks")
