from urllib.parse import parse_qsl, unquote, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.domain.macro_places import encoder, own_names, places, without_query
from chalicelib.domain.percent_encoding import percent_encode
from tests import strategies as some


def depths(template: str) -> dict[str, int]:
    return {place.name: place.depth for place in places(template)}


@pytest.mark.parametrize(
    ("template", "expected"),
    [
        pytest.param("https://a.example/{sub1}/x?c={sub2}&d#{sub3}", {"sub1": 1, "sub2": 1, "sub3": 1}, id="plain"),
        pytest.param("https://a.example/?{sub1}={sub2}", {"sub1": 1, "sub2": 1}, id="a name and its value"),
        pytest.param("https://a.example/?r=c%3D{sub1}%26s%3D{sub2}", {"sub1": 2, "sub2": 2}, id="a referrer"),
        pytest.param("https://a.example/?r=c%3d{sub1}", {"sub1": 2}, id="small hexadecimal digits"),
        pytest.param("https://a.example/?r=%3F{sub1}%3Dx&s={sub2}", {"sub1": 2, "sub2": 1}, id="an encoded name"),
        pytest.param("https://a.example/?r={sub1}%26c%3Dx", {"sub1": 2}, id="a delimiter only after it"),
        pytest.param("https://a.example/?u=https%3A%2F%2Fb.example%2F{sub1}%2Fx", {"sub1": 2}, id="an encoded path"),
        pytest.param("https://a.example/?u=https%3A//b.example/{sub1}", {"sub1": 2}, id="slashes left as they are"),
        pytest.param("https://a.example/?u=b%23{sub1}", {"sub1": 2}, id="an encoded fragment"),
        pytest.param("https://a.example/?u=https://b.example/?c={sub1}", {"sub1": 1}, id="a URL that is not encoded"),
        pytest.param("https://a.example/?r=a=b%26c={sub1}", {"sub1": 2}, id="half encoded"),
        pytest.param("https://a.example/?r=c%253D{sub1}%2526d", {"sub1": 3}, id="encoded twice"),
        pytest.param("https://a.example/?r=c%25253D{sub1}", {"sub1": 4}, id="encoded three times"),
        pytest.param(
            "https://a.example/?u=https%3A%2F%2Fb%2F%3Fr%3Dc%253D{sub1}%2526d%253D{sub2}%26s%3D{sub3}&t={sub4}",
            {"sub1": 3, "sub2": 3, "sub3": 2, "sub4": 1},
            id="each depth of one URL",
        ),
        pytest.param("https://a.example/?r%3D{sub1}=x%26", {"sub1": 2}, id="in a name only the name counts"),
        pytest.param("https://a.example/?r=a%20b%2Fc%7C{sub1}%3Ad%2C", {"sub1": 1}, id="encoded, but no delimiters"),
        pytest.param("https://a.example/?r=50%25{sub1}", {"sub1": 1}, id="a percent sign"),
        pytest.param("https://a.example/?r=x%3D1&s={sub1}&t=y%3D1", {"sub1": 1}, id="delimiters of other parameters"),
        pytest.param("https://a.example/u%3D1/{sub1}/v%3D1", {"sub1": 1}, id="delimiters of other path segments"),
        pytest.param("https://a.example/https%3A%2F%2Fb%2F%3Fc%3D{sub1}/d", {"sub1": 2}, id="a URL in the path"),
        pytest.param("https://a.example/#/r?u=b%3D{sub1}&c={sub2}", {"sub1": 2, "sub2": 1}, id="in the fragment"),
        pytest.param("https://a.example/?u=b%3D#u={sub1}", {"sub1": 1}, id="the fragment after a query"),
        pytest.param("market://details?id=x&referrer=c%3D{sub1}", {"sub1": 2}, id="a store"),
        pytest.param(
            "intent://a#Intent;S.browser_fallback_url=https%3A%2F%2Fb%2F%3Fc%3D{sub1};package={sub2};end",
            {"sub1": 2, "sub2": 1},
            id="entries of an Intent",
        ),
        pytest.param("https://a.example/?u=b%3D1;c={sub1}", {"sub1": 2}, id="a semicolon separates no parameters"),
        pytest.param("https://a.example/?u=b.example%2F{sub1}%2Fx", {"sub1": 2}, id="an address without a scheme"),
        pytest.param("https://a.example/?u=b.example:80%2F{sub1}", {"sub1": 2}, id="with a port"),
        pytest.param("https://a.example/?u=b.example%252F{sub1}", {"sub1": 3}, id="encoded twice, without a scheme"),
        pytest.param("https://a.example/?u=%2Fland%2F{sub1}", {"sub1": 2}, id="a path"),
        pytest.param("https://a.example/?u=%252Fland%252F{sub1}", {"sub1": 3}, id="a path, encoded twice"),
        pytest.param("https://a.example/b.example%2F{sub1}/x", {"sub1": 2}, id="an address in a path segment"),
        pytest.param("https://a.example/?u=a%2Fb{sub1}&v=1.5%2F{sub2}", {"sub1": 1, "sub2": 1}, id="a slash alone"),
        pytest.param(
            "https://a.example/?r=clid%3A{click_id}%7Csub%3A{sub1}", {"click_id": 2, "sub1": 2}, id="pairs with a bar"
        ),
        pytest.param(
            "https://a.example/?r=clid%3A{click_id}%2Csub%3A{sub1}", {"click_id": 2, "sub1": 2}, id="with a comma"
        ),
        pytest.param(
            "https://a.example/?r=clid%3a{click_id}%3bsub%3a{sub1}", {"click_id": 2, "sub1": 2}, id="with a semicolon"
        ),
        pytest.param(
            "https://a.example/?r=clid:{click_id}%7Csub:{sub1}", {"click_id": 2, "sub1": 2}, id="with plain colons"
        ),
        pytest.param("https://a.example/?r=c%3A1%3B%20s%3A{sub1}", {"sub1": 2}, id="pairs with spaces"),
        pytest.param("https://a.example/?u=//b.example%2F{sub1}", {"sub1": 2}, id="an address behind slashes"),
        pytest.param("https://a.example/?r=s%3A{sub1}%7Cv%3A1", {"sub1": 2}, id="a macro in the first pair alone"),
        pytest.param("https://a.example/?r=s%253A{sub1}%257Cv%253A1", {"sub1": 3}, id="pairs encoded twice"),
        pytest.param("https://a.example/?r=a%2C{sub1}&s=a%7C{sub2}", {"sub1": 1, "sub2": 1}, id="no pairs"),
        pytest.param("https://a.example/?r=a%2Cb%3A{sub1}", {"sub1": 1}, id="one pair"),
        pytest.param("https://a.example/?r=clid%3A{sub1}", {"sub1": 1}, id="one pair alone"),
        pytest.param(
            "https://a.example/?u=https%3A%2F%2Fb.example%2F{sub1}%2Fnext%2Fhttps%253A%252F%252Fc",
            {"sub1": 2},
            id="a deeper address behind it",
        ),
        pytest.param(
            "https://a.example/?u=https%3A%2F%2Fb.example%2Fhttps%253A%252F%252Fc%2F{sub1}",
            {"sub1": 2},
            id="a deeper address before it",
        ),
        pytest.param("https://a.example/?u={query}{sub1}", {"query": 2, "sub1": 2}, id="beside the query as one value"),
        pytest.param("https://a.example/?u={sub1}{query}", {"query": 2, "sub1": 2}, id="before the query in one value"),
        pytest.param("https://a.example/?u={query}-{sub1}&v={sub2}", {"query": 2, "sub1": 2, "sub2": 1}, id="text"),
        pytest.param("https://a.example/?{sub1}{query}", {"query": 1, "sub1": 1}, id="before the query, no value"),
        pytest.param("https://a.example/?a=1&{query}", {"query": 1}, id="the query among parameters"),
        pytest.param("https://a.example/?a={query}", {"query": 2}, id="the query as one value"),
        pytest.param("https://a.example/?u=b%3Fa%3D1%26{query}", {"query": 2}, id="the query in an encoded value"),
        pytest.param("https://a.example/?u=b%3Fa%3d{query}", {"query": 3}, id="the query as one encoded value"),
    ],
)
def test_value_is_encoded_once_more_than_what_is_around_it(template: str, expected: dict[str, int]) -> None:
    assert depths(template) == expected


@pytest.mark.parametrize(
    ("template", "expected"),
    [
        pytest.param("https://a.example/{sub1}", True, id="path"),
        pytest.param("https://a.example/?a={sub1}", False, id="query"),
        pytest.param("https://a.example/#{sub1}", False, id="fragment"),
        pytest.param("https://a.example/?u=https%3A%2F%2Fb%2F{sub1}", True, id="an encoded path"),
    ],
)
def test_place_can_be_that_of_a_path_segment(template: str, expected: bool) -> None:
    assert [place.is_path for place in places(template)] == [expected]


@pytest.mark.parametrize(
    ("template", "value", "encoded"),
    [
        pytest.param("https://a.example/{sub1}/x", "..", "%2E%2E", id="two dots"),
        pytest.param("https://a.example/{sub1}/x", ".", "%2E", id="one dot"),
        pytest.param("https://a.example/.{sub1}/x", ".", "%2E", id="one dot beside another"),
        pytest.param("https://a.example/{sub1}/x", "...", "...", id="three dots are a name"),
        pytest.param("https://a.example/{sub1}/x", "a.b", "a.b", id="a dot in a name"),
        pytest.param("https://a.example/{sub1}/x", "../..", "..%2F..", id="no segment of dots"),
        pytest.param("https://a.example/?a={sub1}", "..", "..", id="dots in a query"),
        pytest.param("https://a.example/?u=https%3A%2F%2Fb%2F{sub1}", "..", "%252E%252E", id="in an encoded path"),
        pytest.param("https://a.example/?a=b%3D{sub1}", "a&b", "a%2526b", id="encoded twice"),
        pytest.param("https://a.example/?{query}", "a=1&b", "a=1&b", id="the query"),
        pytest.param("https://a.example/?u=b%3F{query}", "a=%26&b", "a%3D%2526%26b", id="the query, encoded"),
        pytest.param("https://a.example/{query}", "..", "%2E%2E", id="a query of two dots"),
    ],
)
def test_value_is_encoded_for_its_place(template: str, value: str, encoded: str) -> None:
    (place,) = places(template)

    assert encoder(place)(value) == encoded


@pytest.mark.parametrize(
    ("template", "names"),
    [
        pytest.param("https://a.example/?a=1&b&{query}&c=2", {"a", "b", "c"}, id="beside it"),
        pytest.param("https://a.example/?a%5B%5D=1&{query}", {"a[]"}, id="decoded"),
        pytest.param("https://a.example/?{sub1}=1&{query}", set(), id="no macro"),
        pytest.param("https://a.example/?a=1", set(), id="without the query"),
        pytest.param("https://a.example/a=1/?{query}#b=2", set(), id="path and fragment"),
        pytest.param("https://a.example/?a=1#/r?b=2&{query}", {"a", "/r", "b"}, id="in the fragment"),
        pytest.param("https://a.example/?u=b%3Fc%3D1%26{query}%26d&e=2", {"c", "d"}, id="in an encoded value"),
        pytest.param("https://a.example/?a={query}&b=1", set(), id="as one value"),
        pytest.param("https://a.example/?u=b%3Fc%3D1%26d%3D{query}", set(), id="as one encoded value"),
    ],
)
def test_query_must_not_repeat_the_names_beside_it(template: str, names: set[str]) -> None:
    assert own_names(template) == names


@pytest.mark.parametrize(
    ("template", "rest"),
    [
        pytest.param("https://a.example/?a=1&{query}", "https://a.example/?a=1", id="last"),
        pytest.param("https://a.example/?{query}&b=2", "https://a.example/?b=2", id="first"),
        pytest.param("https://a.example/?a=1&{query}&b=2", "https://a.example/?a=1&b=2", id="between"),
        pytest.param("https://a.example/?{query}", "https://a.example/", id="alone"),
        pytest.param("https://a.example?{query}", "https://a.example", id="alone, without a path"),
        pytest.param("https://a.example/?{query}&", "https://a.example/", id="alone before a separator"),
        pytest.param("https://a.example/?a=1&{query}&", "https://a.example/?a=1", id="last, with a separator"),
        pytest.param("https://a.example/?a=1&{query}&#b", "https://a.example/?a=1#b", id="before a fragment, too"),
        pytest.param("https://a.example/?&{query}", "https://a.example/", id="alone behind a separator"),
        pytest.param("https://a.example/?&{query}&&{query}&#b", "https://a.example/#b", id="alone among separators"),
        pytest.param("https://a.example/?a=1;{query}", "https://a.example/?a=1", id="last behind a semicolon"),
        pytest.param("https://a.example/?{query};a=1", "https://a.example/?a=1", id="first before a semicolon"),
        pytest.param(
            "market://details?referrer={query}%26clid%3Dx", "market://details?referrer=clid%3Dx", id="first in a value"
        ),
        pytest.param(
            "https://a.example/?u=b%3Fr%3D{query}%2526c%253Dx",
            "https://a.example/?u=b%3Fr%3Dc%253Dx",
            id="first in an encoded value",
        ),
        pytest.param(
            "https://a.example/?u=b%3Fr%3D{query}%26c%3Dx",
            "https://a.example/?u=b%3Fr%3D%26c%3Dx",
            id="the whole encoded value before another",
        ),
        pytest.param("https://a.example/?u=b%3F{query}%26&c", "https://a.example/?u=b&c", id="encoded, a separator"),
        pytest.param("https://a.example/?{query}#b", "https://a.example/#b", id="alone before a fragment"),
        pytest.param("https://a.example/?a=1&{query}#b", "https://a.example/?a=1#b", id="last before a fragment"),
        pytest.param("https://a.example/#a?{query}", "https://a.example/#a", id="in a fragment"),
        pytest.param("https://a.example/?{query}&{query}", "https://a.example/", id="twice"),
        pytest.param("https://a.example/?{query}&{query}&b=1", "https://a.example/?b=1", id="twice, then another"),
        pytest.param("https://a.example/?a=1&{query}&{query}", "https://a.example/?a=1", id="twice at the end"),
        pytest.param("https://a.example/?a={query}&b=1", "https://a.example/?a=&b=1", id="as one value"),
        pytest.param("https://a.example/{query}", "https://a.example/", id="in the path"),
        pytest.param("https://a.example/?a=1&{query}x", "https://a.example/?a=1&x", id="before other text"),
        pytest.param("https://a.example/?u=b%3F{query}", "https://a.example/?u=b", id="alone, encoded"),
        pytest.param(
            "https://a.example/?u=b%3f{query}&c=1", "https://a.example/?u=b&c=1", id="encoded, not at the end"
        ),
        pytest.param("https://a.example/?u=b%3F{query}%26d&c=1", "https://a.example/?u=b%3Fd&c=1", id="first, encoded"),
        pytest.param("https://a.example/?u=b%3Fd%26{query}&c", "https://a.example/?u=b%3Fd&c", id="last, encoded"),
        pytest.param("https://a.example/?u=b%253F{query}%2526d", "https://a.example/?u=b%253Fd", id="encoded twice"),
        pytest.param("https://a.example/?u=b%3F{query}%23d", "https://a.example/?u=b%23d", id="an encoded fragment"),
        pytest.param("https://a.example/?a=1&b={sub1}", "https://a.example/?a=1&b={sub1}", id="no query"),
    ],
)
def test_empty_query_leaves_no_separator_behind(template: str, rest: str) -> None:
    assert without_query(template) == rest


def _nested(inner: str, times: int) -> str:
    """Return a URL with `inner` as a parameter of a URL that is a parameter of a URL, and so on."""
    url = inner
    for n in range(times):
        encoded = "".join(part if part.startswith("{") else percent_encode(part) for part in _pieces(url))
        url = f"https://h{n}.example/r?first=1&u={encoded}&last=2"
    return url


def _pieces(url: str) -> list[str]:
    before, _, after = url.partition("{sub1}")
    return [before, "{sub1}", after]


INNER = st.sampled_from(
    [
        "https://in.example/p/{sub1}/x?a=1#f",
        "https://in.example/p?a=1&s={sub1}",
        "https://in.example/p?s={sub1}&a=1",
        "https://in.example/p?a=1#{sub1}",
        "https://in.example/p?a=1#s={sub1}&b=2",
    ]
)


@given(INNER, st.integers(0, 3), some.texts)
def test_any_text_arrives_after_as_many_decodings_as_it_was_encoded(inner: str, times: int, text: str) -> None:
    template = _nested(inner, times)
    (place,) = places(template)
    url = template.replace("{sub1}", encoder(place)(text))
    for _ in range(times):
        (first, nested, last) = parse_qsl(urlsplit(url).query, keep_blank_values=True)
        assert (first, nested[0], last) == (("first", "1"), "u", ("last", "2"))
        url = nested[1]
    head, tail = inner.split("{sub1}")

    assert place.depth == times + 1
    assert url.startswith(head)
    assert url.endswith(tail)
    assert unquote(url[len(head) : len(url) - len(tail)]) == text
