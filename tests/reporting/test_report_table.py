from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.counters.detail_cells import DETAILS
from chalicelib.exchange.rates import ExchangeRates
from chalicelib.http.models import validate
from chalicelib.http.problems import ValidationFailed
from chalicelib.reporting import report_table
from chalicelib.reporting.dimensions import ALL, VISITOR
from chalicelib.reporting.query_schemas import ReportQuery
from chalicelib.reporting.report_table import read_table
from chalicelib.reporting.table import METRICS, Table
from tests.reporting.counted_events import EVENTS, ZONES, Event, a_click, a_report, counted

SUMMED = ("clicks", "bot_clicks", "conversions", "payout", "lost_clicks")


def a_table(stored: list[Event], timezone: str = "UTC", owner: str | None = None, **parameters: Any) -> Table:
    query = validate(ReportQuery, parameters)
    with counted(stored):
        return read_table(a_report(timezone), query, METRICS, owner)


@given(EVENTS, st.sampled_from(ALL), st.sampled_from(["day", "week", "campaign", "country"]), st.sampled_from(ZONES))
def test_totals_are_the_sum_of_the_rows_in_every_time_zone(
    stored: list[Event], dimension: str, beside: str, timezone: str
) -> None:
    is_apart = dimension == beside or (dimension in DETAILS and beside in VISITOR)
    plain = a_table(stored, timezone, group_by="month")
    table = a_table(stored, timezone, group_by=dimension if is_apart else f"{beside},{dimension}")
    for name in SUMMED:
        rows = sum(getattr(metrics, name) for _, metrics in table.lines)
        assert rows == sum(getattr(metrics, name) for _, metrics in table.totals_by_currency)
        assert rows == sum(getattr(metrics, name) for _, metrics in plain.lines)
        assert table.totals is None or rows == getattr(table.totals, name)


def test_publisher_has_own_figures_only() -> None:
    stored = [a_click(publisher="pub_1"), a_click(publisher="pub_2", browser="chrome"), a_click(publisher="pub_2")]
    assert [group for group, _ in a_table(stored, owner="pub_2", group_by="browser").lines] == [
        ("", "USD"),
        ("chrome", "USD"),
    ]
    assert a_table(stored, owner="pub_2").totals == a_table(stored, publisher_id=["pub_2"]).totals


def test_currency_is_named_if_it_is_the_only_one_that_was_asked_for() -> None:
    assert a_table([], currency=["EUR"]).currency == "EUR"
    assert a_table([], currency=["EUR", "USD"]).currency is None
    assert a_table([a_click(currency="USD")], currency=["EUR", "USD"]).currency == "USD"


def test_details_are_converted_with_the_rest(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(report_table, "read_rates", lambda *_: ExchangeRates("USD"))
    stored = [a_click(browser="chrome"), a_click()]
    assert a_table(stored, group_by="browser", convert_to="USD").lines == a_table(stored, group_by="browser").lines


def test_currency_without_a_rate_cannot_be_converted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(report_table, "read_rates", lambda *_: ExchangeRates("USD"))
    paid = Event(a_click().quarter, {**a_click().values, "currency": "EUR"}, {"browser": "chrome"}, {"payout": 1})
    with pytest.raises(ValidationFailed) as raised:
        a_table([paid], group_by="browser", convert_to="USD")
    ((pointer, detail),) = raised.value.errors
    assert (pointer, detail.partition(";")[0]) == (
        "/convert_to",
        "is not possible: EUR has no exchange rate on 2026-11-01",
    )
