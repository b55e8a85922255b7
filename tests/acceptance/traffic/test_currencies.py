from collections.abc import Sequence
from functools import partial
from typing import Any

import pytest

from acceptance.traffic.currencies import ExpectedReport, expected_report
from acceptance.traffic.ledger import Ledger, rows, tally, total
from tests.acceptance.traffic.test_ledger import a_click, a_conversion

DOLLARS = a_click(currency="USD")
EUROS = a_click(campaign="cmp_2", currency="EUR")
FALLBACK = a_click(campaign=None, currency=None)


def expected(*clicks: Any, dimensions: Sequence[str] = ("campaign",)) -> ExpectedReport:
    conversions = [a_conversion(click) for click in clicks if click.campaign]

    def ledger(by: Sequence[str]) -> Ledger:
        return tally(clicks, conversions, by)

    return expected_report(ledger, dimensions)


def document(report: ExpectedReport) -> dict[str, Any]:
    """Return the report as the API answers it."""
    return {
        "rows": rows(report.rows, report.dimensions),
        "totals": rows({(): total(report.rows)}, ())[0] if report.has_totals else None,
        "totals_by_currency": rows(report.by_currency, ("currency",)),
    }


def test_clicks_without_a_campaign_are_in_the_rows_of_the_only_currency() -> None:
    report = expected(DOLLARS, FALLBACK, dimensions=("os",))
    assert (report.dimensions, set(report.rows), set(report.by_currency)) == (("os",), {("ios",)}, {("USD",)})
    assert report.has_totals


def test_rows_are_by_currency_if_there_are_several() -> None:
    report = expected(DOLLARS, EUROS, FALLBACK, dimensions=("os",))
    assert report.dimensions == ("os", "currency")
    assert set(report.rows) == {("ios", "USD"), ("ios", "EUR"), ("ios", None)}
    assert set(report.by_currency) == {("USD",), ("EUR",), (None,)}
    assert not report.has_totals


def test_rows_of_clicks_without_a_currency_are_apart_if_it_is_a_dimension() -> None:
    report = expected(DOLLARS, FALLBACK, dimensions=("currency",))
    assert (set(report.rows), report.has_totals) == ({("USD",), (None,)}, True)


def test_report_without_any_currency_has_one_of_null() -> None:
    assert set(expected(FALLBACK).by_currency) == {(None,)}


@pytest.mark.parametrize("clicks", [(DOLLARS, FALLBACK), (DOLLARS, EUROS), ()], ids=["one", "two", "none"])
def test_equal_report_has_no_differences(clicks: tuple[Any, ...]) -> None:
    report = expected(*clicks)
    assert report.differences(document(report)) == []


def test_each_part_of_a_report_is_compared() -> None:
    report = expected(DOLLARS, EUROS)
    good = document(report)
    for part, wrong in (("rows", []), ("totals_by_currency", []), ("totals", good["rows"][0])):
        assert report.differences({**good, part: wrong}) != []
    one = expected(DOLLARS)
    assert one.differences({**document(one), "totals": None}) != []


def test_tally_of_a_smartlink_can_be_bound() -> None:
    assert expected_report(partial(tally, [DOLLARS], []), ("day",)).rows == tally([DOLLARS], [], ("day",))
