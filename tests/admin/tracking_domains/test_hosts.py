import pytest

from chalicelib.admin.tracking_domains.hosts import ascii_host

NAME = "must be a host name such as go.network.example, without https://, port and path"


@pytest.mark.parametrize(
    ("text", "host"),
    [
        ("go.network.example", "go.network.example"),
        (" Go.Network.Example. ", "go.network.example"),
        ("Bücher.example", "xn--bcher-kva.example"),
        ("straße.example", "xn--strae-oqa.example"),
        ("go。日本語.example", "go.xn--wgv71a119e.example"),
        ("xn--bcher-kva.example", "xn--bcher-kva.example"),
        ("a.xn--p1ai", "a.xn--p1ai"),
        (f"{'a' * 56}.example", f"{'a' * 56}.example"),
    ],
)
def test_host_is_stored_as_dns_has_it(text: str, host: str) -> None:
    assert ascii_host(text) == host


@pytest.mark.parametrize(
    ("text", "error"),
    [
        pytest.param("https://go.network.example", NAME, id="address"),
        pytest.param("go.network.example:443", NAME, id="port"),
        pytest.param("go.network.example/s", NAME, id="path"),
        pytest.param("network", NAME, id="one label"),
        pytest.param("192.0.2.1", NAME, id="IPv4"),
        pytest.param("[2001:db8::1]", NAME, id="IPv6"),
        pytest.param("*.network.example", NAME, id="wildcard"),
        pytest.param("-go.network.example", NAME, id="hyphen"),
        pytest.param("go_1.network.example", NAME, id="underscore"),
        pytest.param("go..example", NAME, id="empty label"),
        pytest.param("☃.-.example", NAME, id="no letters"),
        pytest.param(f"{'ü' * 70}.example", NAME, id="long label of other letters"),
        pytest.param(f"{'a' * 64}.example", NAME, id="long label"),
        pytest.param(
            f"{'a' * 57}.example",
            "must have at most 64 characters in ASCII, because a certificate has no room for more",
            id="65 characters",
        ),
        pytest.param("go.localhost", "must be a public host: AWS issues no certificate for this one", id="local"),
        pytest.param("a1.execute-api.eu-west-1.amazonaws.com", "must be a host of your own, not one of AWS", id="API"),
        pytest.param("d1.cloudfront.net", "must be a host of your own, not one of AWS", id="CDN"),
    ],
)
def test_other_texts_are_no_host(text: str, error: str) -> None:
    with pytest.raises(ValueError, match="must") as raised:
        ascii_host(text)
    assert str(raised.value) == error


def test_host_that_ends_like_one_of_aws_is_your_own() -> None:
    assert ascii_host("go.myamazonaws.com") == "go.myamazonaws.com"
