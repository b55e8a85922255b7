import re
from typing import Any
from urllib.parse import parse_qsl, quote, unquote, urlencode, urlsplit

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from chalicelib.domain.macros import MACROS
from chalicelib.domain.url_validation import url_errors
from chalicelib.routing import pages, redirect
from tests import strategies as some
from tests.conftest import Api
from tests.documents import click_and_explain, clicked, good, new_campaign, new_link, recorded

ON_ONE_NETWORK = settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
LANDING = "https://game.example/?s={sub1}&t={sub2}&c={external_click_id}&{query}"


def landed(admin: Api, destination: str, query: dict[str, str]) -> str:
    """Return where a click on a campaign of this destination is sent."""
    return clicked(new_link(admin, new_campaign(admin, destination_url=destination)), query).headers["Location"]


# Damaged links


@pytest.mark.parametrize(
    "damage",
    [
        *(".", ",", ")", "]", ">", '"', "'", "!", ":", "*", "_", "-", "/", "%20", "%0A", "%22", "%3E", "%E2%80%8B"),
        *("%E2%80%9D", "%C2%A0", "%2E", "…", "&", "&amp", "&quot", "&gt", "&quot;&gt;link&lt;/a&gt;", "??", "?&amp;"),
        *("</a>", "%22%3Elink%3C/a%3E", "[/url]", "/.", "/)", "/%20", "/%E2%80%8B", "/%22", "//", "</a></li></ul></p>"),
    ],
)
def test_link_with_something_behind_its_code_works(admin: Api, damage: str) -> None:
    code = new_link(admin, new_campaign(admin, destination_url=LANDING))
    assert clicked(code + damage, {"sub1": "a"}).headers["Location"] == "https://game.example/?s=a&t=&c="
    assert [(row.code, row.sub_ids) for row in recorded().values()] == [(code, {"sub1": "a"})]


@pytest.mark.parametrize(
    "damage", ["%20", "%E2%80%8B", "%EF%BB%BF", "\u200b", "%3C", '"', "(", "*", "%2E", "%22", "/", "[(", "%2F"]
)
def test_link_with_something_before_its_code_works(admin: Api, damage: str) -> None:
    code = new_link(admin, new_campaign(admin))
    assert clicked(damage + code).status == 302
    assert [row.code for row in recorded().values()] == [code]


@pytest.mark.parametrize("segments", range(5))
def test_link_with_slashes_behind_its_code_answers_head_too(admin: Api, segments: int) -> None:
    code = new_link(admin, new_campaign(admin, destination_url=LANDING)) + "/x" * segments + "&sub1=a/b"
    assert Api().click(code, "HEAD").headers["Location"] == "https://game.example/?s=a%2Fb&t=&c="
    assert recorded() == {}


@pytest.mark.usefixtures("tables")
def test_unknown_link_with_slashes_gets_the_not_found_page() -> None:
    assert [Api().click(code).text for code in ("abcde12345/x", "x/y/z", "a/abcde12345")] == [pages.UNKNOWN_LINK] * 3


def test_url_behind_the_code_is_a_value(admin: Api) -> None:
    code = new_link(admin, new_campaign(admin, destination_url="https://game.example/?s={source}"))
    location = "https://game.example/?s=https%3A%2F%2Fsite.example%2Fa"
    assert clicked(f"{code}&source=https://site.example/a").headers["Location"] == location


def test_slash_at_the_end_of_a_value_is_kept() -> None:
    path = {"code": "abcde12345&source=https:", "rest1": "", "rest2": "site.example"}
    event = {"pathParameters": path, "path": "/s/abcde12345&source=https://site.example/"}
    assert redirect._code_and_rest(event) == ("abcde12345", "&source=https://site.example/")


@pytest.mark.parametrize("rest", ["x", "0", "%"])
def test_longer_word_is_no_code_of_its_beginning(admin: Api, rest: str) -> None:
    code = new_link(admin, new_campaign(admin))
    longer = clicked(code + rest)
    assert longer.status == (302 if rest == "%" else 404)
    assert clicked(code[:-1]).text == pages.UNKNOWN_LINK


@pytest.mark.parametrize(
    "tail",
    [
        "&sub1=a&sub2=b%26&x=1",
        "%26sub1=a%26sub2=b%2526%26x=1",
        "%3Fsub1=a&sub2=b%26&x=1",
        "?sub1=a&amp;sub2=b%26&amp;x=1",
        "?sub1=a&amp;amp;sub2=b%26&amp;amp;x=1",
        "?sub1=a?sub2=b%26&x=1",
        "??sub1=a&sub2=b%26&x=1",
        "?SUB1=a&Sub2=b%26&x=1",
        "&sub1=a?sub2=b%26&x=1",
        "?pub_sub=a&s2=b%26&x=1",
        "/&sub1=a&sub2=b%26&x=1",
        "/?sub1=a&sub2=b%26&x=1",
        "/%3Fsub1=a&sub2=b%26&x=1",
        "</a>&sub1=a&sub2=b%26&x=1",
        "%5Cu0026sub1=a%5Cu0026sub2=b%26&x=1",
        "?sub1=a%5Cu0026sub2=b%26&x=1",
        "?sub1%3Da%26sub2%3Db%2526%26x%3D1",
        "?sub1=&sub1=a&SUB2=&sub2=b%26&x=1",
        "?%E2%80%8Bsub1=a&sub2%E2%80%8B=b%26&x=1",
        "?&nbsp;sub1=a&nbsp;&sub2=b%26&x=1",
        "?&amp;sub1=a&?&sub2=b%26&amp&x=1&gt;&quot;&lt;/a&gt;",
    ],
)
def test_parameters_are_understood_however_they_are_separated(admin: Api, tail: str) -> None:
    code = new_link(admin, new_campaign(admin, destination_url=LANDING))
    # Without the `?` that `Api.click` appends.
    visitor = {"User-Agent": "Mozilla/5.0 (iPhone; CPU iPhone OS 17_1 like Mac OS X) Version/17.1 Safari/604.1"}
    answered = Api().call("GET", f"/s/{code}{tail}", **visitor)
    assert answered.headers["Location"] == "https://game.example/?s=a&t=b%26&c=&x=1"


def test_parameter_without_a_value_rides_along_as_it_came(admin: Api) -> None:
    assert landed(admin, "https://game.example/?a=1&{query}", {"flag": "", "b": "x y"}) == (
        "https://game.example/?a=1&flag&b=x%20y"
    )


@pytest.mark.parametrize(
    ("destination", "location"),
    [
        ("https://game.example/?a=1&{query}", "https://game.example/?a=1"),
        ("https://game.example/?{query}", "https://game.example/"),
        ("https://game.example/?{query}&b=2#c", "https://game.example/?b=2#c"),
    ],
)
def test_empty_query_leaves_nothing_behind(admin: Api, destination: str, location: str) -> None:
    assert landed(admin, destination, {"sub1": "a"}) == location


def test_query_does_not_repeat_what_the_destination_has(admin: Api) -> None:
    destination = "https://game.example/?utm_source=us&{query}"
    assert landed(admin, destination, {"utm_source": "them", "gclid": "1"}) == (
        "https://game.example/?utm_source=us&gclid=1"
    )


def test_macros_of_traffic_sources_are_values(admin: Api) -> None:
    sent = {"sub1": "{{placement}}", "sub2": "{clickid}", "click_id": "%7Bclick_id%7D", "x": "[CLICK]"}
    assert dict(parse_qsl(urlsplit(landed(admin, LANDING, sent)).query)) == {
        "s": "{{placement}}",
        "t": "{clickid}",
        "c": "%7Bclick_id%7D",
        "x": "[CLICK]",
    }


def test_click_id_of_1000_characters_is_kept(admin: Api) -> None:
    campaign = new_campaign(admin, destination_url="https://game.example/?c={external_click_id}")
    long = "Ab_-9.~" * 142 + "123456"
    click = click_and_explain(admin, new_link(admin, campaign), {"clickid": long})
    assert (len(long), click["external_click_id"]) == (1000, long)
    assert click["destination_url"] == f"https://game.example/?c={long}"


@given(text=st.text(max_size=300))
@ON_ONE_NETWORK
def test_no_text_fails_a_click(admin: Api, text: str) -> None:
    code = _code(admin, LANDING)
    sent = quote(text, errors="surrogatepass")
    answered = Api().call("GET", f"/s/{code}?sub1={sent}&click_id={sent}&source={sent}&x={sent}&{sent}")
    assert (answered.status, answered.headers["Location"].isascii()) == (302, True)


# Destinations

codes: dict[str, str] = {}


@pytest.fixture(autouse=True)
def _new_network() -> None:
    codes.clear()


def _code(admin: Api, destination: str) -> str:
    """Return a link to a campaign of this destination: always the same link and campaign in one test."""
    if not codes:
        campaign = new_campaign(admin, destination_url=destination)
        codes.update(campaign=campaign["id"], link=new_link(admin, campaign))
    good(admin.patch(f"/admin/campaigns/{codes['campaign']}", {"destination_url": destination}))
    return codes["link"]


STARTS = ["https://game.example/", "http://game.example:8080/a%20b", "HTTPS://Game.example?", "market://details?id=a&"]
STARTS += ["intent://a#Intent;scheme=myapp;S.browser_fallback_url=https%3A%2F%2Fgame.example%2F%3Fc%3D{click_id};"]
STARTS += ["itms-apps://apps.example/", "myapp:", "tg://resolve?start=", "https://u@[2001:db8::1]/"]
OTHER_MACROS = st.sampled_from(sorted(MACROS.keys() - {"query"})).map("{{{}}}".format)
PIECES = st.sampled_from(["%7Bgps_adid%7D", "%26", "%3D", "%253D", "%", "//", "..", "&", "?", "#", "=", "+", "'", "|"])
ANY_ASCII = st.characters(min_codepoint=33, max_codepoint=126, exclude_characters='{}"<>\\')
REST = st.lists(OTHER_MACROS | PIECES | st.text(ANY_ASCII, max_size=8), max_size=8).map("".join)


@given(start=st.sampled_from(STARTS), rest=REST, sub1=some.texts)
@ON_ONE_NETWORK
def test_destination_is_unchanged_outside_its_macros(admin: Api, start: str, rest: str, sub1: str) -> None:
    destination = start + rest
    assume(not url_errors(destination))
    location = clicked(_code(admin, destination), {"sub1": sub1}).headers["Location"]
    texts = re.split(r"\{\w+\}", destination)
    assert re.fullmatch(r"(?:[\w.~-]|%[0-9A-F]{2})*".join(map(re.escape, texts)), location, re.ASCII)


PLACES = [
    ("https://game.example/p/MACRO/x", lambda parts: parts.path.removeprefix("/p/").removesuffix("/x")),
    ("https://game.example/p?a=1&v=MACRO&b=2", lambda parts: parts.query.removeprefix("a=1&v=").removesuffix("&b=2")),
    ("https://game.example/p?a=1#MACRO", lambda parts: parts.fragment),
]


@given(
    place=st.sampled_from(PLACES),
    depth=st.integers(1, 3),
    name=st.sampled_from([f"sub{n}" for n in range(1, 11)]),
    text=some.texts.filter(lambda text: text and "?" not in text),
)
@ON_ONE_NETWORK
def test_any_text_of_a_sub_id_arrives_in_any_place(admin: Api, place: Any, depth: int, name: str, text: str) -> None:
    template, value_of = place
    for _ in range(depth - 1):
        template = f"https://outer.example/?first=1&u={quote(template, safe='')}&last=2"
    url = clicked(_code(admin, template.replace("MACRO", f"{{{name}}}")), {name: text}).headers["Location"]
    for _ in range(depth - 1):
        url = dict(parse_qsl(urlsplit(url).query, strict_parsing=True))["u"]
    assert unquote(value_of(urlsplit(url))) == text


def test_value_cannot_leave_its_parameter_in_an_encoded_value(admin: Api) -> None:
    destination = "market://details?id=a&referrer=clid%3D{click_id}%26s%3D{sub1}"
    location = landed(admin, destination, {"sub1": "a&clid=mine"})
    (click_id,) = recorded()
    assert location == f"market://details?id=a&referrer=clid%3D{click_id}%26s%3Da%2526clid%253Dmine"


def test_dots_stay_in_their_path_segment(admin: Api) -> None:
    location = landed(admin, "https://game.example/a/{sub1}/{sub2}/b", {"sub1": "..", "sub2": "."})
    assert location == "https://game.example/a/%2E%2E/%2E/b"


def test_macros_of_others_pass(admin: Api) -> None:
    destination = "https://game.example/?a=%7Bgps_adid%7D&c={sub1}&u=https%3A%2F%2Fb.example%2F%3Fi%3D%257Bidfa%257D"
    assert landed(admin, destination, {"sub1": "x"}) == destination.replace("{sub1}", "x")


def test_click_keeps_its_parameters_for_its_document(admin: Api) -> None:
    code = new_link(admin, new_campaign(admin, destination_url="https://game.example/?a=1&{query}"))
    click = click_and_explain(admin, code, {"a": "2", "b": "3"})
    assert click["destination_url"] == "https://game.example/?a=1&b=3"
    assert clicked(f"{code}&{urlencode({'b': '4 5'})}").headers["Location"] == "https://game.example/?a=1&b=4%205"
