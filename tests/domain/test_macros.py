import re
from typing import Any
from urllib.parse import parse_qsl, quote, unquote, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.domain.macros import MACROS, fill, macro_values
from chalicelib.routing.tracking_parameters import parse_tracking_parameters
from tests import strategies as some

TEMPLATE = "https://acme.example/{country}/x?cid={click_id}&s={sub1}&end=1#{source}"
macros = st.sampled_from(sorted(MACROS))
values = st.dictionaries(macros, st.none() | some.texts)


@pytest.mark.parametrize(
    ("value", "filled"),
    [
        pytest.param("newsletter-jan", "newsletter-jan", id="a plain word"),
        pytest.param("a&b=c", "a%26b%3Dc", id="a parameter"),
        pytest.param("x?y#z", "x%3Fy%23z", id="a query and a fragment"),
        pytest.param("../x", "..%2Fx", id="a path"),
        pytest.param("a b\r\nc", "a%20b%0D%0Ac", id="white space and a header's end"),
        pytest.param("50%", "50%25", id="a percent sign"),
        pytest.param("{sub2}", "%7Bsub2%7D", id="a macro"),
        pytest.param("Zürich", "Z%C3%BCrich", id="a letter beyond ASCII"),
        pytest.param("", "", id="nothing"),
        pytest.param(None, "", id="unknown"),
    ],
)
def test_a_value_is_percent_encoded(value: str | None, filled: str) -> None:
    assert fill("https://acme.example/?s={sub1}&t=1", {"sub1": value}) == f"https://acme.example/?s={filled}&t=1"


def test_timestamp_is_in_whole_seconds() -> None:
    assert macro_values(["timestamp"], {"at": 1_793_795_400_999}) == {"timestamp": "1793795400"}


def test_a_missing_value_is_empty() -> None:
    assert fill("https://acme.example/?s={sub1}", {}) == "https://acme.example/?s="


def test_a_url_without_macros_stays_as_it_is() -> None:
    assert fill("https://acme.example/?a=%20&b", {"a": "x"}) == "https://acme.example/?a=%20&b"


def test_a_macro_is_filled_in_wherever_it_stands() -> None:
    assert fill("{a}x{b}{a}", {"a": "1", "b": "2"}) == "1x21"


def test_the_query_rides_along_as_it_is() -> None:
    assert (
        fill("https://acme.example/?{query}", {"query": "gclid=a%26b&x=1"}) == "https://acme.example/?gclid=a%26b&x=1"
    )


@pytest.mark.parametrize(
    ("template", "query", "filled"),
    [
        pytest.param("https://a.example/?a=1&{query}", "", "https://a.example/?a=1", id="empty"),
        pytest.param("https://a.example/?a=1&{query}", None, "https://a.example/?a=1", id="unknown"),
        pytest.param(
            "https://a.example/?a=1&{query}", "b=2&flag", "https://a.example/?a=1&b=2&flag", id="no repetition"
        ),
        pytest.param("https://a.example/?a=1&{query}", "b=2&a=3&c", "https://a.example/?a=1&b=2&c", id="a repetition"),
        pytest.param("https://a.example/?a=1&{query}", "a=3&a", "https://a.example/?a=1", id="nothing but repetitions"),
        pytest.param("https://a.example/?a=1&{query}", "A=3", "https://a.example/?a=1&A=3", id="another case"),
        pytest.param("https://a.example/?a%5B%5D=1&{query}", "a%5b%5d=2&b", "https://a.example/?a%5B%5D=1&b", id="[]"),
        pytest.param("https://a.example/?a%20b=1&{query}", "a+b=2&c", "https://a.example/?a%20b=1&c", id="a space"),
        pytest.param(
            "https://a.example/?u=b%3Fc%3D1%26{query}&d=1",
            "c=2&d=%26",
            "https://a.example/?u=b%3Fc%3D1%26d%3D%2526&d=1",
            id="in an encoded value",
        ),
        pytest.param("https://a.example/?u={query}", "c=2&d", "https://a.example/?u=c%3D2%26d", id="as one value"),
        pytest.param("https://a.example/?s={sub1}&{query}", "c=2", "https://a.example/?s=x&c=2", id="another macro"),
    ],
)
def test_query_repeats_no_name_and_leaves_no_separator(template: str, query: str | None, filled: str) -> None:
    assert fill(template, {"sub1": "x", "query": query}) == filled


def test_value_cannot_add_a_parameter_to_an_encoded_value() -> None:
    template = "market://details?id=x&referrer=clid%3D{click_id}%26s%3D{sub1}"
    filled = fill(template, {"click_id": "c-1", "sub1": "a&clid=mine"})

    assert filled == "market://details?id=x&referrer=clid%3Dc-1%26s%3Da%2526clid%253Dmine"
    assert parse_qsl(parse_qsl(urlsplit(filled).query)[1][1]) == [("clid", "c-1"), ("s", "a&clid=mine")]


@pytest.mark.parametrize("braces", ["%7Bgps_adid%7D", "%7bgps_adid%7d", "%257Bgps_adid%257D", "%7B%7Bx%7D%7D"])
def test_encoded_braces_of_others_stay_as_they_are(braces: str) -> None:
    template = f"https://a.example/{braces}?a={braces}&s={{sub1}}#{braces}"

    assert fill(template, {"sub1": "x"}) == template.replace("{sub1}", "x")


@given(st.lists(macros | st.sampled_from(["https://acme.example/", "?a=", "&b=", "#"])), values)
def test_filling_never_leaves_a_macro(pieces: list[str], values: dict[str, str | None]) -> None:
    template = "".join(f"{{{piece}}}" if piece in MACROS else piece for piece in pieces)
    encoded = {**values, "query": parse_tracking_parameters({"q": [values.get("query") or ""]}).query}

    assert not re.search(r"[{}]", fill(template, encoded))


TEXT = st.text(st.sampled_from("ab1?&=#/%.;:~") | st.characters(min_codepoint=33, max_codepoint=126), max_size=20)


@given(st.lists(TEXT.map(lambda text: re.sub(r"[{}]", "", text)), min_size=2, max_size=5), values)
def test_text_outside_macros_is_unchanged(texts: list[str], values: dict[str, str | None]) -> None:
    template = "{sub1}".join(texts)
    pieces = [re.escape(text) for text in texts]

    assert re.fullmatch(r"(?:[\w.~-]|%[0-9A-F]{2})*".join(pieces), fill(template, values), re.ASCII)


@given(some.texts, some.texts, some.texts, some.texts)
def test_every_value_arrives_in_its_place_and_whole(country: str, click_id: str, sub1: str, source: str) -> None:
    filled = fill(TEMPLATE, {"country": country, "click_id": click_id, "sub1": sub1, "source": source})
    parts = urlsplit(filled)

    assert parts.netloc == "acme.example"
    assert [unquote(step) for step in parts.path.split("/")] == ["", country, "x"]
    assert parse_qsl(parts.query, keep_blank_values=True) == [("cid", click_id), ("s", sub1), ("end", "1")]
    assert unquote(parts.fragment) == source


@given(macros.filter(lambda name: name != "query"), some.texts)
def test_no_value_but_the_query_breaks_out_of_its_place(macro: str, value: str) -> None:
    assert re.fullmatch(r"(?:[\w.~-]|%[0-9A-F]{2})*", fill(f"{{{macro}}}", {macro: value}), re.ASCII)


@given(st.sampled_from("|,;"), st.sampled_from(["%3A", ":"]), some.texts, some.texts)
def test_value_cannot_add_a_pair_to_a_packed_value(joint: str, colon: str, click_id: str, sub1: str) -> None:
    template = f"https://a.example/?r=clid{colon}{{click_id}}{quote(joint)}sub{colon}{{sub1}}"
    ((_, packed),) = parse_qsl(urlsplit(fill(template, {"click_id": click_id, "sub1": sub1})).query)
    pairs = [pair.split(":") for pair in packed.split(joint)]

    assert [[name, unquote(value)] for name, value in pairs] == [["clid", click_id], ["sub", sub1]]


@pytest.mark.parametrize(
    ("template", "filled"),
    [
        pytest.param(
            "https://a.example/?r={query}{sub1}", "https://a.example/?r=a%3D1x%2526b%253D2", id="as one value"
        ),
        pytest.param(
            "market://details?id=x&referrer={query}%26clid%3D{sub1}",
            "market://details?id=x&referrer=a%3D1%26clid%3Dx%2526b%253D2",
            id="before another parameter",
        ),
    ],
)
def test_value_beside_the_query_cannot_add_a_parameter(template: str, filled: str) -> None:
    assert fill(template, {"query": "a=1", "sub1": "x&b=2"}) == filled


def test_empty_query_before_another_parameter_of_a_value_leaves_no_separator() -> None:
    template = "market://details?id=x&referrer={query}%26clid%3D{click_id}"
    assert fill(template, {"click_id": "C"}) == "market://details?id=x&referrer=clid%3DC"


PLAIN = st.sampled_from(["x", "", "a%20b", "a%2Fb", "1%7C2", "%7Bgaid%7D"])
MACRO = st.sampled_from([f"{{sub{n}}}" for n in range(1, 11)])
Parameters = list[Any]
"""The values of a URL's parameters: text, a macro, or the parameters of a URL that is the value."""

trees = st.recursive(
    st.lists(PLAIN | MACRO, min_size=1, max_size=3),
    lambda inner: st.lists(PLAIN | MACRO | inner, min_size=1, max_size=3),
    max_leaves=8,
)


def _url(parameters: Parameters) -> str:
    values = [value if isinstance(value, str) else _encoded(_url(value)) for value in parameters]
    return "https://h.example/p?" + "&".join(f"k{n}={value}" for n, value in enumerate(values))


def _encoded(url: str) -> str:
    return "".join(part if part in MACROS_IN_BRACES else quote(part, safe="") for part in re.split(r"(\{\w+\})", url))


MACROS_IN_BRACES = {f"{{{name}}}" for name in MACROS}


def _read(url: str, parameters: Parameters) -> Parameters:
    """Return the parameters as a server reads them that decodes each URL once and requests what it finds."""
    found = parse_qsl(urlsplit(url).query, keep_blank_values=True)
    assert [name for name, _ in found] == [f"k{n}" for n in range(len(parameters))]
    pairs = zip([value for _, value in found], parameters, strict=True)
    return [value if isinstance(expected, str) else _read(value, expected) for value, expected in pairs]


def _expected(parameters: Parameters, values: dict[str, str]) -> Parameters:
    return [
        _expected(each, values) if isinstance(each, list) else values.get(each.strip("{}"), unquote(each))
        for each in parameters
    ]


@given(trees, st.fixed_dictionaries({f"sub{n}": some.texts for n in range(1, 11)}))
def test_every_value_arrives_in_any_url_of_urls(parameters: Parameters, values: dict[str, str]) -> None:
    assert _read(fill(_url(parameters), values), parameters) == _expected(parameters, values)
