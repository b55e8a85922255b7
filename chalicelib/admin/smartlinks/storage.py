"""Smartlinks in their table, and what an edit moves with them: seats, route, grants."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from itertools import islice
from typing import Any

from pynamodb.expressions.update import Action
from pynamodb.transactions import TransactWrite

from chalicelib.access.campaign_approvals import approve_campaigns
from chalicelib.admin import route_publishing
from chalicelib.domain.publisher import ApplicationStatus
from chalicelib.domain.smartlink import OfferAccess, SmartlinkStatus
from chalicelib.http.audit_change import AuditChange
from chalicelib.http.models import ListQuery, ResponseModel
from chalicelib.http.pagination import PagedQuery, fetch_page, year_partitions
from chalicelib.http.problems import ValidationFailed
from chalicelib.http.request import Request
from chalicelib.http.transactions import transaction
from chalicelib.tables.campaigns import CampaignRow, PoolCampaignRow
from chalicelib.tables.publishers import MembershipRow, PublisherRow
from chalicelib.tables.smartlinks import SmartlinkRow

_UNSEATED_AT_ONCE = 90


def pools(request: Request, query: ListQuery) -> tuple[list[SmartlinkRow], str | None]:
    """A page of all smartlinks, newest first, and the next page's cursor."""

    def rows(year: str, after: str | None, limit: int) -> Iterable[SmartlinkRow]:
        older = SmartlinkRow.id < after if after else None
        return SmartlinkRow.by_year.query(year, older, scan_index_forward=False, limit=limit)

    return fetch_page(PagedQuery("smartlinks", year_partitions(request), rows, lambda row: row.id), query)


def checked_campaigns(settings: dict[str, Any]) -> dict[str, CampaignRow]:
    """The campaigns that the settings name; `Invalid` names every one that cannot be used."""
    found = route_publishing.campaigns(route_publishing.campaign_ids(settings))
    named = [(f"/offers/{n}/campaign_id", seat["campaign_id"]) for n, seat in enumerate(settings["offers"])]
    if settings["catch_all_campaign_id"]:
        named.append(("/catch_all_campaign_id", settings["catch_all_campaign_id"]))
    wrong = [
        (pointer, reason)
        for pointer, each in named
        if (reason := route_publishing.campaign_error(each, found.get(each)))
    ]
    if wrong:
        raise ValidationFailed(*wrong)
    return found


@dataclass(frozen=True, slots=True)
class Edit:
    """What an edit starts from: the pool's document and the route's version before it, and the campaigns it holds.

    `resets` tells that it begins a new epoch, which nothing learned before is carried into.
    """

    before: dict[str, Any]
    route_version: int
    held: Collection[CampaignRow]
    resets: bool


def pool_document(row: SmartlinkRow) -> dict[str, Any]:
    """The smartlink as the audit log keeps it."""
    return {**row.settings, "status": row.status}


def create(request: Request, row: SmartlinkRow, held: Collection[CampaignRow], answer: ResponseModel) -> None:
    """Writes a new smartlink and its route."""
    _link_campaigns(row.id, route_publishing.campaign_ids(row.settings))
    with transaction(request, answer, AuditChange(row.id, None, pool_document(row))) as write:
        write.save(row, SmartlinkRow.id.does_not_exist())
        route_publishing.add_pool_route(write, row, held, version=0)


def save(request: Request, row: SmartlinkRow, edit: Edit, answer: ResponseModel) -> None:
    """Writes an edit over the version before it, with its route; new offers are granted to all on the pool.

    The grants come first, so that an edit cut short and repeated leaves none out, and again after,
    for those who joined meanwhile. Seats are added before the route that needs them and go with it.
    """
    is_held, was_held = route_publishing.campaign_ids(row.settings), route_publishing.campaign_ids(edit.before)
    fresh = _to_grant(row.settings) - _to_grant(edit.before)
    _link_campaigns(row.id, is_held - was_held)
    _grant_to_members(request, row.id, fresh)
    with transaction(request, answer, AuditChange(row.id, edit.before, pool_document(row))) as write:
        write.update(SmartlinkRow(row.id), _actions(row), SmartlinkRow.version == row.version - 1)
        route_publishing.add_pool_route(write, row, edit.held, edit.route_version, forgets=edit.resets)
        _unlink_campaigns(write, row.id, was_held - is_held)
    _grant_to_members(request, row.id, fresh)


def _actions(row: SmartlinkRow) -> list[Action]:
    """All but the counts, which others move at the same time."""
    listed: Action = (
        SmartlinkRow.market_year.set(row.market_year) if row.market_year else SmartlinkRow.market_year.remove()
    )
    learns = row.optimized_year
    learned_of: Action = SmartlinkRow.optimized_year.set(learns) if learns else SmartlinkRow.optimized_year.remove()
    return [
        SmartlinkRow.version.set(row.version),
        SmartlinkRow.status.set(row.status),
        SmartlinkRow.settings.set(row.settings),
        SmartlinkRow.epoch.set(row.epoch),
        SmartlinkRow.updated_at.set(row.updated_at),
        listed,
        learned_of,
    ]


def delete(request: Request, row: SmartlinkRow) -> None:
    """Takes the smartlink out of the world; every link to it answers 404 from now on."""
    version = route_publishing.published_version(row.id)
    gone: list[Action] = [
        SmartlinkRow.status.set(SmartlinkStatus.DELETED),
        SmartlinkRow.version.add(1),
        SmartlinkRow.updated_at.set(request.timestamp),
        SmartlinkRow.created_year.remove(),
        SmartlinkRow.market_year.remove(),
        SmartlinkRow.optimized_year.remove(),
    ]
    with transaction(request, change=AuditChange(row.id, pool_document(row), None)) as write:
        write.update(SmartlinkRow(row.id), gone, SmartlinkRow.version == row.version)
        route_publishing.delete_route(write, row.id, version)
        _unlink_campaigns(write, row.id, route_publishing.campaign_ids(row.settings))


def members(pool_id: str, query: ListQuery) -> tuple[list[MembershipRow], str | None]:
    """A page of the publishers on the smartlink and the next page's cursor."""

    def rows(_: str, after: str | None, limit: int) -> Iterable[MembershipRow]:
        later = MembershipRow.publisher_id > after if after else None
        approved = MembershipRow.status == ApplicationStatus.APPROVED
        return MembershipRow.by_pool.query(pool_id, later, filter_condition=approved, limit=limit)

    return fetch_page(PagedQuery(f"publishers of {pool_id}", ["all"], rows, lambda row: row.publisher_id), query)


def publisher_names(publisher_ids: Iterable[str]) -> dict[str, str]:
    """The publishers' names by ID."""
    return {row.id: row.name for row in PublisherRow.batch_get(sorted(set(publisher_ids)))}


def _to_grant(settings: dict[str, Any]) -> set[str]:
    granted = settings["offer_access"] == OfferAccess.GRANT
    return {seat["campaign_id"] for seat in settings["offers"]} if granted else set()


def _grant_to_members(request: Request, pool_id: str, campaign_ids: set[str]) -> None:
    if campaign_ids:
        approved = MembershipRow.status == ApplicationStatus.APPROVED
        on_it = MembershipRow.by_pool.query(pool_id, filter_condition=approved)
        approve_campaigns(request, [(each.publisher_id, campaign_id) for each in on_it for campaign_id in campaign_ids])


def _link_campaigns(pool_id: str, campaign_ids: Iterable[str]) -> None:
    with PoolCampaignRow.batch_write() as batch:
        for campaign_id in campaign_ids:
            batch.save(PoolCampaignRow(campaign_id, pool_id))


def _unlink_campaigns(write: TransactWrite, pool_id: str, campaign_ids: Iterable[str]) -> None:
    # In the transaction, so that a later edit's seat cannot be lost to it. What does not fit stays:
    # a seat too many costs a route published once more, and nothing else.
    for campaign_id in islice(campaign_ids, _UNSEATED_AT_ONCE):
        write.delete(PoolCampaignRow(campaign_id, pool_id))
