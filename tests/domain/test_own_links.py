import pytest

from chalicelib.domain.own_links import Host, host_of, is_conversion_address, is_link_address, link_codes

OWN = frozenset({Host("go.network.example"), Host("api.localhost", 4566)})
CODE = "abcde12345"


@pytest.mark.parametrize(
    ("url", "host"),
    [
        pytest.param("https://go.network.example/x", Host("go.network.example"), id="a host"),
        pytest.param("https://GO.Network.Example./", Host("go.network.example"), id="capitals and a final dot"),
        pytest.param("https://u:p@go.network.example:443/", Host("go.network.example"), id="user and default port"),
        pytest.param("http://go.network.example:80", Host("go.network.example"), id="the other default port"),
        pytest.param("https://g%6F.network.example/", Host("go.network.example"), id="an encoded letter"),
        pytest.param("http://api.localhost:4566/", Host("api.localhost", 4566), id="another port"),
        pytest.param("market://details?id=x", Host("details"), id="an app"),
        pytest.param("tel:1", Host(""), id="no host"),
        pytest.param("https://[/", Host(""), id="not valid"),
        pytest.param("https://a.example:x/", Host(""), id="no valid port"),
    ],
)
def test_host_is_compared_without_its_spelling(url: str, host: Host) -> None:
    assert host_of(url) == host


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        pytest.param(f"https://go.network.example/s/{CODE}", True, id="a link"),
        pytest.param(f"HTTP://GO.NETWORK.EXAMPLE.:80/s/{CODE}?sub1=a#b", True, id="another spelling"),
        pytest.param(f"https://u@go.network.example/s/{CODE}", True, id="a user"),
        pytest.param(f"https://go.network.example/api/s/{CODE}", True, id="below a stage"),
        pytest.param(f"https://go.network.example/%73/{CODE}", True, id="an encoded letter"),
        pytest.param(f"https://go.network.example/%2573/{CODE}", True, id="an encoded letter, twice"),
        pytest.param(f"https://go.network.example/a/../s/{CODE}", True, id="dots"),
        pytest.param(f"https://go.network.example/..//./s/{CODE}", True, id="dots and slashes"),
        pytest.param(f"https://go.network.example/s%2F{CODE}", True, id="an encoded slash"),
        pytest.param(f"https://go.network.example/s%5C{CODE}", True, id="an encoded backslash"),
        pytest.param("https://go.network.example/s/{sub1}", True, id="any link"),
        pytest.param(f"http://api.localhost:4566/s/{CODE}", True, id="another port"),
        pytest.param(
            f"intent://a#Intent;S.browser_fallback_url=https%3A%2F%2Fgo.network.example%2Fs%2F{CODE};end",
            True,
            id="the fallback of an Intent",
        ),
        pytest.param(f"http://api.localhost:9000/s/{CODE}", False, id="a port of someone else"),
        pytest.param(f"https://network.example/s/{CODE}", False, id="another host"),
        pytest.param("https://go.network.example/s/", False, id="no code"),
        pytest.param("https://go.network.example/", False, id="the host"),
        pytest.param("https://go.network.example/offers/x/s/y", False, id="a page of the host"),
        pytest.param(f"https://go.network.example/S/{CODE}", False, id="a capital S"),
        pytest.param(f"https://go.network.example/?/s/{CODE}", False, id="in the query"),
        pytest.param(f"https://go.network.example/#/s/{CODE}", False, id="in the fragment"),
        pytest.param(f"myapp://go.network.example/s/{CODE}", True, id="an app"),
        pytest.param(f"intent://go.network.example/api/s/{CODE}#Intent;scheme=http;end", True, id="an Intent"),
        pytest.param(
            f"intent://GO.network.example:443/s/{CODE}#Intent;scheme=https;package=com.android.chrome;end",
            True,
            id="an Intent for a browser",
        ),
        pytest.param("intent://go.network.example/s/{sub1}#Intent;scheme=https;end", True, id="any link in an Intent"),
        pytest.param("intent://go%2Enetwork.example%2Fs%2Fx#Intent;scheme=https;end", True, id="an encoded Intent"),
        pytest.param(f"android-app://com.android.chrome/http/go.network.example/s/{CODE}", True, id="an Android app"),
        pytest.param(f"googlechrome://go.network.example/s/{CODE}", True, id="Chrome"),
        pytest.param(f"googlechromes://go.network.example/s/{CODE}", True, id="Chrome, https"),
        pytest.param(f"googlechrome://navigate?url=http://go.network.example/s/{CODE}", True, id="Chrome's navigate"),
        pytest.param(f"googlechrome://navigate?url=http%3A%2F%2Fgo.network.example%2Fs%2F{CODE}", True, id="encoded"),
        pytest.param(f"x-safari-https://go.network.example/s/{CODE}", True, id="Safari"),
        pytest.param(f"microsoft-edge:http://api.localhost:4566/x/s/{CODE}", True, id="Edge, another port"),
        pytest.param(f"microsoft-edge:http://api.localhost/s/{CODE}", False, id="Edge, a port of someone else"),
        pytest.param(f"myapp://xgo.network.example/s/{CODE}", False, id="a longer host in an app"),
        pytest.param("myapp://go.network.example/x?/s/x", False, id="a page of the host in an app"),
        pytest.param(f"https://go.network.example/s;v=1/{CODE}", True, id="a parameter of the segment"),
        pytest.param(f"https://go.network.example/s%09/{CODE}", True, id="a tab"),
        pytest.param(f"https://go.network.example/s%E2%80%8B/{CODE}", True, id="an invisible character"),
        pytest.param(f"https://go.network.example/{{sub1}}s/{CODE}", True, id="a macro that can be empty"),
        pytest.param("https://go.network.example/{sub1}/{sub2}", True, id="macros that can be a link"),
        pytest.param("https://go.network.example/{sub1}", False, id="a macro alone"),
    ],
)
def test_link_of_an_own_host_is_recognized(url: str, expected: bool) -> None:
    assert is_link_address(url, OWN) is expected
    assert is_link_address(url, OWN | {Host("")}) is expected


@pytest.mark.parametrize(
    ("url", "codes"),
    [
        pytest.param(f"https://a.example/s/{CODE}", {CODE}, id="a code"),
        pytest.param(f"https://a.example/x/y/%73/{CODE}.?a", {CODE}, id="damaged, below a path"),
        pytest.param(f"https://a.example/s/{CODE}&sub1=a", {CODE}, id="with parameters"),
        pytest.param(f"https://a.example/s/{CODE}/s/fghij67890", {CODE, "fghij67890"}, id="two"),
        pytest.param(f"https://a.example/{CODE}", set(), id="not below s"),
        pytest.param(f"https://a.example/s/x/{CODE}", set(), id="not right below s"),
        pytest.param("https://a.example/s/short", set(), id="no code"),
        pytest.param(f"myapp://a/s/{CODE}", {CODE}, id="an app"),
        pytest.param(f"myapp:/s/{CODE}?a", {CODE}, id="an app without a host"),
        pytest.param(f"intent://a.example/api/s/{CODE}#Intent;scheme=https;end", {CODE}, id="an Intent"),
        pytest.param(f"android-app://com.android.chrome/http/a.example/s/{CODE}", {CODE}, id="an Android app"),
        pytest.param(f"googlechrome://navigate?url=http%3A%2F%2Fa.example%2Fs%2F{CODE}", {CODE}, id="Chrome"),
        pytest.param(
            f"intent:#Intent;S.browser_fallback_url=https%3A%2F%2Fa.example%2Fs%2F{CODE};end", {CODE}, id="a fallback"
        ),
        pytest.param(f"https://a.example/s/{{sub1}}{CODE}", {CODE}, id="a macro before the code"),
        pytest.param(f"https://a.example/s/ab{{sub1}}{CODE[2:]}", {CODE}, id="a macro in the code"),
        pytest.param(f"https://a.example/{{country}}s/{CODE}", {CODE}, id="a macro before s"),
        pytest.param(f"https://a.example/{{sub1}}/{CODE}", {CODE}, id="a macro that can be s"),
        pytest.param(f"https://a.example/s;v=1/{CODE};w=2", {CODE}, id="parameters of segments"),
        pytest.param(f"https://a.example/s%09/%0A{CODE}", {CODE}, id="a tab and a line end"),
        pytest.param("https://a.example", set(), id="no path"),
    ],
)
def test_codes_are_found_on_any_host(url: str, codes: set[str]) -> None:
    assert link_codes(url) == codes


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        pytest.param("https://go.network.example/postback?click_id={click_id}", True, id="the postback"),
        pytest.param("https://go.network.example/api/%70ostback", True, id="below a stage, encoded"),
        pytest.param("http://api.localhost:4566/pixel.gif?campaign_id=x", True, id="the pixel"),
        pytest.param("https://go.network.example/postback{sub1};v=1", True, id="a macro that can be empty"),
        pytest.param("googlechrome://navigate?url=https://go.network.example/pixel.gif", True, id="in an app"),
        pytest.param("https://go.network.example/docs", False, id="another page"),
        pytest.param("https://a.example/postback", False, id="another host"),
        pytest.param("https://go.network.example/a/b/postback", False, id="another path"),
    ],
)
def test_postback_and_pixel_of_an_own_host_are_recognized(url: str, expected: bool) -> None:
    assert is_conversion_address(url, OWN) is expected
