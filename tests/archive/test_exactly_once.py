"""Clicks and conversions on moto with kills, redeliveries, splits and two invocations at once: each archived once."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import cycle
from types import ModuleType
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from chalicelib.clicks import id_lists
from chalicelib.conversions import archiving
from chalicelib.counters import aggregator, stream_batch
from chalicelib.tables.counters import StreamBatchRow
from tests import interleaving
from tests.archive import archived
from tests.archive.changed_conversions import a_changed_conversion
from tests.conftest import empty_tables
from tests.counters.test_aggregator import NOW, a_record, counted, expected
from tests.interleaving import Invocation, interleaved_calls

pytestmark = pytest.mark.usefixtures("tables")

TOTAL = 18


@dataclass(frozen=True, slots=True)
class Delivery:
    """A delivery of `length` records, `back` starts before the checkpoint.

    It is killed at call `kill_at` to AWS (0: never), before or after it was `carried_out`. Its acknowledgement may be
    `lost`.
    """

    length: int
    back: int
    kill_at: int
    carried_out: bool
    lost: bool


deliveries = st.builds(
    Delivery, st.integers(1, 12), st.integers(0, 2), st.integers(0, 14), carried_out=st.booleans(), lost=st.booleans()
)
rounds = st.lists(
    st.tuples(st.lists(deliveries, min_size=1, max_size=2), st.lists(st.integers(0, 1), max_size=30)),
    min_size=1,
    max_size=4,
)

batch_sizes = st.lists(st.integers(1, 6), min_size=1, max_size=4)


@contextmanager
def batches_of(sizes: Sequence[int], module: ModuleType) -> Iterator[Callable[[Any], Any]]:
    """Yield a function that starts an invocation with its records: each makes batches of another size."""
    following = cycle(sizes)
    with pytest.MonkeyPatch.context() as patch:

        def resize(records: Any) -> Any:
            patch.setattr(module, "MAX_RECORDS", next(following))
            return records

        yield resize


def deliver(process: Callable[[int, int], Any], planned: Sequence[Any], check: Callable[[], None]) -> None:
    """Deliver all records, as planned first, and check after each round.

    As in a stream, each delivery starts where an earlier one started or ended, not after an unprocessed record.
    """
    starts, begin = [0], 0
    with interleaved_calls():
        for together, order in planned:
            ranges, invocations = [], []
            for delivery in together:
                first = starts[max(starts.index(begin) - delivery.back, 0)]
                last = min(first + delivery.length, TOTAL)
                ranges.append((first, last, delivery))
                work = lambda first=first, last=last: process(first, last)  # noqa: E731
                invocations.append(Invocation(work, delivery.kill_at, carried_out=delivery.carried_out))
            interleaving.run(invocations, order)
            check()
            for (_, last, delivery), invocation in zip(ranges, invocations, strict=True):
                if invocation.is_complete and not delivery.lost:
                    starts, begin = sorted({*starts, last}), max(begin, last)
    process(begin, TOTAL)
    check()


def archived_batches(prefix: str, stream: str) -> dict[str, list[str]]:
    """Return the records of each committed batch that has an object, by the sequence number in the object's key."""
    rows = [row for row in StreamBatchRow.scan() if row.staged and row.staged.split("/")[2] == prefix]
    return {row.first.removeprefix(stream): id_lists.decode(row.records) for row in rows}


def check_objects(prefix: str, stream: str, name_of: Callable[[dict[str, Any]], str], names: Sequence[str]) -> None:
    """Each published object holds exactly the lines of the batch that was committed under its sequence number."""
    batches = archived_batches(prefix, stream)
    for key, lines in archived.objects(f"{prefix}/").items():
        records = batches[key.rpartition("/")[2].removesuffix(".jsonl.gz")]
        assert [name_of(line) for line in lines] == [each for each in records if each in names]


examples = settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@examples
@given(planned=rounds, sizes=batch_sizes)
def test_archive_holds_each_click_once_in_the_batch_that_was_committed(
    planned: Sequence[Any], sizes: Sequence[int]
) -> None:
    empty_tables()
    records = [a_record(n) for n in range(TOTAL)]
    records[5:7] = [a_record(5, "MODIFY"), a_record(6, "REMOVE", image={})]
    sequences = {f"click{n:05d}": record["dynamodb"]["SequenceNumber"] for n, record in enumerate(records)}
    wanted = [name for name in sequences if name not in {"click00005", "click00006"}]

    def check() -> None:
        check_objects("clicks", "", lambda line: sequences[line["click_id"]], [sequences[name] for name in wanted])

    with batches_of(sizes, stream_batch) as resize:
        deliver(lambda first, last: aggregator.aggregate(resize(records[first:last]), NOW), planned, check)
    assert sorted(line["click_id"] for line in archived.lines("clicks/")) == wanted
    assert sum(sum(counts[:3]) for counts in counted().values()) == len(wanted)


@examples
@given(planned=rounds, sizes=batch_sizes)
def test_archive_holds_each_change_of_a_conversion_once(planned: Sequence[Any], sizes: Sequence[int]) -> None:
    empty_tables()
    records = [a_changed_conversion(n, conversion=n % 7) for n in range(TOTAL)]
    records[5] = a_changed_conversion(5, conversion=5, removed=True)
    sequences = [record["dynamodb"]["SequenceNumber"] for record in records]
    wanted = [sequence for n, sequence in enumerate(sequences) if n != 5]

    def version(line: dict[str, Any]) -> str:
        return str(line["version"]).lstrip("0")

    def check() -> None:
        check_objects("conversions", archiving.STREAM, version, wanted)

    with batches_of(sizes, archiving) as resize:
        deliver(lambda first, last: archiving.archive(resize(records[first:last]), NOW), planned, check)
    lines = archived.lines("conversions/")
    assert sorted(map(version, lines)) == wanted
    assert len({(line["conversion_id"], line["version"]) for line in lines}) == len(wanted)


def test_counted_clicks_of_the_property_are_those_of_the_stream() -> None:
    aggregator.aggregate([a_record(n) for n in range(TOTAL)], NOW)
    assert counted() == expected(TOTAL)
