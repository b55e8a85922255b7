"""Compiles and publishes routes: the current one, which links use, and a copy of every version."""

from collections.abc import Collection, Mapping
from datetime import UTC, datetime
from typing import Any

from pynamodb.exceptions import UpdateError
from pynamodb.expressions.update import Action
from pynamodb.transactions import TransactWrite

from chalicelib.domain.campaign import CampaignStatus
from chalicelib.domain.smartlink import SmartlinkStatus
from chalicelib.domain.timestamps import expiry_time
from chalicelib.http.problems import ValidationFailed
from chalicelib.routing import route_codec
from chalicelib.routing.click_references import PastRoute
from chalicelib.routing.route_history import decode_with_documents, route_of_row
from chalicelib.routing.weights_codec import MAX_WEIGHTS_BYTES
from chalicelib.settings import ROUTE_VERSION_DAYS
from chalicelib.tables.base import get_or_none
from chalicelib.tables.campaigns import CampaignRow, PoolCampaignRow
from chalicelib.tables.routes import RouteRow
from chalicelib.tables.smartlinks import SmartlinkRow

MAX_ROUTE_BYTES = 350_000
"""Maximum size of an encoded route: it is one DynamoDB item (at most 400 KB), and has room for its weights."""


def pool_document(pool: SmartlinkRow) -> dict[str, Any]:
    """Return the document of a smartlink in its route."""
    return {**pool.settings, "id": pool.id, "status": pool.status}


def campaign_document(campaign: CampaignRow) -> dict[str, Any]:
    """Return the document of a campaign in routes."""
    return {**campaign.settings, "id": campaign.id}


def campaign_ids(settings: Mapping[str, Any]) -> set[str]:
    """Return the campaigns of a smartlink, including its catch-all."""
    of_offers = {offer["campaign_id"] for offer in settings["offers"]}
    catch_all = settings["catch_all_campaign_id"]
    return of_offers | {catch_all} if catch_all else of_offers


def campaigns(ids: Collection[str]) -> dict[str, CampaignRow]:
    """Return the campaigns of these IDs that exist, by ID."""
    return {row.id: row for row in CampaignRow.batch_get(sorted(ids), consistent_read=True)} if ids else {}


def campaign_error(campaign_id: str, campaign: CampaignRow | None) -> str | None:
    """Return why the campaign, the row of this ID, cannot be used, or None if it can."""
    if campaign is None:
        return f"is not a campaign: {campaign_id}"
    is_archived = campaign.settings["status"] == CampaignStatus.ARCHIVED
    return f"is an archived campaign: {campaign_id}" if is_archived else None


def published_version(route_id: str) -> int:
    """Return the route's current version, 0 if it has none. Call this before reading the data of the next version."""
    row = get_or_none(RouteRow, route_id)
    return row.version if row else 0


def current_route(route_id: str) -> PastRoute:
    """Return the current route with its learned weights, and the documents that it was compiled from."""
    row = RouteRow.get(route_id, consistent_read=True)
    return PastRoute(route_of_row(row), decode_with_documents(row.snapshot, row.version).documents)


def add_pool_route(
    write: TransactWrite,
    pool: SmartlinkRow,
    campaigns: Collection[CampaignRow],
    version: int,
    *,
    removes_weights: bool = False,
) -> int:
    """Add the smartlink's next route after `version` to the transaction, which fails if another one was published.

    Learned weights stay unless `removes_weights`. Return the maximum size of the added items in bytes; raise
    `ValidationFailed` if the route is too large.
    """
    snapshot = encode_route(pool, campaigns)
    _add(write, pool.id, snapshot, version, removes_weights=removes_weights)
    return 2 * len(snapshot) + MAX_WEIGHTS_BYTES


def encode_route(pool: SmartlinkRow, campaigns: Collection[CampaignRow]) -> bytes:
    """Encode the route of a smartlink with these campaigns; raise `ValidationFailed` if it is too large."""
    documents = [campaign_document(campaign) for campaign in campaigns]
    snapshot = route_codec.encode(pool_document(pool), documents, pool.epoch)
    if len(snapshot) > MAX_ROUTE_BYTES:
        size = f"{len(snapshot):,} bytes compressed, at most {MAX_ROUTE_BYTES:,} fit"
        named = f"smartlink {pool.id}" if pool.id else "the smartlink"
        raise ValidationFailed(("", f"makes {named} too large: {size}. Shorten its targeting lists."))
    return snapshot


def add_direct_route(write: TransactWrite, campaign: CampaignRow, version: int) -> None:
    """Add the next route of the campaign's direct links to the transaction, likewise."""
    snapshot = route_codec.encode({"id": campaign.id}, [campaign_document(campaign)], epoch=1)
    _add(write, campaign.id, snapshot, version)


def _add(write: TransactWrite, route_id: str, snapshot: bytes, version: int, *, removes_weights: bool = False) -> None:
    """Add the current route and the copy of its version, which never has learned weights."""
    if version:
        _expire_replaced(route_id, version - 1, datetime.now(UTC))
        weights: list[Action] = [RouteRow.weights.remove(), RouteRow.weights_version.remove()]
        changes: list[Action] = [RouteRow.version.set(version + 1), RouteRow.snapshot.set(snapshot)]
        changes += weights if removes_weights else []
        write.update(RouteRow(route_id), changes, RouteRow.version == version)
    else:
        write.save(RouteRow(route_id, version=1, snapshot=snapshot), RouteRow.id.does_not_exist())
    write.save(RouteRow(f"{route_id}@{version + 1}", version=version + 1, snapshot=snapshot))


def _expire_replaced(route_id: str, version: int, now: datetime) -> None:
    """Let a version expire that was replaced before now. Its clicks end before, so nothing refers to it then.

    This is no part of the transaction of the next version, whose size is limited. The current version and the one
    before it stay.
    """
    row, expires_at = RouteRow(f"{route_id}@{version}"), expiry_time(now, ROUTE_VERSION_DAYS)
    is_stored = RouteRow.id.exists() & RouteRow.expires_at.does_not_exist()
    try:
        row.update([RouteRow.expires_at.set(expires_at)], condition=is_stored)
    except UpdateError as error:
        if error.cause_response_code != "ConditionalCheckFailedException":
            raise


def take_route_id(write: TransactWrite, route_id: str, now: datetime) -> None:
    """Take the ID of a route that is not published yet, so that its publication fails; it expires after a day."""
    taken = RouteRow(route_id, version=0, snapshot=b"", expires_at=expiry_time(now, 1))
    write.save(taken, RouteRow.id.does_not_exist() | (RouteRow.version == 0))


def delete_route(write: TransactWrite, route_id: str, version: int) -> None:
    """Delete the current route: its links return 404. Past versions stay."""
    write.delete(RouteRow(route_id), RouteRow.version == version)


def links_of_campaign(campaign_id: str) -> list[PoolCampaignRow]:
    """Return the links to the smartlinks that may have the campaign."""
    return list(PoolCampaignRow.query(campaign_id, consistent_read=True))


def pools_with_campaign(campaign_id: str) -> list[SmartlinkRow]:
    """Return the smartlinks that have the campaign."""
    pool_ids = [link.pool_id for link in links_of_campaign(campaign_id)]
    pools = SmartlinkRow.batch_get(pool_ids, consistent_read=True)
    return [pool for pool in pools if holds(pool, campaign_id)]


def holds(pool: SmartlinkRow, campaign_id: str) -> bool:
    """Return whether the smartlink has the campaign; a deleted one has none."""
    return pool.status != SmartlinkStatus.DELETED and campaign_id in campaign_ids(pool.settings)
