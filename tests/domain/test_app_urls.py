import pytest

from chalicelib.domain.app_urls import FORBIDDEN_SCHEMES, intent_errors, intent_fallbacks, scheme_errors, scheme_of

NO_SCHEME = "must begin with https://, http:// or the scheme of an app, such as market://"
MACRO_NAME = "must not contain a macro in the name of an Intent's entry"


def forbidden(scheme: str) -> list[str]:
    return [f"must not use the scheme {scheme}; use https, http or the scheme of an app, such as market"]


MACRO_SCHEME = ["must not contain a macro in a scheme"]


def bad_scheme(scheme: str) -> list[str]:
    return [f"must not have scheme={scheme} in its Intent; use https, http or the scheme of an app"]


def test_schemes_that_must_never_be_opened_are_forbidden() -> None:
    names = "javascript data file blob vbscript about view-source filesystem jar chrome ws wss ftp content"

    assert set(names.split()) <= FORBIDDEN_SCHEMES


@pytest.mark.parametrize(
    ("url", "scheme"),
    [("HTTPS://a/", "https"), ("a+b-c.1:x", "a+b-c.1"), ("1a:x", ""), ("a/b:c", ""), ("{sub1}:x", ""), ("", "")],
)
def test_scheme_is_in_lower_case(url: str, scheme: str) -> None:
    assert scheme_of(url) == scheme


@pytest.mark.parametrize("scheme", sorted(FORBIDDEN_SCHEMES))
def test_forbidden_scheme_is_found_in_any_case_and_inside_another(scheme: str) -> None:
    mixed = scheme.title()

    assert scheme_errors(f"{mixed}:x") == forbidden(scheme)
    assert scheme_errors(f"{mixed}://x/") == forbidden(scheme)
    assert scheme_errors(f"myapp:{mixed}:x") == forbidden(scheme)


@pytest.mark.parametrize(
    ("url", "errors"),
    [
        pytest.param("market://details?id=x", [], id="a store"),
        pytest.param("itms-appss://apps.apple.com/", [], id="another store"),
        pytest.param("myapp://", [], id="an app without a path"),
        pytest.param("myapp:x", [], id="an app without slashes"),
        pytest.param("tel:12345", [], id="a number to call"),
        pytest.param("com.example.app://x", [], id="an app by its domain"),
        pytest.param("spotify:track:1", [], id="colons"),
        pytest.param("myapp://data:1/", [], id="a host called like a scheme"),
        pytest.param("myapp:", ["must have something after myapp:"], id="nothing after the scheme"),
        pytest.param("foo:%6Aavascript:x", forbidden("javascript"), id="a script, encoded"),
        pytest.param("foo:%256Aavascript:x", forbidden("javascript"), id="a script, encoded twice"),
        pytest.param("foo:java%09script:x", forbidden("javascript"), id="a script with an encoded tab"),
        pytest.param("foo:%20javascript:x", forbidden("javascript"), id="a script behind an encoded space"),
        pytest.param("view-source:javascript:x", forbidden("view-source"), id="the outer one first"),
        pytest.param("a.example:443", [NO_SCHEME], id="a host and a port"),
        pytest.param("a.example:80?x", [NO_SCHEME], id="a host, a port and a query"),
        pytest.param("localhost:9000/", [NO_SCHEME], id="localhost"),
        pytest.param("a.example/", [NO_SCHEME], id="a host"),
        pytest.param("foo:bar:javascript:x", forbidden("javascript"), id="a script behind two schemes"),
        pytest.param("intent:{sub1}:alert(1)", MACRO_SCHEME, id="a macro as a nested scheme"),
        pytest.param("intent:java{sub1}:alert(1)", MACRO_SCHEME, id="a macro in a nested scheme"),
        pytest.param("intent:{sub1}{sub2}script:x", MACRO_SCHEME, id="macros in a nested scheme"),
        pytest.param("tel:{sub1}", [], id="a macro as the number to call"),
        pytest.param("myapp:{sub1}/x:y", [], id="a macro before a colon in a path"),
        pytest.param("spotify:track:{sub1}", [], id="a macro behind colons"),
        pytest.param("googlechrome://navigate?url=javascript:alert(1)", forbidden("javascript"), id="in a parameter"),
        pytest.param("googlechrome://navigate?url=java%0Ascript%3Ax", forbidden("javascript"), id="in one, encoded"),
        pytest.param("x://navigate?a=1&url=DATA:text/html,x", forbidden("data"), id="data in a parameter"),
        pytest.param("intent:#Intent;data=javascript:alert(1);end", forbidden("javascript"), id="in an entry"),
        pytest.param("intent:#Intent;S.url=file:///x;end", forbidden("file"), id="a file in an entry"),
        pytest.param("tg://msg?text=search:x&data=1", [], id="words in parameters"),
        pytest.param("htps://a.example/", ["must begin with https:// or http://; htps is neither"], id="a slip"),
        pytest.param("httpss://a.example/", ["must begin with https:// or http://; httpss is neither"], id="another"),
    ],
)
def test_scheme_must_be_that_of_an_app(url: str, errors: list[str]) -> None:
    assert scheme_errors(url) == errors


@pytest.mark.parametrize(
    "scheme",
    [
        "htp",
        "ttp",
        "htt",
        "hhtp",
        "htpp",
        "hppt",
        "thtp",
        "hxxp",
        "hxxps",
        "HXXP",
        "htps",
        "hpts",
        "ttps",
        "httpss",
        "httpx",
        "shttp",
        "jttp",
        "htttp",
    ],
)
def test_misspelled_http_is_no_app(scheme: str) -> None:
    error = f"must begin with https:// or http://; {scheme.lower()} is neither"
    assert scheme_errors(f"{scheme}://a.example/") == [error]


@pytest.mark.parametrize(
    "scheme",
    [
        "market",
        "tg",
        "viber",
        "itms",
        "itms-apps",
        "x-safari-https",
        "googlechromes",
        "whatsapp",
        "sms",
        "tel",
        "ttg",
        "hp",
        "help",
        "fb123",
        "ps",
        "shop",
    ],
)
def test_scheme_that_is_not_like_http_is_that_of_an_app(scheme: str) -> None:
    assert scheme_errors(f"{scheme}://a.example/") == []


@pytest.mark.parametrize(
    ("url", "errors"),
    [
        pytest.param("intent://a#Intent;scheme=myapp;package=com.a;S.c={click_id};end", [], id="an Intent"),
        pytest.param("intent://a#Intent;scheme=https;end", [], id="a web page in an app"),
        pytest.param("intent://a/?scheme=file", [], id="no Intent"),
        pytest.param("myapp://a#Intent;scheme=file;end", [], id="another scheme reads no Intent"),
        pytest.param("intent:#Intent;scheme=javascript;end", bad_scheme("javascript"), id="a script"),
        pytest.param("intent:#Intent;scheme=JavaScript;end", bad_scheme("JavaScript"), id="a script in capitals"),
        pytest.param("intent:#Intent;scheme=%66ile;end", bad_scheme("file"), id="a file, encoded"),
        pytest.param("intent:#Intent;s%63heme=file;end", bad_scheme("file"), id="an encoded name"),
        pytest.param("intent:#Intent;SEL;scheme=content;end", bad_scheme("content"), id="in the selector"),
        pytest.param("intent:#Intent;scheme={sub1};end", bad_scheme("{sub1}"), id="a macro"),
        pytest.param("android-app://com.a#Intent;scheme=file;end", bad_scheme("file"), id="an Android app"),
        pytest.param("intent:#Intent;{query};end", [MACRO_NAME], id="the query as an entry"),
        pytest.param("intent:#Intent;S.{sub1}=x;end", [MACRO_NAME], id="a macro in a name"),
        pytest.param("android-app://com.a/http/a.example/", [], id="the scheme of an Android app"),
        pytest.param("android-app://com.a", [], id="an Android app without a scheme"),
        pytest.param(
            "android-app://com.a/JavaScript/x", ["must not open JavaScript: in an app"], id="a script in an Android app"
        ),
    ],
)
def test_intent_opens_only_apps(url: str, errors: list[str]) -> None:
    assert intent_errors(url) == errors


@pytest.mark.parametrize(
    ("url", "fallbacks"),
    [
        pytest.param("intent:#Intent;S.browser_fallback_url=https%3A%2F%2Fa;end", ["https://a"], id="one"),
        pytest.param(
            "intent:#Intent;S.browser_fallback_url=a;SEL;S.browser_fallback%5Furl=%2541;end", ["a", "%41"], id="two"
        ),
        pytest.param("intent:#Intent;end", [], id="none"),
        pytest.param("https://a.example/#Intent;S.browser_fallback_url=a;end", [], id="no Intent"),
    ],
)
def test_fallbacks_of_an_intent_are_decoded_once(url: str, fallbacks: list[str]) -> None:
    assert intent_fallbacks(url) == fallbacks
