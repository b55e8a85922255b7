from datetime import UTC, datetime

import pytest

from chalicelib.admin.smartlinks.figures_reader import read_figures
from chalicelib.admin.smartlinks.list_schemas import FiguresPeriod
from chalicelib.counters import cells
from chalicelib.counters.cells import COUNTS, Cell, Cells, quarter_of
from chalicelib.counters.column_codec import encode
from chalicelib.tables.counters import CounterBlockRow

NOW = datetime(2026, 11, 4, 20, tzinfo=UTC)
"""Already the 5th of November in India."""


def add_clicks(at: datetime, clicks: int) -> None:
    counted = Cells()
    counted[Cell(quarter_of(int(at.timestamp()) * 1000), "sml_1", publisher="pub_1")] = [
        clicks if name == "unique_clicks" else 0 for name in COUNTS
    ]
    for partition, part in cells.by_partition(counted).items():
        CounterBlockRow(partition, f"b#{at.isoformat()}", cells=encode(part)).save()


@pytest.mark.usefixtures("tables")
@pytest.mark.parametrize(
    ("period", "timezone", "clicks"),
    [
        ("today", "UTC", 3),
        ("today", "Asia/Kolkata", 2),
        ("7d", "UTC", 7),
        ("30d", "UTC", 15),
    ],
)
def test_days_begin_at_midnight_in_the_time_zone(period: str, timezone: str, clicks: int) -> None:
    for at, count in (
        (datetime(2026, 11, 4, 19, tzinfo=UTC), 2),
        (datetime(2026, 11, 4, 18, tzinfo=UTC), 1),
        (datetime(2026, 10, 29, tzinfo=UTC), 4),
        (datetime(2026, 10, 6, tzinfo=UTC), 8),
        (datetime(2026, 10, 5, tzinfo=UTC), 16),
    ):
        add_clicks(at, count)
    assert read_figures(FiguresPeriod(period), timezone, NOW).of("sml_1").clicks == clicks
