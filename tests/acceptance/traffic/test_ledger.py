from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from acceptance.traffic.ledger import (
    CELLS,
    Click,
    LedgerFigures,
    SentConversion,
    Status,
    differences,
    overcounted_visitors,
    rows,
    tally,
    total,
)

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
CELL = ("cmp_1", "US", "mobile", "jan")


def a_click(**changes: Any) -> Click:
    click = Click(
        click_id="c1",
        at=NOON,
        smartlink="sml_1",
        publisher="pub_1",
        campaign="cmp_1",
        country="US",
        device="mobile",
        os="ios",
        sub1="jan",
        is_bot=False,
        is_duplicate=False,
        visitor="203.0.113.7 iPhone",
    )
    return replace(click, **changes)


def a_conversion(click: Click | None = None, **changes: Any) -> SentConversion:
    conversion = SentConversion(click or a_click(), NOON, Decimal("1.37"), Decimal("2.11"))
    return replace(conversion, **changes)


def test_click_is_unique_or_duplicate_or_bot() -> None:
    clicks = [a_click(), a_click(), a_click(is_duplicate=True), a_click(is_bot=True)]
    expected = LedgerFigures(clicks=3, unique_clicks=2, duplicate_clicks=1, bot_clicks=1)
    assert tally(clicks, []) == {CELL: expected}


def test_bot_click_is_not_counted_as_duplicate() -> None:
    assert tally([a_click(is_bot=True, is_duplicate=True)], []) == {CELL: LedgerFigures(bot_clicks=1)}


def test_unknown_values_have_their_own_cell() -> None:
    ledger = tally([a_click(campaign=None, country=None, sub1=None), a_click()], [])
    assert set(ledger) == {(None, None, "mobile", None), CELL}


def test_money_is_summed_exactly_and_profit_is_the_difference() -> None:
    ledger = tally([], [a_conversion() for _ in range(1000)])
    assert ledger[CELL] == LedgerFigures(conversions=1000, payout=Decimal("1370.00"), revenue=Decimal("2110.00"))
    assert ledger[CELL].profit == Decimal("740.00")


@pytest.mark.parametrize(
    ("status", "figures"),
    [
        ("pending", LedgerFigures(1, 1, pending_conversions=1, pending_payout=Decimal("1.37"))),
        ("rejected", LedgerFigures(1, 1, rejected_conversions=1)),
    ],
)
def test_pending_and_rejected_conversions_are_not_paid(status: Status, figures: LedgerFigures) -> None:
    assert tally([a_click()], [a_conversion(status=status)]) == {CELL: figures}


def test_clicks_have_no_goal_and_conversions_have() -> None:
    ledger = tally([a_click()], [a_conversion(), a_conversion(goal="sale")], ("goal",))
    assert {key: (each.clicks, each.conversions) for key, each in ledger.items()} == {
        (None,): (1, 0),
        ("default",): (0, 1),
        ("sale",): (0, 1),
    }


def test_conversion_counts_on_the_day_of_its_click_or_on_its_own_day() -> None:
    late = a_conversion(at=NOON + timedelta(days=3))
    assert list(tally([], [late], ("day",))) == [("2026-11-20",)]
    assert list(tally([], [late], ("day",), "conversion")) == [("2026-11-23",)]


def test_click_counts_on_its_own_day_for_both_date_bases() -> None:
    assert tally([a_click()], [], ("day",), "conversion") == {("2026-11-20",): LedgerFigures(1, 1)}


def test_equal_report_has_no_differences() -> None:
    ledger = tally([a_click(), a_click(country=None, is_bot=True)], [a_conversion()])
    assert differences(ledger, rows(ledger)) == []


def test_trailing_zeros_are_no_difference() -> None:
    ledger = tally([a_click()], [a_conversion()])
    reported = [{**each, "payout": "1.370000", "profit": "0.7400"} for each in rows(ledger)]
    assert differences(ledger, reported) == []


def test_each_different_figure_is_reported_with_its_cell() -> None:
    ledger = tally([a_click()], [a_conversion()])
    reported = [{**each, "clicks": 2, "payout": "1.38"} for each in rows(ledger)]
    cell = "campaign 'cmp_1', country 'US', device 'mobile', sub1 'jan'"
    assert differences(ledger, reported) == [f"{cell}: clicks is 2, not 1", f"{cell}: payout is 1.38, not 1.37"]


@pytest.mark.parametrize("figure", [1.37, None, "much", True])
def test_money_that_is_not_a_decimal_string_is_a_difference(figure: object) -> None:
    ledger = tally([a_click()], [a_conversion()])
    reported = [{**each, "payout": figure} for each in rows(ledger)]
    assert len(differences(ledger, reported)) == 1


def test_missing_row_differs_in_every_nonzero_figure() -> None:
    assert [each.partition(": ")[2] for each in differences(tally([a_click()], []), [])] == [
        "clicks is 0, not 1",
        "unique_clicks is 0, not 1",
    ]


def test_extra_row_is_a_difference_unless_it_is_all_zeros() -> None:
    reported = rows({CELL: LedgerFigures(bot_clicks=1)}) + rows({(None, None, "mobile", None): LedgerFigures()})
    assert [each.partition(": ")[2] for each in differences({}, reported)] == ["bot_clicks is 1, not 0"]


def test_cell_in_two_rows_is_reported() -> None:
    ledger = tally([a_click()], [])
    assert [each.partition(": ")[2] for each in differences(ledger, rows(ledger) * 2)] == ["is in two rows"]


def test_totals_are_a_ledger_without_dimensions() -> None:
    assert differences({(): LedgerFigures(clicks=1, unique_clicks=1)}, rows({(): LedgerFigures()}, ()), ()) == [
        "in total: clicks is 0, not 1",
        "in total: unique_clicks is 0, not 1",
    ]


def test_campaign_with_duplicate_filter_accepts_each_visitor_once() -> None:
    seen = [a_click(), a_click(campaign=None)]
    assert overcounted_visitors(seen, "cmp_1") == []
    assert overcounted_visitors([*seen, a_click()], "cmp_1") == ["203.0.113.7 iPhone: accepted 2 times, not once"]
    assert overcounted_visitors(seen[1:], "cmp_1") == ["203.0.113.7 iPhone: accepted 0 times, not once"]


clicks = st.builds(
    a_click,
    country=st.sampled_from(["US", None]),
    sub1=st.sampled_from(["a,b", None]),
    is_bot=st.booleans(),
    is_duplicate=st.booleans(),
)
conversions = st.builds(a_conversion, clicks, status=st.sampled_from(["approved", "pending", "rejected"]))


@given(st.lists(clicks), st.lists(conversions))
def test_total_is_the_same_for_all_dimensions(clicked: list[Click], converted: list[SentConversion]) -> None:
    whole = total(tally(clicked, converted, ()))
    assert total(tally(clicked, converted, CELLS)) == whole
    assert total(tally(clicked, converted, ("day", "os"), "conversion")) == whole
    assert whole.clicks == whole.unique_clicks + whole.duplicate_clicks
    assert whole.clicks + whole.bot_clicks == len(clicked)
