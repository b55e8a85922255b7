import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.http.problems import ValidationFailed
from chalicelib.reporting.aggregation import Groups
from chalicelib.reporting.metrics import Metrics
from chalicelib.reporting.table import (
    METRICS,
    OWN_METRICS,
    build_table,
    encode_metrics,
    labels_by_dimension,
    resolve_currency,
    without_currency,
)

SUMS = st.lists(st.integers(-100, 100), min_size=6, max_size=6)
LABELS = st.sampled_from(["", "a", "b", "c"])
GROUPS = st.dictionaries(st.tuples(LABELS, LABELS, st.sampled_from(["", "EUR", "USD"])), SUMS, max_size=20)

CLICKED = [1, 0, 0, 0, 0, 0]
PAID = [0, 0, 0, 1, 1_500_000, 2_000_000]
MONEY = [4, 5]


@pytest.mark.parametrize(
    ("groups", "currency"),
    [
        pytest.param({("",): CLICKED, ("USD",): PAID}, "USD", id="one"),
        pytest.param({("",): CLICKED}, None, id="none"),
        pytest.param({("EUR",): [0, 0, 0, 1, 0, 0], ("USD",): PAID}, "USD", id="another without money"),
    ],
)
def test_currency_is_the_only_currency_with_amounts(groups: Groups, currency: str | None) -> None:
    assert resolve_currency(groups, None, MONEY) == currency


def test_several_currencies_are_rejected_unless_one_is_requested() -> None:
    groups: Groups = {("a", "USD"): PAID, ("b", "EUR"): PAID, ("c", "GBP"): CLICKED}
    with pytest.raises(ValidationFailed) as raised:
        resolve_currency(groups, None, MONEY)
    (error,) = raised.value.errors
    assert error == ("/currency", "is required because the range contains several currencies: EUR, USD")
    assert resolve_currency(groups, "USD", MONEY) == "USD"


def test_amounts_that_are_not_shown_are_ignored() -> None:
    groups: Groups = {("USD",): PAID, ("EUR",): [0, 0, 0, 1, 0, 2_000_000]}
    assert resolve_currency(groups, None, [4]) == "USD"


def test_groups_of_all_currencies_are_merged() -> None:
    groups: Groups = {("a", ""): CLICKED, ("a", "USD"): PAID, ("b", "USD"): PAID}
    assert without_currency(groups, None) == {("a",): [1, 0, 0, 1, 1_500_000, 2_000_000], ("b",): PAID}
    assert groups["a", ""] == CLICKED


def test_requested_currency_omits_other_amounts_but_no_clicks() -> None:
    groups: Groups = {("a", ""): CLICKED, ("a", "USD"): PAID, ("b", "EUR"): PAID}
    assert without_currency(groups, "EUR") == {("a",): CLICKED, ("b",): PAID}


def test_rows_are_sorted_by_dimensions_with_unknown_first() -> None:
    groups: Groups = {("b", ""): CLICKED, ("a", "US"): CLICKED, ("a", ""): CLICKED, ("", "US"): CLICKED}
    result = build_table(groups, ("campaign", "country"), None, METRICS)
    assert [group for group, _ in result.lines] == [("", "US"), ("a", ""), ("a", "US"), ("b", "")]


def test_hours_are_sorted_by_time() -> None:
    hours = [f"2026-10-25T{hour}" for hour in ("01:00+02:00", "02:00+02:00", "02:00+01:00", "03:00+01:00")]
    result = build_table({(hour,): CLICKED for hour in sorted(hours)}, ("hour",), None, METRICS)
    assert [group for group, _ in result.lines] == [(hour,) for hour in hours]


def test_row_of_zeros_is_omitted() -> None:
    groups: Groups = {("a",): [0] * 6, ("b",): [0, 0, 1, 0, 0, 0], ("c",): [0, 0, 0, 0, 0, 1]}
    assert [group for group, _ in build_table(groups, ("sub1",), None, METRICS).lines] == [("b",), ("c",)]
    assert [group for group, _ in build_table(groups, ("sub1",), None, OWN_METRICS).lines] == [("b",)]


def test_empty_table_has_totals_of_zero() -> None:
    assert build_table({}, ("sub1",), None, METRICS).totals == Metrics()


@given(GROUPS, st.sampled_from([None, "USD"]))
def test_totals_are_the_sum_of_the_rows(groups: Groups, requested: str | None) -> None:
    result = build_table(without_currency(groups, requested), ("campaign", "country"), requested, METRICS)
    for name in (
        "clicks",
        "unique_clicks",
        "duplicate_clicks",
        "bot_clicks",
        "conversions",
        "payout",
        "revenue",
        "profit",
    ):
        assert getattr(result.totals, name) == sum(getattr(metrics, name) for _, metrics in result.lines)


@given(GROUPS)
def test_totals_contain_all_clicks_and_amounts(groups: Groups) -> None:
    result = build_table(without_currency(groups, None), ("campaign", "country"), None, METRICS)
    assert result.totals == Metrics(*(sum(sums[n] for sums in groups.values()) for n in range(6)))


def test_unknown_values_are_null_and_amounts_are_strings() -> None:
    metrics = Metrics(3, 0, 1, 1, 1_000_000, 900_000)
    assert labels_by_dimension(("campaign", "country"), ("", "US")) == {"campaign": None, "country": "US"}
    assert encode_metrics(metrics, METRICS) == {
        "clicks": 3,
        "unique_clicks": 3,
        "duplicate_clicks": 0,
        "bot_clicks": 1,
        "conversions": 1,
        "payout": "1.00",
        "revenue": "0.90",
        "profit": "-0.10",
        "epc": "0.333333",
        "conversion_rate": "0.333333",
        "margin": "-0.111111",
    }


def test_publisher_metrics_exclude_revenue_profit_and_margin() -> None:
    assert set(METRICS) - set(OWN_METRICS) == {"revenue", "profit", "margin"}
    assert set(encode_metrics(Metrics(), OWN_METRICS)) == set(OWN_METRICS)
