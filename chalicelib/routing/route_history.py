"""Routes and weights as they are and were, for those who explain, publish and learn."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from chalicelib.domain.route import LearnedWeights, Route
from chalicelib.routing import route_codec
from chalicelib.routing.route_cache import learned, stored_route
from chalicelib.tables.clicks import ClickRow
from chalicelib.tables.routes import RouteRow, WeightHistoryRow

Version = tuple[str, int, int | None]
"""A route's ID, its version, and that of the learned weights in force, if any were."""


def fields(row: ClickRow) -> dict[str, Any]:
    """The click's stored fields by name."""
    return dict(row.attribute_values)


def version_of(row: ClickRow) -> Version:
    """Which route and weights decided the click."""
    return row.route_id, row.route_version, row.weights_version


def route_of(row: ClickRow) -> Route:
    """The route as it was when the click was decided, with the learned weights that were in force."""
    route, version = past_route(row.route_id, row.route_version), row.weights_version
    return route if version is None else replace(route, learned=past_weights(row.route_id, version))


def routes_of(rows: Iterable[ClickRow]) -> Mapping[Version, Route]:
    """The same of each of the clicks; every route and all weights are read once."""
    wanted = set(map(version_of, rows))
    kept = RouteRow.batch_get(sorted({f"{each[0]}@{each[1]}" for each in wanted}), consistent_read=True)
    routes = {row.id: route_codec.unpacked(row.snapshot, row.version) for row in kept}
    learned = all_past_weights((route_id, version) for route_id, _, version in wanted if version is not None)
    return {
        each: replace(routes[f"{each[0]}@{each[1]}"], learned=learned.get((each[0], each[2] or 0))) for each in wanted
    }


def of_row(row: RouteRow) -> Route:
    """The route of a table's row, with what was learned for it; raises where its snapshot cannot be read."""
    return stored_route(row.attribute_values)


def past_route(route_id: str, version: int) -> Route:
    """The route as it was at that version: every one that was published is kept."""
    kept = RouteRow.get(f"{route_id}@{version}", consistent_read=True)
    return route_codec.unpacked(kept.snapshot, version)


def past_weights(route_id: str, version: int) -> LearnedWeights | None:
    """The weights that were in force under that version; None where they are gone or cannot be read."""
    return all_past_weights([(route_id, version)]).get((route_id, version))


def all_past_weights(wanted: Iterable[tuple[str, int]]) -> dict[tuple[str, int], LearnedWeights]:
    """Those of the weights (route's ID, their version) that are kept and can be read."""
    keys = {(pool_month(route_id, version), version): route_id for route_id, version in wanted}
    shown = ["pool_month", "version", "weights"]
    rows = WeightHistoryRow.batch_get(sorted(keys), consistent_read=True, attributes_to_get=shown) if keys else ()
    found = {}
    for row in rows:
        route_id = keys[row.pool_month, row.version]
        known = learned(route_id, row.weights, row.version) if row.weights else None
        if known:
            found[route_id, row.version] = known
    return found


def pool_month(route_id: str, version: int) -> str:
    """The partition of the history with a pool's weights of that version: `sml_…#2026-11`, the month in UTC."""
    return f"{route_id}#{datetime.fromtimestamp(version, UTC):%Y-%m}"
