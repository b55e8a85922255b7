"""A requested report: its query and range, and how it is refused if it is too large."""

from dataclasses import dataclass
from typing import NoReturn, TypeVar

from chalicelib.http.models import ResponseModel
from chalicelib.http.problems import ValidationFailed
from chalicelib.http.request import Request
from chalicelib.reporting.csv_response import MAX_BYTES, size_in_json
from chalicelib.reporting.date_range import MAX_DAYS, Period, resolve_range
from chalicelib.reporting.narrower_query import ReportRequest, suggest_narrower_query
from chalicelib.reporting.query_schemas import PeriodQuery

Document = TypeVar("Document", bound=ResponseModel)


@dataclass(frozen=True, slots=True)
class Report:
    """A requested report: the resolved period, and the request to suggest a smaller one for.

    `rows_pointer` points to the parameter that causes too many rows.
    """

    period: Period
    request: ReportRequest
    rows_pointer: str = "/group_by"

    def reject(self, pointer: str, reason: str) -> NoReturn:
        """Reject a report that is too large, and suggest a smaller one."""
        raise ValidationFailed((pointer, f"{reason}; {suggest_narrower_query(self.request)}"))

    def within_limit(self, document: Document) -> Document:
        """Return the document, or reject the report if it is too large for a response."""
        if size_in_json(document.model_dump_json()) > MAX_BYTES:
            self.reject(self.rows_pointer, f"produces a response of more than {MAX_BYTES // 1_000_000} MB")
        return document


def resolve(request: Request, query: PeriodQuery) -> Report:
    """Return the report of a query. Reject a range that is too long, and the cursor of a file if JSON is requested."""
    period = resolve_range((query.from_, query.to), query.timezone, request.now)
    sent = ReportRequest(request.endpoint.path, query.parameters, period.local_days)
    report = Report(period, sent, "/group_by" if "group_by" in type(query).model_fields else "/from")
    if query.cursor is not None and query.format != "csv":
        raise ValidationFailed(("/cursor", "needs format=csv: a JSON report has no pages"))
    if period.is_long:
        report.reject("/from", f"must be at most {MAX_DAYS} days before `to`")
    return report
