"""Reads the counter cells for uplift."""

from chalicelib.evaluation.uplift.arm_counts import COUNTS, DIMENSIONS
from chalicelib.http.problems import ValidationFailed
from chalicelib.reporting import cell_reader
from chalicelib.reporting.aggregation import AggregationQuery, Groups, LimitExceeded, Limits, aggregate
from chalicelib.reporting.cell_reader import CellQuery
from chalicelib.reporting.date_range import Period

LIMITS = Limits(groups=500_000)
"""Hours, campaigns and currencies of both arms: enough for 92 days of a pool with a hundred offers."""


def read_groups(smartlink_id: str, period: Period) -> Groups:
    """Return the smartlink's cells of the period, grouped. Raise `ValidationFailed` if there are too many."""
    filters = {"smartlink": frozenset({smartlink_id})}
    query = AggregationQuery(DIMENSIONS, COUNTS, period.first_quarter, period.end_quarter, filters)
    try:
        cells = cell_reader.read(CellQuery(period, smartlinks=frozenset({smartlink_id})))
        return aggregate(cells, query, LIMITS)
    except LimitExceeded as error:
        raise ValidationFailed(("/from", f"contains {error}. Request a shorter range.")) from error
