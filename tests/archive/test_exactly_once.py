"""Clicks and conversions on moto: each counted and archived once, wherever deliveries begin and end.

Mappings are created again at any point, while the old one still runs: deliveries are any ranges of any shard, two
invocations at a time have their calls to AWS in any order, and are killed before or after any call.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from itertools import cycle
from types import ModuleType
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from chalicelib.archive import objects
from chalicelib.conversions import archiving
from chalicelib.counters import aggregator, stream_batch
from chalicelib.counters.stream_batch import DIGEST_BYTES, position_of
from chalicelib.tables.counters import StreamBatchRow
from tests import interleaving
from tests.archive import archived
from tests.archive.changed_conversions import a_changed_conversion
from tests.conftest import empty_tables
from tests.counters.test_aggregator import (
    NOW,
    a_record,
    counted,
    expected,
    expected_learned,
    learned,
    listed,
)
from tests.interleaving import Invocation, interleaved_calls

pytestmark = pytest.mark.usefixtures("tables")

TOTAL, SHARDS = 12, 2
"""Records of a shard, and shards: the sequence numbers of the first one are also in the second one."""

Record = dict[str, Any]
Shards = Sequence[Sequence[Record]]


@dataclass(frozen=True, slots=True)
class Delivery:
    """A delivery of `length` records of a shard, from record `first` on.

    It is killed at call `kill_at` to AWS (0: never), before or after it was `carried_out`.
    """

    shard: int
    first: int
    length: int
    kill_at: int
    carried_out: bool


deliveries = st.builds(
    Delivery,
    st.integers(0, SHARDS - 1),
    st.integers(0, TOTAL - 1),
    st.integers(1, TOTAL),
    st.integers(0, 18),
    carried_out=st.booleans(),
)
rounds = st.lists(
    st.tuples(st.lists(deliveries, min_size=1, max_size=2), st.lists(st.integers(0, 1), max_size=40)),
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


def deliver(
    process: Callable[[Sequence[Record]], object], shards: Shards, planned: Sequence[Any], check: Callable[[], None]
) -> None:
    """Make the planned deliveries, then deliver each shard from its start. Check after each round."""
    with interleaved_calls():
        for together, order in planned:
            invocations = []
            for each in together:
                records = shards[each.shard][each.first : each.first + each.length]
                work = lambda records=records: process(records)  # noqa: E731
                invocations.append(Invocation(work, each.kill_at, carried_out=each.carried_out))
            interleaving.run(invocations, order)
            check()
    for records in shards:
        process(records)
    check()


def numbered(records: Sequence[Record], shift: int) -> list[Record]:
    """Set the sequence number of each record to its place plus `shift`."""
    for n, record in enumerate(records):
        record["dynamodb"]["SequenceNumber"] = f"{10**20 + n + shift}"
    return list(records)


def digest(record: Record) -> bytes:
    return position_of(record)[2]


def check_objects(prefix: str, names: Mapping[bytes, str], name_of: Callable[[dict[str, Any]], str]) -> None:
    """Each published object holds exactly the lines of the committed batch that names it.

    `names` are the names of the records that have a line, by digest.
    """
    rows = {objects.published_key(row.staged): row.digests for row in StreamBatchRow.scan() if row.staged}
    for key, lines in archived.objects(f"{prefix}/").items():
        digests = [rows[key][n : n + DIGEST_BYTES] for n in range(0, len(rows[key]), DIGEST_BYTES)]
        assert [name_of(line) for line in lines] == [names[each] for each in digests if each in names]


examples = settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
shifts = st.integers(0, TOTAL)


@examples
@given(planned=rounds, sizes=batch_sizes, shift=shifts)
def test_each_click_is_counted_listed_and_archived_once_however_deliveries_begin_and_end(
    planned: Sequence[Any], sizes: Sequence[int], shift: int
) -> None:
    empty_tables()
    clicks = [a_record(n) for n in range(SHARDS * TOTAL - 2)]
    others = [a_record(5, "MODIFY"), a_record(6, "REMOVE", image={})]
    first = [*clicks[:5], *others, *clicks[5 : TOTAL - 2]]
    shards = [numbered(first, 0), numbered(clicks[TOTAL - 2 :], shift)]
    names = {digest(record): record["dynamodb"]["Keys"]["click_id"]["S"] for record in clicks}

    def count(records: Sequence[Record]) -> None:
        with suppress(aggregator.AggregationStopped):
            aggregator.aggregate(resize(records), NOW)

    def check() -> None:
        check_objects("clicks", names, lambda line: str(line["click_id"]))

    with batches_of(sizes, stream_batch) as resize:
        deliver(count, shards, planned, check)
    assert counted() == expected(len(clicks))
    assert learned() == expected_learned(len(clicks))
    assert listed() == sorted(names.values())
    assert sorted(line["click_id"] for line in archived.lines("clicks/")) == listed()


@examples
@given(planned=rounds, sizes=batch_sizes, shift=shifts)
def test_each_change_of_a_conversion_is_archived_once_however_deliveries_begin_and_end(
    planned: Sequence[Any], sizes: Sequence[int], shift: int
) -> None:
    empty_tables()
    shards = [
        numbered([a_changed_conversion(n, conversion=n % 3 + 3 * shard, removed=n == 5) for n in range(TOTAL)], start)
        for shard, start in enumerate((0, shift))
    ]
    changes = [record for records in shards for record in records if "NewImage" in record["dynamodb"]]
    names = {digest(record): name_of_change(record) for record in changes}

    def check() -> None:
        check_objects("conversions", names, name_of_line)

    with batches_of(sizes, archiving) as resize:
        deliver(lambda records: archiving.archive(resize(records), NOW), shards, planned, check)
    assert sorted(map(name_of_line, archived.lines("conversions/"))) == sorted(names.values())


def name_of_change(record: Record) -> str:
    return f"{record['dynamodb']['Keys']['id']['S']} {record['dynamodb']['SequenceNumber']}"


def name_of_line(line: dict[str, Any]) -> str:
    return f"{line['conversion_id']} {line['version'].lstrip('0')}"
