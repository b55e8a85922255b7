from typing import Any

import pytest
from pynamodb.exceptions import PutError

from chalicelib.archive import objects
from chalicelib.counters import batch_claims, batch_rows
from chalicelib.counters.batch_claims import Claim
from chalicelib.counters.batch_rows import MAX_ATTEMPTS, UNDECIDED, Overtaken, advance, committed_row, uncounted
from chalicelib.counters.stream_batch import DIGEST_BYTES, StreamRecord
from chalicelib.tables.counters import BatchClaimRow, StreamBatchRow
from tests.archive import archived
from tests.builders import NOW

pytestmark = pytest.mark.usefixtures("tables")

RECORDS = [StreamRecord(f"{n}", 0, n.to_bytes(DIGEST_BYTES, "big")) for n in range(6)]
STRANGERS = [StreamRecord(f"{n}", 0, (n + 100).to_bytes(DIGEST_BYTES, "big")) for n in range(6)]


def a_claim(records: list[StreamRecord] = RECORDS) -> Claim:
    return batch_claims.claim(records, NOW)


def a_committed_batch(records: list[StreamRecord], staged: str | None = None) -> Claim:
    attempt = a_claim(records)
    committed_row(attempt.batch_id, records, NOW, staged).save(UNDECIDED)
    return attempt


def left_of(records: list[StreamRecord]) -> list[StreamRecord]:
    return uncounted(a_claim(records), records, NOW)


def test_records_of_every_committed_batch_are_left_out() -> None:
    a_committed_batch(RECORDS[:2])
    a_committed_batch(RECORDS[4:])
    assert left_of(RECORDS) == RECORDS[2:4]
    assert left_of(RECORDS[1:3]) == RECORDS[2:3]
    assert left_of(RECORDS[:2]) == []


def test_records_of_another_shard_with_the_same_sequence_numbers_remain() -> None:
    a_committed_batch(STRANGERS)
    assert left_of(RECORDS) == RECORDS


def test_attempt_that_was_cancelled_can_never_commit_and_its_claim_is_gone() -> None:
    slow = a_claim(RECORDS[:3])
    fast = a_claim(RECORDS)
    assert uncounted(fast, RECORDS, NOW) == RECORDS
    with pytest.raises(PutError):
        committed_row(slow.batch_id, RECORDS[:3], NOW).save(UNDECIDED)
    committed_row(fast.batch_id, RECORDS, NOW).save(UNDECIDED)
    assert [row.position for row in BatchClaimRow.scan(BatchClaimRow.first.exists())] == [fast.position]


def test_attempt_that_commits_before_it_is_cancelled_is_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    slow = a_claim(RECORDS[:3])
    rows = batch_rows._rows

    def then_commits(claims: Any) -> Any:
        decided = rows(claims)
        committed_row(slow.batch_id, RECORDS[:3], NOW).save(UNDECIDED)
        return decided

    monkeypatch.setattr(batch_rows, "_rows", then_commits)
    assert left_of(RECORDS) == RECORDS[3:]


def test_refused_cancellation_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    def throttled(*_: Any) -> None:
        raise PutError

    a_claim()
    attempt = a_claim()
    monkeypatch.setattr(StreamBatchRow, "save", throttled)
    with pytest.raises(PutError):
        uncounted(attempt, RECORDS, NOW)


def test_object_of_a_committed_batch_is_published_before_its_records_are_skipped() -> None:
    staged = objects.stage("clicks/date=2026-11-21/hour=12/0.jsonl.gz", [{"click_id": "a"}])
    a_committed_batch(RECORDS[:2], staged)
    assert left_of(STRANGERS) == STRANGERS
    assert archived.lines("clicks/") == []
    assert left_of(RECORDS[1:3]) == RECORDS[2:3]
    assert archived.lines("clicks/") == [{"click_id": "a"}]


def test_process_is_called_until_records_are_done_and_at_most_five_times() -> None:
    remaining = iter([[1, 2], [1, 2], [2]])
    assert advance(lambda _: next(remaining), [1, 2]) == [2]  # type: ignore[type-var]
    calls: list[list[StreamRecord]] = []

    def cancelled(pending: list[StreamRecord]) -> list[StreamRecord]:
        calls.append(pending)
        return pending

    with pytest.raises(Overtaken):
        advance(cancelled, RECORDS)
    assert calls == [RECORDS] * MAX_ATTEMPTS
