from ipaddress import ip_address, ip_network
from pathlib import Path

import pytest

from deploy.databases import carriers
from deploy.errors import CommandError
from tests.address_databases import write_database

CONTINENTS = {
    "North America": {"US", "CA", "MX"},
    "South America": {"BR", "AR"},
    "Europe": {"DE", "GB", "FR", "TR"},
    "Africa": {"NG", "KE", "ZA", "EG"},
    "Asia": {"IN", "CN", "KR", "PK", "JP", "TH", "ID", "VN", "MY"},
    "Oceania": {"AU", "NZ"},
}
NAMED = {
    "2001:268:c000::1": "JP",
    "2001:44c8:4000::1": "TH",
    "2001:448a:2020::1": "ID",
    "2001:ee0:4161::1": "VN",
    "2001:e68:5400::1": "MY",
}
KNOWN = {row["address"]: row["country"] for row in carriers._known()}


def database(tmp_path: Path, changes: dict[str, str]) -> Path:
    """A database of the known addresses, each in its country but for the changes."""
    records = {str(ip_network(address)): {"country_code": country} for address, country in (KNOWN | changes).items()}
    return write_database(tmp_path / "country.mmdb", "countries", records)


def test_file_has_25_addresses_of_both_kinds_on_every_continent() -> None:
    assert len(KNOWN) == 25
    assert [sum(ip_address(address).version == version for address in KNOWN) for version in (4, 6)] == [12, 13]
    assert set(KNOWN.values()) == set().union(*CONTINENTS.values())
    assert KNOWN | NAMED == KNOWN
    assert all(row["carrier"] for row in carriers._known())


@pytest.mark.parametrize("is_own", [True, False])
def test_database_with_every_carrier_in_its_country_passes(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], is_own: bool
) -> None:
    carriers.check(database(tmp_path, {}), is_own=is_own)
    assert capsys.readouterr().out == ""


@pytest.mark.parametrize("address", KNOWN)
def test_one_wrong_carrier_fails_the_free_database(tmp_path: Path, address: str) -> None:
    with pytest.raises(CommandError) as raised:
        carriers.check(database(tmp_path, {address: "AQ"}), is_own=False)
    assert str(raised.value).startswith("1 of 25 known addresses of carriers have another country: ")
    assert f"{address} (" in str(raised.value)
    assert f"is AQ, not {KNOWN[address]}. Delete vendor/country.mmdb and try again" in str(raised.value)


def test_database_of_the_customer_is_only_warned_about(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    carriers.check(database(tmp_path, dict.fromkeys(list(KNOWN)[:6], "AQ")), is_own=True)
    printed = capsys.readouterr().out
    assert printed.startswith("warning: 6 of 25 known addresses of carriers have another country: 73.127.255.1 (Com")
    assert printed.count(" is AQ, not ") == 5
    assert "; …. This is your database" in printed


def test_addresses_that_a_database_does_not_have_are_unknown(tmp_path: Path) -> None:
    path = write_database(tmp_path / "4.mmdb", "countries", {"73.127.255.1/32": {"country_code": "US"}}, ip_version=4)
    wrong = carriers.wrong_addresses(path)
    assert len(wrong) == 24
    assert wrong[0] == "2607:fb98::1 (T-Mobile USA) is unknown, not US"
