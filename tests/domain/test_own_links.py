import pytest

from chalicelib.domain.own_links import Host, host_of, is_link_address, link_codes

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
        pytest.param(f"myapp://go.network.example/s/{CODE}", False, id="an app"),
    ],
)
def test_link_of_an_own_host_is_recognized(url: str, expected: bool) -> None:
    assert is_link_address(url, OWN) is expected


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
        pytest.param(f"myapp://a/s/{CODE}", set(), id="an app"),
        pytest.param("https://a.example", set(), id="no path"),
    ],
)
def test_codes_are_found_on_any_host(url: str, codes: set[str]) -> None:
    assert link_codes(url) == codes
