"""The list of the campaigns that a publisher is approved for."""

from collections.abc import Iterator, Sequence
from functools import partial

from chalicelib.admin.publishers.schemas import ApprovalQuery, CampaignApprovalDocument
from chalicelib.http.request import Request
from chalicelib.lists.query_schemas import SearchPage
from chalicelib.lists.reads import Reads
from chalicelib.lists.search import Search, find
from chalicelib.lists.texts import contains
from chalicelib.tables.names import campaign_names
from chalicelib.tables.publishers import CampaignApprovalRow

_BATCH = 100
_READS_PER_APPROVAL = 2
"""The approval and the name of the campaign."""


def list_approvals(request: Request, publisher_id: str, query: ApprovalQuery) -> SearchPage[CampaignApprovalDocument]:
    """Return a page of the publisher's active approvals that the query finds, by campaign ID."""

    def rows(after: str | None, reads: Reads) -> Iterator[CampaignApprovalRow]:
        later = CampaignApprovalRow.campaign_id > after if after else None
        size = query.rows_per_query(_READS_PER_APPROVAL)
        found = CampaignApprovalRow.query(publisher_id, later, consistent_read=True, page_size=size)
        return reads.meter(found, _READS_PER_APPROVAL)

    match = partial(_match, request, query.needle)
    found = find(Search(f"campaigns of {publisher_id}", rows, lambda row: row.campaign_id, match, _BATCH), query)
    return found.page(found.items)


def _match(
    request: Request, needle: str | None, rows: Sequence[CampaignApprovalRow], _: Reads
) -> list[CampaignApprovalDocument | None]:
    active = [row for row in rows if row.active]
    found = {each.campaign_id: each for each in documents(request, active)}
    matched = {key: each for key, each in found.items() if contains(needle, each.campaign_name, key)}
    return [matched.get(row.campaign_id) for row in rows]


def documents(request: Request, rows: Sequence[CampaignApprovalRow]) -> list[CampaignApprovalDocument]:
    """Return the documents of approvals, with the names of the campaigns."""
    names = campaign_names(row.campaign_id for row in rows)
    return [
        CampaignApprovalDocument(
            campaign_id=row.campaign_id,
            campaign_name=names.get(row.campaign_id, ""),
            tracking_key=row.tracking_key,
            url=request.link_url(row.tracking_key),
            approved_at=row.approved_at,
        )
        for row in rows
    ]
