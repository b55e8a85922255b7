from collections.abc import Sequence

import pytest

from chalicelib.admin.smartlinks.figure_order import figure_search
from chalicelib.admin.smartlinks.figures import Figures, NetworkFigures
from chalicelib.admin.smartlinks.list_schemas import SmartlinkSort
from chalicelib.domain import ids
from chalicelib.http.problems import ValidationFailed
from chalicelib.lists.entries import ListKind, entry_row
from chalicelib.lists.entry_search import EntryList, entry_search, matching
from chalicelib.lists.query_schemas import SearchQuery, Sort
from chalicelib.lists.reads import Reads
from chalicelib.lists.search import find
from tests.builders import NOW

NAMES = "abcdef"
IDS = {name: f"sml_{ids.time_ordered_id(NOW, bytes([n] * 10))}" for n, name in enumerate(NAMES)}


def some_figures(**clicks: int) -> NetworkFigures:
    """Figures of some smartlinks by name: clicks, and a payout of 1 for each click but that of `c`."""
    found = {
        IDS[name]: Figures([], clicks=count, payout=count * 1_000_000 if name != "c" else 0, currency="USD")
        for name, count in clicks.items()
    }
    return NetworkFigures(found, "USD", frozenset({"USD"}))


@pytest.fixture
def _entries(tables: None) -> None:
    for name in NAMES:
        entry_row(ListKind.SMARTLINKS, "2026", {"id": IDS[name], "name": name, "updated_at": "", "tags": []}).save()


def order(sort: str, figures: NetworkFigures, limit: int = 50, reads: int = 2_000, q: str | None = None) -> str:
    query, found = SearchQuery(limit=limit, q=q), list[Sequence[str]]()
    for _ in range(30):
        newest = entry_search(EntryList(ListKind.SMARTLINKS, Sort.NEWEST, NOW), query, matching(query, []))
        page = find(figure_search(newest, SmartlinkSort(sort), figures), query, Reads(items=reads))
        found += [each["name"] for each in page.items]
        if page.next_position is None:
            return "".join(str(each) for each in found)
        query = query.model_copy(update={"cursor": page.cursors.encode(page.next_position, None)})
    raise AssertionError(found)


@pytest.mark.usefixtures("_entries")
@pytest.mark.parametrize("limit", [1, 4, 50])
@pytest.mark.parametrize(
    ("sort", "expected"),
    [
        ("-clicks", "bcafed"),
        ("clicks", "fedacb"),
        ("-payout", "bacfed"),
        ("payout", "fedcab"),
        ("-epc", "abcfed"),
        ("epc", "cabfed"),
        ("-fallback_share", "abcfed"),
    ],
)
def test_smartlinks_are_in_the_order_of_the_figure(sort: str, expected: str, limit: int) -> None:
    assert order(sort, some_figures(a=1, b=3, c=2), limit) == expected


@pytest.mark.usefixtures("_entries")
@pytest.mark.parametrize("sort", ["-clicks", "clicks"])
def test_order_is_the_same_wherever_reading_is_cut(sort: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("chalicelib.admin.smartlinks.figure_order._BATCH", 1)
    figures = some_figures(a=1, b=3, c=2)
    assert order(sort, figures, reads=2) == order(sort, figures)


@pytest.mark.usefixtures("_entries")
def test_search_and_filters_apply_to_both_parts() -> None:
    assert order("-clicks", some_figures(a=1, b=3), q="b") == "b"
    assert order("-clicks", some_figures(a=1, b=3), q="e") == "e"


@pytest.mark.usefixtures("_entries")
def test_figures_of_a_deleted_smartlink_have_no_row() -> None:
    gone = f"sml_{ids.time_ordered_id(NOW, bytes([99] * 10))}"
    figures = some_figures(a=1)
    with_gone = NetworkFigures({**figures.by_smartlink, gone: Figures([], clicks=9)}, "USD", frozenset({"USD"}))
    assert order("-clicks", with_gone) == "afedcb"


@pytest.mark.usefixtures("_entries")
def test_amounts_of_several_currencies_are_not_compared() -> None:
    figures = NetworkFigures({}, None, frozenset({"USD", "EUR"}))
    with pytest.raises(ValidationFailed) as caught:
        order("-payout", figures)
    message = "must not compare amounts of several currencies (EUR, USD). Set exchange rates for them."
    assert caught.value.errors == (("/sort", message),)
    assert order("-clicks", figures) == "fedcba"


@pytest.mark.usefixtures("_entries")
@pytest.mark.parametrize(
    "position", ["x", "f", "o", "f{", "f1", "f[1]", "f[false, 1]", 'f[0, 1, "a"]', 'f[false, "1", "a"]']
)
def test_position_that_no_page_has_is_no_cursor_of_the_list(position: str) -> None:
    query = SearchQuery(limit=1)
    newest = entry_search(EntryList(ListKind.SMARTLINKS, Sort.NEWEST, NOW), query, matching(query, []))
    search = figure_search(newest, SmartlinkSort.MOST_CLICKS, some_figures(a=1))
    cursor = find(search, query).cursors.encode(position, None)
    with pytest.raises(ValidationFailed, match="is not a cursor of this list"):
        find(search, query.model_copy(update={"cursor": cursor}))
