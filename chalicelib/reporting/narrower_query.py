"""Suggests a smaller request if a report is too large: one day at a time, as CSV."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from urllib.parse import urlencode

_REPLACED = {"from", "to", "format", "cursor"}


@dataclass(frozen=True, slots=True)
class ReportRequest:
    """The request of a report: its path, its parameters as sent, and its first and last day."""

    path: str
    parameters: Mapping[str, str | Sequence[str]]
    days: tuple[date, date]


def suggest_narrower_query(request: ReportRequest) -> str:
    """Return a hint how to request less, with the URL of a smaller request if there is one."""
    first, last = request.days
    if first == last and request.parameters.get("format") == "csv":
        return "use a filter, a shorter range or fewer dimensions"
    unchanged = {name: value for name, value in request.parameters.items() if name not in _REPLACED}
    query = urlencode({**unchanged, "from": first, "to": first, "format": "csv"}, doseq=True, safe=",:/")
    manner = "as CSV" if first == last else "day by day as CSV"
    return f"request it {manner}: {request.path}?{query}"
