import pytest

from chalicelib.domain.macros import MACROS
from chalicelib.domain.url_validation import address_errors, macro_errors, url_errors

HOST = "must have a valid host, and a port from 0 to 65535 if it has one"
FORBIDDEN = "must not contain spaces, control characters, quotes, backslashes or angle brackets"
ASCII = "must be ASCII. Percent-encode other characters. Write the host in Punycode (xn--…)."
NO_SCHEME = "must begin with https://, http:// or the scheme of an app, such as market://"
ENCODED = "has a percent-encoded brace; write macros as {click_id}"
SCHEME = "must begin with https:// or http://"
MACRO_IN_HOST = "must not contain a macro in the host"


def forbidden(scheme: str) -> str:
    return f"must not use the scheme {scheme}; use https, http or the scheme of an app, such as market"


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
        pytest.param("https://a.example/?adid=%7Bgps_adid%7D", id="a macro of another"),
        pytest.param("https://a.example/%7Bx%7D/?a=%257Bx%257D#%7b%7bx%7d%7d", id="macros of others, encoded twice"),
        pytest.param("https://a.example/?a=%7B&b=%25257D", id="encoded braces"),
        pytest.param("market://details?id=com.a&referrer=c%3D{click_id}", id="a store"),
        pytest.param("itms-apps://apps.apple.com/app/id1?ct={sub1}", id="another store"),
        pytest.param("myapp://open/{click_id}", id="an app"),
        pytest.param("com.example.app:/open?c={click_id}", id="an app by its domain"),
        pytest.param("mailto:a@a.example?subject={sub1}", id="mail"),
        pytest.param("tel:5551234", id="a call"),
        pytest.param("tg://resolve?domain=bot&start={click_id}", id="a messenger"),
        pytest.param(
            "intent://a/b#Intent;scheme=myapp;package=com.a;"
            "S.browser_fallback_url=https%3A%2F%2Fa.example%2F%3Fc%3D{click_id};end",
            id="an Intent with a fallback",
        ),
        pytest.param("intent:#Intent;action=com.a.OPEN;S.c={click_id};end", id="an Intent without an address"),
    ],
)
def test_a_sound_url_has_no_complaint(url: str) -> None:
    assert url_errors(url) == []


@pytest.mark.parametrize(
    ("url", "found"),
    [
        pytest.param("javascript:alert(1)", [forbidden("javascript")], id="a script"),
        pytest.param(
            "JavaScript://acme.example/%0Aalert(1)", [forbidden("javascript")], id="a script that looks like an address"
        ),
        pytest.param("java\tscript:alert(1)", [FORBIDDEN], id="a script with a tab"),
        pytest.param(" javascript:alert(1)", [FORBIDDEN], id="a script behind a space"),
        pytest.param("data:text/html,x", [forbidden("data")], id="data"),
        pytest.param("intent:javascript:alert(1)", [forbidden("javascript")], id="a script in an Intent"),
        pytest.param("//acme.example/", [NO_SCHEME], id="no scheme"),
        pytest.param("acme.example:8443/", [NO_SCHEME], id="a host and a port"),
        pytest.param("{sub1}", [NO_SCHEME], id="a macro alone"),
        pytest.param("{sub1}://a/", [NO_SCHEME], id="a macro as the scheme"),
        pytest.param("", [NO_SCHEME], id="nothing"),
        pytest.param("myapp://{sub1}/", [MACRO_IN_HOST], id="a macro in the host of an app"),
        pytest.param("https://%7Bx%7D.example/", [MACRO_IN_HOST], id="a macro of another in the host"),
        pytest.param(
            "intent://a#Intent;S.browser_fallback_url=javascript%3Aalert(1);end",
            [forbidden("javascript")],
            id="a script as the fallback of an Intent",
        ),
        pytest.param(
            "intent://a#Intent;S.browser_fallback_url=myapp%3Ax;end",
            [f"must have a valid S.browser_fallback_url, which {SCHEME}"],
            id="an app as the fallback of an Intent",
        ),
        pytest.param(
            "intent://{sub1}#Intent;S.browser_fallback_url=https%3A%2F%2F{sub1};scheme=file;end",
            [
                MACRO_IN_HOST,
                f"must have a valid S.browser_fallback_url, which {MACRO_IN_HOST}",
                "must not have scheme=file in its Intent; use https, http or the scheme of an app",
            ],
            id="all faults of an Intent",
        ),
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
        pytest.param("https://acme.example:99999/", [HOST], id="a port too high"),
        pytest.param("https://[::1/", [HOST], id="half an IPv6 host"),
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
        pytest.param("https://a.example/?%7Bclick_id%7D", [ENCODED], id="our macro in encoded braces"),
        pytest.param("https://a.example/?%257bclick_id%257d", [ENCODED], id="in double-encoded braces"),
        pytest.param("https://a.example/?%7BCLICK_ID%7D&%7bClick_Id%7d", [ENCODED], id="in capitals"),
        pytest.param("hxxps://a.example/", ["must begin with https:// or http://; hxxps is neither"], id="hxxps"),
        pytest.param("intent:{sub1}:alert(1)", ["must not contain a macro in a scheme"], id="a macro as a scheme"),
        pytest.param("https://a.example/?%7Bclick_id%7D&%7Bclick_id%7D", [ENCODED], id="twice"),
        pytest.param(
            "https://a.example/?%7Bsub1%7D&%7Bx%7D&%7Bsub2%7D",
            [
                "has a percent-encoded brace; write macros as {sub1}",
                "has a percent-encoded brace; write macros as {sub2}",
            ],
            id="two of our macros",
        ),
    ],
)
def test_each_fault_is_named(url: str, found: list[str]) -> None:
    assert url_errors(url) == found


def test_every_fault_is_named_at_once() -> None:
    assert url_errors("ftp://acme.example/{a}{sub}%7Bclick_id%7D}") == [
        forbidden("ftp"),
        "{a} is not a macro",
        "{sub} is not a macro; did you mean {sub9}?",
        "has an unbalanced brace",
        ENCODED,
    ]


@pytest.mark.parametrize(
    "url", ["market://details?id=x", "javascript:alert(1)", "myapp:x", "ftp://a.example/", "", "x"]
)
def test_address_that_must_be_of_the_web_is_no_app(url: str) -> None:
    assert address_errors(url) == [SCHEME]


def test_encoded_macro_of_another_kind_of_url_is_one_of_others() -> None:
    assert macro_errors("https://a.example/?%7Bpayout%7D", MACROS.keys()) == []
    assert macro_errors("https://a.example/?%7Bpayout%7D", {"payout"}) == [
        "has a percent-encoded brace; write macros as {payout}"
    ]


def test_macro_of_another_kind_of_url_is_an_error() -> None:
    url = "https://pub.example/?p={payout}&c={click_id}"
    assert url_errors(url, {*MACROS, "payout"}) == []
    assert url_errors(url) == ["{payout} is not a macro"]


def test_misspelled_macro_suggests_one_of_those_allowed() -> None:
    assert url_errors("https://pub.example/?{pay_out}", {*MACROS, "payout"}) == [
        "{pay_out} is not a macro; did you mean {payout}?"
    ]
