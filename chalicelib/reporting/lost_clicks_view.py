"""Endpoint for lost clicks."""

from collections.abc import Sequence
from typing import Any

from chalicelib.http.request import Request
from chalicelib.http.view import TextResponse
from chalicelib.reporting import lost_clicks as reporting_lost_clicks
from chalicelib.reporting.cell_groups import GroupQuery, read_groups
from chalicelib.reporting.counted_range import counted_range
from chalicelib.reporting.lost_clicks import LostClicks
from chalicelib.reporting.metrics import decimal
from chalicelib.reporting.names import smartlink_names
from chalicelib.reporting.query_schemas import LostClicksQuery
from chalicelib.reporting.report_csv import CsvRow, CsvTable, csv_page
from chalicelib.reporting.report_request import Report, resolve
from chalicelib.reporting.schemas import LostClicksDocument, LostCurrencyTotals, LostRow, LostTotals

_LABELS = ("reason", "smartlink_id", "smartlink_name", "currency")
_NUMBERS = ("clicks", "estimated_payout", "estimated_revenue", "estimated_profit")


def lost_clicks(request: Request, query: LostClicksQuery) -> LostClicksDocument | TextResponse:
    """Report clicks that reached no paying offer, by reason, with estimates of the lost amounts, as JSON or CSV."""
    report = resolve(request, query)
    filters = {"smartlink": frozenset(query.smartlink_id)} if query.smartlink_id else {}
    counted = GroupQuery(reporting_lost_clicks.DIMENSIONS, reporting_lost_clicks.COUNTS, filters)
    groups = read_groups(report, counted)
    shown = [query.currency] if query.currency else reporting_lost_clicks.currencies(groups)
    rows = reporting_lost_clicks.lost_clicks(groups, shown)
    if query.format == "csv":
        return csv_page(request, _file(report, rows), query.cursor)
    by_currency = reporting_lost_clicks.totals_by_currency(rows, shown)
    document = LostClicksDocument(
        **counted_range(report, request.now),
        currency=shown[0] if len(shown) == 1 else None,
        rows=[LostRow(**row) for row in _rows(rows)],
        totals=LostTotals(**_estimates(reporting_lost_clicks.total(rows))) if len(shown) <= 1 else None,
        totals_by_currency=[LostCurrencyTotals(**_estimates(row)) for row in by_currency],
    )
    return report.within_limit(document)


def _file(report: Report, rows: Sequence[LostClicks]) -> CsvTable[LostClicks]:
    return CsvTable("lost-clicks", report.period.local_days, [*_LABELS, *_NUMBERS], rows, _csv_rows)


def _csv_rows(rows: Sequence[LostClicks]) -> list[CsvRow]:
    return [([row[name] for name in _LABELS], [row[name] for name in _NUMBERS]) for row in _rows(rows)]


def _rows(rows: Sequence[LostClicks]) -> list[dict[str, Any]]:
    """Return the rows as documents contain them, with the names of their smartlinks."""
    names = smartlink_names({row.smartlink_id for row in rows if row.smartlink_id})
    return [
        {
            "reason": row.reason,
            "smartlink_id": row.smartlink_id,
            "smartlink_name": names.get(row.smartlink_id or ""),
            **_estimates(row),
        }
        for row in rows
    ]


def _estimates(row: LostClicks) -> dict[str, Any]:
    estimates = {"payout": row.payout, "revenue": row.revenue, "profit": row.profit}
    amounts = {f"estimated_{name}": None if value is None else decimal(value) for name, value in estimates.items()}
    return {"currency": row.currency or None, "clicks": row.clicks, **amounts}
