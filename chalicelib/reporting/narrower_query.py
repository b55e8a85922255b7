"""Suggests a smaller request if a report is too large: one day at a time, as CSV."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from urllib.parse import urlencode

_CSV = {"format": "csv"}


@dataclass(frozen=True, slots=True)
class ReportRequest:
    """The request of a report: its path, its parameters as sent, and its first and last day."""

    path: str
    parameters: Mapping[str, str]
    days: tuple[date, date]
    has_csv: bool = True


def suggest_narrower_query(request: ReportRequest) -> str:
    """Return a hint how to request less, with the URL of a smaller request if there is one."""
    first, last = request.days
    as_csv = _CSV if request.has_csv else {}
    if first == last and as_csv.items() <= request.parameters.items():
        return "use a filter, a shorter range or fewer dimensions"
    unchanged = {name: value for name, value in request.parameters.items() if name not in {"from", "to", "format"}}
    query = urlencode({**unchanged, "from": first, "to": first, **as_csv}, safe=",:/")
    manner = " ".join(["day by day"] * (first != last) + ["as CSV"] * bool(as_csv))
    return f"request it {manner}: {request.path}?{query}"
