"""What to ask for instead of a report that is too large: the same, one day at a time, as CSV."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from urllib.parse import urlencode

_CSV = {"format": "csv"}


@dataclass(frozen=True, slots=True)
class ReportRequest:
    """A call for a report: its path, its parameters as they were sent, and the first and last day it came to."""

    path: str
    given: Mapping[str, str]
    days: tuple[date, date]
    has_csv: bool = True


def suggest_narrower_query(call: ReportRequest) -> str:
    """How to ask for less: a call that can be made as it stands, where there is one."""
    first, last = call.days
    as_csv = _CSV if call.has_csv else {}
    if first == last and as_csv.items() <= call.given.items():
        return "ask for less with a filter, a shorter time or fewer dimensions"
    kept = {name: value for name, value in call.given.items() if name not in {"from", "to", "format"}}
    query = urlencode({**kept, "from": first, "to": first, **as_csv}, safe=",:/")
    how = " ".join(["day by day"] * (first != last) + ["as CSV"] * bool(as_csv))
    return f"ask for it {how}: {call.path}?{query}"
