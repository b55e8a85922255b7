"""Compile and store routes: the snapshot of a smartlink and its campaigns, and the route that the redirect reads."""

import json
import zlib
from collections.abc import Iterable, Mapping
from contextlib import suppress
from datetime import datetime
from decimal import Decimal
from typing import Any

from chalicelib.domain import stored_targeting
from chalicelib.domain.campaign import (
    Approval,
    Campaign,
    DuplicateFilter,
    DuplicateIdentity,
    Schedule,
    TrackingMethod,
    cap_from_document,
)
from chalicelib.domain.goal import Goal, GoalCounts
from chalicelib.domain.route import Route
from chalicelib.domain.smartlink import Offer, OfferAccess, Rotation
from chalicelib.domain.stored_settings import complete_campaign, complete_smartlink

JsonObject = Mapping[str, Any]
"""A JSON object of the API's shape."""

FORMAT = 1
"""The format that is written. A snapshot without a number is of the first release, which has this shape."""


def encode(smartlink: JsonObject, campaigns: Iterable[JsonObject], epoch: int) -> bytes:
    """Return the stored snapshot of a route: the smartlink and all its campaigns as JSON, compressed by zlib.

    Each document carries its `id` and `status`. A campaign for direct links is stored with its own document in
    place of the smartlink's.
    """
    snapshot = {"format": FORMAT, "pool": smartlink, "campaigns": {c["id"]: c for c in campaigns}, "epoch": epoch}
    return zlib.compress(json.dumps(snapshot, separators=(",", ":"), sort_keys=True).encode())


def decode_snapshot(stored: bytes) -> dict[str, Any]:
    """Return a stored snapshot: `pool`, `campaigns` by ID and `epoch`, with a value for every field.

    The `pool` of a direct link holds only what identifies its campaign, and is returned as it is stored.
    """
    snapshot: dict[str, Any] = json.loads(zlib.decompress(stored))
    pool = snapshot["pool"]
    return {
        "pool": complete_smartlink(pool) if "offers" in pool else pool,
        "campaigns": {key: complete_campaign(value) for key, value in snapshot["campaigns"].items()},
        "epoch": snapshot["epoch"],
    }


def decode(stored: bytes, version: int) -> Route:
    """Return the route of a stored snapshot."""
    return compile_route(decode_snapshot(stored), version)


def compile_route(snapshot: JsonObject, version: int) -> Route:
    """Return the route of a complete snapshot."""
    pool = snapshot["pool"]
    campaigns = {key: campaign(value) for key, value in snapshot["campaigns"].items()}
    if "offers" not in pool:
        return _direct_route(campaigns[pool["id"]], version)
    offers = [offer(each, campaigns[each["campaign_id"]]) for each in pool["offers"]]
    catch_all = campaigns.get(pool["catch_all_campaign_id"] or "")
    return Route(
        id=pool["id"],
        version=version,
        offers=tuple(sorted(offers, key=lambda each: -each.priority)),
        active=pool["status"] == "active",
        access=OfferAccess(pool["offer_access"]),
        catch_all=_single_offer(catch_all) if catch_all else None,
        fail_url=catch_all.fail_url if catch_all else None,
        fallback_url=pool["fallback_url"],
        epoch=snapshot["epoch"],
        rotation=Rotation(pool["rotation"]),
        holdout_percent=pool["holdout_percent"],
    )


def fallback_only_route(route_id: str, stored: bytes, version: int) -> Route:
    """Return the rest of a route that cannot be decoded: no offers, and the fallback URL if it can be read."""
    fallback_url = None
    with suppress(Exception):
        fallback_url = str(json.loads(zlib.decompress(stored))["pool"]["fallback_url"] or "") or None
    return Route(route_id, version, offers=(), fallback_url=fallback_url)


def _direct_route(only: Campaign, version: int) -> Route:
    return Route(id=only.id, version=version, offers=(_single_offer(only),), fail_url=only.fail_url)


def _single_offer(only: Campaign) -> Offer:
    return Offer(campaign=only, targeting=only.targeting)


def offer(stored: JsonObject, campaign: Campaign) -> Offer:
    """Return an offer from its complete entry in a smartlink's document, and its campaign."""
    return Offer(
        campaign=campaign,
        weight=stored["weight"],
        priority=stored["priority"],
        enabled=stored["enabled"],
        landing_page=stored["destination_url"],
        targeting=campaign.targeting.intersect(stored_targeting.from_document(stored["targeting"])),
    )


def campaign(stored: JsonObject) -> Campaign:
    """Return a campaign from its complete document."""
    return Campaign(
        id=stored["id"],
        destination_url=stored["destination_url"],
        active=stored["status"] == "active",
        payout=Decimal(stored["payout"]),
        revenue=Decimal(stored["revenue"]),
        currency=stored["currency"],
        targeting=stored_targeting.from_document(stored["targeting"]),
        schedule=_schedule(stored["schedule"]),
        caps=tuple(cap_from_document(cap) for cap in stored["caps"]),
        duplicate_filter=_duplicate_filter(stored["duplicate_filter"]),
        fail_url=stored["fail_url"],
        attribution_window_days=stored["attribution_window_days"],
        payout_percent=Decimal(stored["payout_percent"]),
        revenue_percent=Decimal(stored["revenue_percent"]),
        counts=GoalCounts(stored["counts"]),
        goals=tuple(_goal(each) for each in stored["goals"]),
        tracking=TrackingMethod(stored["tracking"]),
        approval=Approval(stored["approval"]),
        approve_after_days=stored["approve_after_days"],
        max_payout=None if stored["max_payout"] is None else Decimal(stored["max_payout"]),
    )


def _goal(stored: JsonObject) -> Goal:
    return Goal(
        name=stored["name"],
        payout=Decimal(stored["payout"]),
        revenue=Decimal(stored["revenue"]),
        payout_percent=Decimal(stored["payout_percent"]),
        revenue_percent=Decimal(stored["revenue_percent"]),
        counts=GoalCounts(stored["counts"]),
    )


def _schedule(stored: JsonObject) -> Schedule:
    return Schedule(
        starts_at=_time(stored["starts_at"]),
        ends_at=_time(stored["ends_at"]),
        timezone=stored["timezone"],
        hours=frozenset(stored["hours"]),
        weekdays=frozenset(stored["weekdays"]),
    )


def _time(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None


def _duplicate_filter(stored: JsonObject | None) -> DuplicateFilter | None:
    return DuplicateFilter(DuplicateIdentity(stored["identity"]), stored["window_seconds"]) if stored else None
