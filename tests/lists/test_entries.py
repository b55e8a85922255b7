import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from chalicelib.lists import summary_codec
from chalicelib.lists.entries import FORMAT, ListKind, entries, entry_row, list_name, order_of, read_entries
from chalicelib.lists.entry_search import any_of, matching
from chalicelib.lists.query_schemas import Sort, SortedQuery
from chalicelib.lists.reads import Reads
from chalicelib.lists.search import Search, find
from chalicelib.lists.texts import name_key, searchable, update_key
from chalicelib.tables.lists import ListEntryRow
from tests.conftest import empty_tables

KIND = ListKind.PUBLISHERS
PARTITIONS = [list_name(KIND, year) for year in ("2026", "2027", "2028")]
NAMES = st.text(st.sampled_from("aAbÄäßéЖж日ﬁ \uff47G"), min_size=1, max_size=4)


def a_summary(key: str, name: str = "Ann", updated_at: str = "2026-11-04", status: str = "active") -> dict[str, str]:
    return {"id": key, "name": name, "updated_at": updated_at, "status": status}


def test_entry_has_the_keys_of_each_order() -> None:
    row = entry_row(KIND, "2026", a_summary("pub_1", "Ann Ä"))
    assert (row.list, row.id, row.format) == ("publishers#2026", "pub_1", FORMAT)
    assert row.name_key == name_key("Ann Ä", "pub_1")
    assert row.update_key == update_key("2026-11-04", "pub_1")
    assert summary_codec.decode(row.summary) == a_summary("pub_1", "Ann Ä")


@pytest.mark.usefixtures("tables")
def test_entries_are_read_by_id() -> None:
    entry_row(KIND, "2026", a_summary("pub_1")).save()
    assert read_entries(KIND, [("2026", "pub_1"), ("2027", "pub_2")]) == {"pub_1": a_summary("pub_1")}


def _sorted(summaries: list[dict[str, str]], sort: Sort) -> list[str]:
    """The IDs in the order of a field, by a computation of its own."""
    keys = {"name": lambda each: (searchable(each["name"]), each["id"])}
    keys["created_at"] = lambda each: ("", each["id"])
    keys["updated_at"] = lambda each: (each["updated_at"], each["id"])
    ordered = sorted(summaries, key=keys[sort.removeprefix("-")], reverse=sort.startswith("-"))
    return [each["id"] for each in ordered]


@pytest.mark.usefixtures("tables")
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=15, deadline=None)
@given(
    names=st.lists(NAMES, max_size=12),
    edits=st.dictionaries(st.integers(0, 11), st.tuples(NAMES, st.sampled_from(["active", "suspended"])), max_size=4),
    sort=st.sampled_from(Sort),
    q=st.none() | st.sampled_from(["a", "Ä", "SS", "ж", "fi", "_0"]),
    limits=st.tuples(st.integers(1, 5), st.integers(1, 6)),
)
def test_pages_of_any_search_are_the_matching_entries_in_order(
    names: list[str],
    edits: dict[int, tuple[str, str]],
    sort: Sort,
    q: str | None,
    limits: tuple[int, int],
) -> None:
    empty_tables()
    made = {n: a_summary(f"pub_{n:03}", name, f"2026-11-{n % 5:02}") for n, name in enumerate(names)}
    for n in made.keys() & edits.keys():
        made[n] = a_summary(f"pub_{n:03}", edits[n][0], f"2026-12-{n % 3:02}", edits[n][1])
    for n, summary in made.items():
        entry_row(KIND, str(2026 + n // 5), summary).save()
    partitions = PARTITIONS[::-1] if sort.startswith("-") else PARTITIONS
    query = SortedQuery(sort=sort, q=q, limit=limits[0])
    search = Search(
        "publishers",
        lambda after, reads: entries(partitions, sort, after, reads, 3),
        order_of(sort).position,
        matching(query, any_of("status", ["active"])),
        2,
    )
    found: list[str] = []
    for _ in range(100):
        page = find(search, query, Reads(items=limits[1]))
        found += [each["id"] for each in page.items]
        if page.next_position is None:
            break
        cursor = page.cursors.encode(page.next_position, None)
        query = query.model_copy(update={"cursor": cursor})
    wanted = [each for each in made.values() if each["status"] == "active"]
    needle = searchable(q or "")
    wanted = [each for each in wanted if needle in searchable(each["name"]) or needle in each["id"]]
    assert found == _sorted(wanted, sort)


@pytest.mark.usefixtures("tables")
def test_no_more_entries_are_read_than_allowed() -> None:
    for n in range(12):
        entry_row(KIND, str(2026 + n // 5), a_summary(f"pub_{n:03}")).save()
    reads = Reads(items=6)
    assert len(list(entries(PARTITIONS, Sort.NAME, None, reads, 100))) >= 1
    assert reads.items >= 0
    assert reads.is_cut


def test_every_order_has_an_index() -> None:
    indexes = {"by_name", "by_update"}
    assert {name for name in vars(ListEntryRow) if name in indexes} == indexes
