"""Endpoints for reports."""

from collections.abc import Sequence
from typing import Any

from chalicelib.http.problems import ValidationFailed
from chalicelib.http.request import Request
from chalicelib.http.view import TextResponse
from chalicelib.reporting import cell_reader
from chalicelib.reporting.counted_range import counted_range
from chalicelib.reporting.dimensions import combination_errors
from chalicelib.reporting.query_schemas import OwnReportQuery, ReportQuery
from chalicelib.reporting.report_csv import CsvRow, CsvTable, csv_page
from chalicelib.reporting.report_request import Report, resolve
from chalicelib.reporting.report_table import read_table
from chalicelib.reporting.row_names import RowNames
from chalicelib.reporting.schemas import (
    AllFigures,
    AllTotals,
    OwnFigures,
    OwnReportDocument,
    OwnReportRow,
    OwnTotals,
    ReportDocument,
    ReportRow,
)
from chalicelib.reporting.table import METRICS, OWN_METRICS, ReportLine, Table, encode_metrics, label_columns, labels

MAX_ROWS = 20_000
"""Maximum number of rows of a JSON report. A CSV file has pages."""


def admin_report(request: Request, query: ReportQuery) -> ReportDocument | TextResponse:
    """Report clicks, conversions and amounts by any dimensions, as JSON or CSV."""
    report = _resolve(request, query)
    result = read_table(report, query, METRICS)
    if query.format == "csv":
        return csv_page(request, _file(report, result, METRICS), query.cursor)
    document = ReportDocument(
        **counted_range(report, request.now),
        **_grouped(query, result),
        rows=[ReportRow(**row) for row in _rows(report, result, METRICS)],
        totals=AllFigures(**encode_metrics(result.totals, METRICS)) if result.totals else None,
        totals_by_currency=[AllTotals(**totals) for totals in _totals_by_currency(result, METRICS)],
    )
    return report.within_limit(document)


def publisher_report(request: Request, query: OwnReportQuery) -> OwnReportDocument | TextResponse:
    """Report your clicks, conversions and payout by any dimensions, as JSON or CSV."""
    cell_reader.check_smartlinks(request.owner, query.smartlink_id)
    report = _resolve(request, query)
    result = read_table(report, query, OWN_METRICS, request.owner)
    if not result.lines:
        cell_reader.check_campaigns(request.owner, query.campaign_id)
    if query.format == "csv":
        return csv_page(request, _file(report, result, OWN_METRICS), query.cursor)
    document = OwnReportDocument(
        **counted_range(report, request.now),
        **_grouped(query, result),
        rows=[OwnReportRow(**row) for row in _rows(report, result, OWN_METRICS)],
        totals=OwnFigures(**encode_metrics(result.totals, OWN_METRICS)) if result.totals else None,
        totals_by_currency=[OwnTotals(**totals) for totals in _totals_by_currency(result, OWN_METRICS)],
    )
    return report.within_limit(document)


def _resolve(request: Request, query: OwnReportQuery) -> Report:
    """Return the report of a query. Reject dimensions that were not counted together."""
    if errors := combination_errors(query.dimensions, query.filter_parameters, query.DIMENSIONS):
        raise ValidationFailed(*errors)
    return resolve(request, query)


def _rows(report: Report, result: Table, metrics: tuple[str, ...]) -> list[dict[str, Any]]:
    if len(result.lines) > MAX_ROWS:
        report.reject("/group_by", f"produces {len(result.lines):,} rows, and JSON returns at most {MAX_ROWS:,}")
    names = RowNames(result.columns).read([group for group, _ in result.lines])
    return [
        {**labels(result.columns, group, names), **encode_metrics(figures, metrics)} for group, figures in result.lines
    ]


def _totals_by_currency(result: Table, metrics: tuple[str, ...]) -> list[dict[str, Any]]:
    return [
        {"currency": currency or None, **encode_metrics(figures, metrics)}
        for currency, figures in result.totals_by_currency
    ]


def _grouped(query: OwnReportQuery, result: Table) -> dict[str, Any]:
    return {"currency": result.currency, "by": query.by, "group_by": list(query.dimensions)}


def _file(report: Report, result: Table, metrics: tuple[str, ...]) -> CsvTable[ReportLine]:
    columns = [*label_columns(result.columns), *metrics]
    row_names = RowNames(result.columns)

    def encode(lines: Sequence[ReportLine]) -> list[CsvRow]:
        names = row_names.read([group for group, _ in lines])
        return [
            (labels(result.columns, group, names).values(), encode_metrics(figures, metrics).values())
            for group, figures in lines
        ]

    return CsvTable("report", report.period.local_days, columns, result.lines, encode)
