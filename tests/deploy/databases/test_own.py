import gzip
from pathlib import Path
from typing import Any

import maxminddb
import pytest

from chalicelib.settings import AddressDatabase
from deploy.databases import own
from deploy.errors import CommandError
from tests.address_databases import GERMANY, TELEKOM, of_networks, write_database

COUNTRY, ASN, ISP, CONNECTION_TYPE, ANONYMOUS_IP = AddressDatabase
INSIDE = "203.0.113.7"


def given_file(tmp_path: Path, kind: str, record: Any) -> Path:
    return write_database(tmp_path / "given.mmdb", kind, of_networks(record))


@pytest.mark.parametrize(
    ("database", "kind", "record"),
    [
        pytest.param(COUNTRY, "GeoLite2-Country", GERMANY, id="MaxMind's countries"),
        pytest.param(COUNTRY, "DBIP-Country-Lite", GERMANY, id="DB-IP's countries"),
        pytest.param(COUNTRY, "country ipvAll", {"country_code": "DE"}, id="ip-location-db's countries"),
        pytest.param(ASN, "GeoLite2-ASN", TELEKOM, id="networks"),
        pytest.param(ASN, "GeoIP2-ISP", {**TELEKOM, "isp": "Congstar"}, id="networks with providers"),
        pytest.param(ISP, "GeoIP2-ISP", {**TELEKOM, "isp": "Congstar"}, id="providers"),
        pytest.param(CONNECTION_TYPE, "GeoIP2-Connection-Type", {"connection_type": "Cellular"}, id="connections"),
        pytest.param(ANONYMOUS_IP, "GeoIP2-Anonymous-IP", {"is_anonymous": True}, id="anonymous addresses"),
    ],
)
def test_database_of_the_kind_is_copied(tmp_path: Path, database: AddressDatabase, kind: str, record: Any) -> None:
    target = tmp_path / "target.mmdb"
    own.copy(given_file(tmp_path, kind, record), database, target)
    with maxminddb.open_database(target) as reader:
        assert (reader.metadata().database_type, reader.get(INSIDE)) == (kind, record)
    assert sorted(file.name for file in tmp_path.iterdir()) == ["given.mmdb", "target.mmdb"]


@pytest.mark.parametrize("name", ["dbip-country-lite-2026-11.mmdb.gz", "dbip-country-lite-2026-11.mmdb"])
def test_compressed_database_is_decompressed_whatever_its_name(tmp_path: Path, name: str) -> None:
    given = given_file(tmp_path, "DBIP-Country-Lite", GERMANY)
    compressed = tmp_path / name
    compressed.write_bytes(gzip.compress(given.read_bytes()))
    own.copy(compressed, COUNTRY, tmp_path / "country.mmdb")
    assert (tmp_path / "country.mmdb").read_bytes() == given.read_bytes()


@pytest.mark.parametrize(
    ("database", "kind", "record", "fix"),
    [
        pytest.param(COUNTRY, "GeoLite2-ASN", TELEKOM, "Set it as ASN_DATABASE.", id="networks as countries"),
        pytest.param(
            COUNTRY, "GeoIP2-ISP", {**TELEKOM, "isp": "BT"}, "Set it as ISP_DATABASE.", id="providers, with networks"
        ),
        pytest.param(ISP, "GeoLite2-ASN", TELEKOM, "Set it as ASN_DATABASE.", id="networks as providers"),
        pytest.param(ASN, "GeoLite2-City", GERMANY, "Set it as GEOIP_DATABASE.", id="cities as networks"),
        pytest.param(
            COUNTRY,
            "GeoIP2-Connection-Type",
            {"connection_type": "Cellular"},
            "Set it as CONNECTION_TYPE_DATABASE.",
            id="connections as countries",
        ),
        pytest.param(
            CONNECTION_TYPE,
            "GeoIP2-Anonymous-IP",
            {"is_anonymous": True},
            "Set it as ANONYMOUS_IP_DATABASE.",
            id="anonymous addresses as connections",
        ),
        pytest.param(
            COUNTRY,
            "GeoIP2-Domain",
            {"domain": "a.example"},
            "Use a Country or City database as GEOIP_DATABASE.",
            id="a kind without a use",
        ),
        pytest.param(
            ANONYMOUS_IP,
            "of my own",
            "DE",
            "Use an Anonymous-IP database as ANONYMOUS_IP_DATABASE.",
            id="records that are no maps",
        ),
    ],
)
def test_database_of_another_kind_is_refused_with_its_kind_and_the_fix(
    tmp_path: Path, database: AddressDatabase, kind: str, record: Any, fix: str
) -> None:
    given, target = given_file(tmp_path, kind, record), tmp_path / "target.mmdb"
    target.write_bytes(b"the one before")
    with pytest.raises(CommandError) as raised:
        own.copy(given, database, target)
    assert str(raised.value) == f"{database.variable}={given} is a {kind} database. {fix}"
    assert target.read_bytes() == b"the one before"
    assert not target.with_suffix(".partial").exists()


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(b"no database", id="text"),
        pytest.param(b"", id="empty"),
        pytest.param(gzip.compress(b"no database"), id="compressed text"),
        pytest.param(gzip.compress(b"cut" * 100)[:-10], id="cut"),
        pytest.param(b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\x03" + b"\xff" * 20, id="damaged"),
        pytest.param(b"\x1f\x8bno", id="not compressed"),
    ],
)
def test_file_that_is_no_database_is_refused(tmp_path: Path, content: bytes) -> None:
    given = tmp_path / "given.mmdb.gz"
    given.write_bytes(content)
    with pytest.raises(CommandError) as raised:
        own.copy(given, ISP, tmp_path / "isp.mmdb")
    advice = "Use an .mmdb file, also compressed with gzip; unpack a .tar.gz."
    expected = f"ISP_DATABASE={given} is not a MaxMind database. {advice}"
    assert str(raised.value) == expected
    assert [file.name for file in tmp_path.iterdir()] == ["given.mmdb.gz"]


def test_missing_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match=r"^ISP_DATABASE=/none\.mmdb: there is no such file\.$"):
        own.copy(Path("/none.mmdb"), ISP, tmp_path / "isp.mmdb")
