"""Storage of campaigns, and publication of the routes that contain them."""

from collections.abc import Collection, Mapping
from functools import partial
from typing import Any

from pynamodb.expressions.condition import Condition

from chalicelib.admin import route_publishing
from chalicelib.admin.own_links import own_link_errors
from chalicelib.domain.campaign import CampaignStatus
from chalicelib.http.audit_change import AuditChange
from chalicelib.http.models import ListQuery, ResponseModel
from chalicelib.http.pagination import PagedQuery, fetch_page, year_partitions
from chalicelib.http.problems import Conflict, ValidationFailed
from chalicelib.http.request import Request
from chalicelib.http.transactions import get_or_404, retry_on_conflict, transaction
from chalicelib.tables.campaigns import CampaignRow


def get_campaign_or_404(campaign_id: str) -> CampaignRow:
    """Return the campaign; raise `NotFound` if it does not exist."""
    return get_or_404(CampaignRow, "campaign", campaign_id)


def list_campaigns(request: Request, query: ListQuery) -> tuple[list[CampaignRow], str | None]:
    """Return a page of all campaigns, newest first, and the next page's cursor."""

    def rows(year: str, after: str | None, limit: int) -> Any:  # noqa: ANN401 - pynamodb's iterator
        older = CampaignRow.id < after if after else None
        return CampaignRow.by_year.query(year, older, scan_index_forward=False, limit=limit)

    return fetch_page(PagedQuery("campaigns", year_partitions(request), rows, lambda row: row.id), query)


def check_destinations(request: Request, settings: Mapping[str, Any], before: Mapping[str, Any]) -> None:
    """Raise `ValidationFailed` for each URL that leads to one of our links, unless it was so before the edit."""
    urls = {f"/{name}": settings[name] for name in ("destination_url", "fail_url")}
    stored = [before.get("destination_url"), before.get("fail_url")]
    if errors := own_link_errors(request, urls, stored=stored):
        raise ValidationFailed(*errors)


def check_not_archived(row: CampaignRow) -> None:
    """Raise `Conflict` if the campaign is archived."""
    if row.settings["status"] == CampaignStatus.ARCHIVED:
        message = f"Campaign {row.id} is archived and cannot be changed. Create a new campaign."
        raise Conflict(message)


def check_not_in_use(campaign_id: str) -> None:
    """Raise `Conflict` with the smartlinks that use the campaign, if there are any."""
    names = [f"{pool.settings['name']} ({pool.id})" for pool in route_publishing.pools_with_campaign(campaign_id)]
    if names:
        message = f"Remove the campaign from these smartlinks first: {', '.join(names)}"
        raise Conflict(message)


def save(
    request: Request, row: CampaignRow, *, before: dict[str, Any] | None, response: ResponseModel | None = None
) -> None:
    """Write a campaign (new without `before`, its settings before the edit), and publish the routes that contain it.

    The first 40 smartlinks are published in the same transaction, the others right after it, with those that added
    the campaign in the meantime.
    """
    own_version = route_publishing.published_version(row.id)
    pools = route_publishing.pool_ids_with_campaign(row.id) if before else []
    with transaction(request, response, AuditChange(row.id, before, row.settings)) as write:
        write.save(row, _has_version(row.version - 1))
        route_publishing.add_direct_route(write, row, own_version)
        published = route_publishing.add_routes_of_pools(write, pools, row)
    if before:
        _publish_others(request, row.id, published)


def _has_version(version: int) -> Condition:
    return CampaignRow.version == version if version else CampaignRow.id.does_not_exist()


def _publish_others(request: Request, campaign_id: str, published: Collection[str]) -> None:
    for pool_id in route_publishing.pool_ids_with_campaign(campaign_id):
        if pool_id not in published:
            retry_on_conflict(partial(route_publishing.republish, request, pool_id))
