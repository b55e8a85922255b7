"""Campaigns in their table, and their edits in every route that holds them."""

from collections.abc import Collection
from functools import partial
from typing import Any

from pynamodb.expressions.condition import Condition

from chalicelib.admin import route_publishing
from chalicelib.domain.campaign import CampaignStatus
from chalicelib.http.audit_change import AuditChange
from chalicelib.http.models import ListQuery, ResponseModel
from chalicelib.http.pagination import PagedQuery, fetch_page, year_partitions
from chalicelib.http.problems import Conflict
from chalicelib.http.request import Request
from chalicelib.http.transactions import get_or_404, retry_on_conflict, transaction
from chalicelib.tables.campaigns import CampaignRow


def campaign(campaign_id: str) -> CampaignRow:
    """The campaign as of now; `NotFound` where there is none."""
    return get_or_404(CampaignRow, "campaign", campaign_id)


def campaigns(request: Request, query: ListQuery) -> tuple[list[CampaignRow], str | None]:
    """A page of all campaigns, newest first, and the next page's cursor."""

    def rows(year: str, after: str | None, limit: int) -> Any:  # noqa: ANN401 - pynamodb's iterator
        older = CampaignRow.id < after if after else None
        return CampaignRow.by_year.query(year, older, scan_index_forward=False, limit=limit)

    return fetch_page(PagedQuery("campaigns", year_partitions(request), rows, lambda row: row.id), query)


def refuse_once_archived(row: CampaignRow) -> None:
    """Raises `Conflict` for a campaign that is gone for good."""
    if row.settings["status"] == CampaignStatus.ARCHIVED:
        message = f"campaign {row.id} is archived and does not change any more; create a new one"
        raise Conflict(message)


def refuse_while_held(campaign_id: str) -> None:
    """Raises `Conflict` naming the smartlinks that hold the campaign, if any do."""
    names = [f"{pool.settings['name']} ({pool.id})" for pool in route_publishing.pools_with_campaign(campaign_id)]
    if names:
        message = f"take the campaign out of these smartlinks first: {', '.join(names)}"
        raise Conflict(message)


def save(
    request: Request, row: CampaignRow, *, before: dict[str, Any] | None, answer: ResponseModel | None = None
) -> None:
    """Writes the campaign over its settings `before` (None: as new), with its own route and those of its pools.

    The first 40 pools change with the campaign, in its transaction; more of them, and any that took
    the campaign in meanwhile, right after it.
    """
    own_version = route_publishing.published_version(row.id)
    pools = route_publishing.pool_ids_with_campaign(row.id) if before else []
    with transaction(request, answer, AuditChange(row.id, before, row.settings)) as write:
        write.save(row, _unchanged(row.version - 1))
        route_publishing.add_direct_route(write, row, own_version)
        done = route_publishing.add_routes_of_pools(write, pools, row)
    if before:
        _publish_the_rest(request, row.id, done)


def _unchanged(expected: int) -> Condition:
    return CampaignRow.version == expected if expected else CampaignRow.id.does_not_exist()


def _publish_the_rest(request: Request, campaign_id: str, done: Collection[str]) -> None:
    for pool_id in route_publishing.pool_ids_with_campaign(campaign_id):
        if pool_id not in done:
            retry_on_conflict(partial(route_publishing.republish, request, pool_id))
