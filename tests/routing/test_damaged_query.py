import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.routing.damaged_query import repaired
from chalicelib.routing.tracking_parameters import NAMES
from tests import strategies as some

KNOWN = frozenset(NAMES)


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        pytest.param({"sub1": ["a"], "amp;sub2": ["b"]}, {"sub1": ["a"], "sub2": ["b"]}, id="HTML's &amp;"),
        pytest.param({"amp;amp;sub2": ["b"]}, {"sub2": ["b"]}, id="&amp; twice"),
        pytest.param({"AMP;sub2": ["b"]}, {"sub2": ["b"]}, id="&AMP;"),
        pytest.param({"#038;sub2": ["b"], "#38;sub3": ["c"]}, {"sub2": ["b"], "sub3": ["c"]}, id="&#038; and &#38;"),
        pytest.param({"#x26;sub2": ["b"]}, {"sub2": ["b"]}, id="&#x26;"),
        pytest.param({"amp;utm_source": ["b"]}, {"utm_source": ["b"]}, id="&amp; before another name"),
        pytest.param({"?sub1": ["a"]}, {"sub1": ["a"]}, id="two ? at the beginning"),
        pytest.param({"?flag": [""]}, {"flag": [""]}, id="two ? before another name"),
        pytest.param({"amp;": [""]}, {"amp;": [""]}, id="nothing but a leftover"),
        pytest.param({"amp": ["x"]}, {"amp": ["x"]}, id="a parameter called amp"),
        pytest.param({"SUB1": ["a"], "Click_ID": ["b"]}, {"sub1": ["a"], "click_id": ["b"]}, id="capitals"),
        pytest.param({"UTM": ["a"]}, {"UTM": ["a"]}, id="capitals of another name"),
        pytest.param({" sub1 ": ["a"]}, {"sub1": ["a"]}, id="spaces"),
        pytest.param({"sub1": ["a?sub2=b"]}, {"sub1": ["a"], "sub2": ["b"]}, id="a second ?"),
        pytest.param({"sub1": ["a??sub2=b"]}, {"sub1": ["a"], "sub2": ["b"]}, id="a second and a third ?"),
        pytest.param({"sub1": ["a?SUB2=b"]}, {"sub1": ["a"], "sub2": ["b"]}, id="a second ? with capitals"),
        pytest.param({"sub1": ["a?amp;sub2=b"]}, {"sub1": ["a"], "sub2": ["b"]}, id="a second ? with amp;"),
        pytest.param(
            {"utm": ["a?sub1=b?click_id=c=d"]}, {"utm": ["a"], "sub1": ["b"], "click_id": ["c=d"]}, id="a third ?"
        ),
        pytest.param({"sub1": ["?sub2=b"]}, {"sub1": [""], "sub2": ["b"]}, id="no value before the second ?"),
        pytest.param({"flag?sub1": ["a"]}, {"flag": [""], "sub1": ["a"]}, id="a word before the second ?"),
        pytest.param({"flag?x": ["a"]}, {"flag?x": ["a"]}, id="another name behind a ? in a name"),
        pytest.param({"sub1": ["a?b=c"]}, {"sub1": ["a?b=c"]}, id="another name behind a ?"),
        pytest.param({"sub1": ["a?sub2"]}, {"sub1": ["a?sub2"]}, id="a known name without ="),
        pytest.param({"sub1": ["a?sub22=b"]}, {"sub1": ["a?sub22=b"]}, id="the beginning of a name"),
        pytest.param(
            {"ref": ["https://x.example/?sub1=a"]}, {"ref": ["https://x.example/?sub1=a"]}, id="a URL with a query"
        ),
        pytest.param({"sub1": ["a", "b?sub2=c"]}, {"sub1": ["a", "b"], "sub2": ["c"]}, id="several values"),
        pytest.param({"sub1": ["a"], "SUB1": ["b"]}, {"sub1": ["a", "b"]}, id="two spellings of a name"),
    ],
)
def test_query_is_repaired(query: dict[str, list[str]], expected: dict[str, list[str]]) -> None:
    assert repaired(query, "", KNOWN) == expected


@pytest.mark.parametrize(
    ("rest", "expected"),
    [
        pytest.param("&sub1=a", {"sub1": ["a"]}, id="&"),
        pytest.param("&sub1=a&sub2=b%20c", {"sub1": ["a"], "sub2": ["b c"]}, id="two, one of them encoded"),
        pytest.param("&amp;sub1=a&amp;sub2=b", {"sub1": ["a"], "sub2": ["b"]}, id="HTML's &amp;"),
        pytest.param("?sub1=a&sub2=b", {"sub1": ["a"], "sub2": ["b"]}, id="a decoded ?"),
        pytest.param("%3Fsub1=a%26b", {"sub1": ["a"], "b": [""]}, id="an encoded ?"),
        pytest.param("%3Fsub1=a%26b&sub2=c", {"sub1": ["a&b"], "sub2": ["c"]}, id="an encoded ? and a plain &"),
        pytest.param("%26sub1=a%26sub2=b%2526c", {"sub1": ["a"], "sub2": ["b&c"]}, id="encoded but for ="),
        pytest.param("%3Bsub1=a%3Bsub2=b", {"sub1": ["a"], "sub2": ["b"]}, id="encoded semicolons"),
        pytest.param("%25252526sub1%2525253Da", {}, id="encoded four times"),
        pytest.param("%3Fsub1%3Da%2526b", {"sub1": ["a&b"]}, id="wholly encoded"),
        pytest.param("%253Fsub1%253Da", {"sub1": ["a"]}, id="wholly encoded twice"),
        pytest.param("%26sub1=a", {"sub1": ["a"]}, id="an encoded &"),
        pytest.param(";sub1=a;sub2=b", {"sub1": ["a"], "sub2": ["b"]}, id="semicolons"),
        pytest.param(").&sub1=a", {"sub1": ["a"]}, id="after punctuation"),
        pytest.param("%20&sub1=a", {"sub1": ["a"]}, id="after a space"),
        pytest.param("/&sub1=a", {"sub1": ["a"]}, id="after a slash"),
        pytest.param("&flag&sub1=a", {"flag": [""], "sub1": ["a"]}, id="a word without a value"),
        pytest.param("&)", {}, id="punctuation"),
        pytest.param("&amp", {}, id="half of &amp;"),
        pytest.param("&amp;", {}, id="&amp; alone"),
        pytest.param(".", {}, id="a full stop"),
        pytest.param("", {}, id="nothing"),
        pytest.param("%E2%80%8B", {}, id="an invisible character"),
    ],
)
def test_parameters_in_the_path_are_understood(rest: str, expected: dict[str, list[str]]) -> None:
    assert repaired({}, rest, KNOWN) == expected


def test_parameters_of_the_path_come_first() -> None:
    assert repaired({"sub1": ["b"], "sub3": ["c"]}, "&sub1=a&sub2=b", KNOWN) == {
        "sub1": ["a", "b"],
        "sub2": ["b"],
        "sub3": ["c"],
    }


@pytest.mark.parametrize(
    "text", ["?" * 60_000, "a?" * 15_000, "amp;" * 9_000, "?amp;" * 6_000], ids=lambda each: each[:5]
)
def test_long_damage_takes_no_long_time(text: str) -> None:
    started_at = time.process_time()
    repaired({text: [text]}, text, KNOWN)

    assert time.process_time() - started_at < 0.5


@given(st.dictionaries(st.sampled_from(sorted(KNOWN)), st.lists(some.texts.filter(lambda text: "?" not in text))))
def test_whole_query_is_unchanged(query: dict[str, list[str]]) -> None:
    assert repaired(query, "", KNOWN) == {name: values for name, values in query.items() if values}
