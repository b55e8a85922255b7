"""Queries of the campaigns that a publisher holds."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from chalicelib.domain.campaign import CampaignStatus
from chalicelib.lists.query_schemas import SearchQuery
from chalicelib.lists.reads import Reads
from chalicelib.lists.search import Found, Search, find
from chalicelib.lists.texts import contains
from chalicelib.tables.campaigns import CampaignRow
from chalicelib.tables.publishers import CampaignApprovalRow

_BATCH = 100
_READS_PER_CAMPAIGN = 2
"""The approval and the campaign."""


class HeldCampaign(NamedTuple):
    """A campaign and the publisher's active approval for it."""

    approval: CampaignApprovalRow
    campaign: CampaignRow


def held_campaigns(publisher_id: str, query: SearchQuery) -> Found[HeldCampaign]:
    """Return a page of the publisher's campaigns that the query finds, newest first.

    A campaign that is archived, or whose approval was withdrawn, is left out.
    """

    def rows(after: str | None, reads: Reads) -> Iterator[CampaignApprovalRow]:
        older = CampaignApprovalRow.campaign_id < after if after else None
        size = query.rows_per_query(_READS_PER_CAMPAIGN)
        found = CampaignApprovalRow.query(
            publisher_id, older, scan_index_forward=False, consistent_read=True, page_size=size
        )
        return reads.meter(found, _READS_PER_CAMPAIGN)

    def match(rows: Sequence[CampaignApprovalRow], _: Reads) -> list[HeldCampaign | None]:
        held = {each.campaign.id: each for each in _held(rows) if _is_found(each.campaign, query)}
        return [held.get(row.campaign_id) for row in rows]

    return find(Search(f"campaigns held by {publisher_id}", rows, lambda row: row.campaign_id, match, _BATCH), query)


def _held(approvals: Sequence[CampaignApprovalRow]) -> list[HeldCampaign]:
    active = {row.campaign_id: row for row in approvals if row.active}
    return [HeldCampaign(active[row.id], row) for row in CampaignRow.batch_get(list(active))]


def _is_found(campaign: CampaignRow, query: SearchQuery) -> bool:
    is_listed = campaign.settings["status"] != CampaignStatus.ARCHIVED
    return is_listed and contains(query.needle, campaign.settings["name"], campaign.id)
