"""Smartlinks in their table, and what an edit moves with them: seats, route, grants."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from itertools import islice
from typing import Any

from pynamodb.expressions.update import Action
from pynamodb.transactions import TransactWrite

from chalicelib.access.campaign_approvals import grant
from chalicelib.admin import route_publishing
from chalicelib.domain.publisher import ApplicationStatus
from chalicelib.domain.smartlink import OfferAccess, SmartlinkStatus
from chalicelib.http.audit_change import Change
from chalicelib.http.models import Document, ListQuery
from chalicelib.http.pagination import Listing, page, years
from chalicelib.http.problems import Invalid
from chalicelib.http.request import Request
from chalicelib.http.transactions import transaction
from chalicelib.tables.campaigns import Campaign, Offer
from chalicelib.tables.publishers import Membership, Publisher
from chalicelib.tables.smartlinks import Pool

_UNSEATED_AT_ONCE = 90


def pools(request: Request, query: ListQuery) -> tuple[list[Pool], str | None]:
    """A page of all smartlinks, newest first, and the next page's cursor."""

    def rows(year: str, after: str | None, limit: int) -> Iterable[Pool]:
        older = Pool.id < after if after else None
        return Pool.by_year.query(year, older, scan_index_forward=False, limit=limit)

    return page(Listing("smartlinks", years(request), rows, lambda row: row.id), query)


def checked_campaigns(settings: dict[str, Any]) -> dict[str, Campaign]:
    """The campaigns that the settings name; `Invalid` names every one that cannot be used."""
    found = route_publishing.campaigns(route_publishing.campaign_ids(settings))
    named = [(f"/offers/{n}/campaign_id", seat["campaign_id"]) for n, seat in enumerate(settings["offers"])]
    if settings["catch_all_campaign_id"]:
        named.append(("/catch_all_campaign_id", settings["catch_all_campaign_id"]))
    wrong = [
        (pointer, reason) for pointer, each in named if (reason := route_publishing.complaint(each, found.get(each)))
    ]
    if wrong:
        raise Invalid(*wrong)
    return found


@dataclass(frozen=True, slots=True)
class Edit:
    """What an edit starts from: the pool's document and the route's version before it, and the campaigns it holds.

    `resets` tells that it begins a new epoch, which nothing learned before is carried into.
    """

    before: dict[str, Any]
    route_version: int
    held: Collection[Campaign]
    resets: bool


def pool_document(row: Pool) -> dict[str, Any]:
    """The smartlink as the audit log keeps it."""
    return {**row.settings, "status": row.status}


def create(request: Request, row: Pool, held: Collection[Campaign], answer: Document) -> None:
    """Writes a new smartlink and its route."""
    _seat(row.id, route_publishing.campaign_ids(row.settings))
    with transaction(request, answer, Change(row.id, None, pool_document(row))) as write:
        write.save(row, Pool.id.does_not_exist())
        route_publishing.add_pool_route(write, row, held, version=0)


def save(request: Request, row: Pool, edit: Edit, answer: Document) -> None:
    """Writes an edit over the version before it, with its route; new offers are granted to all on the pool.

    The grants come first, so that an edit cut short and repeated leaves none out, and again after,
    for those who joined meanwhile. Seats are added before the route that needs them and go with it.
    """
    is_held, was_held = route_publishing.campaign_ids(row.settings), route_publishing.campaign_ids(edit.before)
    fresh = _to_grant(row.settings) - _to_grant(edit.before)
    _seat(row.id, is_held - was_held)
    _grant_to_members(request, row.id, fresh)
    with transaction(request, answer, Change(row.id, edit.before, pool_document(row))) as write:
        write.update(Pool(row.id), _actions(row), Pool.version == row.version - 1)
        route_publishing.add_pool_route(write, row, edit.held, edit.route_version, forgets=edit.resets)
        _add_unseating(write, row.id, was_held - is_held)
    _grant_to_members(request, row.id, fresh)


def _actions(row: Pool) -> list[Action]:
    """All but the counts, which others move at the same time."""
    listed: Action = Pool.market_year.set(row.market_year) if row.market_year else Pool.market_year.remove()
    learns = row.optimized_year
    learned_of: Action = Pool.optimized_year.set(learns) if learns else Pool.optimized_year.remove()
    return [
        Pool.version.set(row.version),
        Pool.status.set(row.status),
        Pool.settings.set(row.settings),
        Pool.epoch.set(row.epoch),
        Pool.updated_at.set(row.updated_at),
        listed,
        learned_of,
    ]


def delete(request: Request, row: Pool) -> None:
    """Takes the smartlink out of the world; every link to it answers 404 from now on."""
    version = route_publishing.published_version(row.id)
    gone: list[Action] = [
        Pool.status.set(SmartlinkStatus.DELETED),
        Pool.version.add(1),
        Pool.updated_at.set(request.timestamp),
        Pool.created_year.remove(),
        Pool.market_year.remove(),
        Pool.optimized_year.remove(),
    ]
    with transaction(request, change=Change(row.id, pool_document(row), None)) as write:
        write.update(Pool(row.id), gone, Pool.version == row.version)
        route_publishing.drop_route(write, row.id, version)
        _add_unseating(write, row.id, route_publishing.campaign_ids(row.settings))


def members(pool_id: str, query: ListQuery) -> tuple[list[Membership], str | None]:
    """A page of the publishers on the smartlink and the next page's cursor."""

    def rows(_: str, after: str | None, limit: int) -> Iterable[Membership]:
        later = Membership.publisher_id > after if after else None
        approved = Membership.status == ApplicationStatus.APPROVED
        return Membership.by_pool.query(pool_id, later, filter_condition=approved, limit=limit)

    return page(Listing(f"publishers of {pool_id}", ["all"], rows, lambda row: row.publisher_id), query)


def publisher_names(publisher_ids: Iterable[str]) -> dict[str, str]:
    """The publishers' names by ID."""
    return {row.id: row.name for row in Publisher.batch_get(sorted(set(publisher_ids)))}


def _to_grant(settings: dict[str, Any]) -> set[str]:
    granted = settings["offer_access"] == OfferAccess.GRANT
    return {seat["campaign_id"] for seat in settings["offers"]} if granted else set()


def _grant_to_members(request: Request, pool_id: str, campaign_ids: set[str]) -> None:
    if campaign_ids:
        approved = Membership.status == ApplicationStatus.APPROVED
        on_it = Membership.by_pool.query(pool_id, filter_condition=approved)
        grant(request, [(each.publisher_id, campaign_id) for each in on_it for campaign_id in campaign_ids])


def _seat(pool_id: str, campaign_ids: Iterable[str]) -> None:
    with Offer.batch_write() as batch:
        for campaign_id in campaign_ids:
            batch.save(Offer(campaign_id, pool_id))


def _add_unseating(write: TransactWrite, pool_id: str, campaign_ids: Iterable[str]) -> None:
    # In the transaction, so that a later edit's seat cannot be lost to it. What does not fit stays:
    # a seat too many costs a route published once more, and nothing else.
    for campaign_id in islice(campaign_ids, _UNSEATED_AT_ONCE):
        write.delete(Offer(campaign_id, pool_id))
