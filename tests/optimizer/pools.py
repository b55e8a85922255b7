"""Optimized pools and their counters, in moto's tables."""

from datetime import UTC, datetime
from typing import Any

from pynamodb.transactions import TransactWrite

from chalicelib.counters import learning_blocks
from chalicelib.counters.learning_cells import LearningCells
from chalicelib.domain.route import LearnedWeights
from chalicelib.optimizer.job import optimize_pool
from chalicelib.routing import weights_codec
from chalicelib.routing.route_history import pool_month
from chalicelib.tables.base import connection
from chalicelib.tables.routes import RouteRow, WeightHistoryRow
from tests.conftest import Api
from tests.documents import new_campaign, new_smartlink
from tests.optimizer.cells import clicks

NOW = datetime(2026, 11, 21, 12, 30, tzinfo=UTC)
AT = int(NOW.timestamp())


def a_pool(admin: Api, offers: int = 2, **changes: Any) -> tuple[str, list[str]]:
    """Create a smartlink in rotation `optimized`. Return its ID and those of its campaigns."""
    campaigns = [new_campaign(admin, f"game{n}", payout="1.50") for n in range(offers)]
    smartlink = new_smartlink(admin, *campaigns, **{"rotation": "optimized", **changes})
    return smartlink["id"], [campaign["id"] for campaign in campaigns]


def add_cells(pool: str, cells: LearningCells, now: datetime = NOW, epoch: int = 1, cause: str = "run") -> None:
    """Add these learning cells to the pool's counters."""
    with TransactWrite(connection=connection()) as write:
        learning_blocks.add_blocks(write, f"{cause}{pool}{now}{cells}", {f"{pool}#{epoch}": cells}, now)


def add_clicks(pool: str, campaign: str, now: datetime = NOW, number: int = 30) -> None:
    """Add clicks of US mobile visitors on the campaign to the pool's counters."""
    add_cells(pool, clicks(number, campaign=campaign), now)


def optimize(pool: str, now: datetime = NOW) -> None:
    """Optimize the pool in a run requested at `now`."""
    optimize_pool(pool, int(now.timestamp()), now)


def current_route(pool: str) -> Any:
    """Return the row of the pool's current route."""
    return RouteRow.get(pool, consistent_read=True)


def published_weights(pool: str) -> LearnedWeights | None:
    """Return the weights in the pool's route."""
    row = current_route(pool)
    return weights_codec.decode(row.weights, row.weights_version) if row.weights else None


def run_history(pool: str) -> list[Any]:
    """Return the rows of the pool's runs in November 2026, oldest first."""
    return list(WeightHistoryRow.query(pool_month(pool, AT)))
