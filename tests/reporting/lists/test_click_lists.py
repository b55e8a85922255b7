from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from chalicelib.clicks import id_lists
from chalicelib.clicks.id_lists import first_id
from chalicelib.reporting.lists.click_lists import ClickIds, open_list
from chalicelib.reporting.lists.click_search import ClickSearch
from chalicelib.tables.clicks import ClickListRow

DAY = datetime(2026, 11, 4, tzinfo=UTC)
IDS = [first_id(DAY + timedelta(hours=hour)) for hour in range(24)]


def write_lists() -> None:
    """Write the IDs in overlapping lists of both shards."""
    for n, part in enumerate((IDS[::3], IDS[1::3], IDS[2::3])):
        partition = ("sml_1#2026-11-04", "sml_1#2026-11-04#1")[n % 2]
        ClickListRow(partition, max(part), click_ids=id_lists.encode(part), expires_at=0).save()


def search(first: int, before: str) -> ClickSearch:
    return ClickSearch(DAY + timedelta(hours=first), DAY + timedelta(days=1), before, {})


def test_ids_are_pulled_once_from_the_greatest_to_the_smallest() -> None:
    pulled = ClickIds(iter("gfdcba"))
    assert list(pulled.pull("f", "g")) == ["f"]
    assert list(pulled.pull("e", "f")) == []
    assert list(pulled.pull("b", "c")) == ["b"]
    assert list(pulled.pull("a", "z")) == ["a"]
    assert list(ClickIds(iter("")).pull("a", "z")) == []


@pytest.mark.parametrize(
    ("first", "last", "page_size"),
    [
        pytest.param(0, 24, 50, id="whole day"),
        pytest.param(3, 24, 50, id="from a time on"),
        pytest.param(3, 9, None, id="between two times"),
    ],
)
def test_list_has_the_ids_of_the_range(
    tables: None, monkeypatch: pytest.MonkeyPatch, first: int, last: int, page_size: int | None
) -> None:
    write_lists()
    sizes, query = list[int | None](), ClickListRow.query

    def noted(*keys: Any, **options: Any) -> Any:
        sizes.append(options["page_size"])
        return query(*keys, **options)

    monkeypatch.setattr(ClickListRow, "query", noted)
    before = first_id(DAY + timedelta(hours=last))
    assert list(open_list(search(first, before), "sml_1", DAY.date()).pull("0", "z")) == IDS[first:last][::-1]
    assert sizes == [page_size] * id_lists.SHARDS
