from ipaddress import ip_address
from pathlib import Path

import maxminddb
import pytest

from bench import countries
from bench.countries import Sample
from bench.eyeball_networks import Address, AnnouncedRange
from chalicelib.settings import AddressDatabase
from deploy import npm
from deploy.databases import carriers
from tests.address_databases import GERMANY, write_database

TELEKOM = "Deutsche Telekom AG"


def addresses(*texts: str) -> list[Address]:
    return [ip_address(text) for text in texts]


@pytest.fixture
def reader(tmp_path: Path) -> maxminddb.Reader:
    records = {"203.0.113.0/25": GERMANY, "203.0.113.128/25": {"country_code": "FR"}, "198.51.100.0/24": "rubbish"}
    return maxminddb.open_database(write_database(tmp_path / "db.mmdb", "countries", records))


def test_sample_has_the_addresses_that_the_reference_knows(reader: maxminddb.Reader) -> None:
    drawn = addresses("203.0.113.7", "203.0.113.200", "198.51.100.1", "192.0.2.1")
    assert countries.sample("drawn", drawn, reader).countries == {drawn[0]: "DE", drawn[1]: "FR"}


def test_agreement_is_the_percentage_of_equal_countries(reader: maxminddb.Reader) -> None:
    texts = ("203.0.113.1", "203.0.113.2", "203.0.113.200", "192.0.2.1")
    sampled = Sample("four", dict(zip(addresses(*texts), ("DE", "DE", "DE", "DE"), strict=True)))
    assert sampled.agreement(reader) == 50.0


def test_missing_databases_are_fetched_once(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    fetched = []

    def fetch(package: str, names: dict[str, Path], *, hint: str) -> None:
        assert hint == countries.HINT
        fetched.append(package)
        for path in names.values():
            path.touch()

    monkeypatch.setattr(countries, "CACHE", tmp_path)
    monkeypatch.setattr(npm, "fetch", fetch)
    countries.fetch()
    countries.fetch()
    assert fetched == list(countries.FETCHED)


@pytest.mark.parametrize(
    ("operator", "found"),
    [
        pytest.param("Hetzner Online GmbH", [], id="the same operator"),
        pytest.param(TELEKOM, ["24940,Hetzner Online GmbH"], id="another operator"),
    ],
)
def test_hosting_networks_with_another_operator_are_found(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, operator: str, found: list[str]
) -> None:
    listed = tmp_path / "hosting.csv"
    listed.write_text('# 1 comment\nnetwork,operator\n6903,"LLC ""ASTRA CLOUD"""\n24940,Hetzner Online GmbH\n')
    monkeypatch.setattr(countries, "HOSTING_FILE", listed)
    announced = [AnnouncedRange(0, 1, 24940, operator), AnnouncedRange(2, 3, 6903, 'LLC "ASTRA CLOUD"')]
    assert countries.misnamed(announced) == found


def test_part_has_the_agreement_with_its_targets_and_the_checks(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    size = 65_536
    (tmp_path / "asn-ipv4-num.csv").write_text(f"16777216,{16777216 + size - 1},3320,{TELEKOM}\n")
    first = int(ip_address("2003::"))
    (tmp_path / "asn-ipv6-num.csv").write_text(f"{first},{first + 99},3320,{TELEKOM}\n")
    right = {"1.0.0.0/16": {"country_code": "DE"}, "2003::/16": {"country_code": "DE"}}
    wrong = {**right, "2003::/16": {"country_code": "AU"}}
    write_database(tmp_path / countries.REFERENCE, "reference", right)
    write_database(tmp_path / countries.BEFORE, "before", wrong)
    shipped = write_database(tmp_path / "country.mmdb", "shipped", right)
    monkeypatch.setattr(countries, "CACHE", tmp_path)
    monkeypatch.setattr(countries, "IPV4_ADDRESSES", 100)
    monkeypatch.setattr(countries, "IPV6_ADDRESSES", 50)
    monkeypatch.setattr(
        countries, "address_database", lambda database: shipped if database is AddressDatabase.COUNTRY else None
    )
    monkeypatch.setattr(carriers, "wrong_addresses", lambda _: ["one"])
    monkeypatch.setattr(countries, "misnamed", lambda _: [])
    found = {figure.name.partition(" (")[0]: (figure.value, figure.is_met) for figure in countries.measure().figures}
    size_of_database = found.popitem()
    assert size_of_database[0].startswith("country database, data of 20")
    assert size_of_database[1] == (shipped.stat().st_size / 1e6, None)
    assert found == {
        "IPv4 addresses of people": (100.0, True),
        "IPv6 addresses of people": (100.0, True),
        "all IPv4 addresses outside hosting": (100.0, None),
        "IPv4 addresses of people, with the database shipped before": (100.0, None),
        "IPv6 addresses of people, with the database shipped before": (0.0, None),
        "all IPv4 addresses outside hosting, with the database shipped before": (100.0, None),
        "known addresses of carriers with another country": (1, False),
        "listed hosting networks with another operator": (0, True),
    }
