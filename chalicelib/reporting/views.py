"""Endpoints for reports and lost clicks."""

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
    build_table,
    encode_metrics,
    labels_by_dimension,
    resolve_currency,
    without_currency,
)

MAX_ROWS = 20_000
"""Maximum number of rows of a JSON report. CSV is limited by `MAX_BYTES` only."""

MAX_BYTES = 5_000_000
"""Maximum size of the response as a JSON string. The response of a Lambda is limited to 6 MB."""

_PAYOUT, _REVENUE = BY_CLICK.index("payout"), BY_CLICK.index("revenue")

ReportResponse = TypeVar("ReportResponse", bound=Sparse)


@dataclass(frozen=True, slots=True)
class _Report:
    """A requested report: its query, the resolved period, and the request to suggest a smaller one for."""

    query: PeriodQuery
    period: Period
    request: ReportRequest

    def reject(self, pointer: str, reason: str) -> NoReturn:
        """Reject a report that is too large, and suggest a smaller one."""
        raise ValidationFailed((pointer, f"{reason}; {suggest_narrower_query(self.request)}"))

    def aggregate_cells(self, query: AggregationQuery, publisher_id: str | None = None) -> Groups:
        """Return the groups of a query, from the cells of one publisher or of all. Reject too many cells or rows."""
        try:
            return aggregate(cell_reader.read_cells(self.period, publisher_id), query)
        except LimitExceeded as error:
            if error.unit == "cells":
                self.reject("/from", f"contains {error}")
            self.reject("/group_by", f"produces {error}")


def _resolve(request: Request, query: PeriodQuery) -> _Report:
    period = resolve_range((query.from_, query.to), query.timezone, request.now)
    has_csv = isinstance(query, OwnReportQuery)
    report_request = ReportRequest(request.endpoint.path, query.parameters, period.local_days, has_csv)
    report = _Report(query, period, report_request)
    if period.is_long:
        report.reject("/from", f"must be at most {MAX_DAYS} days before `to`")
    return report


def admin_report(request: Request, query: ReportQuery) -> ReportDocument | TextResponse:
    """Report clicks, conversions and amounts by any dimensions, as JSON or CSV."""
    report = _resolve(request, query)
    result = _table(report, query, METRICS, query.publisher_id)
    if query.format == "csv":
        return _csv(report, result, METRICS)
    rows = [ReportRow(**row) for row in _rows(report, result, METRICS)]
    totals = AllFigures(**_totals(result, METRICS))
    return _within_limit(report, ReportDocument(**_grouped(report, query, result), rows=rows, totals=totals))


def publisher_report(request: Request, query: OwnReportQuery) -> OwnReportDocument | TextResponse:
    """Report your clicks, conversions and payout by any dimensions, as JSON or CSV."""
    cell_reader.check_access(request.owner, query.smartlink_id, query.campaign_id)
    report = _resolve(request, query)
    result = _table(report, query, OWN_METRICS, request.owner)
    if query.format == "csv":
        return _csv(report, result, OWN_METRICS)
    rows = [OwnReportRow(**row) for row in _rows(report, result, OWN_METRICS)]
    totals = OwnFigures(**_totals(result, OWN_METRICS))
    return _within_limit(report, OwnReportDocument(**_grouped(report, query, result), rows=rows, totals=totals))


def lost_clicks(request: Request, query: LostClicksQuery) -> LostClicksDocument:
    """Report clicks that reached no paying offer, by reason, with estimates of the lost amounts."""
    report = _resolve(request, query)
    filters = {"smartlink": query.smartlink_id} if query.smartlink_id else {}
    dimensions, counts = reporting_lost_clicks.DIMENSIONS, reporting_lost_clicks.COUNTS
    groups = report.aggregate_cells(_aggregation_query(report, dimensions, counts, filters))
    currency = resolve_currency(groups, query.currency, reporting_lost_clicks.MONEY)
    rows = reporting_lost_clicks.lost_clicks(without_currency(groups, query.currency))
    totals = LostTotals(**_estimates(reporting_lost_clicks.total(rows)))
    documents = [LostRow(reason=row.reason, smartlink_id=row.smartlink_id, **_estimates(row)) for row in rows]
    return LostClicksDocument(**_range(report, currency), rows=documents, totals=totals)


def _aggregation_query(
    report: _Report, dimensions: tuple[str, ...], counts: tuple[str, ...], filters: dict[str, str]
) -> AggregationQuery:
    period = report.period
    return AggregationQuery(dimensions, counts, period.first_quarter, period.end_quarter, filters, period.timezone)


def _table(report: _Report, query: OwnReportQuery, metrics: tuple[str, ...], publisher_id: str | None) -> Table:
    """Return the table of a report, from the cells of one publisher or of all."""
    filters = {**query.filters, **({} if publisher_id is None else {"publisher": publisher_id})}
    counts = BY_CLICK if query.by == "click" else BY_CONVERSION
    aggregation_query = _aggregation_query(report, (*query.dimensions, "currency"), counts, filters)
    groups = report.aggregate_cells(aggregation_query, publisher_id)
    money = [_PAYOUT, _REVENUE] if "revenue" in metrics else [_PAYOUT]
    currency = resolve_currency(groups, query.currency, money)
    return build_table(without_currency(groups, query.currency), query.dimensions, currency, metrics)


def _rows(report: _Report, result: Table, metrics: tuple[str, ...]) -> list[dict[str, Any]]:
    if len(result.lines) > MAX_ROWS:
        report.reject("/group_by", f"produces {len(result.lines):,} rows, and JSON returns at most {MAX_ROWS:,}")
    return [
        {**labels_by_dimension(result.dimensions, group), **encode_metrics(figures, metrics)}
        for group, figures in result.lines
    ]


def _totals(result: Table, metrics: tuple[str, ...]) -> dict[str, Any]:
    return encode_metrics(result.totals, metrics)


def _range(report: _Report, currency: str | None) -> dict[str, Any]:
    period = report.period
    ends = {"from_": timestamp(period.start), "to": timestamp(period.end)}
    return {**ends, "timezone": period.timezone, "currency": currency}


def _grouped(report: _Report, query: OwnReportQuery, result: Table) -> dict[str, Any]:
    return {**_range(report, result.currency), "by": query.by, "group_by": list(query.dimensions)}


def _csv(report: _Report, result: Table, metrics: tuple[str, ...]) -> TextResponse:
    rows = (
        (labels_by_dimension(result.dimensions, group).values(), encode_metrics(figures, metrics).values())
        for group, figures in result.lines
    )
    text = csv_export.encode([*result.dimensions, *metrics], rows)
    first, last = report.period.local_days
    disposition = f'attachment; filename="report-{first}-{last}.csv"'
    headers = {"Content-Disposition": disposition, "Cache-Control": "no-store"}
    _check_size(report, text)
    return TextResponse(text, "text/csv; charset=utf-8", headers)


def _within_limit(report: _Report, document: ReportResponse) -> ReportResponse:
    """Return the document unless it is too large for a response."""
    _check_size(report, document.model_dump_json())
    return document


def _check_size(report: _Report, text: str) -> None:
    if len(json.dumps(text)) > MAX_BYTES:
        report.reject("/group_by", f"produces a response of more than {MAX_BYTES // 1_000_000} MB")


def _estimates(row: reporting_lost_clicks.LostClicks) -> dict[str, Any]:
    estimates = {"payout": row.payout, "revenue": row.revenue, "profit": row.profit}
    amounts = {f"estimated_{name}": None if value is None else decimal(value) for name, value in estimates.items()}
    return {"clicks": row.clicks, **amounts}
