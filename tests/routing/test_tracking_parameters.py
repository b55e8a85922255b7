import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.domain.click import TrackingParameters
from chalicelib.routing.tracking_parameters import MAX_LENGTH, MAX_QUERY, parse_tracking_parameters
from tests import strategies as some

queries = st.dictionaries(some.texts, st.lists(some.texts, max_size=3), max_size=8)


def test_a_link_without_a_query_has_no_labels() -> None:
    assert parse_tracking_parameters({}) == TrackingParameters()


@pytest.mark.parametrize(
    ("name", "sub"),
    [
        pytest.param("sub1", "sub1", id="sub1"),
        pytest.param("sub10", "sub10", id="sub10"),
        pytest.param("pub_sub", "sub1", id="pub_sub"),
        pytest.param("sub_id", "sub1", id="sub_id"),
        pytest.param("aff_sub", "sub1", id="aff_sub"),
        pytest.param("sub_id_2", "sub2", id="sub_id_2"),
        pytest.param("aff_sub2", "sub2", id="aff_sub2"),
        pytest.param("sub_id_10", "sub10", id="sub_id_10"),
        pytest.param("aff_sub10", "sub10", id="aff_sub10"),
    ],
)
def test_a_sub_id_goes_by_many_names(name: str, sub: str) -> None:
    assert parse_tracking_parameters({name: ["newsletter"]}) == TrackingParameters(sub_ids={sub: "newsletter"})


@pytest.mark.parametrize("name", ["sub0", "sub11", "aff_sub11", "SUB1", "sub_id_0"])
def test_other_names_are_no_sub_ids(name: str) -> None:
    assert parse_tracking_parameters({name: ["x"]}) == TrackingParameters(query=f"{name}=x")


@pytest.mark.parametrize("names", [["sub1", "pub_sub"], ["pub_sub", "sub1"]], ids=["own name first", "own name last"])
def test_a_sub_ids_own_name_wins(names: list[str]) -> None:
    assert parse_tracking_parameters({name: [f"by {name}"] for name in names}).sub_ids == {"sub1": "by sub1"}


def test_among_other_names_the_first_wins() -> None:
    assert parse_tracking_parameters({"aff_sub": ["a"], "pub_sub": ["b"]}).sub_ids == {"sub1": "a"}


def test_of_several_values_the_first_counts() -> None:
    assert parse_tracking_parameters({"sub1": ["a", "b"], "source": ["c", "d"]}) == TrackingParameters(
        sub_ids={"sub1": "a"}, source="c"
    )


def test_an_empty_label_is_none() -> None:
    assert parse_tracking_parameters({"sub1": [""], "sub2": [], "source": [""], "click_id": []}) == TrackingParameters()


def test_an_empty_label_leaves_the_place_to_its_other_name() -> None:
    assert parse_tracking_parameters(
        {"sub1": [""], "pub_sub": ["a"], "source": [""], "source_id": ["b"]}
    ) == TrackingParameters({"sub1": "a"}, "b")


@pytest.mark.parametrize("name", ["source", "source_id"])
def test_the_source_goes_by_two_names(name: str) -> None:
    assert parse_tracking_parameters({name: ["news"]}) == TrackingParameters(source="news")


@pytest.mark.parametrize("name", ["click_id", "aff_click_id", "external_transaction_id"])
def test_the_publishers_own_click_id_goes_by_three_names(name: str) -> None:
    assert parse_tracking_parameters({name: ["x-1"]}) == TrackingParameters(external_click_id="x-1")


def test_other_parameters_ride_along_encoded_in_their_order() -> None:
    found = parse_tracking_parameters({"utm": ["a b", "c&d"], "sub1": ["x"], "k{1}": ["é"]})

    assert found == TrackingParameters(sub_ids={"sub1": "x"}, query="utm=a+b&utm=c%26d&k%7B1%7D=%C3%A9")


def test_a_parameter_that_does_not_fit_is_left_out_whole() -> None:
    found = parse_tracking_parameters({"a": ["1"], "long": ["x" * MAX_QUERY], "b": ["2"]})

    assert found.query == "a=1&b=2"


@pytest.mark.parametrize(("length", "kept"), [(1497, 1499), (1498, 0)], ids=["just fits", "just does not"])
def test_the_rest_of_a_query_has_under_1500_characters(length: int, kept: int) -> None:
    assert len(parse_tracking_parameters({"a": ["x" * length]}).query) == kept


def test_a_label_ends_after_255_characters() -> None:
    found = parse_tracking_parameters({"sub1": ["x" * 300], "source": ["y" * 300], "click_id": ["z" * 300]})

    assert found == TrackingParameters({"sub1": "x" * 255}, "y" * 255, "z" * 255)


def test_half_a_surrogate_pair_is_replaced() -> None:
    found = parse_tracking_parameters({"sub1": ["a\ud800b"], "source": ["\udfff"], "other": ["\ud800"]})

    assert found == TrackingParameters({"sub1": "a?b"}, "?", query="other=%3F")


@given(queries)
def test_whatever_the_query_its_labels_fit_and_encode(query: dict[str, list[str]]) -> None:
    found = parse_tracking_parameters(query)
    single = [*found.sub_ids.values(), found.source or "", found.external_click_id or ""]

    assert all(len(label) <= MAX_LENGTH for label in single)
    assert len(found.query) <= MAX_QUERY
    assert found.query.isascii()
    assert not set(found.query) & set("#?/ \r\n{}")
