from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from chalicelib.admin.smartlinks.figures import Figures, NetworkFigures, network_figures
from chalicelib.counters.cells import COUNTS, LAYOUT, Cell, quarter_of
from chalicelib.counters.column_codec import Columns, decode_columns, encode
from chalicelib.exchange.rates import ExchangeRates
from chalicelib.reporting.date_range import Period

TODAY = datetime(2026, 11, 4, tzinfo=UTC)
RATES = ExchangeRates("USD", ("2026-01-01",), ({"EUR": Decimal("1.10")},))
NO_RATES = ExchangeRates()


def a_cell(days_ago: int = 0, smartlink: str = "sml_1", **dimensions: Any) -> Cell:
    at = TODAY - timedelta(days=days_ago)
    return Cell(quarter_of(int(at.timestamp()) * 1000), smartlink, **dimensions)


def counts(**named: int) -> list[int]:
    return [named.get(name, 0) for name in COUNTS]


def period(days: int) -> Period:
    return Period(TODAY - timedelta(days=days - 1), TODAY + timedelta(days=1))


def figures(counted: dict[Cell, list[int]], rates: ExchangeRates = NO_RATES, days: int = 1) -> NetworkFigures:
    pieces: list[Columns] = [decode_columns(encode(counted), LAYOUT)]
    return network_figures(pieces, period(days), period(7), lambda: rates)


def test_figures_are_those_of_the_period_and_the_series_that_of_the_week() -> None:
    found = figures(
        {
            a_cell(0, currency="USD"): counts(unique_clicks=3, duplicate_clicks=1, bot_clicks=9),
            a_cell(0, currency="USD", goal="default"): counts(conversions=1, payout=2_000_000, revenue=3_000_000),
            a_cell(0, reason="country"): counts(unique_clicks=1),
            a_cell(6): counts(unique_clicks=7),
            a_cell(7): counts(unique_clicks=8),
        }
    ).of("sml_1")
    assert found.fields() == {
        "clicks": 5,
        "conversions": 1,
        "currency": "USD",
        "series": [7, 0, 0, 0, 0, 0, 5],
        "payout": "2.00",
        "revenue": "3.00",
        "epc": "0.40",
        "fallback_share": "0.20",
    }


def test_clicks_of_direct_links_belong_to_no_smartlink() -> None:
    assert figures({a_cell(smartlink="cmp_1", currency="USD"): counts(unique_clicks=3)}).by_smartlink == {}


def test_smartlink_without_clicks_has_zeros() -> None:
    found = figures({a_cell(currency="USD"): counts(unique_clicks=3)}).of("sml_2").fields()
    assert (found["clicks"], found["payout"], found["currency"], found["series"]) == (0, "0.00", "USD", [0] * 7)
    assert (found["epc"], found["fallback_share"]) == (None, None)


SEVERAL = {
    a_cell(smartlink="sml_1", currency="USD"): counts(unique_clicks=1, payout=1_000_000, revenue=2_000_000),
    a_cell(smartlink="sml_2", currency="EUR"): counts(unique_clicks=1, payout=1_000_000, revenue=2_000_000),
    a_cell(smartlink="sml_3", currency="USD"): counts(payout=1_000_000),
    a_cell(smartlink="sml_3", currency="EUR"): counts(payout=1_000_000),
}


def amounts(found: NetworkFigures) -> dict[str, tuple[str | None, str | None]]:
    fields = {key: each.fields() for key, each in found.by_smartlink.items()}
    return {key: (each["payout"], each["currency"]) for key, each in fields.items()}


def test_amounts_in_several_currencies_are_in_the_base_currency() -> None:
    found = figures(SEVERAL, RATES)
    assert amounts(found) == {"sml_1": ("1.00", "USD"), "sml_2": ("1.10", "USD"), "sml_3": ("2.10", "USD")}
    assert found.currencies == {"USD"}


def test_without_rates_each_smartlink_has_its_own_currency_or_no_amounts() -> None:
    found = figures(SEVERAL)
    assert amounts(found) == {"sml_1": ("1.00", "USD"), "sml_2": ("1.00", "EUR"), "sml_3": (None, None)}
    assert found.by_smartlink["sml_3"].epc is None
    assert found.currencies == {"USD", "EUR"}


def test_without_the_rate_of_a_currency_its_smartlinks_have_no_amounts() -> None:
    gbp = {a_cell(smartlink="sml_4", currency="GBP"): counts(payout=1_000_000)}
    assert amounts(figures({**SEVERAL, **gbp}, RATES))["sml_4"] == (None, None)


@pytest.mark.parametrize(("payout", "clicks", "epc"), [(1_000_000, 3, 333_333), (0, 0, None)])
def test_epc_is_payout_by_click(payout: int, clicks: int, epc: int | None) -> None:
    assert Figures([], clicks=clicks, payout=payout).epc == epc
