import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.domain.visitor import Device, OperatingSystem, Visitor
from chalicelib.routing.location import GeoLocation
from chalicelib.routing.visitor_detection import visitor
from tests import strategies as some
from tests.routing.agents import PC, PIXEL

SECRET = "edge-secret"
EDGE = {
    "x-edge-secret": SECRET,
    "cloudfront-viewer-address": "198.51.100.9:4711",
    "cloudfront-viewer-country": "GB",
    "cloudfront-viewer-country-region": "ENG",
    "cloudfront-viewer-city": "London",
}


def _in_germany(_: str, __: int | None = None, /) -> GeoLocation:
    return GeoLocation("DE", "DE-BE", "Berlin")


def _detect(headers: dict[str, str], secret: str = SECRET) -> Visitor:
    return visitor(headers, "203.0.113.7", secret, _in_germany)


def _place(visitor_seen: Visitor) -> tuple[str, str | None, str | None, str | None]:
    return visitor_seen.address, visitor_seen.country, visitor_seen.region, visitor_seen.city


def test_agent_with_other_letters_than_ascii_is_read() -> None:
    assert (
        _detect({"user-agent": f"{PIXEL} \udcff\u00e9"}).os
        is _detect({"user-agent": PIXEL}).os
        is OperatingSystem.ANDROID
    )


AT_HOME = ("203.0.113.7", "DE", "DE-BE", "Berlin")
AT_THE_EDGE = ("198.51.100.9", "GB", "GB-ENG", "London")


@pytest.mark.parametrize(
    ("headers", "is_bot"),
    [
        pytest.param({}, False, id="a click"),
        pytest.param({"sec-purpose": "prefetch"}, True, id="prefetch"),
        pytest.param({"sec-purpose": "prefetch;prerender"}, True, id="prerender"),
        pytest.param({"purpose": "prefetch"}, True, id="older prefetch"),
        pytest.param({"x-purpose": "preview"}, True, id="Safari's preview"),
        pytest.param({"x-moz": "prefetch"}, True, id="Firefox's prefetch"),
        pytest.param({"sec-purpose": ""}, False, id="no purpose"),
    ],
)
def test_prefetch_is_a_bot(headers: dict[str, str], *, is_bot: bool) -> None:
    assert _detect({"user-agent": PC, **headers}).is_bot is is_bot


@pytest.mark.parametrize(
    "headers",
    [
        pytest.param({}, id="no headers"),
        pytest.param({"x-forwarded-for": "198.51.100.9"}, id="a spoofed X-Forwarded-For"),
        pytest.param({**EDGE, "x-edge-secret": ""}, id="CloudFront's headers with an empty secret"),
        pytest.param({**EDGE, "x-edge-secret": "edge-secreT"}, id="CloudFront's headers with a wrong secret"),
        pytest.param({**EDGE, "x-edge-secret": "edge-secret "}, id="CloudFront's headers with nearly the secret"),
        pytest.param({**EDGE, "x-edge-secret": "é"}, id="CloudFront's headers with a secret beyond ASCII"),
        pytest.param(
            {name: value for name, value in EDGE.items() if name != "x-edge-secret"}, id="CloudFront's headers alone"
        ),
    ],
)
def test_headers_without_the_edge_secret_change_nothing(headers: dict[str, str]) -> None:
    assert _place(_detect(headers)) == AT_HOME


@pytest.mark.parametrize("sent", ["", SECRET], ids=["none sent", "one sent"])
def test_headers_are_ignored_without_a_configured_secret(sent: str) -> None:
    assert _place(_detect({**EDGE, "x-edge-secret": sent}, secret="")) == AT_HOME


def test_headers_with_the_edge_secret_set_address_and_country() -> None:
    assert _place(_detect(EDGE)) == AT_THE_EDGE


def test_x_forwarded_for_is_ignored_even_from_the_edge() -> None:
    assert _place(_detect({**EDGE, "x-forwarded-for": "192.0.2.1"})) == AT_THE_EDGE


@pytest.mark.parametrize(
    ("sent", "address"),
    [
        pytest.param("198.51.100.9:4711", "198.51.100.9", id="IPv4"),
        pytest.param("2001:db8::7:4711", "2001:db8::7", id="IPv6"),
        pytest.param("2001:0db8:0000:0000:0000:0000:0000:0007:4711", "2001:db8::7", id="IPv6 in full"),
        pytest.param("[2001:db8::7]:4711", "2001:db8::7", id="IPv6 in brackets"),
        pytest.param("198.51.100.9", "203.0.113.7", id="no port"),
        pytest.param("example.com:80", "203.0.113.7", id="a name"),
        pytest.param("", "203.0.113.7", id="nothing"),
    ],
)
def test_port_of_the_viewer_address_is_removed(sent: str, address: str) -> None:
    assert _detect({**EDGE, "cloudfront-viewer-address": sent}).address == address


def test_edges_city_is_decoded() -> None:
    assert _detect({**EDGE, "cloudfront-viewer-city": "S%C3%A3o Paulo"}).city == "São Paulo"


@pytest.mark.parametrize(
    ("changes", "place"),
    [
        pytest.param({"cloudfront-viewer-country": "gb"}, ("GB", "GB-ENG", "London"), id="small letters"),
        pytest.param({"cloudfront-viewer-country-region": "eng"}, ("GB", "GB-ENG", "London"), id="a small region"),
        pytest.param({"cloudfront-viewer-country-region": ""}, ("GB", None, "London"), id="no region"),
        pytest.param({"cloudfront-viewer-country-region": "a/b"}, ("GB", None, "London"), id="a malformed region"),
        pytest.param({"cloudfront-viewer-city": ""}, ("GB", "GB-ENG", None), id="no city"),
        pytest.param({"cloudfront-viewer-country": "XX"}, ("DE", "DE-BE", "Berlin"), id="an unknown country"),
        pytest.param({"cloudfront-viewer-country": "ZZ"}, ("DE", "DE-BE", "Berlin"), id="a country that is none"),
        pytest.param({"cloudfront-viewer-country": "T1"}, ("DE", "DE-BE", "Berlin"), id="Tor is no country"),
        pytest.param({"cloudfront-viewer-country": "GBR"}, ("DE", "DE-BE", "Berlin"), id="no country code"),
        pytest.param({"cloudfront-viewer-country": ""}, ("DE", "DE-BE", "Berlin"), id="no country"),
    ],
)
def test_database_is_used_if_the_edge_has_no_country(changes: dict[str, str], place: tuple[str | None, ...]) -> None:
    assert _place(_detect({**EDGE, **changes}))[1:] == place


def test_database_locates_the_viewer_address() -> None:
    locations = {"198.51.100.9": GeoLocation("FR")}
    headers = {**EDGE, "cloudfront-viewer-country": ""}

    assert visitor(headers, "203.0.113.7", SECRET, lambda address, _=None: locations[address]).country == "FR"


def test_visitor_has_every_detected_field() -> None:
    headers = {"user-agent": PIXEL, "accept-language": "de-DE,de;q=0.9", "sec-ch-ua-platform": '"Android"'}

    assert _detect(headers) == Visitor(
        country="DE",
        region="DE-BE",
        city="Berlin",
        device=Device.MOBILE,
        os=OperatingSystem.ANDROID,
        browser="chrome",
        language="de",
        address="203.0.113.7",
        user_agent=PIXEL,
        is_bot=False,
    )


@given(st.dictionaries(st.sampled_from([*EDGE, "user-agent", "accept-language", "x-forwarded-for"]), some.texts))
def test_no_header_changes_the_location_without_the_secret(headers: dict[str, str]) -> None:
    assert _place(_detect(headers, secret="a secret that is not guessed")) == AT_HOME
