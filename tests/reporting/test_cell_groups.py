from collections.abc import Iterator, Sequence
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.counters.column_codec import Columns
from chalicelib.counters.detail_cells import DETAILS
from chalicelib.http.problems import ValidationFailed
from chalicelib.reporting import aggregation, cell_reader
from chalicelib.reporting.aggregation import Groups
from chalicelib.reporting.cell_groups import GroupQuery, read_groups
from chalicelib.reporting.cell_reader import CellQuery
from chalicelib.reporting.dimensions import ALL, VISITOR
from chalicelib.reporting.metrics import BY_CLICK, BY_CONVERSION, LOST_CLICKS
from tests.reporting.counted_events import EVENTS, ZONES, Counters, Event, a_click, a_report, counted

QUERIES = st.builds(
    GroupQuery,
    dimensions=st.lists(st.sampled_from(sorted({*ALL} - {*DETAILS})), unique=True, max_size=3).map(tuple),
    counts=st.sampled_from([BY_CLICK, BY_CONVERSION]),
    filters=st.fixed_dictionaries(
        {},
        optional={
            "campaign": st.frozensets(st.sampled_from(["cmp_1", "cmp_2"]), min_size=1),
            "publisher": st.just(frozenset({"pub_1"})),
            "advertiser": st.just(frozenset({"Acme"})),
            "goal": st.frozensets(st.sampled_from(["default", "sale"]), min_size=1),
        },
    ),
)


def groups_of(stored: Sequence[Event] | Counters, query: GroupQuery, timezone: str = "UTC") -> Groups:
    """The groups of a query over these events, without those that are zero."""
    with counted(stored):
        groups = read_groups(a_report(timezone), query)
    return {group: sums for group, sums in groups.items() if any(sums)}


def merged(groups: Groups, place: int) -> Groups:
    """The groups without one dimension."""
    sums: dict[tuple[str, ...], list[int]] = {}
    for group, counts in groups.items():
        totals = sums.setdefault((*group[:place], *group[place + 1 :]), [0] * len(counts))
        totals[:] = [total + count for total, count in zip(totals, counts, strict=True)]
    return {group: totals for group, totals in sums.items() if any(totals)}


@given(EVENTS, QUERIES, st.sampled_from(ALL), st.sampled_from(ZONES), st.integers(0, 3))
def test_sum_over_any_dimension_is_the_report_without_it(
    stored: list[Event], query: GroupQuery, dimension: str, timezone: str, place: int
) -> None:
    rest = [name for name in query.dimensions if name != dimension]
    if dimension in DETAILS:
        rest = [name for name in rest if name not in VISITOR]
    place = min(place, len(rest))
    without = replace(query, dimensions=tuple(rest))
    with_it = replace(query, dimensions=(*rest[:place], dimension, *rest[place:]))
    assert merged(groups_of(stored, with_it, timezone), place) == groups_of(stored, without, timezone)


@given(EVENTS, st.sampled_from(DETAILS), st.sampled_from(["x", "(other)"]), st.sampled_from(ZONES))
def test_filter_by_a_detail_has_the_rows_of_its_value(
    stored: list[Event], detail: str, value: str, timezone: str
) -> None:
    dimensions = ("day", detail, "campaign")
    all_groups = groups_of(stored, GroupQuery(dimensions, BY_CLICK), timezone)
    filtered = GroupQuery(dimensions, BY_CLICK, {detail: frozenset({value})})
    assert groups_of(stored, filtered, timezone) == {
        group: sums for group, sums in all_groups.items() if group[1] == value
    }


def test_clicks_without_a_value_are_in_the_group_of_the_unknown_one() -> None:
    stored = [a_click(browser="chrome"), a_click(browser="chrome"), a_click(), a_click(sub2="a")]
    query = GroupQuery(("browser",), ("unique_clicks",))
    assert groups_of(stored, query) == {("chrome",): [2], ("",): [2]}


def test_cells_of_a_filter_by_a_detail_are_not_read() -> None:
    counters = Counters([a_click(browser="chrome"), a_click(browser="safari"), a_click()])
    query = GroupQuery((), ("unique_clicks",), {"browser": frozenset({"chrome", "safari"})})
    assert groups_of(counters, query) == {(): [2]}
    assert counters.reads == [("browser", None)]


def test_details_are_read_before_the_cells_that_contain_them() -> None:
    counters = Counters([a_click()])
    groups_of(counters, GroupQuery(("browser",), ("unique_clicks",)))
    assert [dimension for dimension, _ in counters.reads] == ["browser", ""]


@pytest.mark.parametrize(
    ("publishers", "read"), [({"pub_1"}, "pub_1"), ({"pub_1", "pub_2"}, None)], ids=["one", "several"]
)
def test_cells_of_one_publisher_are_read_from_their_shard(publishers: set[str], read: str | None) -> None:
    counters = Counters([a_click(browser="chrome"), a_click(publisher="pub_3")])
    filters = {"publisher": frozenset(publishers)}
    assert groups_of(counters, GroupQuery(("browser",), ("unique_clicks",), filters)) == {("chrome",): [1]}
    assert counters.reads == [("browser", read), ("", read)]


def test_cells_of_the_smartlinks_of_the_filter_are_read() -> None:
    counters = Counters([a_click(browser="chrome"), a_click(smartlink="sml_2", browser="chrome")])
    wanted = frozenset({"sml_2"})
    assert groups_of(counters, GroupQuery(("browser",), ("unique_clicks",), {"smartlink": wanted})) == {
        ("chrome",): [1]
    }
    assert counters.smartlinks == [wanted, wanted]


def test_lost_clicks_of_a_detail_are_counted() -> None:
    stored = [a_click(source="feed", reason="cap"), a_click(source="feed"), a_click(reason="cap"), a_click()]
    query = GroupQuery(("source",), ("unique_clicks", LOST_CLICKS))
    assert groups_of(stored, query) == {("feed",): [2, 1], ("",): [2, 1]}


def test_advertisers_are_those_of_the_campaigns() -> None:
    stored = [a_click(campaign=campaign) for campaign in ("cmp_1", "cmp_2", "cmp_3", "cmp_gone", "")]
    query = GroupQuery(("advertiser", "smartlink"), ("unique_clicks",))
    assert groups_of(stored, query) == {("Acme", "sml_1"): [2], ("Best", "sml_1"): [1], ("", "sml_1"): [2]}
    filtered = replace(query, dimensions=("campaign",), filters={"advertiser": frozenset({"Acme"})})
    assert groups_of(stored, filtered) == {("cmp_1",): [1], ("cmp_3",): [1]}


@pytest.mark.parametrize(
    ("limits", "pointer"),
    [(aggregation.Limits(cells=1), "/from"), (aggregation.Limits(groups=1), "/group_by")],
    ids=["cells", "groups"],
)
def test_report_that_is_too_large_is_rejected_with_a_suggestion(
    monkeypatch: pytest.MonkeyPatch, limits: aggregation.Limits, pointer: str
) -> None:
    monkeypatch.setattr(aggregation, "Limits", lambda: limits)
    with pytest.raises(ValidationFailed) as raised:
        groups_of([a_click(browser=f"b{n}") for n in range(3)], GroupQuery(("browser",), ("unique_clicks",)))
    ((found, detail),) = raised.value.errors
    assert found == pointer
    assert detail.endswith("; request it day by day as CSV: /admin/reports?from=2026-11-01&to=2026-11-01&format=csv")


def test_click_without_currency_has_that_of_its_campaign_in_details_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cell_reader, "read_campaign_currencies", lambda ids: dict.fromkeys(ids, "EUR"))
    stored = [a_click(browser="chrome", currency=""), a_click(currency="")]
    query = GroupQuery(("browser", "currency"), ("unique_clicks",))
    assert groups_of(stored, query) == {("chrome", "EUR"): [1], ("", "EUR"): [1]}


class Rejecting(Counters):
    """A conversion is taken back after the details were read, `times` times."""

    times = 1

    def read(self, query: CellQuery) -> Iterator[Columns]:
        if self.times:
            self.times -= 1
            self.stored = self.stored[1:]
        return super().read(query)


@pytest.mark.parametrize(("times", "unknown"), [(1, {}), (3, {("",): [-1]})], ids=["once", "in each attempt"])
def test_details_are_read_again_if_something_was_taken_back_meanwhile(times: int, unknown: Groups) -> None:
    counters = Rejecting([a_click(browser="chrome") for _ in range(4)])
    counters.times = times
    left = 4 - max(times - 1, 1)
    assert groups_of(counters, GroupQuery(("browser",), ("unique_clicks",))) == {("chrome",): [left], **unknown}
    assert [dimension for dimension, _ in counters.reads] == ["browser", ""] * max(times, 2)
