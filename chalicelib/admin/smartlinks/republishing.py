"""Publishes smartlinks again when one of their campaigns changes: the route, and the entry in the lists."""

from collections.abc import Collection, Iterable
from itertools import islice

from pynamodb.transactions import TransactWrite

from chalicelib.admin import route_publishing
from chalicelib.admin.smartlinks.list_entry import list_entry
from chalicelib.admin.smartlinks.surroundings import surroundings
from chalicelib.admin.smartlinks.warnings import Surroundings
from chalicelib.http.request import Request
from chalicelib.http.transactions import transaction
from chalicelib.tables.base import get_or_none, item_bytes
from chalicelib.tables.campaigns import CampaignRow
from chalicelib.tables.smartlinks import SmartlinkRow

BATCH = 30
"""Maximum number of smartlinks in the transaction of a campaign: each is three of its 100 items."""

ROOM_BYTES = 3_000_000
"""Maximum size of the routes in the transaction of a campaign: DynamoDB takes 4 MB in all."""


def add_routes_of_pools(
    write: TransactWrite, request: Request, pool_ids: Iterable[str], edited: CampaignRow
) -> set[str]:
    """Add the next routes of the smartlinks with the edited campaign, as many as fit; return the IDs handled."""
    handled: set[str] = set()
    room, around = ROOM_BYTES, surroundings(request.now)
    for pool_id in islice(pool_ids, BATCH):
        room -= _add_route_with_campaign(write, pool_id, edited, around)
        handled.add(pool_id)
        if room < 2 * route_publishing.MAX_ROUTE_BYTES:
            break
    return handled


def check_routes(pool_ids: Iterable[str], edited: CampaignRow) -> None:
    """Raise `ValidationFailed` if a route is too large with the edited campaign. It is not published yet."""
    for pool_id in pool_ids:
        pool = get_or_none(SmartlinkRow, pool_id)
        ids = route_publishing.campaign_ids(pool.settings) if pool else set()
        if pool and edited.id in ids:
            others = route_publishing.campaigns(ids - {edited.id})
            route_publishing.encode_route(pool, [*others.values(), edited])


def _add_route_with_campaign(write: TransactWrite, pool_id: str, edited: CampaignRow, around: Surroundings) -> int:
    """Add the smartlink's next route with the edited campaign; return the maximum number of bytes added."""
    version = route_publishing.published_version(pool_id)
    pool = get_or_none(SmartlinkRow, pool_id)
    ids = route_publishing.campaign_ids(pool.settings) if pool else set()
    if pool and version and edited.id in ids:
        others = route_publishing.campaigns(ids - {edited.id})
        return _add_route_and_entry(write, pool, [*others.values(), edited], version, around)
    return 0


def _add_route_and_entry(
    write: TransactWrite, pool: SmartlinkRow, campaigns: Collection[CampaignRow], version: int, around: Surroundings
) -> int:
    """Add the smartlink's next route and its list entry; return the maximum number of bytes added."""
    entry = list_entry(pool, campaigns, around)
    write.save(entry)
    return route_publishing.add_pool_route(write, pool, campaigns, version) + item_bytes(entry)


def republish(request: Request, pool_id: str) -> None:
    """Publish the smartlink's route again from the current rows; a deleted smartlink has none."""
    version = route_publishing.published_version(pool_id)
    pool = get_or_none(SmartlinkRow, pool_id)
    if pool and version:
        rows = route_publishing.campaigns(route_publishing.campaign_ids(pool.settings))
        with transaction(request) as write:
            _add_route_and_entry(write, pool, rows.values(), version, surroundings(request.now))
