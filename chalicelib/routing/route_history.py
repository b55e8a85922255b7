"""Readers of current and past routes and learned weights."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from chalicelib.domain.click import complete_click
from chalicelib.domain.route import LearnedWeights, Route
from chalicelib.routing import route_codec
from chalicelib.routing.click_references import PastRoute, RouteDocuments
from chalicelib.routing.route_cache import stored_route, stored_weights
from chalicelib.tables.base import get_or_none
from chalicelib.tables.clicks import ClickRow
from chalicelib.tables.routes import RouteRow, WeightHistoryRow

Version = tuple[str, int, int | None]
"""A route's ID, its version, and the version of its learned weights, if any."""


def stored_click(row: ClickRow) -> dict[str, Any]:
    """Return the fields of a stored click by name, with defaults for what its release did not write."""
    return complete_click(row.attribute_values)


def version_of(row: ClickRow) -> Version:
    """Return the versions of route and weights that decided the click."""
    return row.route_id, row.route_version, row.weights_version


def routes_of(rows: Iterable[ClickRow]) -> Mapping[Version, Route]:
    """Return the route of each click, by its version; none for one that has expired."""
    return {version: past.route for version, past in past_routes_of(rows).items()}


def past_routes_of(rows: Iterable[ClickRow]) -> Mapping[Version, PastRoute]:
    """Return the route of each click, by its version; each route and each version of weights is read once.

    There is none for a version that has expired. DynamoDB deletes expired rows in any order, so its clicks may be left.
    """
    versions = set(map(version_of, rows))
    row_ids = {version: f"{version[0]}@{version[1]}" for version in versions}
    route_rows = RouteRow.batch_get(sorted(set(row_ids.values())), consistent_read=True)
    routes = {row.id: decode_with_documents(row.snapshot, row.version) for row in route_rows}
    learned = all_past_weights((route_id, weights) for route_id, _, weights in versions if weights is not None)
    return {
        version: _with_weights(routes[row_id], learned.get((version[0], version[2] or 0)))
        for version, row_id in row_ids.items()
        if row_id in routes
    }


def decode_with_documents(snapshot: bytes, version: int) -> PastRoute:
    """Return the route of a stored snapshot without learned weights, and its documents."""
    decoded = route_codec.decode_snapshot(snapshot)
    smartlink = decoded["pool"] if "offers" in decoded["pool"] else {}
    return PastRoute(route_codec.compile_route(decoded, version), RouteDocuments(smartlink, decoded["campaigns"]))


def _with_weights(past: PastRoute, learned: LearnedWeights | None) -> PastRoute:
    return PastRoute(replace(past.route, learned=learned), past.documents)


def route_of_row(row: RouteRow) -> Route:
    """Return the route of a row with its learned weights; raise if the snapshot cannot be decoded."""
    return stored_route(row.attribute_values)


def past_route(route_id: str, version: int) -> Route | None:
    """Return that version of the route, or None if it has expired."""
    row = get_or_none(RouteRow, f"{route_id}@{version}")
    return route_codec.decode(row.snapshot, version) if row else None


def all_past_weights(wanted: Iterable[tuple[str, int]]) -> dict[tuple[str, int], LearnedWeights]:
    """Return the weights of each pair of route ID and weights version that are stored and can be decoded."""
    keys = {(pool_month(route_id, version), version): route_id for route_id, version in wanted}
    attributes = ["pool_month", "version", "weights"]
    rows = WeightHistoryRow.batch_get(sorted(keys), consistent_read=True, attributes_to_get=attributes) if keys else ()
    by_version = {}
    for row in rows:
        route_id = keys[row.pool_month, row.version]
        weights = stored_weights(route_id, row.weights, row.version) if row.weights else None
        if weights:
            by_version[route_id, row.version] = weights
    return by_version


def pool_month(route_id: str, version: int) -> str:
    """Return the partition key of a pool's weights of that version: `sml_…#2026-11`, the month in UTC."""
    return f"{route_id}#{datetime.fromtimestamp(version, UTC):%Y-%m}"
