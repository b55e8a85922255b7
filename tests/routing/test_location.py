from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.domain.visitor import Connection
from chalicelib.routing.location import GeoLocation, address_and_location, country_code

SECRET = "of-the-edge"
SOURCE = "203.0.113.7"
VIEWER = "198.51.100.9"
FOUND = GeoLocation("GB", "GB-ENG", "London", "AS2856", "BT", Connection.CABLE)


def _locate(address: str, number: int | None = None, /) -> GeoLocation:
    found = {SOURCE: GeoLocation("DE"), VIEWER: FOUND}[address]
    return replace(found, network=f"AS{number}") if number else found


def from_edge(**headers: str) -> GeoLocation:
    """The location of a visitor in London, with CloudFront's headers by the end of their names."""
    sent = {f"cloudfront-viewer-{name.replace('_', '-')}": value for name, value in headers.items()}
    sent |= {"x-edge-secret": SECRET, "cloudfront-viewer-address": f"{VIEWER}:4711"}
    address, location = address_and_location(sent, SOURCE, SECRET, _locate)
    assert address == VIEWER
    return location


def place(location: GeoLocation) -> tuple[str | None, str | None, str | None]:
    return location.country, location.region, location.city


@pytest.mark.parametrize("secret", ["", "another"])
def test_without_the_edges_secret_its_headers_are_not_read(secret: str) -> None:
    headers = {"x-edge-secret": secret, "cloudfront-viewer-country": "FR", "cloudfront-viewer-asn": "64496"}
    assert address_and_location(headers, SOURCE, SECRET, _locate) == (SOURCE, GeoLocation("DE"))


def test_without_the_edges_address_its_own_is_looked_up() -> None:
    assert address_and_location({"x-edge-secret": SECRET}, SOURCE, SECRET, _locate) == (SOURCE, GeoLocation("DE"))


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        pytest.param({}, ("GB", "GB-ENG", "London"), id="nothing of the edge"),
        pytest.param({"country": "GB"}, ("GB", "GB-ENG", "London"), id="only the country, and the database agrees"),
        pytest.param({"country": "gb"}, ("GB", "GB-ENG", "London"), id="in small letters"),
        pytest.param({"country": "FR"}, ("FR", None, None), id="only the country, and the database has another"),
        pytest.param(
            {"country": "GB", "country_region": "ENG"}, ("GB", "GB-ENG", "London"), id="no city, the same region"
        ),
        pytest.param({"country": "GB", "country_region": "SCT"}, ("GB", "GB-SCT", None), id="no city, another region"),
        pytest.param({"country": "GB", "city": "London"}, ("GB", "GB-ENG", "London"), id="no region, the same city"),
        pytest.param({"country": "GB", "city": "Glasgow"}, ("GB", None, "Glasgow"), id="no region, another city"),
        pytest.param(
            {"country": "FR", "country_region": "IDF", "city": "Paris"}, ("FR", "FR-IDF", "Paris"), id="all of the edge"
        ),
        pytest.param({"country": "XX", "city": "Paris"}, ("GB", "GB-ENG", "London"), id="a country that is none"),
    ],
)
def test_gaps_of_the_edge_are_filled_if_the_database_agrees_with_the_rest(
    headers: dict[str, str], expected: tuple[str | None, ...]
) -> None:
    found = from_edge(**headers)
    assert place(found) == expected
    assert (found.network, found.isp, found.connection) == ("AS2856", "BT", Connection.CABLE)


@pytest.mark.parametrize(
    ("sent", "network"),
    [
        pytest.param("64496", "AS64496", id="a number"),
        pytest.param("4294967295", "AS4294967295", id="the highest"),
        pytest.param("4294967296", "AS2856", id="too high"),
        pytest.param("99999999999", "AS2856", id="too long"),
        pytest.param("0", "AS2856", id="none"),
        pytest.param("007", "AS2856", id="with zeros"),
        pytest.param("AS64496", "AS2856", id="with letters"),
        pytest.param("٦٤٤٩٦", "AS2856", id="Arabic digits"),
        pytest.param("", "AS2856", id="empty"),
    ],
)
def test_network_of_the_edge_takes_precedence_if_it_is_valid(sent: str, network: str) -> None:
    found = from_edge(asn=sent)
    assert found.network == network


@pytest.mark.parametrize(
    "sent",
    [
        pytest.param("S%C3%A3o Paulo", id="UTF-8, encoded"),
        pytest.param("S%E3o Paulo", id="Latin-1, encoded"),
        pytest.param("São Paulo", id="Latin-1"),
        pytest.param("SÃ£o Paulo", id="UTF-8, read as Latin-1"),
        pytest.param(" S%C3%A3o%20Paulo ", id="spaces"),
    ],
)
def test_city_of_the_edge_is_decoded(sent: str) -> None:
    assert from_edge(country="BR", city=sent).city == "São Paulo"


@pytest.mark.parametrize(
    ("sent", "city"),
    [
        pytest.param("Łódź", "Łódź", id="beyond Latin-1"),
        pytest.param("100%", "100%", id="a percent sign"),
        pytest.param("\ud800", "?", id="no Unicode"),
        pytest.param(" ", None, id="empty"),
        pytest.param("x" * 101, "x" * 100, id="too long"),
    ],
)
def test_any_city_of_the_edge_is_read(sent: str, city: str | None) -> None:
    assert from_edge(country="PL", city=sent).city == city


@given(st.dictionaries(st.sampled_from(["country", "country_region", "city", "asn"]), st.text(max_size=20)))
def test_no_header_of_the_edge_raises(headers: dict[str, str]) -> None:
    found = from_edge(**headers)
    assert found.country
    assert found.region is None or found.region.startswith(f"{found.country}-")


@pytest.mark.parametrize("code", ["XX", "ZZ", "EU", "AP", "A1", "T1", "G", "GBR", "", "ßa", "É1"])
def test_codes_of_no_country_are_none(code: str) -> None:
    assert country_code(code) is None
