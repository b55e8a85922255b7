"""Storage of smartlinks, and what follows from an edit: its campaigns' lists of smartlinks, route and tasks."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from pynamodb.expressions.update import Action
from pynamodb.transactions import TransactWrite

from chalicelib.access.task_rows import TaskKind, new_task, tasks_of_edit
from chalicelib.access.task_runner import run_now
from chalicelib.admin import route_publishing
from chalicelib.admin.smartlinks import versions
from chalicelib.admin.smartlinks.campaign_links import link_campaigns, unlink_campaigns
from chalicelib.admin.smartlinks.list_entry import list_entry
from chalicelib.admin.smartlinks.surroundings import surroundings
from chalicelib.admin.smartlinks.versions import Origin, Previous
from chalicelib.admin.tracking_domains.uses import add_use
from chalicelib.domain.smartlink import (
    PoolChangePolicy,
    Rotation,
    SmartlinkStatus,
    VersionAction,
    Visibility,
)
from chalicelib.http.audit_change import AuditChange
from chalicelib.http.models import ResponseModel
from chalicelib.http.request import Request
from chalicelib.http.transactions import check_item_size, transaction
from chalicelib.lists.entries import ListKind, delete_entry
from chalicelib.tables.campaigns import CampaignRow
from chalicelib.tables.smartlinks import SmartlinkRow


@dataclass(frozen=True, slots=True)
class Edit:
    """An edit of a smartlink: its version and route version before the edit, its campaigns after it, and its origin.

    `is_reset` starts a new epoch: the learned weights are removed.
    """

    before: Previous
    route_version: int
    campaigns: Collection[CampaignRow]
    is_reset: bool
    origin: Origin


def resets_learning(before: Mapping[str, Any], after: Mapping[str, Any]) -> bool:
    """Return whether an edit of the settings removes the learned weights: offers are added or removed."""
    return after["on_pool_change"] == PoolChangePolicy.RESET and _offered(before) != _offered(after)


def _offered(settings: Mapping[str, Any]) -> set[str]:
    return {offer["campaign_id"] for offer in settings["offers"]}


def audit_document(row: SmartlinkRow) -> dict[str, Any]:
    """Return the document of a smartlink in the audit log."""
    return {**row.settings, "status": row.status}


def new_row(request: Request, settings: dict[str, Any], status: SmartlinkStatus) -> SmartlinkRow:
    """Return the row of a new smartlink, not written yet."""
    row = SmartlinkRow(
        request.new_id("sml"),
        version=1,
        status=status.value,
        settings=settings,
        epoch=1,
        live_count=0,
        pending_count=0,
        created_year=request.year,
        created_at=request.timestamp,
        updated_at=request.timestamp,
    )
    set_index_years(row)
    return row


def set_index_years(row: SmartlinkRow) -> None:
    """Set the attributes by which indexes find the smartlink, from its settings and status."""
    is_private = row.settings["visibility"] == Visibility.PRIVATE
    is_optimized = row.settings["rotation"] == Rotation.OPTIMIZED and row.status == SmartlinkStatus.ACTIVE
    row.market_year = None if is_private else row.created_year
    row.optimized_year = row.created_year if is_optimized else None


def create(
    request: Request, row: SmartlinkRow, campaigns: Collection[CampaignRow], response: ResponseModel, origin: Origin
) -> None:
    """Write a new smartlink and its route."""
    row.name = row.settings["name"]
    link_campaigns(request, row, _only(campaigns, route_publishing.campaign_ids(row.settings)))
    after = {**audit_document(row), **_source(origin)}
    with transaction(request, response, AuditChange(row.id, None, after)) as write:
        write.save(row, SmartlinkRow.id.does_not_exist())
        write.save(list_entry(row, campaigns, surroundings(request.now)))
        versions.add_first_version(write, request, row, origin)
        add_use(write, row.settings["tracking_domain"])
        route_publishing.add_pool_route(write, row, campaigns, version=0)


def save(request: Request, row: SmartlinkRow, edit: Edit, response: ResponseModel) -> None:
    """Write an edited smartlink and its route if the stored version is the one before it.

    What follows for its publishers is written as tasks with it. Campaigns are linked to the smartlink before the route
    that needs them, and unlinked together with it.
    """
    check_item_size(row)
    before = edit.before.document
    after_ids, before_ids = route_publishing.campaign_ids(row.settings), route_publishing.campaign_ids(before)
    tasks = tasks_of_edit(request, before, row)
    link_campaigns(request, row, _only(edit.campaigns, after_ids - before_ids))
    after = {**audit_document(row), **_source(edit.origin)}
    with transaction(request, response, AuditChange(row.id, before, after)) as write:
        _add_edit(write, request, row, edit)
        unlink_campaigns(write, row.id, before_ids - after_ids)
        for task in tasks:
            write.save(task)
    run_now(request, tasks)


def _add_edit(write: TransactWrite, request: Request, row: SmartlinkRow, edit: Edit) -> None:
    """Add an edited smartlink to the transaction, with its entry in lists, its version and its route."""
    write.update(SmartlinkRow(row.id), _actions(row), SmartlinkRow.version == row.version - 1)
    write.save(list_entry(row, edit.campaigns, surroundings(request.now)))
    versions.add_version(write, request, row, edit.before, edit.origin)
    add_use(write, row.settings["tracking_domain"], edit.before.document["tracking_domain"])
    route_publishing.add_pool_route(write, row, edit.campaigns, edit.route_version, removes_weights=edit.is_reset)


def _source(origin: Origin) -> dict[str, Any]:
    """Return what the audit log says about the source of a restored or cloned smartlink."""
    named = {"restored_version": origin.restored_version, "cloned_from": origin.cloned_from}
    return {name: value for name, value in named.items() if value is not None}


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
    """Mark the smartlink as deleted and delete its route; its links return 404. Pending applications are closed."""
    route_version, before = route_publishing.published_version(row.id), versions.previous(row)
    row.status, row.version, row.updated_at = SmartlinkStatus.DELETED.value, row.version + 1, request.timestamp
    task = new_task(request, TaskKind.DELETED, row.id, version=row.version)
    deletion: list[Action] = [
        SmartlinkRow.status.set(row.status),
        SmartlinkRow.version.set(row.version),
        SmartlinkRow.updated_at.set(row.updated_at),
        SmartlinkRow.created_year.remove(),
        SmartlinkRow.market_year.remove(),
        SmartlinkRow.optimized_year.remove(),
    ]
    with transaction(request, change=AuditChange(row.id, before.document, None)) as write:
        write.update(SmartlinkRow(row.id), deletion, SmartlinkRow.version == before.version)
        delete_entry(write, ListKind.SMARTLINKS, row.created_year, row.id)
        versions.add_version(write, request, row, before, Origin(VersionAction.DELETED))
        route_publishing.delete_route(write, row.id, route_version)
        unlink_campaigns(write, row.id, route_publishing.campaign_ids(row.settings))
        write.save(task)
    run_now(request, [task])


def _only(campaigns: Collection[CampaignRow], ids: Collection[str]) -> list[CampaignRow]:
    return [campaign for campaign in campaigns if campaign.id in ids]
