import pytest

from chalicelib.postbacks.target_url import Target, host_errors, parse_target, url_errors

USER = "must not contain a user name or password"
DISGUISED = "must use dotted-decimal IPv4 notation, for example 203.0.113.7"
NO_NAME = "must have a host name of letters, digits, dots and hyphens"
LOW = "must resolve to a public address: 127.0.0.1 is a loopback address and the port is below 1024"


def test_url_is_parsed_for_the_request() -> None:
    assert parse_target("https://Pub.example/a%20b?x=1&y=#part") == Target(
        url="https://Pub.example/a%20b?x=1&y=",
        is_tls=True,
        host="pub.example",
        port=443,
        authority="Pub.example",
        path="/a%20b?x=1&y=",
    )


@pytest.mark.parametrize(
    ("url", "called", "host", "port"),
    [
        pytest.param("http://pub.example", "http://pub.example/", "pub.example", 80, id="no path"),
        pytest.param(
            "HTTP://pub.example:81?x=1", "http://pub.example:81/?x=1", "pub.example", 81, id="a port, no path"
        ),
        pytest.param("https://[2606:4700::1]:444/", "https://[2606:4700::1]:444/", "2606:4700::1", 444, id="IPv6"),
        pytest.param("https://pub.example//a/", "https://pub.example//a/", "pub.example", 443, id="two slashes"),
        pytest.param("https://pub.example/?", "https://pub.example/", "pub.example", 443, id="an empty query"),
    ],
)
def test_target_has_a_path_and_a_port(url: str, called: str, host: str, port: int) -> None:
    target = parse_target(url)
    assert (target.url, target.host, target.port) == (called, host, port)
    assert target.url.endswith(target.authority + target.path)


@pytest.mark.parametrize("url", ["", "https://", "ftp://pub.example/", "pub.example", "https://pub.example:x/"])
def test_invalid_url_raises(url: str) -> None:
    with pytest.raises(ValueError, match=r"host|Port"):
        parse_target(url)


@pytest.mark.parametrize(
    "url",
    [
        pytest.param("https://pub.example/?c={external_click_id}&p={payout}&s={status}", id="macros of both"),
        pytest.param("http://93.184.216.34:8080/", id="a public address"),
        pytest.param("https://[2606:4700::1111]/", id="a public IPv6 address"),
        pytest.param("https://a_b.pub-1.example./", id="a whole name"),
        pytest.param("https://1.pub.example/", id="digits before the end"),
    ],
)
def test_valid_url_has_no_error(url: str) -> None:
    assert url_errors(url) == []
    assert host_errors(url, loopback_allowed=False) == []


@pytest.mark.parametrize(
    ("url", "error"),
    [
        pytest.param("https://u:p@pub.example/", USER, id="user and password"),
        pytest.param("https://@pub.example/", USER, id="an empty user"),
        pytest.param("https://localhost/", LOW, id="localhost"),
        pytest.param("https://LOCALHOST./", LOW, id="localhost in capitals"),
        pytest.param("http://api.localhost/", LOW, id="below localhost"),
        pytest.param("http://127.0.0.1/", LOW, id="loopback"),
        pytest.param("http://127.0.0.1./", LOW, id="loopback with a dot"),
        pytest.param(
            "http://10.0.0.1/", "must resolve to a public address: 10.0.0.1 is not a public address", id="private"
        ),
        pytest.param(
            "http://169.254.169.254/latest/",
            "must resolve to a public address: 169.254.169.254 is not a public address",
            id="metadata",
        ),
        pytest.param(
            "http://[fe80::1]/", "must resolve to a public address: fe80::1 is not a public address", id="IPv6"
        ),
        pytest.param("http://2130706433/", DISGUISED, id="an address as one number"),
        pytest.param("http://0x7f000001/", DISGUISED, id="in hexadecimal"),
        pytest.param("http://127.1/", DISGUISED, id="a short address"),
        pytest.param("http://0177.0.0.1/", DISGUISED, id="in octal"),
        pytest.param("http://pub.example.0x1/", DISGUISED, id="a name that ends in a number"),
        pytest.param("http://%31%32%37.0.0.1/", NO_NAME, id="percent-encoded"),
        pytest.param("http://pub..example/", NO_NAME, id="an empty label"),
    ],
)
def test_host_that_is_not_public_is_an_error(url: str, error: str) -> None:
    assert url_errors(url) == [error]
    assert host_errors(url, loopback_allowed=True) == [error]


@pytest.mark.parametrize("url", ["http://127.0.0.1:9000/", "http://localhost:9000/", "http://x.localhost:9000/"])
def test_high_loopback_port_is_valid_only_if_allowed(url: str) -> None:
    assert url_errors(url) == []
    assert host_errors(url, loopback_allowed=True) == []
    assert host_errors(url, loopback_allowed=False) == [
        "must resolve to a public address: 127.0.0.1 is not a public address"
    ]


def test_errors_of_macros_and_host_are_reported_together() -> None:
    assert url_errors("http://10.0.0.1/?{pay_out}&%7Bpayout%7D&%7Bx%7D&{") == [
        "{pay_out} is not a macro; did you mean {payout}?",
        "has an unbalanced brace",
        "has a percent-encoded brace; write macros as {payout}",
        "must resolve to a public address: 10.0.0.1 is not a public address",
    ]


@pytest.mark.parametrize("url", ["ftp://u@10.0.0.1/", "market://details?id=x", "intent://a#Intent;end", "tel:1"])
def test_url_of_another_scheme_than_http_has_one_error(url: str) -> None:
    assert url_errors(url) == ["must begin with https:// or http://"]


def test_revenue_is_not_a_macro() -> None:
    assert url_errors("https://pub.example/?{revenue}") == ["{revenue} is not a macro; did you mean {event}?"]
