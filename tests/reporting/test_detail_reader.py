from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from chalicelib.counters import cells, detail_blocks, detail_places
from chalicelib.counters.detail_cells import COUNTS
from chalicelib.counters.detail_places import OTHER
from chalicelib.counters.rollups import reader, storage
from chalicelib.counters.rollups.storage import Key
from chalicelib.domain.timestamps import milliseconds
from chalicelib.reporting.aggregation import AggregationQuery, Groups, aggregate
from chalicelib.reporting.detail_reader import read_details
from chalicelib.tables.clicks import ClickListRow
from chalicelib.tables.counters import BatchClaimRow, CounterBlockRow, StreamBatchRow
from tests.reporting.counted_events import ZONES
from tests.reporting.detail_world import DAYS, DIMENSIONS, KEYS, World, smartlink_of, summed

pytestmark = pytest.mark.usefixtures("tables")


@pytest.fixture(autouse=True)
def _few_places_in_one_shard(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(detail_places, "MAX_VALUES", 3)
    monkeypatch.setattr(cells, "SHARDS", 1)


def counts_by_name(count: str) -> dict[str, int]:
    """Return a count by browser."""
    names = summed(read_details(DAYS, "browser", None), ["browser"])
    return {str(name): counts[count] for (name,), counts in names.items() if counts[count]}


def test_piece_has_the_dimensions_of_a_detail_report_and_its_counts() -> None:
    world = World(places=3)
    world.click("pub_1", "safari", "blog", lost=True)
    (piece,) = read_details(DAYS, "source", None)
    assert set(piece.values) == set(piece.codes) == {*KEYS, "source"}
    assert {name: list(column) for name, column in piece.counts.items()} == {"unique_clicks": [1], "lost_clicks": [1]}
    assert set(piece.counts) <= set(COUNTS)


def test_clicks_without_a_value_are_not_in_the_cells_of_the_dimension() -> None:
    world = World(places=3)
    world.click("pub_1", "safari", "")
    assert list(read_details(DAYS, "source", None)) == []
    assert list(read_details(DAYS, "sub10", None)) == []


def test_many_partitions_are_read_in_turn(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reader, "_PARTITIONS_PER_READ", 1)
    world = World(places=3)
    for n in range(3):
        world.click("pub_1", f"browser {n}", "")
        world.now += timedelta(days=1)
    assert counts_by_name("unique_clicks") == {"browser 0": 1, "browser 1": 1, "browser 2": 1}


def test_publisher_reads_one_shard(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cells, "SHARDS", 4)
    world = World(places=3)
    for publisher in ("pub_1", "pub_2", "pub_3"):
        world.click(publisher, "safari", "")
    shard = cells.shard_of("pub_1")
    found = {key[0] for key in summed(read_details(DAYS, "browser", "pub_1"), ["publisher"])}
    assert found == {name for name in ("pub_1", "pub_2", "pub_3") if cells.shard_of(name) == shard}


@pytest.mark.parametrize("merges_at", [(), (0,), (4,), (2, 4, 6)], ids=str)
def test_conversion_of_a_click_on_a_full_day_is_counted_under_the_name_of_the_click(merges_at: tuple[int, ...]) -> None:
    world = World(places=3)
    for n, browser in enumerate("abcd"):
        if n in merges_at:
            world.merge(1)
        world.click("pub_1", browser, "")
    world.now += timedelta(days=1)
    for n, (step, number) in enumerate([(world.convert, 3), (world.convert, 1), (world.reject, 0)], 4):
        if n in merges_at:
            world.merge(1)
        step(number)
    assert world.report("browser") == world.named("browser")
    assert counts_by_name("arrived_conversions") == {"b": 1}
    assert counts_by_name("arrived_rejected_conversions") == {OTHER: 1}
    assert counts_by_name("unique_clicks") == {"a": 1, "b": 1, "c": 1, OTHER: 1}


def test_days_of_the_clicks_of_late_conversions_are_read_together_and_once(monkeypatch: pytest.MonkeyPatch) -> None:
    world = World(places=3)
    for browser, source in (("a", ""), ("b", ""), ("a", ""), ("", "c")):
        world.click("pub_1", browser, source)
        world.now += timedelta(days=1)
    for n in (0, 1, 0, 3):
        world.convert(n)
    read, reads = detail_blocks.read, list[Sequence[str]]()

    def read_recorded(partitions: Sequence[str]) -> Iterator[detail_blocks.DetailRows]:
        reads.append(partitions)
        return read(partitions)

    monkeypatch.setattr(detail_blocks, "read", read_recorded)
    assert summed(read_details([DAYS[4]], "browser", None), ["browser"]) == {
        ("a",): Counter(arrived_conversions=2, arrived_payout=3_000_000, arrived_revenue=4_000_000),
        ("b",): Counter(arrived_conversions=1, arrived_payout=1_500_000, arrived_revenue=2_000_000),
    }
    assert reads == [[f"{DAYS[4]}#0#d"], [f"{DAYS[0]}#0#d", f"{DAYS[1]}#0#d"]]


steps = st.lists(
    st.one_of(
        st.tuples(st.just("click"), st.integers(0, 1), st.integers(0, 5), st.integers(0, 5)),
        st.tuples(st.just("deliver"), st.integers(0, 9)),
        st.tuples(st.just("convert"), st.integers(0, 9)),
        st.tuples(st.just("reject"), st.integers(0, 9)),
        st.tuples(st.just("merge"), st.integers(1, 3)),
        st.tuples(st.just("wait"), st.integers(1, 14)),
    ),
    max_size=12,
)


def run(world: World, step: tuple[str, int] | tuple[str, int, int, int]) -> None:
    """Take a step, or nothing if there is no click or conversion yet."""
    match step:
        case ("click", publisher, browser, source):
            letters = ["", *"abcde"]
            values = (f"pub_{publisher}", letters[browser], letters[source])
            world.click(*values, lost=browser % 3 == 2, bot=source == 1)
        case ("deliver", n) if world.clicks:
            world.deliver(n % len(world.clicks))
        case ("convert", n) if world.clicks and world.clicks[n % len(world.clicks)]["campaign_id"]:
            world.convert(n % len(world.clicks))
        case ("reject", n) if world.conversions:
            world.reject(n % len(world.conversions))
        case ("merge", min_blocks):
            before = [world.report(dimension) for dimension in DIMENSIONS]
            world.merge(min_blocks)
            assert [world.report(dimension) for dimension in DIMENSIONS] == before
        case ("roll_up", _):
            world.roll_up()
        case ("wait", hours):
            world.now = min(world.now + timedelta(hours=hours), World(0).now + timedelta(days=5))
        case _:
            pass


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps)
def test_cells_of_a_dimension_and_the_unknown_value_are_the_report_cells_after_any_story(
    story: list[tuple[str, int] | tuple[str, int, int, int]],
) -> None:
    world = a_new_world()
    for step in story:
        run(world, step)
    for dimension in DIMENSIONS:
        assert world.report(dimension) == world.named(dimension)
        assert world.sums(dimension) == world.base()


def a_new_world() -> World:
    for model in (CounterBlockRow, StreamBatchRow, ClickListRow, BatchClaimRow):
        with model.batch_write() as batch:
            for row in model.scan():
                batch.delete(row)
    return World(places=3)


@pytest.fixture
def reads(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Provide the partitions of days and the kinds of items that are read."""
    found: list[str] = []
    read_partition, read_items = detail_blocks.read_partition, storage.read_items

    def noted_partition(name: str) -> Any:
        found.append(name)
        return read_partition(name)

    def noted_items(wanted: Sequence[Key], readers: Any) -> Any:
        found.extend(position.split("#")[0] for _, position in wanted)
        return read_items(wanted, readers)

    monkeypatch.setattr(detail_blocks, "read_partition", noted_partition)
    monkeypatch.setattr(storage, "read_items", noted_items)
    return found


def a_rolled_up_world() -> World:
    """Return clicks of two publishers on the first day, which is rolled up."""
    world = World(places=3)
    world.click("pub_1", "safari", "blog")
    world.click("pub_2", "chrome", "blog")
    world.now += timedelta(days=4)
    world.roll_up()
    return world


def test_items_of_the_dimension_are_read_in_place_of_rolled_up_days(reads: list[str]) -> None:
    a_rolled_up_world()
    reads.clear()
    assert counts_by_name("unique_clicks") == {"safari": 1, "chrome": 1}
    assert reads == ["browser", *(f"{day}#0#d" for day in DAYS[2:])]


def test_items_of_other_smartlinks_are_not_read(reads: list[str]) -> None:
    a_rolled_up_world()
    reads.clear()
    days = DAYS[:1] * 4
    assert list(read_details(days, "browser", None, frozenset({"sml_3"}))) == []
    assert reads == []
    wanted = frozenset({smartlink_of("pub_1")})
    assert summed(read_details(days, "browser", None, wanted), ["browser"])[("safari",)]["unique_clicks"] == 1
    assert reads == ["browser"]


def test_days_that_were_rolled_up_without_details_are_read_from_their_partitions(
    monkeypatch: pytest.MonkeyPatch, reads: list[str]
) -> None:
    world = a_rolled_up_world()
    read_heads = storage.read_heads

    def without_details(places: Any) -> Any:
        heads = read_heads(places)
        return {
            place: replace(head, spans=tuple(replace(span, has_details=False) for span in head.spans))
            for place, head in heads.items()
        }

    monkeypatch.setattr(storage, "read_heads", without_details)
    reads.clear()
    assert world.report("browser") == world.named("browser")
    assert reads == [f"{day}#0#d" for day in DAYS]


def test_late_change_of_details_is_in_the_next_report() -> None:
    world = a_rolled_up_world()
    world.convert(0)
    assert world.report("browser") == world.named("browser")
    world.now += timedelta(minutes=70)
    world.roll_up()
    world.reject(0)
    assert world.report("browser") == world.named("browser")


events = st.lists(
    st.one_of(
        st.tuples(st.just("click"), st.integers(0, 1), st.integers(0, 5), st.integers(0, 2)),
        st.tuples(st.just("convert"), st.integers(0, 9)),
        st.tuples(st.just("reject"), st.integers(0, 9)),
        st.tuples(st.just("merge"), st.just(1)),
        st.tuples(st.just("roll_up"), st.just(0)),
        st.tuples(st.just("wait"), st.sampled_from([1, 23, 71])),
    ),
    min_size=4,
    max_size=10,
)


@settings(max_examples=6, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(events, st.sampled_from(ZONES))
def test_report_over_roll_ups_is_that_over_the_partitions_of_days(
    story: list[tuple[str, int] | tuple[str, int, int, int]], timezone: str
) -> None:
    world = a_new_world()
    world.click("pub_0", "a", "b")
    for step in [*story, ("wait", 95), ("roll_up", 0), ("convert", 0)]:
        run(world, step)
        if step[0] == "roll_up":
            assert world.report("browser") == world.named("browser")
    assert world.report("browser") == world.named("browser")
    found = by_local_day(timezone)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(reader, "_FEW_DAYS", len(DAYS))
        assert by_local_day(timezone) == found


def by_local_day(timezone: str) -> Groups:
    """Return the report of one smartlink by day and browser over all quarters but the first and the last ones."""
    wanted, counts = frozenset({smartlink_of("pub_0")}), ("unique_clicks", "conversions", "arrived_payout")
    first = cells.quarter_of(milliseconds(World(0).now)) + 1
    query = AggregationQuery(("day", "browser"), counts, first, first + 400, {"smartlink": wanted}, timezone)
    return aggregate(read_details(DAYS, "browser", "pub_0", wanted), query)
