"""Storage of campaigns, and publication of the routes that contain them."""

import json
from collections.abc import Collection, Mapping
from functools import partial
from typing import Any

from pynamodb.expressions.condition import Condition

from chalicelib.admin import route_publishing
from chalicelib.admin.campaigns.list_entry import list_entry
from chalicelib.admin.own_links import own_link_errors
from chalicelib.admin.smartlinks import republishing
from chalicelib.admin.targeting_fields import MAX_DESTINATION
from chalicelib.domain.campaign import CampaignStatus
from chalicelib.http.audit_change import AuditChange
from chalicelib.http.error_details import Error
from chalicelib.http.models import FurtherErrors, ResponseModel
from chalicelib.http.problems import Conflict
from chalicelib.http.references import texts_at
from chalicelib.http.request import Request
from chalicelib.http.transactions import get_or_404, retry_on_conflict, transaction
from chalicelib.tables.campaigns import CampaignRow


def get_campaign_or_404(campaign_id: str) -> CampaignRow:
    """Return the campaign; raise `NotFound` if it does not exist."""
    return get_or_404(CampaignRow, "campaign", campaign_id)


def destination_errors(request: Request, before: Mapping[str, Any]) -> FurtherErrors:
    """Return the check for URLs of a sent campaign that lead to one of our links, unless they did before the edit."""

    def errors(document: Any) -> list[Error]:  # noqa: ANN401 - any JSON value
        urls = {
            pointer: url
            for name in ("destination_url", "fail_url")
            for pointer, url in texts_at(document, name, max_length=MAX_DESTINATION).items()
        }
        return own_link_errors(request, urls, stored=[before.get("destination_url"), before.get("fail_url")])

    return errors


def check_not_archived(row: CampaignRow) -> None:
    """Raise `Conflict` if the campaign is archived."""
    if row.settings["status"] == CampaignStatus.ARCHIVED:
        message = f"Campaign {row.id} is archived and cannot be changed. Create a new campaign."
        raise Conflict(message)


def save(
    request: Request, row: CampaignRow, *, before: dict[str, Any] | None, response: ResponseModel | None = None
) -> None:
    """Write a campaign (new without `before`, its settings before the edit), and publish the routes that contain it.

    The first 30 smartlinks are published in the same transaction, the others right after it, with those that linked
    the campaign in the meantime. A campaign is archived only if no smartlink has linked it since its row was read.
    """
    row.name = row.settings["name"]
    own_version = route_publishing.published_version(row.id)
    links = route_publishing.links_of_campaign(row.id) if before else []
    with transaction(request, response, AuditChange(row.id, before, row.settings)) as write:
        write.save(row, _is_current(row))
        write.save(list_entry(row))
        route_publishing.add_direct_route(write, row, own_version)
        published = republishing.add_routes_of_pools(write, request, links, row)
        if before and _is_larger(row.settings, before):
            republishing.check_routes((each for each in links if each.pool_id not in published), row)
    if before:
        _publish_others(request, row.id, published)


def _is_larger(settings: Mapping[str, Any], before: Mapping[str, Any]) -> bool:
    return len(json.dumps(settings)) > len(json.dumps(before))


def _is_current(row: CampaignRow) -> Condition:
    """Return the condition that the stored row is the version before; for an archived one with the same links."""
    if row.version == 1:
        return CampaignRow.id.does_not_exist()
    is_version: Condition = CampaignRow.version == row.version - 1
    if row.settings["status"] != CampaignStatus.ARCHIVED:
        return is_version
    linked, stored = row.link_version, CampaignRow.link_version
    is_linked_as_read = stored.does_not_exist() if linked is None else stored == linked
    unchanged: Condition = is_version & is_linked_as_read
    return unchanged


def _publish_others(request: Request, campaign_id: str, published: Collection[str]) -> None:
    for link in route_publishing.links_of_campaign(campaign_id):
        if link.pool_id not in published:
            retry_on_conflict(partial(republishing.republish, request, link))
