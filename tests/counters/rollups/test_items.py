from hashlib import sha512
from typing import Any

import pytest
from hypothesis import given

from chalicelib.counters.cells import Cells, add_cells
from chalicelib.counters.column_codec import decode, decode_columns, encode
from chalicelib.counters.rollups import items
from chalicelib.counters.rollups.items import Item, lite_cells, only_days, pack
from tests.rolled_up import DAY, a_cell, sums
from tests.strategies import counter_cells

ONE = [1, *[0] * 15]
NONE = [0] * 16


def unpacked(packed: list[Item]) -> Cells:
    total: Cells = {}
    for item in packed:
        add_cells(total, decode(item.content))
    return total


def routes(packed: list[Item]) -> list[tuple[str, str]]:
    return [item.range for item in packed]


@given(counter_cells())
def test_items_have_exactly_the_cells_with_counts(counted: Cells) -> None:
    packed = pack(counted)
    assert unpacked(packed) == {cell: counts for cell, counts in counted.items() if any(counts)}
    for item in packed:
        found = [cell.smartlink for cell in decode(item.content)]
        assert (min(found), max(found)) == item.range


def test_small_routes_share_an_item(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(items, "SHARED_CELLS", 4)
    sizes = {"sml_1": 2, "sml_2": 2, "sml_3": 5, "sml_4": 1}
    cells = {a_cell(quarter=n, smartlink=route): ONE for route, size in sizes.items() for n in range(size)}
    assert routes(pack(cells)) == [("sml_1", "sml_2"), ("sml_3", "sml_3"), ("sml_4", "sml_4")]


def test_nothing_counted_has_no_items() -> None:
    assert pack({a_cell(): NONE}) == pack({}) == []


def test_item_is_halved_until_it_has_few_cells(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(items, "ITEM_CELLS", 3)
    cells = {a_cell(quarter=n): ONE for n in range(10)}
    packed = pack(cells)
    assert [len(decode(item.content)) for item in packed] == [2, 3, 2, 3]
    assert unpacked(packed) == cells


def test_item_is_halved_until_it_is_small(monkeypatch: pytest.MonkeyPatch) -> None:
    cells = {a_cell(quarter=n, sub1=sha512(bytes([n])).hexdigest()): ONE for n in range(8)}
    monkeypatch.setattr(items, "ITEM_BYTES", len(encode(cells)) // 2)
    packed = pack(cells)
    assert len(packed) == 4
    assert max(len(item.content) for item in packed) <= items.ITEM_BYTES
    assert unpacked(packed) == cells


def test_one_cell_is_one_item_whatever_its_size(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(items, "ITEM_BYTES", 1)
    assert len(pack({a_cell(): ONE})) == 1


def test_lite_cells_are_sums_without_detail() -> None:
    cells = {a_cell(country=f"A{n}", device="mobile", epoch=n, arm="holdout", os="ios", sub1="x"): ONE for n in "ABCD"}
    assert lite_cells(cells) == {a_cell(country=""): [4, *[0] * 15]}


def test_lite_cells_keep_what_money_and_lost_clicks_need() -> None:
    kept: dict[str, Any] = {
        "campaign": "cmp_2",
        "publisher": "pub_2",
        "reason": "cap",
        "currency": "EUR",
        "goal": "sale",
    }
    cells = {a_cell(**kept, country=country): ONE for country in ("US", "GB")}
    assert lite_cells(cells) == {a_cell(**kept, country=""): [2, *[0] * 15]}


def test_lite_cells_that_are_about_as_many_are_left_out() -> None:
    four = {a_cell(quarter=n): ONE for n in range(3)} | {a_cell(country="GB"): ONE}
    assert len(lite_cells(four) or ()) == 3
    assert lite_cells(four | {a_cell(quarter=9): ONE}) is None


def test_only_cells_of_the_days_are_kept() -> None:
    piece = decode_columns(encode({a_cell(n, country=f"{n}"): [n + 1, *NONE[1:]] for n in range(3)}))
    first = (DAY - DAY.replace(year=1970, month=1, day=1)).days
    assert only_days(piece, {first, first + 1, first + 2}) is piece
    kept = only_days(piece, {first, first + 2})
    assert (kept.size, sums([kept], "country")) == (2, {("0",): 1, ("2",): 3})
    assert only_days(piece, {first - 1}).size == 0
