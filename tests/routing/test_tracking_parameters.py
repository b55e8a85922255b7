import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.domain.click import TrackingParameters
from chalicelib.routing.tracking_parameters import (
    MAX_CLICK_ID_LENGTH,
    MAX_LENGTH,
    MAX_QUERY,
    NAMES,
    max_length,
    parse_tracking_parameters,
)
from tests import strategies as some

queries = st.dictionaries(some.texts, st.lists(some.texts, max_size=3), max_size=8)
damage = st.lists(
    st.sampled_from([*"&?;=%# a", "amp;", "sub1", "SUB2", "click_id", "flag", "%26", "%3F", "%253F", "://", "\ud800"])
).map("".join)


def test_link_without_a_query_has_no_parameters() -> None:
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
        pytest.param("s1", "sub1", id="s1"),
        pytest.param("s10", "sub10", id="s10"),
        pytest.param("SUB1", "sub1", id="SUB1"),
        pytest.param("Sub_ID_2", "sub2", id="Sub_ID_2"),
    ],
)
def test_sub_id_has_aliases(name: str, sub: str) -> None:
    assert parse_tracking_parameters({name: ["newsletter"]}) == TrackingParameters(sub_ids={sub: "newsletter"})


@pytest.mark.parametrize("name", ["sub0", "sub11", "aff_sub11", "S", "s0", "s11", "sub_id_0"])
def test_other_names_are_not_sub_ids(name: str) -> None:
    assert parse_tracking_parameters({name: ["x"]}) == TrackingParameters(query=f"{name}=x")


@pytest.mark.parametrize("names", [["sub1", "pub_sub"], ["pub_sub", "sub1"]], ids=["own name first", "own name last"])
def test_name_of_a_sub_id_takes_precedence_over_its_aliases(names: list[str]) -> None:
    assert parse_tracking_parameters({name: [f"by {name}"] for name in names}).sub_ids == {"sub1": "by sub1"}


def test_first_of_several_aliases_is_used() -> None:
    assert parse_tracking_parameters({"aff_sub": ["a"], "pub_sub": ["b"]}).sub_ids == {"sub1": "a"}


def test_first_of_several_values_is_used() -> None:
    assert parse_tracking_parameters({"sub1": ["a", "b"], "source": ["c", "d"]}) == TrackingParameters(
        sub_ids={"sub1": "a"}, source="c"
    )


def test_empty_value_is_ignored() -> None:
    assert parse_tracking_parameters({"sub1": [""], "sub2": [], "source": [""], "click_id": []}) == TrackingParameters()


@pytest.mark.parametrize(
    "query",
    [
        pytest.param({"sub1": ["", "b"], "clickid": ["", "5"], "source": ["", "", "x"]}, id="of one name"),
        pytest.param({"SUB1": [""], "sub1": ["b"], "CLICKID": ["", "5"], "Source": ["x"]}, id="of two spellings"),
    ],
)
def test_first_value_that_is_not_empty_counts(query: dict[str, list[str]]) -> None:
    assert parse_tracking_parameters(query) == TrackingParameters({"sub1": "b"}, "x", "5")


@pytest.mark.parametrize("name", ["amp", "gt", "quot", "?", "amp;", "lt;/a"])
def test_remnant_of_a_separator_does_not_ride_along(name: str) -> None:
    assert parse_tracking_parameters({"sub1": ["a"], name: [""]}) == TrackingParameters({"sub1": "a"})


def test_alias_is_used_if_the_other_name_is_empty() -> None:
    assert parse_tracking_parameters(
        {"sub1": [""], "pub_sub": ["a"], "source": [""], "source_id": ["b"]}
    ) == TrackingParameters({"sub1": "a"}, "b")


@pytest.mark.parametrize("name", ["source", "source_id"])
def test_source_has_an_alias(name: str) -> None:
    assert parse_tracking_parameters({name: ["news"]}) == TrackingParameters(source="news")


@pytest.mark.parametrize("name", ["click_id", "aff_click_id", "external_transaction_id", "clickid", "clickId"])
def test_click_id_of_the_publisher_has_aliases(name: str) -> None:
    assert parse_tracking_parameters({name: ["x-1"]}) == TrackingParameters(external_click_id="x-1")


def test_other_parameters_are_encoded_in_their_order() -> None:
    parameters = parse_tracking_parameters({"utm": ["a b", "c&d"], "sub1": ["x"], "k{1}": ["é"]})

    assert parameters == TrackingParameters(sub_ids={"sub1": "x"}, query="utm=a%20b&utm=c%26d&k%7B1%7D=%C3%A9")


@pytest.mark.parametrize(
    ("query", "encoded"),
    [
        pytest.param({"flag": [""]}, "flag", id="a parameter without a value"),
        pytest.param({"a": ["", "1"], "b": [""]}, "a&a=1&b", id="among others"),
        pytest.param({"": [""]}, "", id="neither a name nor a value"),
        pytest.param({"": ["x"]}, "=x", id="no name"),
        pytest.param({"a": [" +-._~"]}, "a=%20%2B-._~", id="a space, and what needs no encoding"),
        pytest.param({"a": ["{{placement}}"]}, "a=%7B%7Bplacement%7D%7D", id="a macro of a traffic source"),
        pytest.param({"amp;utm": ["a"], "b": ["c?sub1=d"]}, "utm=a&b=c", id="repaired"),
    ],
)
def test_other_parameters_ride_along_as_they_came(query: dict[str, list[str]], encoded: str) -> None:
    assert parse_tracking_parameters(query).query == encoded


def test_parameters_behind_the_code_are_understood() -> None:
    assert parse_tracking_parameters({"sub2": ["b"], "utm": ["c"]}, "&sub1=a&flag") == TrackingParameters(
        sub_ids={"sub1": "a", "sub2": "b"}, query="flag&utm=c"
    )


@pytest.mark.parametrize(
    "value",
    [
        "{{placement}}",
        "{clickid}",
        "%7Bclickid%7D",
        "[CLICK_ID]",
        "${SUB}",
        "$$x$$",
        "__CLICKID__",
        "#s2s#",
        "%%GCLID%%",
    ],
)
@pytest.mark.parametrize("name", ["sub1", "source", "click_id"])
def test_macro_that_a_traffic_source_did_not_replace_is_a_value(name: str, value: str) -> None:
    parameters = parse_tracking_parameters({name: [value]})

    assert [*parameters.sub_ids.values(), parameters.source, parameters.external_click_id].count(value) == 1


def test_parameter_that_does_not_fit_is_left_out() -> None:
    parameters = parse_tracking_parameters({"a": ["1"], "long": ["x" * MAX_QUERY], "b": ["2"]})

    assert parameters.query == "a=1&b=2"


@pytest.mark.parametrize(("length", "expected"), [(1497, 1499), (1498, 0)], ids=["just fits", "just does not"])
def test_other_parameters_have_less_than_1500_characters(length: int, expected: int) -> None:
    assert len(parse_tracking_parameters({"a": ["x" * length]}).query) == expected


def test_value_is_truncated_to_255_characters_and_a_click_id_to_1000() -> None:
    parameters = parse_tracking_parameters({"sub1": ["é" * 300], "source": ["y" * 300], "click_id": ["z" * 1001]})

    assert parameters == TrackingParameters({"sub1": "é" * 255}, "y" * 255, "z" * 1000)


def test_length_of_each_parameter_is_known() -> None:
    longer = {"click_id", "aff_click_id", "external_transaction_id", "clickid"}

    assert {name: max_length(name) for name in NAMES} == {name: 1000 if name in longer else 255 for name in NAMES}


def test_half_a_surrogate_pair_is_replaced() -> None:
    parameters = parse_tracking_parameters({"sub1": ["a\ud800b"], "source": ["\udfff"], "other": ["\ud800"]})

    assert parameters == TrackingParameters({"sub1": "a?b"}, "?", query="other=%3F")


@given(queries, damage)
def test_parameters_of_any_query_fit_and_are_encoded(query: dict[str, list[str]], rest: str) -> None:
    parameters = parse_tracking_parameters(query | {rest: [rest]}, rest)
    single = [*parameters.sub_ids.values(), parameters.source or ""]

    assert all(len(label) <= MAX_LENGTH for label in single)
    assert len(parameters.external_click_id or "") <= MAX_CLICK_ID_LENGTH
    assert len(parameters.query) <= MAX_QUERY
    assert parameters.query.isascii()
    assert not set(parameters.query) & set("#?/ \r\n{}")


@given(st.sampled_from(NAMES), some.texts.filter(lambda text: text and "?" not in text))
def test_any_text_of_a_tracking_parameter_is_kept(name: str, text: str) -> None:
    parameters = parse_tracking_parameters({name: [text]})

    assert [*parameters.sub_ids.values(), parameters.source, parameters.external_click_id].count(text) == 1
