"""Reads counter cells and currencies for a report, and checks which smartlinks and campaigns a publisher may query."""

from collections.abc import Iterator

from chalicelib.counters import blocks, cells
from chalicelib.counters.column_codec import Columns
from chalicelib.http.problems import NotFound
from chalicelib.reporting.date_range import Period
from chalicelib.tables.base import get_or_none
from chalicelib.tables.campaigns import CampaignRow
from chalicelib.tables.publishers import CampaignApprovalRow, MembershipRow

_PARTITIONS_PER_READ = 8 * cells.SHARDS


def read_cells(period: Period, publisher_id: str | None) -> Iterator[Columns]:
    """Yield the cells of all UTC days of the period, from the shard of one publisher or from all shards.

    Reads eight days of all shards at a time, so that a report that exceeds its limit does not read everything.
    """
    partitions = cells.partitions(period.days, publisher_id)
    for n in range(0, len(partitions), _PARTITIONS_PER_READ):
        yield from blocks.read(partitions[n : n + _PARTITIONS_PER_READ])


def read_campaign_currencies(campaign_ids: set[str]) -> dict[str, str]:
    """Return the currencies of the campaigns of these IDs that exist."""
    rows = CampaignRow.batch_get(sorted(campaign_ids), attributes_to_get=["id", "settings"])
    return {row.id: row.settings["currency"] for row in rows}


def check_access(publisher_id: str, smartlink_id: str | None, campaign_id: str | None) -> None:
    """Raise `NotFound` if the publisher never had a link to the smartlink, or never an approval for the campaign."""
    if smartlink_id is not None:
        member = get_or_none(MembershipRow, publisher_id, smartlink_id)
        if member is None or member.code is None:
            message = f"There is no smartlink {smartlink_id}."
            raise NotFound(message)
    if campaign_id is not None and get_or_none(CampaignApprovalRow, publisher_id, campaign_id) is None:
        message = f"There is no campaign {campaign_id}."
        raise NotFound(message)
