"""What a click reads, links and routes above all, remembered in the process for about two seconds."""

import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any, Generic, TypeVar

from chalicelib.caps.reservation import usage_by_key
from chalicelib.caps.windows import CapCounter
from chalicelib.domain.route import LearnedWeights, PublisherLink, Route
from chalicelib.domain.smartlink import OfferAccess
from chalicelib.dynamodb.attribute_values import string_value
from chalicelib.dynamodb.client import batch_get, get
from chalicelib.dynamodb.errors import TableError
from chalicelib.routing import route_codec, weights_codec
from chalicelib.settings import ROUTE_CACHE_TTL_SECONDS

CacheKey = TypeVar("CacheKey")
CacheValue = TypeVar("CacheValue")

_REMEMBERED = 10_000
_GRACE_SECONDS = 3.0


class TtlCache(Generic[CacheKey, CacheValue]):
    """Answers of `fetch` (None included), each believed for `seconds`; an old one where a new one cannot be had."""

    def __init__(self, fetch: Callable[[CacheKey], CacheValue], seconds: float = ROUTE_CACHE_TTL_SECONDS) -> None:
        self._fetch = fetch
        self._seconds = seconds
        self._known: dict[CacheKey, tuple[float, CacheValue]] = {}

    def __call__(self, key: CacheKey, now: float) -> CacheValue:
        """The answer for the key, at most `seconds` old at `now` (any steady clock) unless the table is down."""
        known = self._known.get(key)
        if known and now - known[0] < self._seconds:
            return known[1]
        try:
            value = self._fetch(key)
        except TableError:
            if known is None:
                raise
            # Asked again only after a while: every try at a hanging table would keep a visitor waiting.
            now, value = now + _GRACE_SECONDS, known[1]
        if len(self._known) >= _REMEMBERED:
            self._known.clear()
        self._known[key] = (now, value)
        return value

    def forget(self) -> None:
        """Believes nothing any more."""
        self._known.clear()


def _fetch_link(code: str) -> PublisherLink | None:
    row = get("links", {"code": string_value(code)})
    if row is None or not row["active"]:
        return None
    return PublisherLink(row["code"], row["publisher_id"], row["route_id"], row["publisher_active"])


def _fetch_route(route_id: str) -> Route | None:
    row = get("routes", {"id": string_value(route_id)})
    if row is None:
        return None
    try:
        return stored_route(row)
    except Exception as error:  # noqa: BLE001 - the visitor must arrive all the same
        print(f"route {route_id}@{row['version']} cannot be read, its clicks fall back: {error!r}", file=sys.stderr)
        return route_codec.fallback_only_route(route_id, row["snapshot"], row["version"])


def stored_route(row: Mapping[str, Any]) -> Route:
    """The route of a table's row, with what was learned for it; raises where its snapshot cannot be read.

    Weights that cannot be read are as none: the admin's are there to go by.
    """
    unpacked = route_codec.unpacked(row["snapshot"], row["version"])
    stored, version = row.get("weights"), row.get("weights_version")
    if stored is None or version is None:
        return unpacked
    return replace(unpacked, learned=learned(row["id"], stored, version))


def learned(route_id: str, stored: bytes, version: int) -> LearnedWeights | None:
    """The weights as stored; None, and a line in the log, where they cannot be read."""
    try:
        return weights_codec.unpacked(stored, version)
    except Exception as error:  # noqa: BLE001 - the visitor must arrive all the same
        print(f"weights {version} of {route_id} cannot be read, the admin's are used: {error!r}", file=sys.stderr)
        return None


def _fetch_approvals(whose: tuple[str, tuple[str, ...]]) -> frozenset[str]:
    publisher_id, campaign_ids = whose
    keys = [{"publisher_id": string_value(publisher_id), "campaign_id": string_value(each)} for each in campaign_ids]
    return frozenset(row["campaign_id"] for row in batch_get("campaign_approvals", keys) if row["active"])


link = TtlCache(_fetch_link)
"""The working link of a code, None for a code unknown or stopped."""

route = TtlCache(_fetch_route)
"""The route in force of a pool or campaign, None where there is none any more."""

approvals = TtlCache(_fetch_approvals)
"""Which of these campaigns (publisher's ID, campaigns' IDs) the publisher may run."""


used: TtlCache[tuple[str, ...], dict[str, int]] = TtlCache(usage_by_key)
"""How much is used up by those of the cap counters that exist."""


def load_link_and_route(code: str) -> tuple[PublisherLink, Route] | None:
    """The link and its route; None for what does not lead anywhere."""
    now = time.monotonic()
    found = link(code, now)
    its_route = route(found.route_id, now) if found else None
    return (found, its_route) if found and its_route else None


def approved(publisher_id: str, its_route: Route) -> frozenset[str]:
    """The campaigns of the route that the publisher may run by approvals of their own; what cannot be known is none.

    Where the pool grants access itself nobody asks, and nothing is read.
    """
    if its_route.access is OfferAccess.GRANT:
        return frozenset()
    held = tuple(sorted({offer.campaign.id for offer in its_route.offers}))
    try:
        return approvals((publisher_id, held), time.monotonic())
    except TableError:
        return frozenset()


def is_any_cap_reached(places: Sequence[CapCounter]) -> bool:
    """Whether any of these caps is used up, as it was at most two seconds ago; without caps nothing is read.

    While the table does not answer, what was read last stands, as nothing can be counted then either;
    what was never read is taken as used up, like a click cap that cannot be counted.
    """
    if not places:
        return False
    try:
        known = used(tuple(place.key for place in places), time.monotonic())
    except TableError:
        return True
    return any(known.get(place.key, 0) >= place.limit for place in places)


def clear_caches() -> None:
    """Forgets all that is remembered, for tests that edit and click in one process."""
    for each in (link, route, approvals, used):
        each.forget()
