import pytest

from chalicelib.domain import ids
from chalicelib.http.pagination import Cursors
from chalicelib.lists.query_schemas import SearchQuery
from chalicelib.lists.texts import contains, created_year, name_key, searchable, update_key
from tests.builders import NOW


@pytest.mark.parametrize(
    ("one", "other"),
    [
        pytest.param("Summer DEALS", "summer deals", id="case"),
        pytest.param("STRASSE", "straße", id="case of several letters"),
        pytest.param("\uff27\uff41\uff4d\uff45", "game", id="full width"),
        pytest.param("Cafe\u0301", "CAFÉ", id="combining accent"),
        pytest.param("ΣΊΣΥΦΟΣ", "σίσυφος", id="final sigma"),
    ],
)
def test_texts_that_differ_in_case_or_form_are_the_same(one: str, other: str) -> None:
    assert searchable(one) == searchable(other)


def test_needle_may_be_in_any_of_the_texts() -> None:
    assert contains(searchable("ME A"), "Game A", "cmp_1")
    assert contains("p_1", "Game A", "cmp_1")
    assert not contains("b", "Game A", "cmp_1")
    assert contains(None)


def test_names_sort_by_letters_then_length_then_id() -> None:
    names = [("Game", "cmp_2"), ("game", "cmp_1"), ("Game A", "cmp_3"), ("Äpfel", "cmp_4"), ("apple", "cmp_5")]
    keys = sorted(name_key(*each) for each in names)
    assert [key.partition("\0")[2] for key in keys] == ["cmp_5", "cmp_1", "cmp_2", "cmp_3", "cmp_4"]


def test_longest_name_fits_into_a_sort_key() -> None:
    key = name_key("ﷺ" * 200, "cmp_" + "0" * 26)
    assert len(key.encode()) <= 1_024
    assert key.endswith("\0cmp_" + "0" * 26)


def test_control_characters_do_not_count() -> None:
    assert name_key("a\0b\n", "cmp_1") == "ab\0cmp_1"


@pytest.mark.parametrize("name", ['"' * 200, "\\" * 200, "\N{GRINNING FACE}" * 200, "\x01" * 200, "ﷺ" * 200])
def test_cursor_at_any_name_is_accepted(name: str) -> None:
    cursor = Cursors("campaigns").encode(name_key(name, "cmp_" + "0" * 26), 2_000)
    assert SearchQuery(cursor=cursor).cursor == cursor


def test_changes_sort_by_time_then_id() -> None:
    times = ["2026-11-04T12:30:00.000Z", "2026-11-04T12:30:00.001Z"]
    assert update_key(times[0], "b") < update_key(times[1], "a") < update_key(times[1], "b")


def test_year_of_an_id_is_that_of_its_creation() -> None:
    assert created_year(f"sml_{ids.time_ordered_id(NOW, bytes(10))}") == "2026"


@pytest.mark.parametrize("key", ["sml_bench_1", "", "sml_1", f"sml_{'z' * 26}"])
def test_text_that_is_no_time_ordered_id_is_of_the_first_year(key: str) -> None:
    assert created_year(key) == "1970"
