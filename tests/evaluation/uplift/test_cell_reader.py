from datetime import UTC, datetime

import pytest
from pynamodb.transactions import TransactWrite

from chalicelib.counters.blocks import append_blocks
from chalicelib.counters.cells import COUNTS, Cell, quarter_of
from chalicelib.domain.timestamps import milliseconds
from chalicelib.evaluation.uplift import cell_reader
from chalicelib.evaluation.uplift.arm_counts import DIMENSIONS
from chalicelib.http.problems import ValidationFailed
from chalicelib.reporting.aggregation import Limits
from chalicelib.reporting.date_range import Period
from chalicelib.tables.base import connection

pytestmark = pytest.mark.usefixtures("tables")

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)
DAY = Period(datetime(2026, 11, 21, tzinfo=UTC), datetime(2026, 11, 22, tzinfo=UTC))


def count_clicks(smartlink: str, arm: str, clicks: int) -> None:
    cell = Cell(quarter_of(milliseconds(NOON)), smartlink, 1, "cmp_1", "pub_1", device="mobile", os="ios", arm=arm)
    with TransactWrite(connection=connection()) as write:
        append_blocks(write, f"{smartlink} {arm}", {cell: [clicks, *[0] * (len(COUNTS) - 1)]}, NOON)


def test_cells_of_the_smartlink_are_grouped_by_arm() -> None:
    count_clicks("sml_1", "optimized", 7)
    count_clicks("sml_1", "holdout", 2)
    count_clicks("sml_2", "holdout", 5)
    groups = cell_reader.read_groups("sml_1", DAY)
    arm = DIMENSIONS.index("arm")
    assert {group[arm]: counts[0] for group, counts in groups.items()} == {"optimized": 7, "holdout": 2}


def test_too_many_groups_are_an_error_of_the_range(monkeypatch: pytest.MonkeyPatch) -> None:
    count_clicks("sml_1", "optimized", 1)
    count_clicks("sml_1", "holdout", 1)
    monkeypatch.setattr(cell_reader, "LIMITS", Limits(groups=1))
    with pytest.raises(ValidationFailed) as raised:
        cell_reader.read_groups("sml_1", DAY)
    ((pointer, detail),) = raised.value.errors
    assert pointer == "/from"
    assert detail.endswith("Request a shorter range.")
