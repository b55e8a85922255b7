from collections.abc import Callable, Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import geoip2.database
import maxminddb
import pytest

from chalicelib import settings
from chalicelib.domain.visitor import Connection
from chalicelib.routing import geoip
from chalicelib.routing.location import GeoLocation
from chalicelib.settings import AddressDatabase
from tests.address_databases import BERLIN, GERMANY, TELEKOM, of_networks, write_database

INSIDE = "203.0.113.7"
AMAZON = {"autonomous_system_number": 16509, "autonomous_system_organization": "Amazon.com, Inc."}
Database = Callable[..., Path]


@pytest.fixture(autouse=True)
def _no_open_database(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[None]:
    """Look for databases in an empty folder."""
    monkeypatch.setattr(settings, "_ROOT", tmp_path)
    opened = geoip._readers
    opened.cache_clear()
    yield
    opened.cache_clear()


@pytest.fixture
def database(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Database:
    """Provide a function that writes a database of one record and returns its path."""

    def write(kind: str, record: Any, database: AddressDatabase = AddressDatabase.COUNTRY, version: int = 6) -> Path:
        records = {"203.0.113.0/25": record} if version == 4 else of_networks(record)
        path = write_database(tmp_path / database.file_name, kind, records, version)
        monkeypatch.setenv(database.variable, str(path))
        return path

    return write


def test_country_database_has_the_country(database: Database) -> None:
    database("GeoLite2-Country", GERMANY)
    assert geoip.locate(INSIDE) == GeoLocation(country="DE")
    assert geoip.locate("2001:db8::7") == GeoLocation(country="DE")


@pytest.mark.parametrize(
    "kind",
    ["GeoLite2-City", "GeoIP2-City", "GeoIP2-Enterprise", "GeoIP2-Precision-Enterprise", "DBIP-City-Lite", "of my own"],
)
def test_city_database_has_region_and_city(database: Database, kind: str) -> None:
    database(kind, BERLIN)
    assert geoip.locate(INSIDE) == GeoLocation("DE", "DE-BE", "Berlin")


@pytest.mark.parametrize(
    ("method", "kind", "record"),
    [
        pytest.param("city", "GeoIP2-City", BERLIN, id="City"),
        pytest.param("country", "DBIP-Country-Lite", GERMANY, id="Country"),
        pytest.param("enterprise", "GeoIP2-Enterprise", {**BERLIN, "traits": {"isp": "BT"}}, id="Enterprise"),
    ],
)
def test_place_is_that_of_geoip2(database: Database, method: str, kind: str, record: dict[str, Any]) -> None:
    with geoip2.database.Reader(database(kind, record)) as reader:
        model = getattr(reader, method)(INSIDE)
    found = geoip.locate(INSIDE)
    assert found.country == model.country.iso_code == "DE"
    if method != "country":
        assert found.region == f"DE-{model.subdivisions.most_specific.iso_code}"
        assert found.city == model.city.name


def test_network_is_that_of_geoip2(database: Database) -> None:
    asn = database("GeoLite2-ASN", TELEKOM, AddressDatabase.ASN)
    isp = database("GeoIP2-ISP", {**AMAZON, "isp": "Congstar"}, AddressDatabase.ISP)
    with geoip2.database.Reader(asn) as networks, geoip2.database.Reader(isp) as providers:
        assert networks.asn(INSIDE).autonomous_system_number == 3320
        provider = providers.isp(INSIDE)
    found = geoip.locate(INSIDE)
    assert (found.network, found.isp) == (f"AS{provider.autonomous_system_number}", provider.isp)
    assert (found.network, found.isp) == ("AS16509", "Congstar")


def test_each_database_has_its_values(database: Database) -> None:
    database("country ipvAll", {"country_code": "DE"})
    database("GeoLite2-ASN", TELEKOM, AddressDatabase.ASN)
    database("GeoIP2-ISP", {"isp": "Congstar"}, AddressDatabase.ISP)
    database("GeoIP2-Connection-Type", {"connection_type": "Cellular"}, AddressDatabase.CONNECTION_TYPE)
    expected = GeoLocation("DE", network="AS3320", isp="Congstar", connection=Connection.CELLULAR)
    assert geoip.locate(INSIDE) == expected


def test_anonymous_ip_database_knows_hosting(database: Database) -> None:
    database("GeoLite2-ASN", TELEKOM, AddressDatabase.ASN)
    flags = {"is_anonymous": True, "is_hosting_provider": True}
    database("GeoIP2-Anonymous-IP", flags, AddressDatabase.ANONYMOUS_IP)
    assert geoip.locate(INSIDE).connection is Connection.HOSTING


def test_network_of_the_list_is_hosting(database: Database) -> None:
    database("GeoLite2-ASN", AMAZON, AddressDatabase.ASN)
    found = geoip.locate(INSIDE)
    assert found == GeoLocation(network="AS16509", isp="Amazon.com, Inc.", connection=Connection.HOSTING)


def test_ipv4_address_in_an_ipv6_address_has_its_country(database: Database) -> None:
    database("GeoLite2-Country", GERMANY)
    assert geoip.locate(f"::ffff:{INSIDE}") == GeoLocation(country="DE")


@pytest.mark.parametrize("kind", ["GeoLite2-Country", "GeoLite2-City"])
@pytest.mark.parametrize(
    "address",
    [
        *("203.0.113.200", "198.51.100.1", "2001:db8:8000::1", "", "rubbish", "1.2.3.4.5", "::", "fe80::1%eth0"),
        *("203.0.113.7:80", "[2001:db8::7]", "\0", "203.0.113.7\0", "\ud800", "::ffff:", "9" * 10_000),
    ],
)
def test_address_outside_the_database_is_unknown(database: Database, kind: str, address: str) -> None:
    database(kind, BERLIN)
    assert geoip.locate(address) == GeoLocation()


def test_database_of_ipv4_does_not_have_ipv6(database: Database, capsys: pytest.CaptureFixture[str]) -> None:
    database("GeoLite2-Country", GERMANY, version=4)
    assert [geoip.locate(address).country for address in (INSIDE, "2001:db8::7")] == ["DE", None]
    assert capsys.readouterr().out == ""


def test_without_databases_everything_is_unknown() -> None:
    assert geoip.locate(INSIDE) == GeoLocation()


def test_invalid_database_is_logged_once_and_its_values_are_unknown(
    database: Database, capsys: pytest.CaptureFixture[str]
) -> None:
    database("GeoLite2-Country", GERMANY)
    database("GeoLite2-ASN", TELEKOM, AddressDatabase.ASN).write_bytes(b"this is no database")
    assert [geoip.locate(INSIDE) for _ in range(3)] == [GeoLocation(country="DE")] * 3
    assert capsys.readouterr().out.count("the asn database cannot be opened, its values are unknown") == 1


def test_damaged_database_leaves_its_values_unknown(database: Database, capsys: pytest.CaptureFixture[str]) -> None:
    path = database("GeoLite2-Country", GERMANY)
    database("GeoLite2-ASN", TELEKOM, AddressDatabase.ASN)
    whole = path.read_bytes()
    record = whole.index(b"iso_code")
    path.write_bytes(whole[: record - 1] + b"\xff" * 12 + whole[record + 11 :])
    assert geoip.locate(INSIDE) == GeoLocation(network="AS3320", isp="Deutsche Telekom AG")
    assert "the country database cannot be read, its values are unknown" in capsys.readouterr().out


@pytest.mark.parametrize("record", ["DE", ["DE"], 49])
def test_record_that_is_no_map_leaves_the_country_unknown(database: Database, record: Any) -> None:
    database("of my own", record)
    assert geoip.locate(INSIDE) == GeoLocation()


def test_database_is_opened_once(database: Database) -> None:
    path = database("GeoLite2-Country", GERMANY)
    geoip.locate(INSIDE)
    path.unlink()
    assert geoip.locate(INSIDE) == GeoLocation(country="DE")


@pytest.mark.parametrize(
    ("built_at", "month"),
    [
        pytest.param(1_780_272_000, "2026-06", id="the first second of June"),
        pytest.param(1_780_271_999, "2026-05", id="the last second of May"),
        pytest.param(2**63, None, id="no date"),
    ],
)
def test_month_of_the_data_is_that_in_the_database(
    monkeypatch: pytest.MonkeyPatch, built_at: int, month: str | None
) -> None:
    class Dated:
        build_epoch = built_at

    class Reader:
        metadata = Dated

    monkeypatch.setattr(geoip, "_readers", lambda: [("country", Reader())])
    assert geoip.country_database_month() == month


def test_month_is_read_from_a_database(database: Database) -> None:
    path = database("GeoLite2-Country", GERMANY)
    with maxminddb.open_database(path) as reader:
        built_at = reader.metadata().build_epoch
    assert abs(built_at - path.stat().st_mtime) < 60
    month = geoip.country_database_month()
    assert month is not None
    assert len(month) == len("2026-06")


def test_without_a_country_database_there_is_no_month(database: Database) -> None:
    database("GeoLite2-ASN", TELEKOM, AddressDatabase.ASN)
    assert geoip.country_database_month() is None


LISTED = [line for line in geoip.HOSTING_FILE.read_text().splitlines() if not line.startswith("#")]
PEOPLE = {
    *(13335, 209242, 14789, 132892, 202623, 395747, 36183, 20940, 16625, 54113, 15169, 16591, 22616, 53813, 62044),
    *(55256, 36692, 714, 6185, 3598, 1747, 10676, 13238, 8881, 37611, 7506, 56478, 11816, 41012, 60330, 6939, 174),
    *(15830, 17378, 13649),
}
"""Networks that the file's header names as left out."""


def test_hosting_file_has_200_to_500_numbers_in_order_each_with_its_operator() -> None:
    assert LISTED[0] == "network,operator"
    numbers = [int(line.partition(",")[0]) for line in LISTED[1:]]
    assert all(number < following for number, following in pairwise(numbers))
    assert all(line.partition(",")[2].strip() for line in LISTED)
    assert 200 <= len(numbers) <= 500
    assert geoip.hosting_networks() == set(numbers)


def test_networks_of_people_are_not_hosting() -> None:
    assert geoip.hosting_networks() & PEOPLE == set()
    header = geoip.HOSTING_FILE.read_text().partition("network,operator")[0]
    assert [number for number in PEOPLE if str(number) not in header] == []


@pytest.mark.parametrize("number", [16509, 396982, 8075, 14061, 16276, 24940, 63949, 20473, 45102, 132203, 31898])
def test_large_clouds_are_hosting(number: int) -> None:
    assert number in geoip.hosting_networks()


def test_without_a_database_of_connections_only_hosting_is_known(database: Database) -> None:
    database("GeoLite2-Country", GERMANY)
    assert geoip.known_connections() == {Connection.HOSTING}


def test_database_of_connections_knows_them_all(database: Database) -> None:
    database("GeoIP2-Connection-Type", {"connection_type": "Cellular"}, AddressDatabase.CONNECTION_TYPE)
    assert geoip.known_connections() == set(Connection)


def test_enterprise_database_knows_all_connections(database: Database) -> None:
    database("GeoIP2-Enterprise", GERMANY)
    assert geoip.known_connections() == set(Connection)


def test_without_databases_only_hosting_is_known() -> None:
    assert geoip.known_connections() == {Connection.HOSTING}


def test_country_database_with_damaged_metadata_has_no_month_and_tells_no_connections(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Damaged:
        def metadata(self) -> None:
            raise maxminddb.InvalidDatabaseError

    monkeypatch.setattr(geoip, "_readers", lambda: [(AddressDatabase.COUNTRY, Damaged())])
    assert geoip.country_database_month() is None
    assert geoip.known_connections() == {Connection.HOSTING}
