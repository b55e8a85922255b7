"""Reads the cells of a report and groups them, with details and advertisers."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from chalicelib.counters.column_codec import Columns
from chalicelib.reporting import cell_reader, detail_reader
from chalicelib.reporting.advertiser_groups import by_advertiser
from chalicelib.reporting.aggregation import AggregationQuery, Filters, Groups, LimitExceeded, aggregate
from chalicelib.reporting.campaign_currencies import with_currencies
from chalicelib.reporting.cell_reader import CellQuery
from chalicelib.reporting.dimensions import ADVERTISER, detail_of
from chalicelib.reporting.names import campaign_labels
from chalicelib.reporting.report_request import Report
from chalicelib.reporting.unknown_values import has_negative, with_unknown

_PUBLISHER = "publisher"
_ATTEMPTS = 3


@dataclass(frozen=True, slots=True)
class GroupQuery:
    """The sums of a report: `counts` by `dimensions`. Each filter has the values that are counted."""

    dimensions: tuple[str, ...]
    counts: tuple[str, ...]
    filters: Filters = field(default_factory=dict)


def read_groups(report: Report, query: GroupQuery) -> Groups:
    """Return the groups of a report. Reject it if it has too many cells or rows."""
    wanted = query.filters.get(ADVERTISER)
    if ADVERTISER not in query.dimensions and wanted is None:
        return _with_details(report, query)
    rest = tuple(name for name in query.dimensions if name != ADVERTISER)
    filters = {name: values for name, values in query.filters.items() if name != ADVERTISER}
    groups = _with_details(report, GroupQuery((*rest, "campaign"), query.counts, filters))
    labels = campaign_labels({group[-1] for group in groups})
    place = query.dimensions.index(ADVERTISER) if ADVERTISER in query.dimensions else None
    return by_advertiser(groups, place, {campaign: label.advertiser for campaign, label in labels.items()}, wanted)


def _with_details(report: Report, query: GroupQuery) -> Groups:
    """Return the groups of a query that names no advertiser.

    A detail dimension is read from its own cells, and before the others, so that these have at least its counts. If a
    count was taken back in between, both are read again.
    """
    detail = detail_of(query.dimensions, query.filters)
    if detail is None:
        return _base(report, query)
    if detail in query.filters:
        return _details(report, query, detail)
    place = query.dimensions.index(detail)
    base = replace(query, dimensions=(*query.dimensions[:place], *query.dimensions[place + 1 :]))
    groups: Groups = {}
    for _ in range(_ATTEMPTS):
        groups = with_unknown(_details(report, query, detail), _base(report, base), place)
        if not has_negative(groups, place):
            break
    return groups


def _base(report: Report, query: GroupQuery) -> Groups:
    aggregation = _aggregation(report, query)
    wanted = CellQuery(report.period, _publisher(query), query.filters.get("smartlink"), aggregation.cell_dimensions)
    cells = cell_reader.read(wanted)
    return _aggregate(report, cells, aggregation)


def _details(report: Report, query: GroupQuery, detail: str) -> Groups:
    smartlinks = query.filters.get("smartlink")
    cells = detail_reader.read_details(report.period.days, detail, _publisher(query), smartlinks)
    return _aggregate(report, cells, _aggregation(report, query))


def _publisher(query: GroupQuery) -> str | None:
    """Return the only publisher whose cells are needed, None if there are several."""
    publishers = query.filters.get(_PUBLISHER, frozenset())
    return next(iter(publishers)) if len(publishers) == 1 else None


def _aggregation(report: Report, query: GroupQuery) -> AggregationQuery:
    period = report.period
    quarters = (period.first_quarter, period.end_quarter)
    return AggregationQuery(query.dimensions, query.counts, *quarters, query.filters, period.timezone)


def _aggregate(report: Report, cells: Iterable[Columns], query: AggregationQuery) -> Groups:
    complete = with_currencies(cells, cell_reader.read_campaign_currencies)
    try:
        return aggregate(complete, query)
    except LimitExceeded as error:
        if error.unit == "cells":
            report.reject("/from", f"contains {error}")
        report.reject(report.rows_pointer, f"produces {error}")
