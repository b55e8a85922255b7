from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.domain.visitor import Connection
from chalicelib.routing import geo_records
from chalicelib.routing.geo_records import Records, location
from chalicelib.routing.location import GeoLocation

HOSTING = frozenset({16509})
TELEKOM = {"autonomous_system_number": 3320, "autonomous_system_organization": "Deutsche Telekom AG"}
AMAZON = {"autonomous_system_number": 16509, "autonomous_system_organization": "Amazon.com, Inc."}


def located(**records: Any) -> GeoLocation:
    return location(Records(**records), HOSTING)


def test_known_number_decides_on_network_and_hosting() -> None:
    home, cloud = (
        location(Records(asn=record), HOSTING, number) for record, number in ((AMAZON, 3320), (TELEKOM, 16509))
    )

    assert (home.network, home.connection) == ("AS3320", None)
    assert (cloud.network, cloud.connection) == ("AS16509", Connection.HOSTING)


def test_provider_of_another_network_than_the_known_one_is_not_the_visitors() -> None:
    assert location(Records(asn=AMAZON), HOSTING, 3320).isp is None
    assert location(Records(asn=TELEKOM), HOSTING, 3320).isp == "Deutsche Telekom AG"
    assert location(Records(isp={"isp": "BT"}), HOSTING, 2856).isp == "BT"


@pytest.mark.parametrize(
    ("record", "code"),
    [
        pytest.param({"country": {"iso_code": "DE"}}, "DE", id="MaxMind and DB-IP"),
        pytest.param({"country_code": "DE"}, "DE", id="ip-location-db"),
        pytest.param({"country": "DE"}, "DE", id="a code only"),
        pytest.param({"country": "Germany", "country_code": "DE"}, "DE", id="name and code"),
        pytest.param({"country_code": "de"}, "DE", id="small letters"),
        pytest.param({"country": "Germany"}, None, id="a name only"),
        pytest.param({"country": {}}, None, id="without a code"),
        pytest.param({"registered_country": {"iso_code": "DE"}}, None, id="where the network is registered"),
        pytest.param({"country_code": "ZZ"}, None, id="no country"),
        pytest.param({"country_code": "EU"}, None, id="a continent"),
        pytest.param({"country_code": "A1"}, None, id="a proxy"),
        pytest.param({"country_code": "ДЕ"}, None, id="no Latin letters"),
        pytest.param({"country_code": 49}, None, id="a number"),
        pytest.param({}, None, id="nothing"),
    ],
)
def test_country_is_read_in_each_form(record: dict[str, Any], code: str | None) -> None:
    assert geo_records.country(record) == code


@pytest.mark.parametrize(
    ("subdivisions", "region"),
    [
        pytest.param([{"iso_code": "ENG"}, {"iso_code": "WBK"}], "GB-WBK", id="the most specific"),
        pytest.param([{"iso_code": "ENG"}, {"names": {"en": "Slough"}}], "GB-ENG", id="the last with a code"),
        pytest.param([{"iso_code": "ENG"}, {"iso_code": "ZZQ"}], "GB-ENG", id="a lower one that nobody knows"),
        pytest.param([{"iso_code": "X"}, {"iso_code": "WBK"}], "GB-WBK", id="an upper one that nobody knows"),
        pytest.param([{"iso_code": "X"}], "GB-X", id="one that nobody knows"),
        pytest.param([{"names": {"en": "England"}}], None, id="without codes"),
        pytest.param([{"iso_code": "e/n"}, {"iso_code": 7}, "ENG"], None, id="malformed"),
        pytest.param([], None, id="none"),
        pytest.param({"iso_code": "ENG"}, None, id="no list"),
        pytest.param(None, None, id="nothing"),
    ],
)
def test_region_is_the_most_specific_subdivision(subdivisions: Any, region: str | None) -> None:
    found = located(country={"country": {"iso_code": "GB"}, "subdivisions": subdivisions})
    assert (found.country, found.region) == ("GB", region)


def test_region_of_an_unknown_country_is_unknown() -> None:
    assert located(country={"subdivisions": [{"iso_code": "BE"}]}) == GeoLocation()


@pytest.mark.parametrize(
    ("city", "name"),
    [
        pytest.param({"names": {"en": "Munich", "de": "München"}}, "Munich", id="English"),
        pytest.param({"names": {"de": "München"}}, None, id="no English name"),
        pytest.param("Munich", "Munich", id="the name only"),
        pytest.param({"names": "Munich"}, None, id="malformed names"),
        pytest.param(" ", None, id="empty"),
        pytest.param(None, None, id="nothing"),
    ],
)
def test_city_has_its_english_name(city: Any, name: str | None) -> None:
    assert located(country={"city": city}).city == name


def test_embedded_database_has_number_and_operator_of_the_network() -> None:
    assert located(asn=TELEKOM) == GeoLocation(network="AS3320", isp="Deutsche Telekom AG")


def test_isp_database_takes_precedence_over_the_embedded_database() -> None:
    isp = {**AMAZON, "isp": "Congstar", "organization": "Congstar"}
    assert located(isp=isp, asn=TELEKOM) == GeoLocation(
        network="AS16509", isp="Congstar", connection=Connection.HOSTING
    )


def test_isp_database_without_a_number_leaves_that_of_the_embedded_database() -> None:
    assert located(isp={"isp": "Congstar"}, asn=TELEKOM) == GeoLocation(network="AS3320", isp="Congstar")


def test_traits_of_an_enterprise_database_are_used() -> None:
    traits = {"isp": "Congstar", "autonomous_system_number": 3320, "connection_type": "Cable/DSL"}
    found = located(country={"country": {"iso_code": "DE"}, "traits": traits}, asn=AMAZON)
    assert found == GeoLocation(country="DE", network="AS3320", isp="Congstar", connection=Connection.CABLE)


def test_isp_database_takes_precedence_over_traits() -> None:
    found = located(country={"traits": {"isp": "Old", "connection_type": "Corporate"}}, isp={"isp": "New"})
    assert found == GeoLocation(isp="New", connection=Connection.CORPORATE)


@pytest.mark.parametrize("number", [0, -1, 2**32, True, "3320", None, 3320.0])
def test_malformed_number_is_no_network(number: Any) -> None:
    assert located(asn={"autonomous_system_number": number}).network is None


@pytest.mark.parametrize(
    ("name", "stored"),
    [
        pytest.param("x" * 101, "x" * 100, id="long"),
        pytest.param("x" * 99 + " y", "x" * 99, id="a space at the end of the limit"),
        pytest.param("  Jio ", "Jio", id="spaces"),
        pytest.param(" ", None, id="empty"),
        pytest.param(7, None, id="a number"),
    ],
)
def test_name_has_at_most_100_characters(name: Any, stored: str | None) -> None:
    assert located(asn={"autonomous_system_organization": name}).isp == stored


@pytest.mark.parametrize(
    ("kind", "connection"),
    [
        pytest.param("Cellular", Connection.CELLULAR, id="cellular"),
        pytest.param("Cable/DSL", Connection.CABLE, id="cable"),
        pytest.param("Dialup", Connection.CABLE, id="a fixed line too"),
        pytest.param("Satellite", Connection.CABLE, id="a home's too"),
        pytest.param("Corporate", Connection.CORPORATE, id="corporate"),
        pytest.param("cellular", Connection.CELLULAR, id="small letters"),
        pytest.param("Carrier pigeon", None, id="unknown"),
        pytest.param("", None, id="empty"),
        pytest.param(7, None, id="a number"),
    ],
)
def test_connection_is_that_of_the_connection_type_database(kind: Any, connection: Connection | None) -> None:
    assert located(connection_type={"connection_type": kind}, asn=TELEKOM).connection is connection


@pytest.mark.parametrize(
    "records",
    [
        pytest.param({"asn": AMAZON}, id="a listed network"),
        pytest.param({"asn": TELEKOM, "anonymous_ip": {"is_hosting_provider": True}}, id="Anonymous-IP"),
        pytest.param({"country": {"traits": {"is_hosting_provider": True}}}, id="traits"),
        pytest.param({"country": {"traits": {"user_type": "hosting"}}}, id="the traits' type of user"),
    ],
)
def test_hosting_takes_precedence_over_the_type_of_connection(records: dict[str, Any]) -> None:
    found = located(**records, connection_type={"connection_type": "Corporate"})
    assert found.connection is Connection.HOSTING


@pytest.mark.parametrize("flags", [{"is_anonymous": True, "is_anonymous_vpn": True}, {"is_hosting_provider": False}])
def test_other_anonymous_addresses_are_not_hosting(flags: dict[str, bool]) -> None:
    assert located(anonymous_ip=flags) == GeoLocation()


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=100) | st.binary(max_size=4),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["iso_code", "names", "en"]), inner, max_size=3)
    ),
    max_leaves=5,
)
FIELDS = st.sampled_from(
    [
        *("country", "country_code", "subdivisions", "city", "traits", "isp", "autonomous_system_number"),
        *("autonomous_system_organization", "connection_type", "is_hosting_provider"),
    ]
)
RECORDS = st.dictionaries(FIELDS, VALUES | st.dictionaries(FIELDS, VALUES, max_size=3), max_size=5)


@given(st.builds(Records, RECORDS, RECORDS, RECORDS, RECORDS, RECORDS))
def test_no_record_raises_and_every_value_is_one_that_a_visitor_can_have(records: Records) -> None:
    found = location(records, HOSTING)
    assert found.country is None or (len(found.country) == 2 and found.country.isupper())
    assert found.region is None or found.region.startswith(f"{found.country}-")
    assert found.network is None or 0 < int(found.network.removeprefix("AS")) < 2**32
    assert all(name is None or 0 < len(name) <= 100 for name in (found.city, found.isp))
    assert found.connection is None or isinstance(found.connection, Connection)
