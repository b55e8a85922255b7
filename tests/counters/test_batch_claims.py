from typing import Any

import pytest
from pynamodb.exceptions import UpdateError

from chalicelib.counters import batch_claims
from chalicelib.counters.batch_claims import Claim, Range, claim, others
from chalicelib.counters.stream_batch import StreamRecord
from chalicelib.tables.base import get_or_none
from chalicelib.tables.counters import BatchClaimRow
from tests.builders import NOW
from tests.counters.test_aggregator import AT

pytestmark = pytest.mark.usefixtures("tables")

HOUR = "2026-11-21T12"


def records(first: int, last: int, at: int = AT) -> list[StreamRecord]:
    return [StreamRecord(str(n), at, bytes([n % 256])) for n in range(first, last + 1)]


def a_claim(first: int, last: int, **changes: Any) -> Claim:
    return claim(records(first, last), NOW, **changes)


def widest(partition: str = HOUR) -> int | None:
    row = get_or_none(BatchClaimRow, partition, batch_claims.WIDEST)
    return row.level if row else None


def found(attempt: Claim) -> list[tuple[int, ...]]:
    return [tuple(each.numbers) for each in others(attempt)]


def test_claims_that_share_a_sequence_number_are_found_and_no_others() -> None:
    for first, last in ((0, 9), (10, 19), (15, 16), (19, 30), (20, 29), (31, 900)):
        a_claim(first, last)
    assert found(a_claim(16, 19)) == [(15, 16), (10, 19), (19, 30)]


def test_claims_that_end_before_the_first_record_are_not_read(monkeypatch: pytest.MonkeyPatch) -> None:
    a_claim(0, 900)
    for n in range(10):
        a_claim(1_000 * n, 1_000 * n + 9)
    read, query = list[str](), BatchClaimRow.query

    def noted(*arguments: Any, **options: Any) -> Any:
        rows = list(query(*arguments, **options))
        read.extend(row.first for row in rows)
        return rows

    monkeypatch.setattr(BatchClaimRow, "query", noted)
    assert found(a_claim(9_005, 9_014)) == [(9_000, 9_009)]
    assert read == ["9000", "9005"]


def test_wide_claim_is_found_by_a_narrow_one_that_is_far_from_its_end() -> None:
    a_claim(0, 900)
    assert found(a_claim(0, 0)) == [(0, 900)]
    assert found(a_claim(899, 899)) == [(0, 900)]
    assert found(a_claim(901, 901)) == []


def test_claims_of_the_greatest_numbers_are_found() -> None:
    last = 10**40 - 1
    a_claim(last - 99, last)
    assert found(a_claim(last - 5, last)) == [(last - 99, last)]


def test_shards_whose_numbers_are_interleaved_are_told_apart_by_the_last_digits() -> None:
    numbers = [f"{n}{499_659 + n:020d}" for n in range(3, 9)], [f"{n}{17_450_439_091 + n:020d}" for n in range(3, 9)]
    one, other = ([StreamRecord(each, AT, b"") for each in shard] for shard in numbers)
    claim(one[:4], NOW)
    assert found(claim(other, NOW)) == []
    assert found(claim(one[3:], NOW)) == [(int(one[0].sequence), int(one[3].sequence))]


def test_attempts_on_the_same_records_have_different_claims() -> None:
    first, second = a_claim(5, 6), a_claim(5, 6)
    assert first.batch_id != second.batch_id
    assert [each.batch_id for each in others(second)] == [first.batch_id]


def test_claims_of_other_hours_and_streams_are_apart() -> None:
    a_claim(5, 6)
    assert found(claim(records(5, 6, AT + 3_600_000), NOW)) == []
    assert found(a_claim(5, 6, stream="conversions#")) == []


@pytest.mark.parametrize(("width", "level"), [(0, 0), (1, 1), (3, 1), (4, 2), (15, 2), (16, 3), (10**23, 39)])
def test_level_is_the_lowest_that_is_wider(width: int, level: int) -> None:
    attempt = Claim(HOUR, Range(7, 7 + width), Range(0, 0), "id")
    assert attempt.level == level
    assert 4 ** (level - 1) <= width < 4**level or level == 0


def test_widest_range_is_raised_and_never_lowered() -> None:
    levels = []
    for first, last in ((0, 3), (0, 0), (0, 100), (0, 3)):
        levels.append((a_claim(first, last).widest, widest()))
    assert levels == [(4, 1), (4, 1), (256, 4), (256, 4)]


def test_claim_is_written_again_after_it_raised_the_widest_range(monkeypatch: pytest.MonkeyPatch) -> None:
    saves, save = list[int | None](), BatchClaimRow.save

    def noted(row: BatchClaimRow, *arguments: Any) -> Any:
        saves.append(widest())
        return save(row, *arguments)

    monkeypatch.setattr(BatchClaimRow, "save", noted)
    a_claim(0, 3)
    a_claim(4, 7)
    assert saves == [None, 1, 1]


def test_range_that_another_attempt_raises_first_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    update = BatchClaimRow.update

    def overtaken(row: BatchClaimRow, *arguments: Any) -> Any:
        monkeypatch.setattr(BatchClaimRow, "update", update)
        a_claim(0, 900)
        return update(row, *arguments)

    monkeypatch.setattr(BatchClaimRow, "update", overtaken)
    assert a_claim(0, 3).widest == 4**5
    assert widest() == 5


def test_refused_update_of_the_widest_range_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    def throttled(*_: Any) -> None:
        raise UpdateError

    monkeypatch.setattr(BatchClaimRow, "update", throttled)
    with pytest.raises(UpdateError):
        a_claim(0, 3)


def test_withdrawn_claim_is_not_found() -> None:
    batch_claims.withdraw(a_claim(0, 3))
    assert found(a_claim(0, 3)) == []
