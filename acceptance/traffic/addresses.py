"""Addresses from several countries, out of the very database by which the server finds them."""

from collections.abc import Iterable
from ipaddress import IPv4Network, IPv6Network, ip_address
from pathlib import Path
from random import Random
from typing import Any

import maxminddb

from deploy import paths
from deploy.errors import CommandError

COUNTRIES = ("US", "GB", "DE", "FR", "BR", "IN", "JP", "NG")
NOWHERE = ("192.0.2.1", "192.0.2.77", "10.1.2.3")
"""Addresses for documentation and private nets: no database should know them; if one does, so does the ledger."""

DATABASE = paths.VENDOR / "country.mmdb"
_PER_COUNTRY = {4: 40, 6: 8}

IpNetwork = IPv4Network | IPv6Network


def draw(rng: Random, database: Path = DATABASE) -> dict[str, str | None]:
    """Some 400 addresses with their countries, None for what the database does not know."""
    if not database.is_file():
        message = f"there is no country database at {database}: make up puts it there"
        raise CommandError(message)
    with maxminddb.open_database(database) as reader:
        networks = _networks((network, country(record)) for network, record in reader)
        drawn = [_inside(rng, network) for network in networks]
        return {address: country(reader.get(address)) for address in (*drawn, *NOWHERE)}


def country(record: Any) -> str | None:  # noqa: ANN401 - the database's records have no type
    """The ISO code in a record of a country or city database."""
    code: str | None = ((record or {}).get("country") or {}).get("iso_code")
    return code


def _networks(known: Iterable[tuple[IpNetwork, str | None]]) -> list[IpNetwork]:
    """The first networks of each country, of both kinds; stops once there are enough."""
    wanted = {(code, version): count for code in COUNTRIES for version, count in _PER_COUNTRY.items()}
    found = []
    for network, code in known:
        left = wanted.get((code or "", network.version), 0)
        if left == 0:
            continue
        found.append(network)
        wanted[code or "", network.version] = left - 1
        if not any(wanted.values()):
            break
    return found


def _inside(rng: Random, network: IpNetwork) -> str:
    """An address of the network, written the way it is always written."""
    return str(ip_address(int(network.network_address) + rng.randrange(min(network.num_addresses, 250))))
