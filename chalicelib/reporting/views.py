"""The reports: what was clicked, converted, paid and lost, by any dimensions of any range."""

import json
from dataclasses import dataclass
from typing import Any, NoReturn, TypeVar

from chalicelib.domain.timestamps import timestamp
from chalicelib.http.problems import ValidationFailed
from chalicelib.http.request import Request
from chalicelib.http.view import TextResponse
from chalicelib.reporting import cell_reader, csv_export
from chalicelib.reporting import lost_clicks as reporting_lost_clicks
from chalicelib.reporting.aggregation import AggregationQuery, Groups, LimitExceeded, aggregate
from chalicelib.reporting.date_range import MAX_DAYS, Period, resolve_range
from chalicelib.reporting.metrics import BY_CLICK, BY_CONVERSION, decimal
from chalicelib.reporting.narrower_query import ReportRequest, suggest_narrower_query
from chalicelib.reporting.schemas import (
    AllFigures,
    LostClicksDocument,
    LostClicksQuery,
    LostRow,
    LostTotals,
    OwnFigures,
    OwnReportDocument,
    OwnReportQuery,
    OwnReportRow,
    PeriodQuery,
    ReportDocument,
    ReportQuery,
    ReportRow,
    Sparse,
)
from chalicelib.reporting.table import (
    METRICS,
    OWN_METRICS,
    Table,
    named,
    one_currency,
    table,
    without_currency,
    written,
)

MAX_ROWS = 20_000
"""As many as a JSON answer may hold; CSV takes as many as fit."""

MAX_BYTES = 5_000_000
"""Of the 6 MB that a Lambda may answer with, the text written as a JSON string."""

_PAYOUT, _REVENUE = BY_CLICK.index("payout"), BY_CLICK.index("revenue")

Told = TypeVar("Told", bound=Sparse)


@dataclass(frozen=True, slots=True)
class _Asked:
    """A report's question: its query, the period that it comes to, and the call to advise on."""

    query: PeriodQuery
    period: Period
    call: ReportRequest

    def refuse(self, pointer: str, what: str) -> NoReturn:
        """Refuses what is too much for one answer, and names a smaller call."""
        raise ValidationFailed((pointer, f"{what}; {suggest_narrower_query(self.call)}"))

    def folded(self, plan: AggregationQuery, publisher_id: str | None = None) -> Groups:
        """The groups of a plan, of one publisher's cells or all; `Invalid` for too many."""
        try:
            return aggregate(cell_reader.pieces(self.period, publisher_id), plan)
        except LimitExceeded as error:
            self.refuse("/from" if error.what == "cells" else "/group_by", f"holds {error}")


def _asked(request: Request, query: PeriodQuery) -> _Asked:
    period = resolve_range((query.from_, query.to), query.timezone, request.now)
    has_csv = isinstance(query, OwnReportQuery)
    asked = _Asked(query, period, ReportRequest(request.endpoint.path, query.given, period.local_days, has_csv))
    if period.is_long:
        asked.refuse("/from", f"begins more than {MAX_DAYS} days before `to`")
    return asked


def admin_report(request: Request, query: ReportQuery) -> ReportDocument | TextResponse:
    """Report clicks, conversions and money by any dimensions, as JSON or CSV."""
    asked = _asked(request, query)
    found = _table(asked, query, METRICS, query.publisher_id)
    if query.format == "csv":
        return _csv(asked, found, METRICS)
    rows = [ReportRow(**row) for row in _rows(asked, found, METRICS)]
    totals = AllFigures(**_written(found, METRICS))
    return _fitting(asked, ReportDocument(**_grouped(asked, query, found), rows=rows, totals=totals))


def publisher_report(request: Request, query: OwnReportQuery) -> OwnReportDocument | TextResponse:
    """Report your own clicks, conversions and payout by any dimensions, as JSON or CSV."""
    cell_reader.check_own(request.owner, query.smartlink_id, query.campaign_id)
    asked = _asked(request, query)
    found = _table(asked, query, OWN_METRICS, request.owner)
    if query.format == "csv":
        return _csv(asked, found, OWN_METRICS)
    rows = [OwnReportRow(**row) for row in _rows(asked, found, OWN_METRICS)]
    totals = OwnFigures(**_written(found, OWN_METRICS))
    return _fitting(asked, OwnReportDocument(**_grouped(asked, query, found), rows=rows, totals=totals))


def lost_clicks(request: Request, query: LostClicksQuery) -> LostClicksDocument:
    """Report the clicks that reached no paying offer, by reason, with what they would have brought."""
    asked = _asked(request, query)
    filters = {"smartlink": query.smartlink_id} if query.smartlink_id else {}
    groups = asked.folded(_plan(asked, reporting_lost_clicks.DIMENSIONS, reporting_lost_clicks.COUNTS, filters))
    currency = one_currency(groups, query.currency, reporting_lost_clicks.MONEY)
    rows = reporting_lost_clicks.lost_clicks(without_currency(groups, query.currency))
    totals = LostTotals(**_lost(reporting_lost_clicks.total(rows)))
    documents = [LostRow(reason=row.reason, smartlink_id=row.smartlink_id, **_lost(row)) for row in rows]
    return LostClicksDocument(**_range(asked, currency), rows=documents, totals=totals)


def _plan(
    asked: _Asked, dimensions: tuple[str, ...], counts: tuple[str, ...], filters: dict[str, str]
) -> AggregationQuery:
    period = asked.period
    return AggregationQuery(dimensions, counts, period.first, period.past, filters, period.timezone)


def _table(asked: _Asked, query: OwnReportQuery, metrics: tuple[str, ...], publisher_id: str | None) -> Table:
    """The report's table; of one publisher's cells alone, or everybody's."""
    filters = {**query.filters, **({} if publisher_id is None else {"publisher": publisher_id})}
    counts = BY_CLICK if query.by == "click" else BY_CONVERSION
    groups = asked.folded(_plan(asked, (*query.dimensions, "currency"), counts, filters), publisher_id)
    money = [_PAYOUT, _REVENUE] if "revenue" in metrics else [_PAYOUT]
    currency = one_currency(groups, query.currency, money)
    return table(without_currency(groups, query.currency), query.dimensions, currency, metrics)


def _rows(asked: _Asked, found: Table, metrics: tuple[str, ...]) -> list[dict[str, Any]]:
    if len(found.lines) > MAX_ROWS:
        asked.refuse("/group_by", f"makes {len(found.lines):,} rows, of which JSON takes {MAX_ROWS:,}")
    return [{**named(found.dimensions, group), **written(figures, metrics)} for group, figures in found.lines]


def _written(found: Table, metrics: tuple[str, ...]) -> dict[str, Any]:
    return written(found.totals, metrics)


def _range(asked: _Asked, currency: str | None) -> dict[str, Any]:
    period = asked.period
    ends = {"from_": timestamp(period.start), "to": timestamp(period.end)}
    return {**ends, "timezone": period.timezone, "currency": currency}


def _grouped(asked: _Asked, query: OwnReportQuery, found: Table) -> dict[str, Any]:
    return {**_range(asked, found.currency), "by": query.by, "group_by": list(query.dimensions)}


def _csv(asked: _Asked, found: Table, metrics: tuple[str, ...]) -> TextResponse:
    rows = (
        (named(found.dimensions, group).values(), written(figures, metrics).values()) for group, figures in found.lines
    )
    text = csv_export.text([*found.dimensions, *metrics], rows)
    first, last = asked.period.local_days
    disposition = f'attachment; filename="report-{first}-{last}.csv"'
    headers = {"Content-Disposition": disposition, "Cache-Control": "no-store"}
    _check_size(asked, text)
    return TextResponse(text, "text/csv; charset=utf-8", headers)


def _fitting(asked: _Asked, document: Told) -> Told:
    """The document, unless it is too large to be answered with."""
    _check_size(asked, document.model_dump_json())
    return document


def _check_size(asked: _Asked, text: str) -> None:
    if len(json.dumps(text)) > MAX_BYTES:
        asked.refuse("/group_by", f"makes an answer of more than {MAX_BYTES // 1_000_000} MB")


def _lost(row: reporting_lost_clicks.Lost) -> dict[str, Any]:
    money = {"payout": row.payout, "revenue": row.revenue, "profit": row.profit}
    estimates = {f"estimated_{name}": None if value is None else decimal(value) for name, value in money.items()}
    return {"clicks": row.clicks, **estimates}
