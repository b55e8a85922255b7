import pytest

from chalicelib.domain.macros import MACROS
from chalicelib.domain.url_validation import url_errors

FORBIDDEN = "must not contain spaces, control characters, quotes, backslashes or angle brackets"
ASCII = "must be ASCII. Percent-encode other characters. Write the host in Punycode (xn--…)."
ENCODED = "has a percent-encoded brace; write macros as {click_id}"
SCHEME = "must begin with https:// or http://"


def test_the_macros_are_those_of_the_contract() -> None:
    subs = {f"sub{n}" for n in range(1, 11)}
    names = "click_id external_click_id campaign_id smartlink_id publisher_id source country region city device os"

    assert {*names.split(), *subs, "browser", "language", "timestamp", "query"} == set(MACROS)


@pytest.mark.parametrize(
    "url",
    [
        pytest.param("https://acme.example/?cid={click_id}&s={sub10}", id="macros in the query"),
        pytest.param("http://acme.example", id="plain http"),
        pytest.param("HTTPS://acme.example:8443/{country}/x#{source}", id="macros in path and fragment"),
        pytest.param("https://acme.example?{query}", id="no path"),
        pytest.param("https://[2001:db8::7]/", id="an IPv6 host"),
        pytest.param("https://acme.example/100%25", id="an encoded percent sign"),
        pytest.param("https://xn--mnchen-3ya.example/", id="an international host"),
    ],
)
def test_a_sound_url_has_no_complaint(url: str) -> None:
    assert url_errors(url) == []


@pytest.mark.parametrize(
    ("url", "found"),
    [
        pytest.param("javascript:alert(1)", [SCHEME], id="a script"),
        pytest.param("JavaScript://acme.example/%0Aalert(1)", [SCHEME], id="a script that looks like an address"),
        pytest.param("data:text/html,x", [SCHEME], id="data"),
        pytest.param("//acme.example/", [SCHEME], id="no scheme"),
        pytest.param("{sub1}", [SCHEME], id="a macro alone"),
        pytest.param("", [SCHEME], id="nothing"),
        pytest.param("https:acme.example", ["must have a host"], id="no slashes"),
        pytest.param("https:///path", ["must have a host"], id="no host"),
        pytest.param("https://acme.example/a b", [FORBIDDEN], id="a space"),
        pytest.param("https://acme.example/\r\nSet-Cookie:a=b", [FORBIDDEN], id="a header's end"),
        pytest.param('https://acme.example/"', [FORBIDDEN], id="a quote"),
        pytest.param("https://acme.example/<x>", [FORBIDDEN], id="angle brackets"),
        pytest.param("https://acme.example\\@evil.example/", [FORBIDDEN], id="a backslash"),
        pytest.param("https://{sub1}.example/", ["must not contain a macro in the host"], id="a macro in the host"),
        pytest.param(
            "https://acme.example{sub1}/", ["must not contain a macro in the host"], id="a macro behind the host"
        ),
        pytest.param(
            "https://{sub1}@acme.example?x", ["must not contain a macro in the host"], id="a macro as the user"
        ),
        pytest.param("https://acme.example:99999/", ["is not a URL: Port out of range 0-65535"], id="a port too high"),
        pytest.param("https://[::1/", ["is not a URL: Invalid IPv6 URL"], id="half an IPv6 host"),
        pytest.param(
            "https://a.example/?{clickid}", ["{clickid} is not a macro; did you mean {click_id}?"], id="a slip"
        ),
        pytest.param("https://a.example/?{SUB1}", ["{SUB1} is not a macro; did you mean {sub1}?"], id="capitals"),
        pytest.param("https://a.example/?{zzzzzz}", ["{zzzzzz} is not a macro"], id="like no macro"),
        pytest.param("https://a.example/é", [ASCII], id="a letter that is not ASCII"),
        pytest.param("https://a.example/\u2028", [ASCII], id="a line separator"),
        pytest.param("https://a.example/?{}", ["{} is not a macro"], id="an empty macro"),
        pytest.param("https://a.example/?{click_id", ["has an unbalanced brace"], id="an open brace"),
        pytest.param("https://a.example/?click_id}", ["has an unbalanced brace"], id="a closing brace"),
        pytest.param("https://a.example/?{{click_id}}", ["has an unbalanced brace"], id="double braces"),
        pytest.param("https://a.example/?%7Bclick_id%7D", [ENCODED], id="encoded braces"),
        pytest.param("https://a.example/?%257bclick_id%257d", [ENCODED], id="double-encoded braces"),
        pytest.param("https://a.example/?%25257B", [ENCODED], id="a triple-encoded brace"),
    ],
)
def test_each_fault_is_named(url: str, found: list[str]) -> None:
    assert url_errors(url) == found


def test_every_fault_is_named_at_once() -> None:
    assert url_errors("ftp://acme.example/{a}{sub}%7B}") == [
        SCHEME,
        "{a} is not a macro",
        "{sub} is not a macro; did you mean {sub9}?",
        "has an unbalanced brace",
        ENCODED,
    ]


def test_macro_of_another_kind_of_url_is_an_error() -> None:
    url = "https://pub.example/?p={payout}&c={click_id}"
    assert url_errors(url, {*MACROS, "payout"}) == []
    assert url_errors(url) == ["{payout} is not a macro"]


def test_misspelled_macro_suggests_one_of_those_allowed() -> None:
    assert url_errors("https://pub.example/?{pay_out}", {*MACROS, "payout"}) == [
        "{pay_out} is not a macro; did you mean {payout}?"
    ]
