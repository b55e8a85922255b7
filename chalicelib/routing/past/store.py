"""Routes and weights as they are and were, for those who explain, publish and learn."""

from collections.abc import Iterable
from datetime import UTC, datetime

from chalicelib.domain.route import Learned, Route
from chalicelib.routing import snapshot
from chalicelib.routing.store import learned, stored_route
from chalicelib.tables.routes import Route as RouteRow
from chalicelib.tables.routes import WeightHistory


def of_row(row: RouteRow) -> Route:
    """The route of a table's row, with what was learned for it; raises where its snapshot cannot be read."""
    return stored_route(row.attribute_values)


def past_route(route_id: str, version: int) -> Route:
    """The route as it was at that version: every one that was published is kept."""
    kept = RouteRow.get(f"{route_id}@{version}", consistent_read=True)
    return snapshot.unpacked(kept.snapshot, version)


def past_weights(route_id: str, version: int) -> Learned | None:
    """The weights that were in force under that version; None where they are gone or cannot be read."""
    return all_past_weights([(route_id, version)]).get((route_id, version))


def all_past_weights(wanted: Iterable[tuple[str, int]]) -> dict[tuple[str, int], Learned]:
    """Those of the weights (route's ID, their version) that are kept and can be read."""
    keys = {(pool_month(route_id, version), version): route_id for route_id, version in wanted}
    shown = ["pool_month", "version", "weights"]
    rows = WeightHistory.batch_get(sorted(keys), consistent_read=True, attributes_to_get=shown) if keys else ()
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
