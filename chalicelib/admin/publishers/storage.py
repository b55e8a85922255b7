"""Publishers, their keys and their links."""

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any

from chalicelib.domain.publisher import PublisherStatus
from chalicelib.http.audit_change import Change
from chalicelib.http.models import Document, ListQuery
from chalicelib.http.pagination import Listing, page, years
from chalicelib.http.request import Request
from chalicelib.http.transactions import transaction
from chalicelib.tables.campaigns import Campaign
from chalicelib.tables.publishers import ApiKey, CampaignApproval, Membership, Publisher
from chalicelib.tables.routes import Link

_LINKS_AT_ONCE = 90


def publishers(request: Request, query: ListQuery) -> tuple[list[Publisher], str | None]:
    """A page of all publishers, newest first, and the next page's cursor."""

    def rows(year: str, after: str | None, limit: int) -> Iterable[Publisher]:
        older = Publisher.id < after if after else None
        return Publisher.by_year.query(year, older, scan_index_forward=False, limit=limit)

    return page(Listing("publishers", years(request), rows, lambda row: row.id), query)


def settings(row: Publisher) -> dict[str, Any]:
    """What an admin may change of the publisher."""
    return {"name": row.name, "email": row.email, "status": row.status}


def create(request: Request, row: Publisher, key: ApiKey, answer: Document) -> None:
    """Writes a new publisher with their first key."""
    change = Change(row.id, None, {**settings(row), "key_id": key.id})
    with transaction(request, answer, change) as write:
        write.save(row, Publisher.id.does_not_exist())
        write.save(key, ApiKey.id.does_not_exist())


def save(request: Request, row: Publisher, before: dict[str, Any]) -> None:
    """Writes an edit over the version and settings before it, and whether the publisher is active onto all links.

    The first 90 links change in the publisher's transaction, the rest right after it; a link made
    meanwhile is made with the publisher's status checked.
    """
    active = row.status == PublisherStatus.ACTIVE
    first = list(islice(_codes(row.id), _LINKS_AT_ONCE))
    with transaction(request, change=Change(row.id, before, settings(row))) as write:
        write.save(row, Publisher.version == row.version - 1)
        for code in first:
            write.update(Link(code), [Link.publisher_active.set(active)], Link.code.exists())
    for code in _codes(row.id):
        if code not in first:
            Link(code).update([Link.publisher_active.set(active)], Link.code.exists())


def _codes(publisher_id: str) -> Iterator[str]:
    for member in Membership.query(publisher_id, consistent_read=True):
        if member.code:
            yield member.code
    for approval in CampaignApproval.query(publisher_id, consistent_read=True):
        yield approval.tracking_key


def approvals(publisher_id: str, query: ListQuery) -> tuple[list[CampaignApproval], str | None]:
    """A page of the publisher's campaign approvals and the next page's cursor."""

    def rows(_: str, after: str | None, limit: int) -> Iterable[CampaignApproval]:
        later = CampaignApproval.campaign_id > after if after else None
        active = CampaignApproval.active == True  # noqa: E712 - pynamodb builds a condition of it
        return CampaignApproval.query(publisher_id, later, filter_condition=active, limit=limit, consistent_read=True)

    return page(Listing(f"campaigns of {publisher_id}", ["all"], rows, lambda row: row.campaign_id), query)


def campaign_names(campaign_ids: Iterable[str]) -> dict[str, str]:
    """The campaigns' names by ID; only of those that exist."""
    return {row.id: row.settings["name"] for row in Campaign.batch_get(sorted(set(campaign_ids)))}
