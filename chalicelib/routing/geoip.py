"""Location and network of an IP address, from the databases of addresses.

Each database is opened by the first lookup that needs it, and mapped into memory, not read.
"""

from datetime import UTC, datetime
from functools import cache
from ipaddress import IPv4Address
from pathlib import Path

from maxminddb import InvalidDatabaseError, Reader, open_database

from chalicelib.domain.embedded_ipv4 import address_to_look_up
from chalicelib.domain.visitor import Connection
from chalicelib.routing import geo_records
from chalicelib.routing.geo_records import Record, Records
from chalicelib.routing.location import GeoLocation
from chalicelib.settings import AddressDatabase, address_database

HOSTING_FILE = Path(__file__).with_name("hosting_networks.csv")


def locate(address: str, number: int | None = None, /) -> GeoLocation:
    """Return the country and network of an address, with a city database also region and city; None if unknown.

    `number` is the AS number of the address, if the edge has said it.
    """
    looked_up = address_to_look_up(address)
    found = {name: _record(name, reader, looked_up) for name, reader in _readers()}
    return geo_records.location(Records(**found), hosting_networks(), number)


def country_database_month() -> str | None:
    """Return the month of the country database's data, for example `2026-06`; None without a database."""
    readers = dict(_readers())
    if AddressDatabase.COUNTRY not in readers:
        return None
    try:
        return f"{datetime.fromtimestamp(readers[AddressDatabase.COUNTRY].metadata().build_epoch, UTC):%Y-%m}"
    except (OSError, OverflowError, ValueError, InvalidDatabaseError):
        return None


def known_connections() -> frozenset[Connection]:
    """Return the kinds of connection that the databases cover: all with a database of them, else only hosting."""
    readers = dict(_readers())
    has_types = AddressDatabase.CONNECTION_TYPE in readers or _has_traits(readers.get(AddressDatabase.COUNTRY))
    return frozenset(Connection) if has_types else frozenset({Connection.HOSTING})


def _has_traits(reader: Reader | None) -> bool:
    try:
        return reader is not None and "Enterprise" in reader.metadata().database_type
    except InvalidDatabaseError:
        return False


@cache
def hosting_networks() -> frozenset[int]:
    """Return the AS numbers of `hosting_networks.csv`."""
    lines = HOSTING_FILE.read_text(encoding="utf-8").splitlines()
    return frozenset(int(line.partition(",")[0]) for line in lines if line[:1].isdigit())


@cache
def _readers() -> list[tuple[str, Reader]]:
    """Return the readers of the databases that are there, by their name. The files are mapped into memory, not read."""
    opened = ((str(database), _open(database)) for database in AddressDatabase)
    return [(name, reader) for name, reader in opened if reader]


def _open(database: AddressDatabase) -> Reader | None:
    path = address_database(database)
    try:
        return open_database(path) if path else None
    except (OSError, ValueError, TypeError, InvalidDatabaseError) as error:
        print(f"the {database} database cannot be opened, its values are unknown: {error}")
        return None


def _record(name: str, reader: Reader, address: IPv4Address | str) -> Record:
    """Return the record of an address; an empty one if the database has none, is damaged or is of another shape."""
    try:
        found = reader.get(address)
    except (ValueError, TypeError):  # no address, no Unicode, or IPv6 in a database of IPv4
        return {}
    except InvalidDatabaseError as error:
        print(f"the {name} database cannot be read, its values are unknown: {error}")
        return {}
    return found if isinstance(found, dict) else {}
