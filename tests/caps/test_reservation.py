from dataclasses import replace
from datetime import UTC, datetime, timedelta
from threading import Thread
from typing import Any

import pytest

from chalicelib.caps import reservation
from chalicelib.caps.duplicate_filter import DuplicateMarker
from chalicelib.caps.reservation import Reservation
from chalicelib.caps.windows import CapCounter
from chalicelib.domain.click import RejectionReason
from chalicelib.dynamodb import client
from chalicelib.dynamodb.errors import TRANSACTION_FAILED, NotApplied, OutcomeUnknown, RequestRejected, TableError
from chalicelib.tables.clicks import DuplicateMarkerRow
from chalicelib.tables.counters import CapCounterRow
from tests.conftest import dynamodb

pytestmark = pytest.mark.usefixtures("tables")

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
END = NOW + timedelta(days=2)
SECONDS = int(NOW.timestamp())


def a_reservation(*counters: CapCounter, **changes: Any) -> Reservation:
    return replace(Reservation(counters=counters, marker=None, token="t1", now=NOW), **changes)


def a_counter(key: str = "day", limit: int = 2, expires_at: datetime | None = END) -> CapCounter:
    return CapCounter(key, limit, expires_at)


def a_marker(key: str = "visitor", seconds: int = 60) -> DuplicateMarker:
    return DuplicateMarker(key, SECONDS + seconds)


def used() -> dict[str, int]:
    return {row.key: row.used for row in CapCounterRow.scan()}


def markers() -> dict[str, str]:
    return {row.key: row.click_id for row in DuplicateMarkerRow.scan()}


def reserve_three(*counters: CapCounter, marker: DuplicateMarker | None = None) -> list[RejectionReason | None]:
    """Return the results of three clicks in a row."""
    return [reservation.reserve(a_reservation(*counters, marker=marker, token=f"t{n}")) for n in range(3)]


def test_without_caps_and_filter_nothing_is_written() -> None:
    assert reservation.reserve(a_reservation()) is None
    assert (used(), markers()) == ({}, {})


def test_clicks_are_counted_up_to_the_limit() -> None:
    assert reserve_three(a_counter(limit=2)) == [None, None, RejectionReason.CAP]
    assert used() == {"day": 2}


def test_counter_expires_unless_its_window_has_no_end() -> None:
    reservation.reserve(a_reservation(a_counter("day"), a_counter("ever", expires_at=None)))
    rows = {row.key: row.expires_at for row in CapCounterRow.scan()}
    assert rows == {"day": END, "ever": None}


def test_two_counters_are_reserved_together_or_not_at_all() -> None:
    assert reserve_three(a_counter("day", 2), a_counter("hour", 1)) == [None, RejectionReason.CAP, RejectionReason.CAP]
    assert used() == {"day": 1, "hour": 1}


def test_marker_is_put_once_in_its_window() -> None:
    assert reserve_three(marker=a_marker()) == [None, RejectionReason.DUPLICATE, RejectionReason.DUPLICATE]
    assert markers() == {"visitor": "t0"}


@pytest.mark.parametrize(("seconds", "rejection"), [(59, RejectionReason.DUPLICATE), (60, None), (61, None)])
def test_expired_marker_is_ignored_before_ttl_deletes_it(seconds: int, rejection: RejectionReason | None) -> None:
    reservation.reserve(a_reservation(marker=a_marker()))
    later = a_reservation(marker=a_marker(seconds=600), now=NOW + timedelta(seconds=seconds), token="t2")
    assert reservation.check_only(later) == rejection
    assert reservation.reserve(later) == rejection
    assert markers() == {"visitor": "t1" if rejection else "t2"}


def test_duplicate_is_not_counted() -> None:
    assert reserve_three(a_counter(limit=9), marker=a_marker()) == [
        None,
        RejectionReason.DUPLICATE,
        RejectionReason.DUPLICATE,
    ]
    assert used() == {"day": 1}


def test_click_rejected_by_a_cap_puts_no_marker() -> None:
    reservation.reserve(a_reservation(a_counter(limit=1), marker=a_marker("one")))
    assert (
        reservation.reserve(a_reservation(a_counter(limit=1), marker=a_marker("two"), token="t2"))
        is RejectionReason.CAP
    )
    assert markers() == {"one": "t1"}


def test_duplicate_over_the_cap_is_rejected_as_duplicate() -> None:
    results = [
        reservation.reserve(a_reservation(a_counter(limit=1), marker=a_marker(), token=f"t{n}")) for n in range(2)
    ]
    assert results == [None, RejectionReason.DUPLICATE]


def test_exhausted_counter_is_remembered_with_its_limit() -> None:
    reserve_three(a_counter(limit=2))
    CapCounterRow("day").update([CapCounterRow.used.set(0)])
    assert reservation.reserve(a_reservation(a_counter(limit=2))) is RejectionReason.CAP
    assert reservation.reserve(a_reservation(a_counter("another", 2))) is None
    assert reservation.reserve(a_reservation(a_counter(limit=3))) is None


def test_remembered_exhausted_counter_rejects_without_a_request() -> None:
    reserve_three(a_counter("hour", 1))
    dynamodb().delete_table(TableName="smartlink-caps")
    assert reservation.reserve(a_reservation(a_counter("day"), a_counter("hour", 1))) is RejectionReason.CAP


def test_check_only_returns_the_result_of_reserve_and_writes_nothing() -> None:
    click = a_reservation(a_counter(limit=1), marker=a_marker())
    assert [reservation.check_only(click) for _ in range(3)] == [None] * 3
    assert (used(), markers()) == ({}, {})
    reservation.reserve(click)
    assert reservation.check_only(click) is RejectionReason.DUPLICATE
    assert reservation.check_only(replace(click, marker=None)) is RejectionReason.CAP
    assert reservation.check_only(replace(click, counters=())) is RejectionReason.DUPLICATE
    assert reservation.check_only(a_reservation()) is None


def test_failed_write_rejects_under_a_cap_and_passes_with_only_a_marker(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reservation, "pause", lambda _: True)
    for name in ("caps", "duplicates"):
        dynamodb().delete_table(TableName=f"smartlink-{name}")
    assert reservation.reserve(a_reservation(a_counter())) is RejectionReason.CAP
    assert reservation.reserve(a_reservation(a_counter(), a_counter("hour"))) is RejectionReason.CAP
    assert reservation.reserve(a_reservation(marker=a_marker())) is None


def _fail_transactions(monkeypatch: pytest.MonkeyPatch, times: int, *codes: str) -> list[float]:
    """Make DynamoDB cancel the first `times` transactions for these reasons; return the waits between them."""
    call, failures, waits = client.call, list[int](), list[float]()

    def failing(operation: str, request: Any, *, at_most_once: bool = False) -> Any:
        if operation == "TransactWriteItems" and len(failures) < times:
            failures.append(1)
            if not codes:
                raise OutcomeUnknown
            raise RequestRejected(TRANSACTION_FAILED, "", {"CancellationReasons": [{"Code": code} for code in codes]})
        return call(operation, request, at_most_once=at_most_once)

    def pause(seconds: float) -> bool:
        waits.append(seconds)
        return True

    monkeypatch.setattr(reservation, "pause", pause)
    monkeypatch.setattr(reservation, "call", failing)
    return waits


def test_transaction_conflict_is_not_retried_without_time_left(monkeypatch: pytest.MonkeyPatch) -> None:
    _fail_transactions(monkeypatch, 1, "TransactionConflict")
    monkeypatch.setattr(reservation, "pause", lambda _: False)
    assert reservation.reserve(a_reservation(a_counter(), a_counter("hour"))) is RejectionReason.CAP
    assert used_and_leased() == {}


def test_transaction_conflict_is_retried(monkeypatch: pytest.MonkeyPatch) -> None:
    waits = _fail_transactions(monkeypatch, 2, "TransactionConflict")
    assert reservation.reserve(a_reservation(a_counter(), a_counter("hour"))) is None
    assert (used(), len(waits)) == ({"day": 1, "hour": 1}, 2)


def test_click_is_rejected_after_ten_transaction_conflicts(monkeypatch: pytest.MonkeyPatch) -> None:
    waits = _fail_transactions(monkeypatch, 99, "TransactionConflict")
    assert reservation.reserve(a_reservation(a_counter(), a_counter("hour"))) is RejectionReason.CAP
    assert len(waits) == 10
    assert max(waits) <= 0.16


def test_transaction_without_response_is_not_retried(monkeypatch: pytest.MonkeyPatch) -> None:
    waits = _fail_transactions(monkeypatch, 99)
    assert reservation.reserve(a_reservation(a_counter(), a_counter("hour"))) is RejectionReason.CAP
    assert waits == []


# Leases


def after(seconds: float) -> datetime:
    return NOW + timedelta(seconds=seconds)


def test_counter_that_rejects_a_click_with_a_marker_is_remembered_as_exhausted(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    full = a_counter(limit=1)
    reservation.reserve(a_reservation(full))
    assert reservation.reserve(a_reservation(full, marker=a_marker(), token="t2")) is RejectionReason.CAP
    operations = record_operations(monkeypatch)
    assert reservation.reserve(a_reservation(full, token="t3")) is RejectionReason.CAP
    assert operations == []


def record_operations(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Return the list of the operations that are called from now on."""
    call, operations = client.call, list[str]()

    def recording(operation: str, request: Any, *, at_most_once: bool = False) -> Any:
        operations.append(operation)
        return call(operation, request, at_most_once=at_most_once)

    monkeypatch.setattr(reservation, "call", recording)
    return operations


def clicks(
    n: int, *counters: CapCounter, marker: DuplicateMarker | None = None, begin: float = 0
) -> list[RejectionReason | None]:
    """Return the results of clicks every tenth of a second."""
    tokens = [(f"t{begin}-{i}", after(begin + i / 10)) for i in range(n)]
    return [reservation.reserve(a_reservation(*counters, marker=marker, token=token, now=now)) for token, now in tokens]


def used_and_leased() -> dict[str, tuple[int, int]]:
    rows = dynamodb().scan(TableName="smartlink-caps")["Items"]
    return {row["key"]["S"]: (int(row["used"]["N"]), int(row.get("leased", {"N": "0"})["N"])) for row in rows}


def test_fast_clicks_under_a_large_cap_are_leased(monkeypatch: pytest.MonkeyPatch) -> None:
    operations = record_operations(monkeypatch)
    assert clicks(15, a_counter(limit=100_000)) == [None] * 15
    assert operations == ["UpdateItem"] * 4
    assert used_and_leased() == {"day": (15, 7)}


def test_leases_use_the_cap_completely() -> None:
    assert clicks(1_001, a_counter(limit=1_000)) == [None] * 1_000 + [RejectionReason.CAP]
    assert used_and_leased() == {"day": (1_000, 0)}


def test_several_caps_are_leased_in_one_transaction(monkeypatch: pytest.MonkeyPatch) -> None:
    operations = record_operations(monkeypatch)
    assert clicks(15, a_counter("day", 100_000), a_counter("hour", 100_000)) == [None] * 15
    assert operations == ["TransactWriteItems"] * 4
    assert used_and_leased() == {"day": (15, 7), "hour": (15, 7)}


def test_transaction_without_capacity_for_a_lease_counts_the_click_alone() -> None:
    both = a_counter("day", 100_000), a_counter("hour", 1_000)
    clicks(2, *both)
    dynamodb().update_item(
        TableName="smartlink-caps",
        Key={"key": {"S": "hour"}},
        UpdateExpression="SET used = :used",
        ExpressionAttributeValues={":used": {"N": "998"}},
    )
    assert clicks(4, *both, begin=0.2) == [None] * 3 + [RejectionReason.CAP]
    assert used_and_leased()["hour"][0] == 1_000


def test_click_with_a_lease_writes_only_the_marker(monkeypatch: pytest.MonkeyPatch) -> None:
    clicks(4, a_counter(limit=100_000))
    operations = record_operations(monkeypatch)
    results = [
        reservation.reserve(a_reservation(a_counter(limit=100_000), marker=a_marker(), token=f"m{n}")) for n in range(2)
    ]
    assert results == [None, RejectionReason.DUPLICATE]
    assert operations == ["PutItem", "PutItem"]


def test_duplicate_gives_its_unit_back_to_the_lease(monkeypatch: pytest.MonkeyPatch) -> None:
    reservation.reserve(a_reservation(marker=a_marker(), token="before"))
    clicks(2, a_counter(limit=100_000))
    assert clicks(1, a_counter(limit=100_000), marker=a_marker(), begin=0.2) == [RejectionReason.DUPLICATE]
    operations = record_operations(monkeypatch)
    assert clicks(1, a_counter(limit=100_000), begin=0.3) == [None]
    assert operations == []


def test_marker_of_the_same_click_is_no_duplicate() -> None:
    assert [reservation.reserve(a_reservation(marker=a_marker())) for _ in range(2)] == [None, None]


def test_check_only_uses_leases() -> None:
    clicks(2, a_counter(limit=100_000))
    dynamodb().update_item(
        TableName="smartlink-caps",
        Key={"key": {"S": "day"}},
        UpdateExpression="SET used = :used",
        ExpressionAttributeValues={":used": {"N": "100000"}},
    )
    assert reservation.check_only(a_reservation(a_counter(limit=100_000))) is None
    assert reservation.check_only(a_reservation(a_counter(limit=100_000), now=after(60))) is RejectionReason.CAP


def test_one_expired_lease_is_released_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    clicks(4, a_counter("day", 100_000))
    clicks(4, a_counter("hour", 100_000))
    assert used_and_leased() == {"day": (7, 3), "hour": (7, 3)}
    reservation.release_expired_lease(after(60))
    assert used_and_leased() == {"day": (4, 0), "hour": (7, 3)}
    operations = record_operations(monkeypatch)
    for _ in range(3):
        reservation.release_expired_lease(after(60))
    assert operations == ["UpdateItem"]
    assert used_and_leased() == {"day": (4, 0), "hour": (4, 0)}


def test_release_without_response_is_not_sent_again(monkeypatch: pytest.MonkeyPatch) -> None:
    clicks(4, a_counter(limit=100_000))
    attempts = list[bool]()

    def unanswered(_: str, __: Any, *, at_most_once: bool = False) -> Any:
        attempts.append(at_most_once)
        raise OutcomeUnknown

    monkeypatch.setattr(reservation, "call", unanswered)
    for _ in range(2):
        reservation.release_expired_lease(after(60))
    assert attempts == [True]


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        pytest.param(OutcomeUnknown, (7, 3), id="unknown outcome drops the lease being released"),
        pytest.param(NotApplied, (6, 0), id="update not applied restores the lease"),
    ],
)
def test_failed_update_rejects_the_click(
    error: type[TableError], expected: tuple[int, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    clicks(4, a_counter(limit=100_000))
    clicks(2, a_counter(limit=100_000), begin=0.4)

    def failing(_: str, __: Any, *, at_most_once: bool = False) -> Any:
        raise error

    with monkeypatch.context() as patched:
        patched.setattr(reservation, "call", failing)
        assert clicks(1, a_counter(limit=100_000), begin=40) == [RejectionReason.CAP]
    reservation.release_expired_lease(after(90))
    assert used_and_leased() == {"day": expected}


def test_threads_have_separate_leases() -> None:
    clicks(2, a_counter(limit=100_000))
    thread = Thread(target=clicks, args=(1, a_counter(limit=100_000)))
    thread.start()
    thread.join()
    assert used_and_leased() == {"day": (4, 1)}
