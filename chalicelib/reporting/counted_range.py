"""The range of a report as its document contains it, with the time until which it was counted."""

from datetime import datetime
from typing import Any

from chalicelib.domain.timestamps import timestamp
from chalicelib.reporting import cell_reader
from chalicelib.reporting.report_request import Report


def counted_range(report: Report, now: datetime) -> dict[str, Any]:
    """Return the fields of the range, and the time until which clicks and conversions were counted."""
    period = report.period
    until = cell_reader.counted_until(now)
    return {
        "from_": timestamp(period.start),
        "to": timestamp(period.end),
        "timezone": period.timezone,
        "counted_until": timestamp(until) if until else None,
    }
