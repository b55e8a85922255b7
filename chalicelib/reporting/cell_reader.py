"""Reads counter cells and currencies for a report, and checks which smartlinks and campaigns a publisher may query."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from chalicelib.counters import blocks
from chalicelib.counters.cells import Cell, partitions, shards_of
from chalicelib.counters.column_codec import Columns
from chalicelib.counters.rollups import reader
from chalicelib.counters.rollups.reader import Reads, Wanted
from chalicelib.http.problems import NotFound
from chalicelib.reporting.date_range import Period
from chalicelib.tables.campaigns import CampaignRow
from chalicelib.tables.publishers import CampaignApprovalRow, MembershipRow

_ALWAYS = ("quarter", "campaign", "currency")
"""Every report compares the quarter with its range and completes the currency from the campaign."""


@dataclass(frozen=True, slots=True)
class CellQuery:
    """The cells of a report: the period, the publisher or None, the smartlinks or None, and the dimensions needed.

    `smartlinks` are IDs of routes: of smartlinks, or of the campaigns of direct links. They and the publisher limit
    what is read, but the result may still have cells of others. A dimension that is not in `dimensions` may be empty in
    all cells. `reads` counts what is read.
    """

    period: Period
    publisher_id: str | None = None
    smartlinks: frozenset[str] | None = None
    dimensions: frozenset[str] = frozenset(Cell._fields)
    reads: Reads = field(default_factory=Reads)


def read(query: CellQuery) -> Iterator[Columns]:
    """Yield the cells of all UTC days of the period, and of no other days."""
    shards, dimensions = shards_of(query.publisher_id), query.dimensions.union(_ALWAYS)
    return reader.read(Wanted(query.period.days, shards, query.smartlinks, dimensions, query.reads))


def counted_until(now: datetime) -> datetime | None:
    """Return the time until which clicks were counted: that of the newest click of yesterday and today, None if none.

    Conversions are counted at once.
    """
    days = [now.date() - timedelta(days=1), now.date()]
    newest = blocks.counted_until(partitions(days))
    return None if newest is None else datetime.fromtimestamp(newest / 1000, UTC)


def read_campaign_currencies(campaign_ids: set[str]) -> dict[str, str]:
    """Return the currencies of the campaigns of these IDs that exist."""
    rows = CampaignRow.batch_get(sorted(campaign_ids), attributes_to_get=["id", "settings"])
    return {row.id: row.settings["currency"] for row in rows}


def check_smartlinks(publisher_id: str, smartlink_ids: Sequence[str]) -> None:
    """Raise `NotFound` if the publisher never had a link to one of the smartlinks."""
    rows = MembershipRow.batch_get([(publisher_id, each) for each in dict.fromkeys(smartlink_ids)])
    known = {row.pool_id for row in rows if row.code is not None}
    if unknown := [each for each in smartlink_ids if each not in known]:
        message = f"There is no smartlink {unknown[0]}."
        raise NotFound(message)


def check_campaigns(publisher_id: str, campaign_ids: Sequence[str]) -> None:
    """Raise `NotFound` if the publisher never had an approval for one of the campaigns.

    A catch-all campaign takes clicks without an approval: check only campaigns without figures of the publisher.
    """
    rows = CampaignApprovalRow.batch_get([(publisher_id, each) for each in dict.fromkeys(campaign_ids)])
    known = {row.campaign_id for row in rows}
    if unknown := [each for each in campaign_ids if each not in known]:
        message = f"There is no campaign {unknown[0]}, or it has none of your clicks in this range."
        raise NotFound(message)
