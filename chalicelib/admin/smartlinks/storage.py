"""Storage of smartlinks, and what follows from an edit: its campaigns' lists of smartlinks, route and approvals."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from itertools import islice
from typing import Any

from pynamodb.expressions.update import Action
from pynamodb.transactions import TransactWrite

from chalicelib.access.campaign_approvals import approve_campaigns
from chalicelib.admin import route_publishing
from chalicelib.admin.smartlinks.list_entry import list_entry
from chalicelib.admin.smartlinks.surroundings import surroundings
from chalicelib.domain.publisher import ApplicationStatus
from chalicelib.domain.smartlink import OfferAccess, PoolChangePolicy, SmartlinkStatus
from chalicelib.http.audit_change import AuditChange
from chalicelib.http.models import ResponseModel
from chalicelib.http.request import Request
from chalicelib.http.transactions import check_item_size, transaction
from chalicelib.lists.entries import ListKind, delete_entry
from chalicelib.tables.campaigns import CampaignRow, PoolCampaignRow
from chalicelib.tables.publishers import MembershipRow
from chalicelib.tables.smartlinks import SmartlinkRow

_UNLINKED_PER_TRANSACTION = 90
"""A transaction has at most 100 items; smartlink, route and audit log need some of them."""


@dataclass(frozen=True, slots=True)
class Edit:
    """An edit of a smartlink: its audit document and route version before the edit, and its campaigns after it.

    `is_reset` starts a new epoch: the learned weights are removed.
    """

    before: dict[str, Any]
    route_version: int
    campaigns: Collection[CampaignRow]
    is_reset: bool


def resets_learning(before: Mapping[str, Any], after: Mapping[str, Any]) -> bool:
    """Return whether an edit of the settings removes the learned weights."""
    return bool(before["offers"] != after["offers"]) and after["on_pool_change"] == PoolChangePolicy.RESET


def audit_document(row: SmartlinkRow) -> dict[str, Any]:
    """Return the document of a smartlink in the audit log."""
    return {**row.settings, "status": row.status}


def create(request: Request, row: SmartlinkRow, campaigns: Collection[CampaignRow], response: ResponseModel) -> None:
    """Write a new smartlink and its route."""
    row.name = row.settings["name"]
    _link_campaigns(row.id, route_publishing.campaign_ids(row.settings))
    with transaction(request, response, AuditChange(row.id, None, audit_document(row))) as write:
        write.save(row, SmartlinkRow.id.does_not_exist())
        write.save(list_entry(row, campaigns, surroundings(request.now)))
        route_publishing.add_pool_route(write, row, campaigns, version=0)


def save(request: Request, row: SmartlinkRow, edit: Edit, response: ResponseModel) -> None:
    """Write an edited smartlink and its route if the stored version is the one before it; approve its new offers.

    Members are approved for new offers before the transaction, so that a repeated edit completes an interrupted one,
    and again after it, for members who joined in the meantime. Campaigns are linked to the smartlink before the route
    that needs them, and unlinked together with it.
    """
    check_item_size(row)
    after_ids, before_ids = route_publishing.campaign_ids(row.settings), route_publishing.campaign_ids(edit.before)
    newly_granted = _granted_campaign_ids(row.settings) - _granted_campaign_ids(edit.before)
    _link_campaigns(row.id, after_ids - before_ids)
    _approve_for_members(request, row.id, newly_granted)
    with transaction(request, response, AuditChange(row.id, edit.before, audit_document(row))) as write:
        write.update(SmartlinkRow(row.id), _actions(row), SmartlinkRow.version == row.version - 1)
        write.save(list_entry(row, edit.campaigns, surroundings(request.now)))
        route_publishing.add_pool_route(write, row, edit.campaigns, edit.route_version, removes_weights=edit.is_reset)
        _unlink_campaigns(write, row.id, before_ids - after_ids)
    _approve_for_members(request, row.id, newly_granted)


def _actions(row: SmartlinkRow) -> list[Action]:
    """Return the updates of all attributes but the counts, which other requests change at the same time."""
    market_year, optimized_year = row.market_year, row.optimized_year
    market: Action = SmartlinkRow.market_year.set(market_year) if market_year else SmartlinkRow.market_year.remove()
    optimized: Action = (
        SmartlinkRow.optimized_year.set(optimized_year) if optimized_year else SmartlinkRow.optimized_year.remove()
    )
    return [
        SmartlinkRow.version.set(row.version),
        SmartlinkRow.status.set(row.status),
        SmartlinkRow.name.set(row.settings["name"]),
        SmartlinkRow.settings.set(row.settings),
        SmartlinkRow.epoch.set(row.epoch),
        SmartlinkRow.updated_at.set(row.updated_at),
        market,
        optimized,
    ]


def delete(request: Request, row: SmartlinkRow) -> None:
    """Mark the smartlink as deleted and delete its route; its links return 404."""
    version = route_publishing.published_version(row.id)
    deletion: list[Action] = [
        SmartlinkRow.status.set(SmartlinkStatus.DELETED),
        SmartlinkRow.version.add(1),
        SmartlinkRow.updated_at.set(request.timestamp),
        SmartlinkRow.created_year.remove(),
        SmartlinkRow.market_year.remove(),
        SmartlinkRow.optimized_year.remove(),
    ]
    with transaction(request, change=AuditChange(row.id, audit_document(row), None)) as write:
        write.update(SmartlinkRow(row.id), deletion, SmartlinkRow.version == row.version)
        delete_entry(write, ListKind.SMARTLINKS, row.created_year, row.id)
        route_publishing.delete_route(write, row.id, version)
        _unlink_campaigns(write, row.id, route_publishing.campaign_ids(row.settings))


def _granted_campaign_ids(settings: dict[str, Any]) -> set[str]:
    """Return the campaigns that every member may run."""
    grants = settings["offer_access"] == OfferAccess.GRANT
    return {offer["campaign_id"] for offer in settings["offers"]} if grants else set()


def _approve_for_members(request: Request, pool_id: str, campaign_ids: set[str]) -> None:
    if campaign_ids:
        approved = MembershipRow.status == ApplicationStatus.APPROVED
        members = MembershipRow.by_pool.query(pool_id, filter_condition=approved)
        pairs = [(member.publisher_id, campaign_id) for member in members for campaign_id in campaign_ids]
        approve_campaigns(request, pairs)


def _link_campaigns(pool_id: str, campaign_ids: Iterable[str]) -> None:
    with PoolCampaignRow.batch_write() as batch:
        for campaign_id in campaign_ids:
            batch.save(PoolCampaignRow(campaign_id, pool_id))


def _unlink_campaigns(write: TransactWrite, pool_id: str, campaign_ids: Iterable[str]) -> None:
    # In the transaction, so that it cannot delete the row of a later edit. Rows that do not fit stay: each only
    # causes one more route to be published.
    for campaign_id in islice(campaign_ids, _UNLINKED_PER_TRANSACTION):
        write.delete(PoolCampaignRow(campaign_id, pool_id))
