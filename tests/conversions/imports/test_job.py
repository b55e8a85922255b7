from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pynamodb.exceptions import TransactWriteError

from chalicelib.conversions import recording
from chalicelib.conversions.imports import recorder, storage
from chalicelib.conversions.imports.job import process_message
from chalicelib.conversions.imports.message import ImportMessage, encode
from chalicelib.conversions.imports.rows import chunks
from chalicelib.tables.clicks import ClickRow
from chalicelib.tables.counters import CapCounterRow
from tests.advertiser import Deal, caps_of, conversions, counted, new_deal, sums
from tests.conftest import Api
from tests.conversions.imports.queue import create_queue, imported, post_rows, results, take_messages, work
from tests.documents import good

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)


@pytest.fixture(autouse=True)
def queue(tables: None) -> None:
    create_queue()


def message(import_id: str) -> str:
    return encode(ImportMessage(import_id, 0, int(NOW.timestamp())))


def outcomes(found: list[dict[str, Any]]) -> list[str]:
    return [each["result"] for each in found]


# Once


def test_same_file_again_changes_nothing(admin: Api) -> None:
    deal = new_deal(admin)
    click_id = deal.click()
    rows = [{"click_id": click_id, "txid": txid, "status": status} for txid, status in (("1", "approved"), ("2", ""))]
    assert outcomes(imported(admin, *rows)) == ["recorded", "recorded"]
    before = {key: row.serialize() for key, row in conversions().items()}
    assert outcomes(imported(admin, *rows)) == ["duplicate", "duplicate"]
    assert {key: row.serialize() for key, row in conversions().items()} == before


def test_interrupted_chunk_goes_on_with_exact_results(admin: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    deal = new_deal(admin)
    import_id = post_rows(admin, [{"click_id": deal.click()} for _ in range(3)])
    (body,) = take_messages()
    with monkeypatch.context() as interrupted:
        interrupted.setattr(recorder, "record_conversion", _failing_after({2}))
        with pytest.raises(TransactWriteError):
            process_message(body, lambda: datetime.now(UTC))
    assert len(conversions()) == 2
    for _ in range(2):
        process_message(body, lambda: datetime.now(UTC))
    assert outcomes(results(admin, import_id)) == ["recorded"] * 3
    assert sums()["conversions"] == 3


def _failing_after(calls: set[int]) -> Any:
    """Return `record_conversion`, which loses its answer in these calls, counted from 1."""
    written, numbers = recording.record_conversion, count(1)

    def record(*arguments: Any) -> Any:
        recorded = written(*arguments)
        if next(numbers) in calls:
            message = "connection lost"
            raise TransactWriteError(message)
        return recorded

    return record


def test_long_chunk_is_continued_by_another_message(admin: Api) -> None:
    deal = new_deal(admin)
    import_id = post_rows(admin, [{"click_id": deal.click()} for _ in range(3)])
    now = datetime.now(UTC)
    clock: Iterator[datetime] = iter([now, now, now + timedelta(seconds=40), now + timedelta(seconds=41)])
    work(lambda: next(clock))
    document = good(admin.get(f"/admin/conversions/imports/{import_id}"))
    assert (document["state"], len(conversions())) == ("running", 2)
    work()
    assert outcomes(results(admin, import_id)) == ["recorded"] * 3
    assert take_messages() == []


def test_message_of_an_import_that_is_not_stored_yet_waits() -> None:
    process_message(message("imp_1"), lambda: NOW + timedelta(minutes=15))
    assert take_messages() == [message("imp_1")]


def test_message_of_an_import_that_was_never_stored_is_dropped() -> None:
    process_message(message("imp_1"), lambda: NOW + timedelta(minutes=16))
    assert take_messages() == []


# Any split, any repetition

CLICKS = 3
rows = st.lists(
    st.fixed_dictionaries(
        {"click": st.integers(0, CLICKS)},
        optional={
            "txid": st.sampled_from(["t1", "t2"]),
            "event": st.sampled_from(["default", "label"]),
            "payout": st.sampled_from(["0.000001", "3.25", "-1"]),
            "status": st.sampled_from(["approved", "pending", "rejected", "paid"]),
        },
    ),
    min_size=1,
    max_size=10,
)
deliveries = st.lists(st.tuples(st.integers(0, 9), st.sets(st.integers(1, 4), max_size=2)), max_size=8)


def _import(admin: Api, file: list[dict[str, Any]], clicks: list[str]) -> str:
    """Post the rows, each with the ID of its click; the last click is unknown."""
    return post_rows(
        admin,
        [
            {"click_id": clicks[row["click"]], **{name: value for name, value in row.items() if name != "click"}}
            for row in file
        ],
    )


def _facts(admin: Api, deal: Deal, import_id: str, clicks: list[str]) -> Any:
    """Return all that an import did: results, conversions of its clicks, counters and caps of the deal."""
    rows = {key: row for key, row in conversions().items() if row.click_id in clicks}
    names = {key: (clicks.index(row.click_id), row.txid) for key, row in rows.items()}
    shown = [{**each, "conversion_id": names.get(each["conversion_id"])} for each in results(admin, import_id)]
    stored = sorted(
        (clicks.index(row.click_id), row.txid or "", row.status, row.status_by, row.payout, row.revision)
        for row in rows.values()
    )
    cells = [counts for cell, counts in counted().items() if cell.campaign == deal.campaign["id"]]
    caps = {row.key.split("|")[1]: row.used for row in CapCounterRow.scan() if row.key.startswith(deal.campaign["id"])}
    return shown, stored, sums(cells), caps


def _process(body: str) -> None:
    with suppress(TransactWriteError):
        process_message(body, lambda: datetime.now(UTC))


def _new_clicks(template: ClickRow, prefix: str) -> list[str]:
    """Store some clicks like this one; return their IDs and that of an unknown click."""
    ids = [f"{prefix}-{n}" for n in range(CLICKS)]
    for click_id in ids:
        template.click_id = click_id
        template.save()
    return [*ids, f"{prefix}-unknown"]


def test_any_split_and_any_repetition_give_the_same(admin: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    caps, numbers = caps_of("conversions", "payout", limit="900", window="total"), count()
    deals = [new_deal(admin, caps=caps) for _ in range(2)]
    templates = [ClickRow.get(deal.click()) for deal in deals]

    @settings(max_examples=6, deadline=None)
    @given(rows, st.integers(1, 4), deliveries)
    def compare(file: list[dict[str, Any]], size: int, deliveries: list[tuple[int, set[int]]]) -> None:
        clicks = [_new_clicks(template, f"click-{next(numbers)}") for template in templates]
        whole = _import(admin, file, clicks[0])
        work()
        with monkeypatch.context() as split:
            split.setattr(storage, "chunks", lambda rows: chunks(rows, size))
            pieces = _import(admin, file, clicks[1])
        bodies = take_messages()
        for number, failures in deliveries:
            with monkeypatch.context() as interrupted:
                interrupted.setattr(recorder, "record_conversion", _failing_after(failures))
                _process(bodies[number % len(bodies)])
        for body in bodies * 2:
            _process(body)
        assert _facts(admin, deals[1], pieces, clicks[1]) == _facts(admin, deals[0], whole, clicks[0])
        # The same file again changes nothing.
        before = {key: row.serialize() for key, row in conversions().items()}
        again = _import(admin, file, clicks[0])
        work()
        assert set(outcomes(results(admin, again))) <= {"duplicate", "refused"}
        assert {key: row.serialize() for key, row in conversions().items()} == before

    compare()
