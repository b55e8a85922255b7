"""Documents as the admin wrote them → the route that the redirect reads."""

import json
import zlib
from collections.abc import Iterable, Mapping
from contextlib import suppress
from datetime import datetime
from decimal import Decimal
from typing import Any

from chalicelib.domain.campaign import (
    Campaign,
    Cap,
    CapMetric,
    CapScope,
    CapWindow,
    DuplicateFilter,
    DuplicateIdentity,
    Schedule,
)
from chalicelib.domain.route import Route
from chalicelib.domain.smartlink import Offer, OfferAccess, Rotation
from chalicelib.domain.targeting import Targeting

JsonObject = Mapping[str, Any]
"""A JSON object of the contract's shape, as `api.md` shows it."""

_INCLUDES = ("countries", "regions", "devices", "os", "browsers", "languages", "sources")
_EXCLUDES = ("exclude_countries", "exclude_sources")


def packed(pool: JsonObject, campaigns: Iterable[JsonObject], epoch: int) -> bytes:
    """What is stored of a route: the pool and every campaign it holds, JSON, zlib.

    Each document carries its `id` and `status`; a campaign for direct links stands alone with
    `pool` its own document.
    """
    text = json.dumps(
        {"pool": pool, "campaigns": {c["id"]: c for c in campaigns}, "epoch": epoch},
        separators=(",", ":"),
        sort_keys=True,
    )
    return zlib.compress(text.encode())


def document(stored: bytes) -> dict[str, Any]:
    """What `packed` stored: `pool`, `campaigns` by ID, and `epoch`."""
    found: dict[str, Any] = json.loads(zlib.decompress(stored))
    return found


def unpacked(stored: bytes, version: int) -> Route:
    """The route of what `packed` stored."""
    return compile_route(document(stored), version)


def compile_route(stored: JsonObject, version: int) -> Route:
    """The route of such a document."""
    pool, epoch = stored["pool"], stored["epoch"]
    campaigns = {key: campaign(value) for key, value in stored["campaigns"].items()}
    if "offers" not in pool:
        return _direct(campaigns[pool["id"]], version)
    offers = sorted(
        (offer(seat, campaigns[seat["campaign_id"]]) for seat in pool["offers"]),
        key=lambda each: -each.priority,
    )
    last = campaigns.get(pool["catch_all_campaign_id"] or "")
    return Route(
        id=pool["id"],
        version=version,
        offers=tuple(offers),
        active=pool["status"] == "active",
        access=OfferAccess(pool["offer_access"]),
        catch_all=_single_offer(last) if last else None,
        fail_url=last.fail_url if last else None,
        fallback_url=pool["fallback_url"],
        epoch=epoch,
        rotation=Rotation(pool["rotation"]),
        holdout_percent=pool["holdout_percent"],
    )


def fallback_only_route(route_id: str, stored: bytes, version: int) -> Route:
    """What is left of a route that cannot be unpacked: no offers, and the fallback URL where it can be read."""
    fallback_url = None
    with suppress(Exception):
        fallback_url = str(json.loads(zlib.decompress(stored))["pool"]["fallback_url"] or "") or None
    return Route(route_id, version, offers=(), fallback_url=fallback_url)


def _direct(only: Campaign, version: int) -> Route:
    return Route(id=only.id, version=version, offers=(_single_offer(only),), fail_url=only.fail_url)


def _single_offer(only: Campaign) -> Offer:
    return Offer(campaign=only, targeting=only.targeting)


def offer(seat: JsonObject, its_campaign: Campaign) -> Offer:
    """The offer of its seat in a pool's document."""
    return Offer(
        campaign=its_campaign,
        weight=seat["weight"],
        priority=seat["priority"],
        enabled=seat["enabled"],
        targeting=intersect_targeting(its_campaign.targeting, targeting(seat["targeting"])),
    )


def campaign(document: JsonObject) -> Campaign:
    """The campaign of its document."""
    duplicates = document["duplicate_filter"]
    return Campaign(
        id=document["id"],
        destination_url=document["destination_url"],
        active=document["status"] == "active",
        payout=Decimal(document["payout"]),
        revenue=Decimal(document["revenue"]),
        currency=document["currency"],
        targeting=targeting(document["targeting"]),
        schedule=_schedule(document["schedule"]),
        caps=tuple(_cap(cap) for cap in document["caps"]),
        duplicate_filter=duplicates
        and DuplicateFilter(DuplicateIdentity(duplicates["identity"]), duplicates["window_seconds"]),
        fail_url=document["fail_url"],
        attribution_window_days=document["attribution_window_days"],
    )


def targeting(document: JsonObject) -> Targeting:
    """The targeting of its document, where an empty list means any."""
    fields: dict[str, Any] = {name: frozenset(document[name]) or None for name in _INCLUDES}
    fields |= {name: frozenset(document[name]) for name in _EXCLUDES}
    return Targeting(**fields, exclude_bots=document["exclude_bots"])


def intersect_targeting(one: Targeting, other: Targeting) -> Targeting:
    """The targeting that accepts exactly the visitors whom both accept."""
    fields: dict[str, Any] = {name: _both(getattr(one, name), getattr(other, name)) for name in _INCLUDES}
    fields |= {name: getattr(one, name) | getattr(other, name) for name in _EXCLUDES}
    return Targeting(**fields, exclude_bots=one.exclude_bots or other.exclude_bots)


def _both(one: frozenset[str] | None, other: frozenset[str] | None) -> frozenset[str] | None:
    if one is None or other is None:
        return other if one is None else one
    return one & other


def _schedule(document: JsonObject) -> Schedule:
    return Schedule(
        starts_at=_time(document["starts_at"]),
        ends_at=_time(document["ends_at"]),
        timezone=document["timezone"],
        hours=frozenset(document["hours"]),
        weekdays=frozenset(document["weekdays"]),
    )


def _time(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None


def _cap(document: JsonObject) -> Cap:
    return Cap(
        metric=CapMetric(document["metric"]),
        window=CapWindow(document["window"]),
        limit=Decimal(document["limit"]),
        scope=CapScope(document["scope"]),
        timezone=document["timezone"],
    )
