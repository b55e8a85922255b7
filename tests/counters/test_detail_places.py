import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.counters import detail_places
from chalicelib.counters.detail_places import OTHER, Places, Undecided

BROWSER = ("browser", "pub_1")
values = st.lists(st.sampled_from(["a", "b", "c", "d", "e", OTHER]))


@pytest.fixture(autouse=True)
def _three_places(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(detail_places, "MAX_VALUES", 3)


def test_first_values_keep_their_names_and_further_ones_are_other() -> None:
    places = Places()
    assert [places.take(BROWSER, value) for value in "abcadbe"] == ["a", "b", "c", "a", OTHER, "b", OTHER]


def test_each_dimension_and_publisher_has_its_own_places() -> None:
    places = Places()
    for value in "abc":
        places.take(BROWSER, value)
    assert places.take(("browser", "pub_2"), "d") == "d"
    assert places.take(("source", "pub_1"), "d") == "d"


def test_value_that_is_called_other_takes_no_place() -> None:
    places = Places()
    places.add("browser", [("pub_1", OTHER), ("pub_1", "a")])
    assert [places.take(BROWSER, value) for value in (OTHER, "b", "c", "d")] == [OTHER, "b", "c", OTHER]
    assert places.find(BROWSER, OTHER) == OTHER


def test_value_without_a_place_is_undecided_until_all_places_are_taken() -> None:
    places = Places()
    with pytest.raises(Undecided):
        places.find(BROWSER, "a")
    for value in "abc":
        places.take_all("", BROWSER, value)
    assert [places.find(BROWSER, value) for value in "ad"] == ["a", OTHER]


@given(values, values)
def test_all_counts_of_a_value_have_one_name(before: list[str], after: list[str]) -> None:
    places = Places()
    names = [(value, places.take(BROWSER, value)) for value in [*before, *after]]
    assert len(dict(names)) == len(set(names))
    assert len({name for _, name in names} - {OTHER}) <= 3
