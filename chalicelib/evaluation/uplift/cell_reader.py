"""The counter cells that uplift is computed from."""

from chalicelib.evaluation.uplift.arm_counts import COUNTS, DIMENSIONS
from chalicelib.http.problems import ValidationFailed
from chalicelib.reporting import cell_reader
from chalicelib.reporting.aggregation import AggregationQuery, Groups, LimitExceeded, Limits, aggregate
from chalicelib.reporting.date_range import Period

LIMITS = Limits(groups=500_000)
"""Hours, campaigns and currencies of both arms: 92 days of a pool of a hundred offers."""


def groups(smartlink_id: str, period: Period) -> Groups:
    """What the smartlink's cells of the period hold, by the dimensions; `Invalid` where that is too much."""
    plan = AggregationQuery(DIMENSIONS, COUNTS, period.first, period.past, {"smartlink": smartlink_id})
    try:
        return aggregate(cell_reader.pieces(period, None), plan, LIMITS)
    except LimitExceeded as error:
        raise ValidationFailed(("/from", f"holds {error}; ask for a shorter time")) from error
