from collections.abc import Iterator, Sequence
from dataclasses import replace

import pytest

from chalicelib.http import pagination
from chalicelib.http.models import LinkDocument
from chalicelib.http.problems import ValidationFailed
from chalicelib.lists.query_schemas import SearchQuery
from chalicelib.lists.reads import Reads
from chalicelib.lists.search import Found, Search, find

LETTERS = "abcdefghij"


def a_search(wanted: str = LETTERS, name: str = "letters", batch: int = 3) -> Search[str, str]:
    """The letters, of which some are wanted."""

    def rows(after: str | None, reads: Reads) -> Iterator[str]:
        return reads.meter((letter for letter in LETTERS if after is None or letter > after), 1)

    def match(letters: Sequence[str], _: Reads) -> list[str | None]:
        return [letter if letter in wanted else None for letter in letters]

    return Search(name, rows, lambda letter: letter, match, batch)


def page_of(found: Found[str]) -> tuple[str, str | None]:
    return "".join(found.items), found.next_position


def cursor_of(found: Found[str]) -> str:
    assert found.next_position is not None
    return found.cursors.encode(found.next_position, found.total)


def test_page_has_the_items_that_match() -> None:
    assert page_of(find(a_search("bdfh"), SearchQuery(limit=2, q="x"))) == ("bd", "e")
    assert page_of(find(a_search("bdfh"), SearchQuery(limit=4, q="x"))) == ("bdfh", None)


def test_search_goes_on_after_its_cursor() -> None:
    query = SearchQuery(limit=2, q="x")
    first = find(a_search("bdfh"), query)
    second = find(a_search("bdfh"), query.model_copy(update={"cursor": cursor_of(first)}))
    assert page_of(second) == ("fh", None)


def test_search_that_is_cut_short_has_what_it_found_and_goes_on() -> None:
    query = SearchQuery(q="x")
    first = find(a_search("aj"), query, Reads(items=4))
    assert page_of(first) == ("a", "d")
    second = find(a_search("aj"), query.model_copy(update={"cursor": cursor_of(first)}), Reads(items=4))
    assert page_of(second) == ("", "h")


def test_search_ends_when_matching_has_read_too_much() -> None:
    def match(letters: Sequence[str], reads: Reads) -> Sequence[str]:
        reads.take(10)
        return letters

    search = Search("letters", lambda *_: iter(LETTERS), lambda letter: letter, match, batch=3)
    assert page_of(find(search, SearchQuery(q="x"), Reads(items=15))) == ("abcdef", "f")


def test_total_is_that_of_all_pages_and_is_kept_in_the_cursor() -> None:
    query = SearchQuery(limit=1, count="true")
    first = find(a_search("bdfh"), query)
    assert (page_of(first), first.total) == (("b", "c"), 4)
    second = find(a_search("bdfh"), query.model_copy(update={"cursor": cursor_of(first)}))
    assert (page_of(second), second.total) == (("d", "e"), 4)


def test_total_is_null_if_not_everything_could_be_read() -> None:
    assert find(a_search("bdfh"), SearchQuery(limit=1, count="true"), Reads(items=5)).total is None


def test_total_is_null_unless_it_is_asked_for() -> None:
    assert find(a_search("bdfh"), SearchQuery(limit=1)).total is None


@pytest.mark.parametrize(
    ("name", "changes"),
    [
        pytest.param("numbers", {}, id="another list"),
        pytest.param("letters", {"q": "y"}, id="another search"),
    ],
)
def test_cursor_of_another_search_is_rejected(name: str, changes: dict[str, str]) -> None:
    cursor = cursor_of(find(a_search(), SearchQuery(limit=1, q="x")))
    with pytest.raises(ValidationFailed):
        find(a_search(name=name), SearchQuery(**{"limit": 1, "q": "x", "cursor": cursor, **changes}))


def test_page_is_cut_where_its_documents_exceed_its_size(monkeypatch: pytest.MonkeyPatch) -> None:
    documents = [LinkDocument(code=letter, url="x") for letter in "abc"]
    monkeypatch.setattr(pagination, "PAGE_BYTES", 2 * len(documents[0].model_dump_json()) + 3)
    found = find(a_search(), SearchQuery(limit=3))
    page = found.page(documents)
    assert page.items == documents[:2]
    assert page.next_cursor == found.cursors.encode("b", None)


def test_last_page_has_no_cursor() -> None:
    assert find(a_search(), SearchQuery()).page([]).next_cursor is None


def test_search_goes_on_at_the_first_row_that_was_not_matched() -> None:
    def match(letters: Sequence[str], reads: Reads) -> Sequence[str]:
        reads.take(3)
        return letters[:2] if reads.items < 0 else letters

    search = replace(a_search(), match=match)
    assert page_of(find(search, SearchQuery(q="x"), Reads(items=9))) == ("abcde", "e")
