from dataclasses import replace
from datetime import UTC, datetime, timedelta
from threading import Thread
from types import SimpleNamespace
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


def a_reservation(*places: CapCounter, **changes: Any) -> Reservation:
    return replace(Reservation(places=places, mark=None, token="t1", now=NOW), **changes)


def a_place(key: str = "day", limit: int = 2, expires_at: datetime | None = END) -> CapCounter:
    return CapCounter(key, limit, expires_at)


def a_mark(key: str = "visitor", seconds: int = 60) -> DuplicateMarker:
    return DuplicateMarker(key, SECONDS + seconds)


def used() -> dict[str, int]:
    return {row.key: row.used for row in CapCounterRow.scan()}


def marks() -> dict[str, str]:
    return {row.key: row.click_id for row in DuplicateMarkerRow.scan()}


def reserve(*places: CapCounter, mark: DuplicateMarker | None = None) -> list[RejectionReason | None]:
    """What three clicks in a row are told."""
    return [reservation.reserve(a_reservation(*places, mark=mark, token=f"t{n}")) for n in range(3)]


def test_without_caps_and_filter_there_is_nothing_to_take() -> None:
    assert reservation.reserve(a_reservation()) is None
    assert (used(), marks()) == ({}, {})


def test_a_place_is_taken_as_long_as_there_is_one() -> None:
    assert reserve(a_place(limit=2)) == [None, None, RejectionReason.CAP]
    assert used() == {"day": 2}


def test_a_counter_goes_when_its_window_is_over_and_one_for_good_stays() -> None:
    reservation.reserve(a_reservation(a_place("day"), a_place("ever", expires_at=None)))
    rows = {row.key: row.expires_at for row in CapCounterRow.scan()}
    assert rows == {"day": END, "ever": None}


def test_two_places_are_taken_together_or_not_at_all() -> None:
    assert reserve(a_place("day", 2), a_place("hour", 1)) == [None, RejectionReason.CAP, RejectionReason.CAP]
    assert used() == {"day": 1, "hour": 1}


def test_a_mark_is_left_once_in_its_window() -> None:
    assert reserve(mark=a_mark()) == [None, RejectionReason.DUPLICATE, RejectionReason.DUPLICATE]
    assert marks() == {"visitor": "t0"}


@pytest.mark.parametrize(("later", "told"), [(59, RejectionReason.DUPLICATE), (60, None), (61, None)])
def test_a_mark_is_void_when_its_window_is_over_though_its_row_is_still_there(
    later: int, told: RejectionReason | None
) -> None:
    reservation.reserve(a_reservation(mark=a_mark()))
    again = a_reservation(mark=a_mark(seconds=600), now=NOW + timedelta(seconds=later), token="t2")
    assert reservation.check_only(again) == told
    assert reservation.reserve(again) == told
    assert marks() == {"visitor": "t1" if told else "t2"}


def test_a_duplicate_takes_no_place() -> None:
    assert reserve(a_place(limit=9), mark=a_mark()) == [None, RejectionReason.DUPLICATE, RejectionReason.DUPLICATE]
    assert used() == {"day": 1}


def test_a_click_without_a_place_leaves_no_mark() -> None:
    reservation.reserve(a_reservation(a_place(limit=1), mark=a_mark("one")))
    assert reservation.reserve(a_reservation(a_place(limit=1), mark=a_mark("two"), token="t2")) is RejectionReason.CAP
    assert marks() == {"one": "t1"}


def test_a_duplicate_over_the_cap_is_a_duplicate() -> None:
    told = [reservation.reserve(a_reservation(a_place(limit=1), mark=a_mark(), token=f"t{n}")) for n in range(2)]
    assert told == [None, RejectionReason.DUPLICATE]


def test_a_full_counter_is_remembered_by_its_limit() -> None:
    reserve(a_place(limit=2))
    CapCounterRow("day").update([CapCounterRow.used.set(0)])
    assert reservation.reserve(a_reservation(a_place(limit=2))) is RejectionReason.CAP
    assert reservation.reserve(a_reservation(a_place("another", 2))) is None
    assert reservation.reserve(a_reservation(a_place(limit=3))) is None


def test_a_full_counter_spares_the_table_for_a_click_under_several_caps() -> None:
    reserve(a_place("hour", 1))
    dynamodb().delete_table(TableName="smartlink-caps")
    assert reservation.reserve(a_reservation(a_place("day"), a_place("hour", 1))) is RejectionReason.CAP


def test_peeking_tells_what_reserving_would_and_takes_nothing() -> None:
    one = a_reservation(a_place(limit=1), mark=a_mark())
    assert [reservation.check_only(one) for _ in range(3)] == [None] * 3
    assert (used(), marks()) == ({}, {})
    reservation.reserve(one)
    assert reservation.check_only(one) is RejectionReason.DUPLICATE
    assert reservation.check_only(replace(one, mark=None)) is RejectionReason.CAP
    assert reservation.check_only(replace(one, places=())) is RejectionReason.DUPLICATE
    assert reservation.check_only(a_reservation()) is None


def test_a_table_that_does_not_answer_refuses_a_cap_and_lets_a_mark_pass(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reservation, "time", SimpleNamespace(sleep=lambda _: None))
    for name in ("caps", "duplicates"):
        dynamodb().delete_table(TableName=f"smartlink-{name}")
    assert reservation.reserve(a_reservation(a_place())) is RejectionReason.CAP
    assert reservation.reserve(a_reservation(a_place(), a_place("hour"))) is RejectionReason.CAP
    assert reservation.reserve(a_reservation(mark=a_mark())) is None


def _failing(monkeypatch: pytest.MonkeyPatch, times: int, *codes: str) -> list[float]:
    """Lets DynamoDB refuse the first `times` transactions for these reasons; gives the waits between them."""
    call, done, waits = client.call, list[int](), list[float]()

    def failing(operation: str, request: Any, *, once: bool = False) -> Any:
        if operation == "TransactWriteItems" and len(done) < times:
            done.append(1)
            if not codes:
                raise OutcomeUnknown
            raise RequestRejected(TRANSACTION_FAILED, "", {"CancellationReasons": [{"Code": code} for code in codes]})
        return call(operation, request, once=once)

    monkeypatch.setattr(reservation, "time", SimpleNamespace(sleep=waits.append))
    monkeypatch.setattr(reservation, "call", failing)
    return waits


def test_a_reservation_that_was_crossed_is_made_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    waits = _failing(monkeypatch, 2, "TransactionConflict")
    assert reservation.reserve(a_reservation(a_place(), a_place("hour"))) is None
    assert (used(), len(waits)) == ({"day": 1, "hour": 1}, 2)


def test_a_reservation_that_others_keep_crossing_gives_up_as_full(monkeypatch: pytest.MonkeyPatch) -> None:
    waits = _failing(monkeypatch, 99, "TransactionConflict")
    assert reservation.reserve(a_reservation(a_place(), a_place("hour"))) is RejectionReason.CAP
    assert len(waits) == 10
    assert max(waits) <= 0.16


def test_nobody_waits_for_a_table_that_does_not_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    waits = _failing(monkeypatch, 99)
    assert reservation.reserve(a_reservation(a_place(), a_place("hour"))) is RejectionReason.CAP
    assert waits == []


# Places on lease


def at(seconds: float) -> datetime:
    return NOW + timedelta(seconds=seconds)


def counted(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The operations that are called from now on."""
    call, called = client.call, list[str]()

    def counting(operation: str, request: Any, *, once: bool = False) -> Any:
        called.append(operation)
        return call(operation, request, once=once)

    monkeypatch.setattr(reservation, "call", counting)
    return called


def clicks(
    n: int, *places: CapCounter, mark: DuplicateMarker | None = None, begin: float = 0
) -> list[RejectionReason | None]:
    """What clicks are told that come every tenth of a second."""
    tokens = [(f"t{begin}-{i}", at(begin + i / 10)) for i in range(n)]
    return [reservation.reserve(a_reservation(*places, mark=mark, token=token, now=now)) for token, now in tokens]


def counters() -> dict[str, tuple[int, int]]:
    rows = dynamodb().scan(TableName="smartlink-caps")["Items"]
    return {row["key"]["S"]: (int(row["used"]["N"]), int(row.get("leased", {"N": "0"})["N"])) for row in rows}


def test_fast_clicks_under_a_large_cap_take_places_ahead(monkeypatch: pytest.MonkeyPatch) -> None:
    called = counted(monkeypatch)
    assert clicks(15, a_place(limit=100_000)) == [None] * 15
    assert called == ["UpdateItem"] * 4
    assert counters() == {"day": (15, 7)}


def test_a_lease_ends_at_the_limit_and_no_earlier() -> None:
    assert clicks(1_001, a_place(limit=1_000)) == [None] * 1_000 + [RejectionReason.CAP]
    assert counters() == {"day": (1_000, 0)}


def test_places_of_several_caps_are_leased_in_one_transaction(monkeypatch: pytest.MonkeyPatch) -> None:
    called = counted(monkeypatch)
    assert clicks(15, a_place("day", 100_000), a_place("hour", 100_000)) == [None] * 15
    assert called == ["TransactWriteItems"] * 4
    assert counters() == {"day": (15, 7), "hour": (15, 7)}


def test_a_transaction_without_room_for_a_lease_takes_the_place_alone() -> None:
    both = a_place("day", 100_000), a_place("hour", 1_000)
    clicks(2, *both)
    dynamodb().update_item(
        TableName="smartlink-caps",
        Key={"key": {"S": "hour"}},
        UpdateExpression="SET used = :used",
        ExpressionAttributeValues={":used": {"N": "998"}},
    )
    assert clicks(4, *both, begin=0.2) == [None] * 3 + [RejectionReason.CAP]
    assert counters()["hour"][0] == 1_000


def test_a_mark_is_all_that_is_written_with_places_at_hand(monkeypatch: pytest.MonkeyPatch) -> None:
    clicks(4, a_place(limit=100_000))
    called = counted(monkeypatch)
    told = [reservation.reserve(a_reservation(a_place(limit=100_000), mark=a_mark(), token=f"m{n}")) for n in range(2)]
    assert told == [None, RejectionReason.DUPLICATE]
    assert called == ["PutItem", "PutItem"]


def test_a_refused_duplicate_gives_its_place_back_to_the_lease(monkeypatch: pytest.MonkeyPatch) -> None:
    reservation.reserve(a_reservation(mark=a_mark(), token="before"))
    clicks(2, a_place(limit=100_000))
    assert clicks(1, a_place(limit=100_000), mark=a_mark(), begin=0.2) == [RejectionReason.DUPLICATE]
    called = counted(monkeypatch)
    assert clicks(1, a_place(limit=100_000), begin=0.3) == [None]
    assert called == []


def test_a_mark_of_the_same_click_is_no_duplicate() -> None:
    assert [reservation.reserve(a_reservation(mark=a_mark())) for _ in range(2)] == [None, None]


def test_peeking_sees_places_at_hand() -> None:
    clicks(2, a_place(limit=100_000))
    dynamodb().update_item(
        TableName="smartlink-caps",
        Key={"key": {"S": "day"}},
        UpdateExpression="SET used = :used",
        ExpressionAttributeValues={":used": {"N": "100000"}},
    )
    assert reservation.check_only(a_reservation(a_place(limit=100_000))) is None
    assert reservation.check_only(a_reservation(a_place(limit=100_000), now=at(60))) is RejectionReason.CAP


def test_one_expired_lease_is_released_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    clicks(4, a_place("day", 100_000))
    clicks(4, a_place("hour", 100_000))
    assert counters() == {"day": (7, 3), "hour": (7, 3)}
    reservation.release_expired_lease(at(60))
    assert counters() == {"day": (4, 0), "hour": (7, 3)}
    called = counted(monkeypatch)
    for _ in range(3):
        reservation.release_expired_lease(at(60))
    assert called == ["UpdateItem"]
    assert counters() == {"day": (4, 0), "hour": (4, 0)}


def test_a_settlement_that_is_not_answered_is_not_sent_again(monkeypatch: pytest.MonkeyPatch) -> None:
    clicks(4, a_place(limit=100_000))
    called = list[bool]()

    def silent(_: str, __: Any, *, once: bool = False) -> Any:
        called.append(once)
        raise OutcomeUnknown

    monkeypatch.setattr(reservation, "call", silent)
    for _ in range(2):
        reservation.release_expired_lease(at(60))
    assert called == [True]


@pytest.mark.parametrize(
    ("trouble", "then"),
    [
        pytest.param(OutcomeUnknown, (7, 3), id="that may have happened forgets the lease that it was settling"),
        pytest.param(NotApplied, (6, 0), id="that surely did not happen leaves the lease to be settled later"),
    ],
)
def test_an_update_takes_no_click_and(
    trouble: type[TableError], then: tuple[int, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    clicks(4, a_place(limit=100_000))
    clicks(2, a_place(limit=100_000), begin=0.4)

    def failing(_: str, __: Any, *, once: bool = False) -> Any:
        raise trouble

    with monkeypatch.context() as patched:
        patched.setattr(reservation, "call", failing)
        assert clicks(1, a_place(limit=100_000), begin=40) == [RejectionReason.CAP]
    reservation.release_expired_lease(at(90))
    assert counters() == {"day": then}


def test_each_thread_holds_leases_of_its_own() -> None:
    clicks(2, a_place(limit=100_000))
    elsewhere = Thread(target=clicks, args=(1, a_place(limit=100_000)))
    elsewhere.start()
    elsewhere.join()
    assert counters() == {"day": (4, 1)}
