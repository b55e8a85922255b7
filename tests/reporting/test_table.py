import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.http.problems import ValidationFailed
from chalicelib.reporting.aggregation import Groups
from chalicelib.reporting.metrics import Metrics
from chalicelib.reporting.table import METRICS, OWN_METRICS, named, one_currency, table, without_currency, written

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
def test_the_currency_is_that_of_all_money(groups: Groups, currency: str | None) -> None:
    assert one_currency(groups, None, MONEY) == currency


def test_several_currencies_are_named_unless_one_is_asked_for() -> None:
    groups: Groups = {("a", "USD"): PAID, ("b", "EUR"): PAID, ("c", "GBP"): CLICKED}
    with pytest.raises(ValidationFailed) as refused:
        one_currency(groups, None, MONEY)
    (complaint,) = refused.value.errors
    assert complaint == ("/currency", "must be one of EUR, USD: the range holds money in each of them")
    assert one_currency(groups, "USD", MONEY) == "USD"


def test_money_that_is_not_shown_is_in_nobodys_way() -> None:
    groups: Groups = {("USD",): PAID, ("EUR",): [0, 0, 0, 1, 0, 2_000_000]}
    assert one_currency(groups, None, [4]) == "USD"


def test_groups_of_all_currencies_become_one() -> None:
    groups: Groups = {("a", ""): CLICKED, ("a", "USD"): PAID, ("b", "USD"): PAID}
    assert without_currency(groups, None) == {("a",): [1, 0, 0, 1, 1_500_000, 2_000_000], ("b",): PAID}
    assert groups["a", ""] == CLICKED


def test_a_currency_asked_for_leaves_out_what_was_paid_in_others_but_no_click() -> None:
    groups: Groups = {("a", ""): CLICKED, ("a", "USD"): PAID, ("b", "EUR"): PAID}
    assert without_currency(groups, "EUR") == {("a",): CLICKED, ("b",): PAID}


def test_rows_stand_in_the_order_of_their_dimensions_with_the_unknown_first() -> None:
    groups: Groups = {("b", ""): CLICKED, ("a", "US"): CLICKED, ("a", ""): CLICKED, ("", "US"): CLICKED}
    found = table(groups, ("campaign", "country"), None, METRICS)
    assert [group for group, _ in found.lines] == [("", "US"), ("a", ""), ("a", "US"), ("b", "")]


def test_hours_stand_in_the_order_in_which_they_passed() -> None:
    hours = [f"2026-10-25T{hour}" for hour in ("01:00+02:00", "02:00+02:00", "02:00+01:00", "03:00+01:00")]
    found = table({(hour,): CLICKED for hour in sorted(hours)}, ("hour",), None, METRICS)
    assert [group for group, _ in found.lines] == [(hour,) for hour in hours]


def test_a_row_of_nothing_is_no_row() -> None:
    groups: Groups = {("a",): [0] * 6, ("b",): [0, 0, 1, 0, 0, 0], ("c",): [0, 0, 0, 0, 0, 1]}
    assert [group for group, _ in table(groups, ("sub1",), None, METRICS).lines] == [("b",), ("c",)]
    assert [group for group, _ in table(groups, ("sub1",), None, OWN_METRICS).lines] == [("b",)]


def test_a_table_of_nothing_totals_nothing() -> None:
    assert table({}, ("sub1",), None, METRICS).totals == Metrics()


@given(GROUPS, st.sampled_from([None, "USD"]))
def test_totals_are_the_sum_of_the_rows(groups: Groups, asked: str | None) -> None:
    found = table(without_currency(groups, asked), ("campaign", "country"), asked, METRICS)
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
        assert getattr(found.totals, name) == sum(getattr(figures, name) for _, figures in found.lines)


@given(GROUPS)
def test_no_click_and_no_money_is_lost_between_groups_and_totals(groups: Groups) -> None:
    found = table(without_currency(groups, None), ("campaign", "country"), None, METRICS)
    assert found.totals == Metrics(*(sum(sums[n] for sums in groups.values()) for n in range(6)))


def test_a_row_is_written_with_null_for_the_unknown() -> None:
    figures = Metrics(3, 0, 1, 1, 1_000_000, 900_000)
    assert named(("campaign", "country"), ("", "US")) == {"campaign": None, "country": "US"}
    assert written(figures, METRICS) == {
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


def test_a_publisher_never_sees_the_advertisers_side() -> None:
    assert set(METRICS) - set(OWN_METRICS) == {"revenue", "profit", "margin"}
    assert set(written(Metrics(), OWN_METRICS)) == set(OWN_METRICS)
