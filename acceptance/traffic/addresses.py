"""Draw addresses of several countries from the country database that the server uses."""

from collections.abc import Iterable, Mapping
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network
from pathlib import Path
from random import Random
from typing import Any, NamedTuple

import maxminddb

from deploy import paths
from deploy.errors import CommandError

COUNTRIES = ("US", "GB", "DE", "FR", "BR", "IN", "JP", "NG")
NOWHERE = ("192.0.2.1", "192.0.2.77", "10.1.2.3")
"""Addresses of documentation and private networks, which have no country. The ledger looks them up all the same."""

DATABASE = paths.VENDOR / "country.mmdb"
NETWORK_DATABASE = paths.VENDOR / "asn.mmdb"
_PER_COUNTRY = {4: 40, 6: 8}
_TUNNELS = tuple(IPv6Network(text) for text in ("64:ff9b::/96", "2001::/32", "2002::/16"))
"""Addresses here contain an IPv4 address, whose country the server takes."""

IpNetwork = IPv4Network | IPv6Network


class Address(NamedTuple):
    """An address of a visitor with its country and network, None if they are unknown."""

    text: str
    country: str | None
    network: str | None = None


def draw(rng: Random, database: Path = DATABASE) -> dict[str, str | None]:
    """Draw about 400 addresses and return their countries, None for an unknown country."""
    if not database.is_file():
        message = f"There is no country database at {database}. Create it with `make up`."
        raise CommandError(message)
    with maxminddb.open_database(database) as reader:
        networks = _networks((network, country(record)) for network, record in reader if not _is_tunnel(network))
        addresses = [_draw_address(rng, network) for network in networks]
        return {address: country(reader.get(address)) for address in (*addresses, *NOWHERE)}


def with_networks(countries: Mapping[str, str | None], database: Path = NETWORK_DATABASE) -> list[Address]:
    """Return the addresses with their countries and networks; all networks are unknown without a database of them."""
    if not database.is_file():
        return [Address(address, code) for address, code in countries.items()]
    with maxminddb.open_database(database) as reader:
        return [Address(address, code, network(reader.get(address))) for address, code in countries.items()]


def network(record: Any) -> str | None:  # noqa: ANN401 - the database's records have no type
    """Return the AS number in a record of MaxMind's or DB-IP's database of networks: `AS7018`."""
    number = (record or {}).get("autonomous_system_number")
    return f"AS{number}" if number else None


def country(record: Any) -> str | None:  # noqa: ANN401 - the database's records have no type
    """Return the ISO code in a record of the free country database, or of MaxMind's country or city database."""
    fields = record or {}
    code: str | None = fields.get("country_code") or (fields.get("country") or {}).get("iso_code")
    return code


def household(address: str) -> str:
    """Return the network by which a duplicate filter compares the address: all of IPv4, 64 bits of IPv6."""
    return str(ip_network((address, 64 if ":" in address else 32), strict=False))


def _networks(candidates: Iterable[tuple[IpNetwork, str | None]]) -> list[IpNetwork]:
    """Return the first IPv4 and IPv6 networks of each country. Stop reading once there are enough."""
    missing = {(code, version): count for code in COUNTRIES for version, count in _PER_COUNTRY.items()}
    networks = []
    for network, code in candidates:
        count = missing.get((code or "", network.version), 0)
        if count == 0:
            continue
        networks.append(network)
        missing[code or "", network.version] = count - 1
        if not any(missing.values()):
            break
    return networks


def _is_tunnel(network: IpNetwork) -> bool:
    return isinstance(network, IPv6Network) and any(network.overlaps(tunnel) for tunnel in _TUNNELS)


def _draw_address(rng: Random, network: IpNetwork) -> str:
    """Draw an address of the network, in its canonical form."""
    return str(ip_address(int(network.network_address) + rng.randrange(min(network.num_addresses, 250))))
