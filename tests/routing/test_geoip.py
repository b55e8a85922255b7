from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from mmdb_writer import MMDBWriter
from netaddr import IPSet

from chalicelib.routing import geoip
from chalicelib.routing.location import GeoLocation
from chalicelib.settings import geoip_database

GERMANY = {"country": {"iso_code": "DE"}}
BERLIN = {**GERMANY, "subdivisions": [{"iso_code": "BE"}], "city": {"names": {"en": "Berlin"}}}
NETWORK = "203.0.113.0/25"


@pytest.fixture(autouse=True)
def _no_open_database() -> Iterator[None]:
    """Close the database before and after each test."""
    geoip._reader.cache_clear()
    yield
    reader = geoip._reader()
    if reader:
        reader.close()
    geoip._reader.cache_clear()


@pytest.fixture
def database(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Provide a function that writes a database of one network and returns its path."""

    def write_database(kind: str, record: dict[str, Any]) -> Path:
        path = tmp_path / "geo.mmdb"
        writer = MMDBWriter(6, kind, languages=["en"], ipv4_compatible=True)
        writer.insert_network(IPSet([NETWORK, "2001:db8::/33"]), record)
        writer.to_db_file(str(path))
        monkeypatch.setenv("GEOIP_DATABASE", str(path))
        return path

    return write_database


def test_country_database_has_the_country(database: Any) -> None:
    database("GeoLite2-Country", GERMANY)
    assert geoip.locate("203.0.113.7") == GeoLocation(country="DE")
    assert geoip.locate("2001:db8::7") == GeoLocation(country="DE")


def test_city_database_has_region_and_city(database: Any) -> None:
    database("GeoLite2-City", BERLIN)
    assert geoip.locate("203.0.113.7") == GeoLocation("DE", "DE-BE", "Berlin")


def test_city_database_may_have_only_the_country(database: Any) -> None:
    database("GeoIP2-City", GERMANY)
    assert geoip.locate("203.0.113.7") == GeoLocation(country="DE")


def test_region_of_an_unknown_country_is_unknown(database: Any) -> None:
    database("GeoLite2-City", {name: value for name, value in BERLIN.items() if name != "country"})
    assert geoip.locate("203.0.113.7") == GeoLocation(city="Berlin")


def test_enterprise_database_has_region_and_city(database: Any) -> None:
    database("GeoIP2-Enterprise", BERLIN)
    assert geoip.locate("203.0.113.7") == GeoLocation("DE", "DE-BE", "Berlin")


@pytest.mark.parametrize("kind", ["GeoLite2-Country", "GeoLite2-City"])
@pytest.mark.parametrize(
    "address", ["203.0.113.200", "198.51.100.1", "2001:db8:8000::1", "", "rubbish", "1.2.3.4.5", "::"]
)
def test_address_outside_the_database_is_unknown(database: Any, kind: str, address: str) -> None:
    database(kind, BERLIN)
    assert geoip.locate(address) == GeoLocation()


def test_without_a_database_every_country_is_unknown(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("GEOIP_DATABASE", str(tmp_path / "none.mmdb"))
    assert geoip_database() is None
    assert geoip.locate("203.0.113.7") == GeoLocation()


def test_invalid_database_is_logged_once_and_every_country_is_unknown(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "geo.mmdb"
    path.write_bytes(b"this is no database")
    monkeypatch.setenv("GEOIP_DATABASE", str(path))
    assert [geoip.locate("203.0.113.7") for _ in range(3)] == [GeoLocation()] * 3
    assert capsys.readouterr().out.count("every country is unknown") == 1


def test_damaged_database_leaves_the_country_unknown(database: Any) -> None:
    path = database("GeoLite2-Country", GERMANY)
    whole = path.read_bytes()
    record = whole.index(b"iso_code")
    path.write_bytes(whole[: record - 1] + b"\xff" * 12 + whole[record + 11 :])
    assert geoip.locate("203.0.113.7") == GeoLocation()


def test_database_of_another_type_leaves_the_country_unknown(database: Any) -> None:
    database("GeoLite2-ASN", {"autonomous_system_number": 64496})
    assert geoip.locate("203.0.113.7") == GeoLocation()


def test_database_is_opened_once(database: Any) -> None:
    path = database("GeoLite2-Country", GERMANY)
    geoip.locate("203.0.113.7")
    path.unlink()
    assert geoip.locate("203.0.113.7") == GeoLocation(country="DE")
