import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.routing.damaged_query import repaired
from chalicelib.routing.tracking_parameters import FIELDS, parse_tracking_parameters
from tests import strategies as some

KNOWN = frozenset(FIELDS)


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
        pytest.param({"amp;": [""]}, {}, id="nothing but a leftover"),
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
        pytest.param({"amp": [""]}, {}, id="half of &amp;"),
        pytest.param({"?": [""], "flag": [""]}, {"flag": [""]}, id="nothing but a ?"),
        pytest.param({"gt;": [""], "quot": [""], "lt;/a": [""], "#34;x": [""]}, {}, id="HTML's remnants"),
        pytest.param({"gt": ["1"], "lt;x": ["2"]}, {"gt": ["1"], "lt;x": ["2"]}, id="names like remnants with a value"),
        pytest.param(
            {"rsquo;": [""], "COPY;x": [""], "Eacute;": [""], "#39;": [""]}, {}, id="other characters of HTML"
        ),
        pytest.param({"flag;x": [""], ");": [""]}, {"flag;x": [""]}, id="a semicolon"),
        pytest.param({"\u201d": [""], "\u2026": [""]}, {}, id="typographic punctuation"),
        pytest.param({"sub1": ["a?utm_foo=x"]}, {"sub1": ["a"], "utm_foo": ["x"]}, id="any name of utm_"),
        pytest.param(
            {"sub1": ["a?GCLID=x"], "gclid": ["y"]}, {"sub1": ["a?GCLID=x"], "gclid": ["y"]}, id="given in another case"
        ),
        pytest.param({"): ": [""], "\u200b": [""], "_": [""]}, {}, id="punctuation"),
        pytest.param({"é": [""], "1": [""]}, {"é": [""], "1": [""]}, id="short names"),
        pytest.param({"nbsp;sub1": ["a"]}, {"sub1": ["a"]}, id="&nbsp;"),
        pytest.param({"\u200bsub1": ["a"]}, {"sub1": ["a"]}, id="an invisible character before a name"),
        pytest.param({"sub1\u200b": ["a"], "\xa0s2\xa0": ["b"]}, {"sub1": ["a"], "s2": ["b"]}, id="and behind"),
        pytest.param({"\u200butm": ["a"]}, {"utm": ["a"]}, id="an invisible character before another name"),
        pytest.param({"sub1=a&sub2=b": [""]}, {"sub1": ["a"], "sub2": ["b"]}, id="a query encoded as a whole"),
        pytest.param({"SUB1=a&x=b": [""]}, {"sub1": ["a"], "x": ["b"]}, id="in capitals, with another name"),
        pytest.param({"sub1%3Da%26sub2%3Db": [""]}, {"sub1": ["a"], "sub2": ["b"]}, id="a query encoded twice"),
        pytest.param({"sub1=a&sub2": ["b&c"]}, {"sub1": ["a"], "sub2": ["b&c"]}, id="encoded but for its last ="),
        pytest.param({"gclid=a&sub2=b": [""]}, {"gclid": ["a"], "sub2": ["b"]}, id="that begins with another name"),
        pytest.param({"x=a&sub2=b": [""]}, {"x=a&sub2=b": [""]}, id="that begins with a name nobody knows"),
        pytest.param({"sub1\\u003da\\u0026sub2\\u003Db": [""]}, {"sub1": ["a"], "sub2": ["b"]}, id="as JSON"),
        pytest.param({"sub1": ["a\\u0026sub2=b"]}, {"sub1": ["a"], "sub2": ["b"]}, id="JSON's &"),
        pytest.param({"sub1": ["a\\u0026b=c"]}, {"sub1": ["a\\u0026b=c"]}, id="JSON's & before another name"),
        pytest.param({"sub1": ["a?gclid=x"]}, {"sub1": ["a"], "gclid": ["x"]}, id="a second ? of Google"),
        pytest.param({"sub1": ["a?utm_source=x"]}, {"sub1": ["a"], "utm_source": ["x"]}, id="a second ? of utm_"),
        pytest.param({"sub1": ["a?fbclid=x?s2=y"]}, {"sub1": ["a"], "fbclid": ["x"], "s2": ["y"]}, id="of Facebook"),
        pytest.param({"flag?msclkid": ["x"]}, {"flag": [""], "msclkid": ["x"]}, id="behind a word"),
        pytest.param(
            {"sub1": ["a?sub2=https://x.example/?sub3=c"]},
            {"sub1": ["a"], "sub2": ["https://x.example/?sub3=c"]},
            id="a URL behind a second ?",
        ),
        pytest.param({"sub1": ["x.example?source=x"]}, {"sub1": ["x.example?source=x"]}, id="a host before the ?"),
        pytest.param({"sub1": ["/p?s1=x"]}, {"sub1": ["/p?s1=x"]}, id="a path before the ?"),
        pytest.param({"sub1": ["x.example/p?gclid=x"]}, {"sub1": ["x.example/p?gclid=x"]}, id="a host and a path"),
        pytest.param({"clickid": ["a?source=b"]}, {"clickid": ["a?source=b"]}, id="the publisher's click ID"),
        pytest.param({"Click_ID": ["a?gclid=b"]}, {"click_id": ["a?gclid=b"]}, id="the click ID under another name"),
        pytest.param(
            {"sub1": ["a?source=x"], "source": ["y"]}, {"sub1": ["a?source=x"], "source": ["y"]}, id="already given"
        ),
        pytest.param(
            {"sub1": ["a?s2=x"], "aff_sub2": ["y"]}, {"sub1": ["a?s2=x"], "aff_sub2": ["y"]}, id="given as an alias"
        ),
        pytest.param(
            {"sub1": ["a?gclid=x"], "gclid": ["y"]}, {"sub1": ["a?gclid=x"], "gclid": ["y"]}, id="another already given"
        ),
        pytest.param(
            {"sub1": ["a?source=x"], "source": [""]}, {"sub1": ["a"], "source": ["x", ""]}, id="given without a value"
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
    assert repaired(query, "", FIELDS) == expected


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
        pytest.param("%5Cu0026sub1=a%5Cu0026sub2=b", {"sub1": ["a"], "sub2": ["b"]}, id="JSON's &"),
        pytest.param("\\u0026sub1\\u003da", {"sub1": ["a"]}, id="JSON's &, decoded"),
        pytest.param("&quot;&gt;link&lt;/a&gt;", {}, id="HTML"),
        pytest.param("&sub1=a/b", {"sub1": ["a/b"]}, id="a slash in a value"),
        pytest.param("&source=https://site.example/", {"source": ["https://site.example/"]}, id="a URL as the value"),
        pytest.param("[/url]&sub1=a", {"sub1": ["a"]}, id="after a forum's tag"),
        pytest.param("&amp", {}, id="half of &amp;"),
        pytest.param("&amp;", {}, id="&amp; alone"),
        pytest.param(".", {}, id="a full stop"),
        pytest.param("", {}, id="nothing"),
        pytest.param("%E2%80%8B", {}, id="an invisible character"),
    ],
)
def test_parameters_in_the_path_are_understood(rest: str, expected: dict[str, list[str]]) -> None:
    assert repaired({}, rest, FIELDS) == expected


def test_parameters_of_the_path_come_first() -> None:
    assert repaired({"sub1": ["b"], "sub3": ["c"]}, "&sub1=a&sub2=b", FIELDS) == {
        "sub1": ["a", "b"],
        "sub2": ["b"],
        "sub3": ["c"],
    }


@pytest.mark.parametrize(
    "text", ["?" * 60_000, "a?" * 15_000, "amp;" * 9_000, "?amp;" * 6_000], ids=lambda each: each[:5]
)
def test_long_damage_takes_no_long_time(text: str) -> None:
    started_at = time.process_time()
    repaired({text: [text]}, text, FIELDS)

    assert time.process_time() - started_at < 0.5


PIECES = st.sampled_from(["?", "sub1", "source=", "gclid=", "=", "&", "\\u0026", "a", "/", ".", "%3F", "amp;"])
damaged_texts = st.lists(PIECES, max_size=12).map("".join)


@given(damaged_texts, damaged_texts)
def test_click_id_of_the_publisher_is_never_split(text: str, other: str) -> None:
    assert repaired({"clickid": [text], "sub1": [other]}, "", FIELDS)["clickid"] == [text]


@given(damaged_texts, damaged_texts, damaged_texts, damaged_texts)
def test_parameters_that_the_link_has_are_never_replaced(sub1: str, s2: str, source: str, click_id: str) -> None:
    sent = {"sub1": f"1{sub1}", "s2": f"2{s2}", "source": f"3{source}", "clickid": f"4{click_id}"}
    found = parse_tracking_parameters({name: [value] for name, value in sent.items()})

    assert (found.external_click_id, set(found.sub_ids)) == (sent["clickid"], {"sub1", "sub2"})
    kept = {"sub1": found.sub_ids["sub1"], "s2": found.sub_ids["sub2"], "source": str(found.source)}
    assert all(value and sent[name].startswith(value) for name, value in kept.items())


@given(st.dictionaries(st.sampled_from(sorted(KNOWN)), st.lists(some.texts.filter(lambda text: "?" not in text))))
def test_whole_query_is_unchanged(query: dict[str, list[str]]) -> None:
    assert repaired(query, "", FIELDS) == {name: values for name, values in query.items() if values}
