"""The counter cells that a report reads, and what a publisher may ask about."""

from collections.abc import Iterator

from chalicelib.counters import blocks, cells
from chalicelib.counters.column_codec import Columns
from chalicelib.http.problems import NotFound
from chalicelib.reporting.date_range import Period
from chalicelib.tables.base import get_or_none
from chalicelib.tables.publishers import CampaignApprovalRow, MembershipRow

_AT_ONCE = 8 * cells.SHARDS


def pieces(period: Period, publisher_id: str | None) -> Iterator[Columns]:
    """The cells of the UTC days that the period touches; of one publisher's shard, or all.

    Some days at a time, so that a reader that has enough has not read everything.
    """
    wanted = cells.partitions(period.days, publisher_id)
    for n in range(0, len(wanted), _AT_ONCE):
        yield from blocks.read(wanted[n : n + _AT_ONCE])


def check_own(publisher_id: str, smartlink_id: str | None, campaign_id: str | None) -> None:
    """Raises `NotFound` for a smartlink that the publisher never had a link to, or a campaign never approved."""
    if smartlink_id is not None:
        member = get_or_none(MembershipRow, publisher_id, smartlink_id)
        if member is None or member.code is None:
            message = f"there is no smartlink {smartlink_id}"
            raise NotFound(message)
    if campaign_id is not None and get_or_none(CampaignApprovalRow, publisher_id, campaign_id) is None:
        message = f"there is no campaign {campaign_id}"
        raise NotFound(message)
