from pathlib import Path
from random import Random

import pytest

from acceptance.traffic import addresses
from acceptance.traffic.addresses import Address
from deploy.errors import CommandError
from tests.address_databases import write_database


def seeded(seed: int) -> Random:
    return Random(seed)  # noqa: S311 - reproducible traffic


@pytest.fixture(params=["MaxMind's", "the free"])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    countries = {
        "2001::/32": "US",
        "2002:808:800::/40": "GB",
        "8.8.8.0/24": "US",
        "81.2.69.142/32": "GB",
        "2a00:1450::/32": "DE",
    }
    is_free = request.param == "the free"
    records = {
        network: {"country_code": country} if is_free else {"country": {"iso_code": country}}
        for network, country in countries.items()
    }
    return write_database(tmp_path / "country.mmdb", request.param, records)


def test_addresses_are_in_the_database_networks_and_have_their_countries(database: Path) -> None:
    drawn = addresses.draw(seeded(1), database)
    assert list(drawn.values()) == ["US", "GB", "DE", None, None, None]
    assert next(iter(drawn)).rpartition(".")[0] == "8.8.8"
    assert "81.2.69.142" in drawn
    assert any(address.startswith("2a00:1450:") for address in drawn)


@pytest.mark.parametrize(
    ("address", "household"),
    [
        pytest.param("203.0.113.7", "203.0.113.7/32", id="IPv4"),
        pytest.param("2001:db8:1:2:3::4", "2001:db8:1:2::/64", id="IPv6"),
    ],
)
def test_household_is_an_ipv4_address_or_64_bits_of_ipv6(address: str, household: str) -> None:
    assert addresses.household(address) == household


def test_the_same_seed_draws_the_same_addresses(database: Path) -> None:
    assert addresses.draw(seeded(1), database) == addresses.draw(seeded(1), database)


def test_missing_database_explains_how_to_create_it(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="Create it with `make up`"):
        addresses.draw(seeded(1), tmp_path / "none.mmdb")


def test_addresses_have_the_networks_of_the_database(tmp_path: Path) -> None:
    record = {"autonomous_system_number": 15169, "autonomous_system_organization": "Google LLC"}
    database = write_database(tmp_path / "asn.mmdb", "networks", {"8.8.8.0/24": record})
    located = addresses.with_networks({"8.8.8.8": "US", "192.0.2.1": None}, database)
    assert located == [Address("8.8.8.8", "US", "AS15169"), Address("192.0.2.1", None)]
    without = addresses.with_networks({"8.8.8.8": "US"}, tmp_path / "none.mmdb")
    assert without == [Address("8.8.8.8", "US")]
