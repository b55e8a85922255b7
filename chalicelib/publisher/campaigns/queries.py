"""Queries of the campaigns that a publisher holds."""

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import NamedTuple

from chalicelib.domain.campaign import CampaignStatus
from chalicelib.http.models import ListQuery
from chalicelib.http.pagination import PagedQuery, fetch_page
from chalicelib.tables.campaigns import CampaignRow
from chalicelib.tables.publishers import CampaignApprovalRow

_BATCH = 100


class HeldCampaign(NamedTuple):
    """A campaign and the publisher's active approval for it."""

    approval: CampaignApprovalRow
    campaign: CampaignRow


def list_held_campaigns(publisher_id: str, query: ListQuery) -> tuple[list[HeldCampaign], str | None]:
    """Return a page of the publisher's campaigns, newest first, and the next page's cursor.

    A campaign that is archived, or whose approval was withdrawn, is left out.
    """

    def rows(_: str, after: str | None, limit: int) -> Iterable[HeldCampaign]:
        return islice(_held_campaigns(publisher_id, after), limit)

    listing = PagedQuery(f"campaigns of {publisher_id}", ["all"], rows, lambda held: held.campaign.id)
    return fetch_page(listing, query)


def _held_campaigns(publisher_id: str, after: str | None) -> Iterator[HeldCampaign]:
    older = CampaignApprovalRow.campaign_id < after if after else None
    is_active = CampaignApprovalRow.active == True  # noqa: E712 - a condition of PynamoDB
    approvals = CampaignApprovalRow.query(
        publisher_id, older, is_active, scan_index_forward=False, consistent_read=True
    )
    while batch := list(islice(approvals, _BATCH)):
        campaigns = {row.id: row for row in CampaignRow.batch_get([row.campaign_id for row in batch])}
        held = (HeldCampaign(row, campaigns[row.campaign_id]) for row in batch if row.campaign_id in campaigns)
        yield from (each for each in held if each.campaign.settings["status"] != CampaignStatus.ARCHIVED)
