"""Process-wide caches of the redirect's reads: links, routes, approvals and cap usage, kept for two seconds."""

import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any, Generic, TypeVar

from chalicelib.caps.reservation import usage_by_key
from chalicelib.caps.windows import CapCounter
from chalicelib.domain.campaign import Cap
from chalicelib.domain.route import LearnedWeights, PublisherLink, Route
from chalicelib.domain.smartlink import OfferAccess
from chalicelib.dynamodb import wait_limit
from chalicelib.dynamodb.attribute_values import string_value
from chalicelib.dynamodb.client import batch_get, get
from chalicelib.dynamodb.errors import TableError
from chalicelib.routing import route_codec, weights_codec
from chalicelib.settings import ROUTE_CACHE_TTL_SECONDS

CacheKey = TypeVar("CacheKey")
CacheValue = TypeVar("CacheValue")

_MAX_ENTRIES = 10_000
_GRACE_SECONDS = 3.0


class TtlCache(Generic[CacheKey, CacheValue]):
    """A cache of the values of `fetch` (None included) that serves stale values while DynamoDB is unavailable."""

    def __init__(self, fetch: Callable[[CacheKey], CacheValue], seconds: float = ROUTE_CACHE_TTL_SECONDS) -> None:
        self._fetch = fetch
        self._seconds = seconds
        self._entries: dict[CacheKey, tuple[float, CacheValue]] = {}

    def __call__(self, key: CacheKey, now: float) -> CacheValue:
        """Return the value of the key, at most `seconds` old at `now` (any steady clock) unless the table is down."""
        entry = self._entries.get(key)
        if entry and now - entry[0] < self._seconds:
            return entry[1]
        try:
            value = self._fetch(key)
        except TableError:
            if entry is None:
                raise
            # Retry later only: every request to a hanging table would make a visitor wait.
            now, value = now + _GRACE_SECONDS, entry[1]
        if len(self._entries) >= _MAX_ENTRIES:
            self._entries.clear()
        self._entries[key] = (now, value)
        return value

    def __contains__(self, key: CacheKey) -> bool:
        """Return whether there is a value of the key, however old."""
        return key in self._entries

    def clear(self) -> None:
        """Remove all values."""
        self._entries.clear()


def _fetch_link(code: str) -> PublisherLink | None:
    row = get("links", {"code": string_value(code)})
    if row is None or not row["active"]:
        return None
    return PublisherLink(
        code=row["code"],
        publisher_id=row["publisher_id"],
        route_id=row["route_id"],
        publisher_active=row["publisher_active"],
        terms_version=row.get("terms_version"),
        caps=_terms_caps(code, row["terms_caps"]) if "terms_caps" in row else {},
    )


def _terms_caps(code: str, stored: str) -> Mapping[str, tuple[Cap, ...]]:
    """Decode the caps of a link; log the error and return none if that fails."""
    from chalicelib.domain import terms  # noqa: PLC0415 - few links have caps of terms

    try:
        return terms.decode_link_caps(stored)
    except Exception as error:  # noqa: BLE001 - the visitor must arrive all the same
        print(f"caps of link {code} are invalid, using those of the campaigns: {error!r}", file=sys.stderr)
        return {}


def _fetch_route(route_id: str) -> Route | None:
    row = get("routes", {"id": string_value(route_id)})
    if row is None:
        return None
    try:
        return stored_route(row)
    except Exception as error:  # noqa: BLE001 - the visitor must arrive all the same
        print(f"route {route_id}@{row['version']} is invalid, serving the fallback URL: {error!r}", file=sys.stderr)
        return route_codec.fallback_only_route(route_id, row["snapshot"], row["version"])


def stored_route(row: Mapping[str, Any]) -> Route:
    """Return the route of a table row with its learned weights; raise if the snapshot cannot be decoded.

    Without weights that can be decoded the route uses the configured weights.
    """
    route = route_codec.decode(row["snapshot"], row["version"])
    stored, version = row.get("weights"), row.get("weights_version")
    if stored is None or version is None:
        return route
    return replace(route, learned=stored_weights(row["id"], stored, version))


def stored_weights(route_id: str, stored: bytes, version: int) -> LearnedWeights | None:
    """Decode stored weights; log the error and return None if that fails."""
    try:
        return weights_codec.decode(stored, version)
    except Exception as error:  # noqa: BLE001 - the visitor must arrive all the same
        print(f"weights {version} of {route_id} are invalid, using the configured weights: {error!r}", file=sys.stderr)
        return None


def _fetch_approvals(key: tuple[str, tuple[str, ...]]) -> frozenset[str]:
    publisher_id, campaign_ids = key
    keys = [{"publisher_id": string_value(publisher_id), "campaign_id": string_value(each)} for each in campaign_ids]
    return frozenset(row["campaign_id"] for row in batch_get("campaign_approvals", keys) if row["active"])


links = TtlCache(_fetch_link)
"""The active link of a code; None if the code is unknown or its link is stopped."""

routes = TtlCache(_fetch_route)
"""The current route of a smartlink or campaign; None if there is none."""

approvals = TtlCache(_fetch_approvals)
"""The campaigns that the publisher may run, of these (publisher ID, campaign IDs)."""

cap_usage: TtlCache[tuple[str, ...], dict[str, int]] = TtlCache(usage_by_key)
"""The usage of the cap counters with these keys; a counter that does not exist yet is missing."""


def load_link_and_route(code: str) -> tuple[PublisherLink, Route] | None:
    """Return the link and its route, or None if the code has none.

    A link that was never read has no older value to redirect by: reading it may take longer.
    """
    if code in links:
        return _link_and_route(code)
    with wait_limit.first_read():
        return _link_and_route(code)


def _link_and_route(code: str) -> tuple[PublisherLink, Route] | None:
    now = time.monotonic()
    link = links(code, now)
    route = routes(link.route_id, now) if link else None
    return (link, route) if link and route else None


def approved_campaign_ids(publisher_id: str, route: Route) -> frozenset[str]:
    """Return the campaigns of the route that the publisher has an approval for; none if the table is unavailable.

    If the smartlink grants access to its offers, no approval is needed and nothing is read.
    """
    if route.access is OfferAccess.GRANT:
        return frozenset()
    campaign_ids = tuple(sorted({offer.campaign.id for offer in route.offers}))
    try:
        return approvals((publisher_id, campaign_ids), time.monotonic())
    except TableError:
        return frozenset()


def is_any_cap_reached(counters: Sequence[CapCounter]) -> bool:
    """Return whether any of these caps was reached at most two seconds ago; without caps nothing is read.

    While the table is unavailable the last usage applies, because nothing can be counted then either. A cap that was
    never read counts as reached, like a click cap that cannot be counted.
    """
    if not counters:
        return False
    try:
        usage = cap_usage(tuple(counter.key for counter in counters), time.monotonic())
    except TableError:
        return True
    return any(usage.get(counter.key, 0) >= counter.limit for counter in counters)


def clear_caches() -> None:
    """Clear all caches, for tests that edit and click in one process."""
    for cache in (links, routes, approvals, cap_usage):
        cache.clear()
