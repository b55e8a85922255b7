"""Pools in rotation `optimized` with what is counted of them, in moto's tables."""

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
    """The ID of a smartlink in rotation `optimized` and those of its campaigns."""
    campaigns = [new_campaign(admin, f"game{n}", payout="1.50") for n in range(offers)]
    smartlink = new_smartlink(admin, *campaigns, **{"rotation": "optimized", **changes})
    return smartlink["id"], [each["id"] for each in campaigns]


def count(pool: str, cells: LearningCells, now: datetime = NOW, epoch: int = 1, cause: str = "run") -> None:
    """Counts these learning cells for the pool."""
    with TransactWrite(connection=connection()) as write:
        learning_blocks.add_blocks(write, f"{cause}{pool}{now}{cells}", {f"{pool}#{epoch}": cells}, now)


def count_clicks(pool: str, campaign: str, now: datetime = NOW, number: int = 30) -> None:
    """Counts clicks of US mobiles on the campaign."""
    count(pool, clicks(number, campaign=campaign), now)


def learn(pool: str, now: datetime = NOW) -> None:
    """Learns of the pool as a round at `now` asks for."""
    optimize_pool(pool, int(now.timestamp()), now)


def live(pool: str) -> Any:
    """The pool's route as it is."""
    return RouteRow.get(pool, consistent_read=True)


def in_force(pool: str) -> LearnedWeights | None:
    """The weights in the pool's route."""
    row = live(pool)
    return weights_codec.unpacked(row.weights, row.weights_version) if row.weights else None


def history(pool: str) -> list[Any]:
    """The rows of the pool's runs in November 2026, oldest first."""
    return list(WeightHistoryRow.query(pool_month(pool, AT)))
