"""Reads the table of a report."""

from chalicelib.exchange.rate_reader import read_rates
from chalicelib.exchange.rates import MissingRate
from chalicelib.http.problems import ValidationFailed
from chalicelib.reporting.aggregation import Groups
from chalicelib.reporting.cell_groups import GroupQuery, read_groups
from chalicelib.reporting.converted_amounts import UTC_DAY, Conversion, convert
from chalicelib.reporting.metrics import AMOUNTS, BY_CLICK, BY_CONVERSION
from chalicelib.reporting.query_schemas import OwnReportQuery
from chalicelib.reporting.report_request import Report
from chalicelib.reporting.table import Layout, Table, build_table


def read_table(report: Report, query: OwnReportQuery, metrics: tuple[str, ...], owner: str | None = None) -> Table:
    """Return the table of a report of all publishers, or of the publisher `owner`."""
    layout = Layout(query.dimensions, metrics, query.convert_to or _only(query.currency))
    filters = {**query.filters, **({} if owner is None else {"publisher": frozenset({owner})})}
    counts = BY_CLICK if query.by == "click" else BY_CONVERSION
    dimensions = (*layout.columns, UTC_DAY) if query.convert_to else layout.columns
    groups = read_groups(report, GroupQuery(dimensions, counts, filters))
    return build_table(_convert(report, groups, layout, query.convert_to) if query.convert_to else groups, layout)


def _only(currencies: list[str]) -> str | None:
    return currencies[0] if len(currencies) == 1 else None


def _convert(report: Report, groups: Groups, layout: Layout, target: str) -> Groups:
    """Return the groups with the shown amounts in the target currency. Reject currencies without a rate."""
    days = report.period.days
    shown = [BY_CLICK.index(name) for name in AMOUNTS if name in layout.metrics]
    hidden = [BY_CLICK.index(name) for name in AMOUNTS if name not in layout.metrics]
    try:
        return convert(groups, layout.place, Conversion(target, read_rates(days[0], days[-1]), shown, hidden))
    except MissingRate as error:
        advice = "an admin sets it with PUT /admin/exchange-rates, from that day or an earlier one"
        raise ValidationFailed(("/convert_to", f"is not possible: {error}; {advice}")) from error
