from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.conversions.conversion import ReportedConversion
from chalicelib.conversions.imports.rows import ImportRow, NamedStatuses, chunks, numbered, parse_row
from chalicelib.domain.conversion import ConversionStatus
from chalicelib.http.problems import ValidationFailed

APPROVED, REJECTED = ConversionStatus.APPROVED, ConversionStatus.REJECTED


def test_row_is_a_report() -> None:
    fields = {"txid": "t1", "event": "sale", "amount": "19.90", "payout": "1.5", "revenue": "2", "status": "rejected"}
    assert parse_row({"click_id": "c1", **fields}) == ReportedConversion(
        "c1", "t1", "sale", Decimal("19.90"), Decimal("1.5"), Decimal(2), REJECTED
    )
    assert parse_row({"click_id": "c1"}) == ReportedConversion("c1")


def test_all_errors_of_a_row_are_reported() -> None:
    with pytest.raises(ValidationFailed) as raised:
        parse_row({"amount": "-1", "payout": 1.5, "status": "paid"})
    assert {pointer for pointer, _ in raised.value.errors} == {"/click_id", "/amount", "/payout", "/status"}


def test_status_that_is_no_text_is_an_error_of_the_row() -> None:
    with pytest.raises(ValidationFailed) as raised:
        parse_row({"click_id": "c1", "status": 3})
    assert raised.value.errors == (("/status", "must be 'pending', 'approved' or 'rejected'"),)


def test_rows_are_numbered_from_one_without_empty_values() -> None:
    documents: list[dict[str, Any]] = [{"click_id": "c1", "txid": "", "event": None}, {}]
    assert numbered(documents) == [ImportRow(1, {"click_id": "c1"}), ImportRow(2, {})]


def test_five_thousand_clicks_are_fifty_chunks() -> None:
    rows = numbered([{"click_id": f"c{n}"} for n in range(5_000)])
    assert [len(part) for part in chunks(rows)] == [100] * 50


def test_rows_of_one_click_are_neighbours_in_one_chunk() -> None:
    rows = numbered([{"click_id": click_id} for click_id in ("a", "b", "a ", "c", "b", "a")])
    assert [[row.number for row in part] for part in chunks(rows, 2)] == [[1, 3, 6], [2, 5], [4]]


@given(st.lists(st.sampled_from("abcd")), st.integers(1, 5))
def test_every_row_is_in_one_chunk_and_a_click_in_no_two(clicks: list[str], size: int) -> None:
    rows = numbered([{"click_id": click_id} for click_id in clicks])
    parts = chunks(rows, size)
    assert sorted(row.number for part in parts for row in part) == [row.number for row in rows]
    named = [row.fields["click_id"] for part in parts for row in part]
    assert sum(len({row.fields["click_id"] for row in part}) for part in parts) == len(set(named))
    assert all(len(part) >= size for part in parts[:-1])


def test_second_status_for_a_conversion_contradicts_the_first() -> None:
    statuses = NamedStatuses()
    asked = [("cnv_1", None), ("cnv_1", APPROVED), ("cnv_1", APPROVED), ("cnv_2", REJECTED), ("cnv_1", REJECTED)]
    answers = [statuses.contradiction(*each, number) for number, each in enumerate(asked, 1)]
    assert answers == [None] * 4 + ["Row 2 names the status approved for the same conversion."]
