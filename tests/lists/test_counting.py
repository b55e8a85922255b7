from functools import partial
from typing import Any

import pytest

from chalicelib.lists import counting
from chalicelib.lists.counting import Counted, count_rows
from chalicelib.tables.notifications import NotificationRow

counted = partial(Counted, NotificationRow)


@pytest.fixture(autouse=True)
def rows(tables: None) -> None:
    """Store five rows in partition a and three in b; one of each has a kind."""
    for key, number in (("a", 5), ("b", 3)):
        for n in range(number):
            kind = None if n else "cap_reached"
            NotificationRow(key, f"ntf_{n}", kind=kind, created_at="", expires_at=0).save()


@pytest.mark.parametrize(
    ("partitions", "number"), [([], 0), (["none"], 0), (["a"], 5), (["b", "a"], 8)], ids=["no", "empty", "one", "two"]
)
def test_rows_of_all_partitions_are_counted(partitions: list[str], number: int) -> None:
    assert count_rows(counted(partitions)) == number


def test_rows_are_counted_that_meet_the_conditions() -> None:
    later, is_notification = NotificationRow.id > "ntf_1", NotificationRow.kind.exists()
    assert count_rows(counted(["a", "b"], later)) == 4
    assert count_rows(counted(["a", "b"], None, is_notification)) == 2


@pytest.mark.parametrize(("maximum", "number"), [(9, 8), (8, 8), (7, None), (5, None), (4, None)])
def test_count_is_exact_up_to_the_maximum_of_reads(
    monkeypatch: pytest.MonkeyPatch, maximum: int, number: int | None
) -> None:
    monkeypatch.setattr(counting, "MAX_ITEMS", maximum)
    assert count_rows(counted(["a", "b"])) == number


def test_rows_that_the_filter_leaves_out_are_reads_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(counting, "MAX_ITEMS", 7)
    assert count_rows(counted(["a", "b"], None, NotificationRow.kind.exists())) is None


def test_partition_is_read_in_several_steps_if_an_answer_is_full(monkeypatch: pytest.MonkeyPatch) -> None:
    read = counting._read

    def small(counted: Counted, partition: str, start: Any, limit: int) -> Any:
        return read(counted, partition, start, min(limit, 2))

    monkeypatch.setattr(counting, "_read", small)
    assert count_rows(counted(["a", "b"])) == 8
