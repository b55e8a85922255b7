"""Publishes smartlinks again when one of their campaigns changes: the route, and the entry in the lists."""

from collections.abc import Iterable
from datetime import datetime
from itertools import islice
from typing import NamedTuple

from pynamodb.transactions import TransactWrite

from chalicelib.admin import route_publishing
from chalicelib.admin.smartlinks.campaign_links import is_pending
from chalicelib.admin.smartlinks.list_entry import list_entry
from chalicelib.admin.smartlinks.surroundings import surroundings
from chalicelib.admin.smartlinks.warnings import Surroundings
from chalicelib.http.request import Request
from chalicelib.http.transactions import transaction
from chalicelib.tables.base import get_or_none, item_bytes
from chalicelib.tables.campaigns import CampaignRow, PoolCampaignRow
from chalicelib.tables.smartlinks import SmartlinkRow

BATCH = 30
"""Maximum number of smartlinks in the transaction of a campaign: each is three of its 100 items."""

ROOM_BYTES = 3_000_000
"""Maximum size of the routes in the transaction of a campaign: DynamoDB takes 4 MB in all."""


def add_routes_of_pools(
    write: TransactWrite, request: Request, links: Iterable[PoolCampaignRow], edited: CampaignRow
) -> set[str]:
    """Add the next routes of the smartlinks that are linked to the edited campaign, as many as fit.

    Return their IDs.
    """
    added: set[str] = set()
    room, around = ROOM_BYTES, surroundings(request.now)
    for link in islice(links, BATCH):
        if linked := _linked(link, request.now):
            room -= _add_next_route(write, linked, around, edited)
            added.add(link.pool_id)
        if room < 2 * route_publishing.MAX_ROUTE_BYTES:
            break
    return added


def check_routes(links: Iterable[PoolCampaignRow], edited: CampaignRow) -> None:
    """Raise `ValidationFailed` if a route is too large with the edited campaign. It is not published yet."""
    for link in links:
        pool = get_or_none(SmartlinkRow, link.pool_id)
        if pool and route_publishing.holds(pool, edited.id):
            route_publishing.encode_route(pool, _campaigns(pool, edited))


def republish(request: Request, link: PoolCampaignRow) -> None:
    """Publish the linked smartlink's route again from the current rows; a deleted smartlink has none."""
    linked = _linked(link, request.now)
    if linked:
        with transaction(request) as write:
            _add_next_route(write, linked, surroundings(request.now))


class _Linked(NamedTuple):
    """A smartlink that has a campaign or is about to get it, None while it is created; the version of its route."""

    pool_id: str
    pool: SmartlinkRow | None
    version: int


def _linked(link: PoolCampaignRow, now: datetime) -> _Linked | None:
    """Return the smartlink of a link, None if the link has no meaning any more."""
    version = route_publishing.published_version(link.pool_id)
    pool = get_or_none(SmartlinkRow, link.pool_id)
    has_meaning = is_pending(link, pool, now) or (pool is not None and route_publishing.holds(pool, link.campaign_id))
    return _Linked(link.pool_id, pool, version) if has_meaning else None


def _add_next_route(
    write: TransactWrite, linked: _Linked, around: Surroundings, edited: CampaignRow | None = None
) -> int:
    """Add the next route of a smartlink with the edited campaign; return the maximum number of bytes added.

    An edit that is about to add the campaign may have read it before. It fails because the route has another version,
    and starts again with the edited campaign. The creation of a smartlink fails likewise, because its ID is taken.
    """
    if linked.pool is None or not linked.version:
        route_publishing.take_route_id(write, linked.pool_id, around.now)
        return 0
    campaigns = _campaigns(linked.pool, edited)
    entry = list_entry(linked.pool, campaigns, around)
    write.save(entry)
    return route_publishing.add_pool_route(write, linked.pool, campaigns, linked.version) + item_bytes(entry)


def _campaigns(pool: SmartlinkRow, edited: CampaignRow | None) -> list[CampaignRow]:
    """Return the current campaigns of the smartlink, in place of one of them the edited one."""
    ids = route_publishing.campaign_ids(pool.settings)
    if edited is None or edited.id not in ids:
        return list(route_publishing.campaigns(ids).values())
    return [*route_publishing.campaigns(ids - {edited.id}).values(), edited]
