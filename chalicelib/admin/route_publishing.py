"""Putting routes into the world: the one that a pool's links follow, and every version kept beside it."""

from collections.abc import Collection, Iterable, Mapping
from itertools import islice
from typing import Any

from pynamodb.expressions.update import Action
from pynamodb.transactions import TransactWrite

from chalicelib.domain.campaign import CampaignStatus
from chalicelib.domain.route import Route as RouteNoun
from chalicelib.domain.smartlink import SmartlinkStatus
from chalicelib.http.problems import ValidationFailed
from chalicelib.http.request import Request
from chalicelib.http.transactions import transaction
from chalicelib.routing import route_codec
from chalicelib.routing.route_history import of_row
from chalicelib.routing.weights_codec import MAX_WEIGHTS_BYTES
from chalicelib.tables.base import get_or_none
from chalicelib.tables.campaigns import CampaignRow, PoolCampaignRow
from chalicelib.tables.routes import RouteRow
from chalicelib.tables.smartlinks import SmartlinkRow

BATCH = 40
"""Routes written together with the campaign they hold: each is two items of a transaction's hundred."""

MAX_ROUTE_BYTES = 350_000
"""A route is one item, and DynamoDB takes 400 KB: some thousands of countries, regions and sources in all."""

ROOM_BYTES = 3_000_000
"""For routes in a campaign's transaction, of the 4 MB that DynamoDB takes."""


def pool_document(pool: SmartlinkRow) -> dict[str, Any]:
    """The pool as its route keeps it."""
    return {**pool.settings, "id": pool.id, "status": pool.status}


def campaign_document(campaign: CampaignRow) -> dict[str, Any]:
    """The campaign as routes keep it."""
    return {**campaign.settings, "id": campaign.id}


def campaign_ids(settings: Mapping[str, Any]) -> set[str]:
    """The campaigns that a pool holds, its catch-all among them."""
    held = {seat["campaign_id"] for seat in settings["offers"]}
    last = settings["catch_all_campaign_id"]
    return held | {last} if last else held


def campaigns(wanted: Collection[str]) -> dict[str, CampaignRow]:
    """Those of the campaigns that exist, by ID, as of now."""
    return {row.id: row for row in CampaignRow.batch_get(sorted(wanted), consistent_read=True)} if wanted else {}


def campaign_error(campaign_id: str, campaign: CampaignRow | None) -> str | None:
    """Why the campaign found under the ID cannot be used any more, or at all; None where it can."""
    if campaign is None:
        return f"is not a campaign: {campaign_id}"
    archived = campaign.settings["status"] == CampaignStatus.ARCHIVED
    return f"is an archived campaign: {campaign_id}" if archived else None


def published_version(route_id: str) -> int:
    """The version in force, 0 before the first. Read it before what the next one is made of."""
    row = get_or_none(RouteRow, route_id)
    return row.version if row else 0


def route(route_id: str) -> RouteNoun:
    """The route in force with the weights learned for it, as of now."""
    return of_row(RouteRow.get(route_id, consistent_read=True))


def add_pool_route(
    write: TransactWrite, pool: SmartlinkRow, held: Collection[CampaignRow], version: int, *, forgets: bool = False
) -> int:
    """Adds the pool's next route after `version` to the transaction, which fails where another came first.

    What was learned stays in force, unless it `forgets`. Returns the bytes that the items have at most; `Invalid`
    where the route is too large to be one.
    """
    packed = packed_route(pool, held)
    _add(write, pool.id, packed, version, forgets=forgets)
    return 2 * len(packed) + MAX_WEIGHTS_BYTES


def packed_route(pool: SmartlinkRow, held: Collection[CampaignRow]) -> bytes:
    """The pool's route with these campaigns as it is stored; `Invalid` where it is too large to be one."""
    documents = [campaign_document(campaign) for campaign in held]
    packed = route_codec.packed(pool_document(pool), documents, pool.epoch)
    if len(packed) > MAX_ROUTE_BYTES:
        size = f"its route would have {len(packed)} bytes, and {MAX_ROUTE_BYTES} fit"
        raise ValidationFailed(("", f"makes smartlink {pool.id} too large: {size}; shorten its targeting lists"))
    return packed


def add_direct_route(write: TransactWrite, campaign: CampaignRow, version: int) -> None:
    """Adds the route of the campaign's direct links, likewise."""
    packed = route_codec.packed({"id": campaign.id}, [campaign_document(campaign)], epoch=1)
    _add(write, campaign.id, packed, version)


def _add(write: TransactWrite, route_id: str, packed: bytes, version: int, *, forgets: bool = False) -> None:
    """Adds the route and the version kept; learned weights belong to the one in force and are never kept with it."""
    if version:
        forgotten: list[Action] = [RouteRow.weights.remove(), RouteRow.weights_version.remove()] if forgets else []
        changes: list[Action] = [RouteRow.version.set(version + 1), RouteRow.snapshot.set(packed), *forgotten]
        write.update(RouteRow(route_id), changes, RouteRow.version == version)
    else:
        write.save(RouteRow(route_id, version=1, snapshot=packed), RouteRow.id.does_not_exist())
    write.save(RouteRow(f"{route_id}@{version + 1}", version=version + 1, snapshot=packed))


def delete_route(write: TransactWrite, route_id: str, version: int) -> None:
    """Takes the route out of the world: its links answer 404 from now on. Past versions stay."""
    write.delete(RouteRow(route_id), RouteRow.version == version)


def pool_ids_with_campaign(campaign_id: str) -> list[str]:
    """The pools that may hold the campaign, as of now."""
    return [row.pool_id for row in PoolCampaignRow.query(campaign_id, consistent_read=True)]


def pools_with_campaign(campaign_id: str) -> list[SmartlinkRow]:
    """The pools that do hold the campaign, as of now."""
    pools = SmartlinkRow.batch_get(pool_ids_with_campaign(campaign_id), consistent_read=True)
    return [
        pool for pool in pools if pool.status != SmartlinkStatus.DELETED and campaign_id in campaign_ids(pool.settings)
    ]


def add_routes_of_pools(write: TransactWrite, pool_ids: Iterable[str], edited: CampaignRow) -> set[str]:
    """Adds the next routes of those pools that hold the edited campaign, as many as fit; returns which it came to."""
    done: set[str] = set()
    room = ROOM_BYTES
    for pool_id in islice(pool_ids, BATCH):
        room -= _add_holder_route(write, pool_id, edited)
        done.add(pool_id)
        if room < 2 * MAX_ROUTE_BYTES:
            break
    return done


def _add_holder_route(write: TransactWrite, pool_id: str, edited: CampaignRow) -> int:
    """Adds the pool's next route with the campaign as it is about to be; returns the bytes added."""
    version = published_version(pool_id)
    pool = get_or_none(SmartlinkRow, pool_id)
    held = campaign_ids(pool.settings) if pool else set()
    if pool and version and edited.id in held:
        others = campaigns(held - {edited.id})
        return add_pool_route(write, pool, [*others.values(), edited], version)
    return 0


def republish(request: Request, pool_id: str) -> None:
    """Publishes the pool's route anew from what the tables hold now; a deleted pool has none."""
    version = published_version(pool_id)
    pool = get_or_none(SmartlinkRow, pool_id)
    if pool and version:
        held = campaigns(campaign_ids(pool.settings))
        with transaction(request) as write:
            add_pool_route(write, pool, held.values(), version)
