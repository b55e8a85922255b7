"""Endpoints for reports and lost clicks."""

import json
from dataclasses import dataclass
from typing import Any, NoReturn, TypeVar

from chalicelib.domain.timestamps import timestamp
from chalicelib.exchange.rate_reader import read_rates
from chalicelib.exchange.rates import MissingRate
from chalicelib.http.problems import ValidationFailed
from chalicelib.http.request import Request
from chalicelib.http.view import TextResponse
from chalicelib.reporting import cell_reader, csv_export
from chalicelib.reporting import lost_clicks as reporting_lost_clicks
from chalicelib.reporting.aggregation import AggregationQuery, Groups, LimitExceeded, aggregate
from chalicelib.reporting.campaign_currencies import with_currencies
from chalicelib.reporting.converted_amounts import UTC_DAY, Conversion, convert
from chalicelib.reporting.date_range import MAX_DAYS, Period, resolve_range
from chalicelib.reporting.lists.csv_file import MAX_BYTES
from chalicelib.reporting.metrics import AMOUNTS, BY_CLICK, BY_CONVERSION, decimal
from chalicelib.reporting.narrower_query import ReportRequest, suggest_narrower_query
from chalicelib.reporting.query_schemas import LostClicksQuery, OwnReportQuery, PeriodQuery, ReportQuery
from chalicelib.reporting.schemas import (
    AllFigures,
    AllTotals,
    LostClicksDocument,
    LostCurrencyTotals,
    LostRow,
    LostTotals,
    OwnFigures,
    OwnReportDocument,
    OwnReportRow,
    OwnTotals,
    ReportDocument,
    ReportRow,
    Sparse,
)
from chalicelib.reporting.table import (
    METRICS,
    OWN_METRICS,
    Layout,
    Table,
    build_table,
    encode_metrics,
    labels_by_dimension,
)

MAX_ROWS = 20_000
"""Maximum number of rows of a JSON report. CSV is limited by `MAX_BYTES` only."""

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
        cells = cell_reader.read_cells(self.period, publisher_id)
        try:
            return aggregate(with_currencies(cells, cell_reader.read_campaign_currencies), query)
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
    document = ReportDocument(
        **_grouped(report, query, result),
        rows=[ReportRow(**row) for row in _rows(report, result, METRICS)],
        totals=AllFigures(**encode_metrics(result.totals, METRICS)) if result.totals else None,
        totals_by_currency=[AllTotals(**totals) for totals in _totals_by_currency(result, METRICS)],
    )
    return _within_limit(report, document)


def publisher_report(request: Request, query: OwnReportQuery) -> OwnReportDocument | TextResponse:
    """Report your clicks, conversions and payout by any dimensions, as JSON or CSV."""
    cell_reader.check_access(request.owner, query.smartlink_id, query.campaign_id)
    report = _resolve(request, query)
    result = _table(report, query, OWN_METRICS, request.owner)
    if query.format == "csv":
        return _csv(report, result, OWN_METRICS)
    document = OwnReportDocument(
        **_grouped(report, query, result),
        rows=[OwnReportRow(**row) for row in _rows(report, result, OWN_METRICS)],
        totals=OwnFigures(**encode_metrics(result.totals, OWN_METRICS)) if result.totals else None,
        totals_by_currency=[OwnTotals(**totals) for totals in _totals_by_currency(result, OWN_METRICS)],
    )
    return _within_limit(report, document)


def lost_clicks(request: Request, query: LostClicksQuery) -> LostClicksDocument:
    """Report clicks that reached no paying offer, by reason, with estimates of the lost amounts."""
    report = _resolve(request, query)
    filters = {"smartlink": query.smartlink_id} if query.smartlink_id else {}
    dimensions, counts = reporting_lost_clicks.DIMENSIONS, reporting_lost_clicks.COUNTS
    groups = report.aggregate_cells(_aggregation_query(report, dimensions, counts, filters))
    shown = [query.currency] if query.currency else reporting_lost_clicks.currencies(groups)
    rows = reporting_lost_clicks.lost_clicks(groups, shown)
    by_currency = reporting_lost_clicks.totals_by_currency(rows, shown)
    is_single = len(shown) <= 1
    return LostClicksDocument(
        **_range(report, shown[0] if len(shown) == 1 else None),
        rows=[LostRow(reason=row.reason, smartlink_id=row.smartlink_id, **_estimates(row)) for row in rows],
        totals=LostTotals(**_estimates(reporting_lost_clicks.total(rows))) if is_single else None,
        totals_by_currency=[LostCurrencyTotals(**_estimates(row)) for row in by_currency],
    )


def _aggregation_query(
    report: _Report, dimensions: tuple[str, ...], counts: tuple[str, ...], filters: dict[str, str]
) -> AggregationQuery:
    period = report.period
    return AggregationQuery(dimensions, counts, period.first_quarter, period.end_quarter, filters, period.timezone)


def _table(report: _Report, query: OwnReportQuery, metrics: tuple[str, ...], publisher_id: str | None) -> Table:
    """Return the table of a report, from the cells of one publisher or of all."""
    layout = Layout(query.dimensions, metrics, query.convert_to or query.currency)
    filters = {**query.filters, **({} if publisher_id is None else {"publisher": publisher_id})}
    counts = BY_CLICK if query.by == "click" else BY_CONVERSION
    dimensions = (*layout.columns, UTC_DAY) if query.convert_to else layout.columns
    groups = report.aggregate_cells(_aggregation_query(report, dimensions, counts, filters), publisher_id)
    return build_table(_convert(report, groups, layout, query.convert_to) if query.convert_to else groups, layout)


def _convert(report: _Report, groups: Groups, layout: Layout, target: str) -> Groups:
    """Return the groups with the shown amounts in the target currency. Reject currencies without a rate."""
    days = report.period.days
    shown = [BY_CLICK.index(name) for name in AMOUNTS if name in layout.metrics]
    hidden = [BY_CLICK.index(name) for name in AMOUNTS if name not in layout.metrics]
    try:
        return convert(groups, layout.place, Conversion(target, read_rates(days[0], days[-1]), shown, hidden))
    except MissingRate as error:
        advice = "an admin sets it with PUT /admin/exchange-rates, from that day or an earlier one"
        raise ValidationFailed(("/convert_to", f"is not possible: {error}; {advice}")) from error


def _rows(report: _Report, result: Table, metrics: tuple[str, ...]) -> list[dict[str, Any]]:
    if len(result.lines) > MAX_ROWS:
        report.reject("/group_by", f"produces {len(result.lines):,} rows, and JSON returns at most {MAX_ROWS:,}")
    return [
        {**labels_by_dimension(result.columns, group), **encode_metrics(figures, metrics)}
        for group, figures in result.lines
    ]


def _totals_by_currency(result: Table, metrics: tuple[str, ...]) -> list[dict[str, Any]]:
    return [
        {"currency": currency or None, **encode_metrics(figures, metrics)}
        for currency, figures in result.totals_by_currency
    ]


def _range(report: _Report, currency: str | None) -> dict[str, Any]:
    period = report.period
    ends = {"from_": timestamp(period.start), "to": timestamp(period.end)}
    return {**ends, "timezone": period.timezone, "currency": currency}


def _grouped(report: _Report, query: OwnReportQuery, result: Table) -> dict[str, Any]:
    return {**_range(report, result.currency), "by": query.by, "group_by": list(query.dimensions)}


def _csv(report: _Report, result: Table, metrics: tuple[str, ...]) -> TextResponse:
    rows = (
        (labels_by_dimension(result.columns, group).values(), encode_metrics(figures, metrics).values())
        for group, figures in result.lines
    )
    text = csv_export.encode([*result.columns, *metrics], rows)
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
    return {"currency": row.currency or None, "clicks": row.clicks, **amounts}
