"""The values in the records of address databases: MaxMind's and DB-IP's, and those of ip-location-db.

A record is read as it is, not through geoip2's models, which take ten times as long (decision 33). Each value is looked
up at the places at which these databases have it; a record of another shape has no value.
"""

from collections.abc import Iterable, Mapping
from collections.abc import Set as AbstractSet
from types import MappingProxyType
from typing import Any, NamedTuple

from chalicelib.domain.regions import region_levels
from chalicelib.domain.visitor import Connection
from chalicelib.routing.location import MAX_NAME, MAX_NETWORK, REGION, GeoLocation, country_code

Record = Mapping[str, Any]

_EMPTY: Record = MappingProxyType({})
_NAMES = ("isp", "autonomous_system_organization")

_CONNECTIONS = {
    "cellular": Connection.CELLULAR,
    "cable/dsl": Connection.CABLE,
    "dialup": Connection.CABLE,
    "satellite": Connection.CABLE,
    "corporate": Connection.CORPORATE,
}
"""GeoIP2's connection types; `cable` is any fixed line of a home."""


class Records(NamedTuple):
    """What each database has for one address; an empty record if it has nothing."""

    country: Record = _EMPTY
    asn: Record = _EMPTY
    isp: Record = _EMPTY
    connection_type: Record = _EMPTY
    anonymous_ip: Record = _EMPTY


def location(records: Records, hosting: AbstractSet[int], number: int | None = None) -> GeoLocation:
    """Return the location and network of an address; `hosting` has the AS numbers of hosting networks.

    `number` is the AS number if it is known already. If that of the records differs, their provider is another one.
    """
    record = records.country
    found, traits = country(record), _map(record.get("traits"))
    # The customer's databases come first: they are newer than the embedded one.
    sources = [each for each in (records.isp, traits, records.asn) if each]
    recorded = network(sources)
    number = number or recorded
    is_hosted = number in hosting or is_hosting(records, traits)
    return GeoLocation(
        country=found,
        region=region(record, found),
        city=city(record),
        network=f"AS{number}" if number else None,
        isp=isp(sources) if recorded in {None, number} else None,
        connection=Connection.HOSTING if is_hosted else connection(records, traits),
    )


def country(record: Record) -> str | None:
    """Return the ISO code of a country or city record."""
    value = record.get("country")
    code = value.get("iso_code") if isinstance(value, dict) else record.get("country_code") or value
    return country_code(code) if isinstance(code, str) else None


def region(record: Record, of_country: str | None) -> str | None:
    """Return the ISO 3166-2 code of the most specific subdivision whose upper one is known, or else of the first."""
    subdivisions = record.get("subdivisions")
    if not of_country or not isinstance(subdivisions, list):
        return None
    codes = [_map(each).get("iso_code") for each in subdivisions]
    valid = [f"{of_country}-{code}" for code in codes if isinstance(code, str) and REGION.fullmatch(code)]
    # Without a known parent, the lower region would not match rules on the upper one.
    return next((code for code in reversed(valid) if code == valid[0] or len(region_levels(code)) > 1), None)


def city(record: Record) -> str | None:
    """Return the English name of the city."""
    value = record.get("city")
    return _name(value) or _name(_map(_map(value).get("names")).get("en"))


def network(sources: Iterable[Record]) -> int | None:
    """Return the AS number of the first record that has one."""
    for record in sources:
        value = record.get("autonomous_system_number")
        if type(value) is int and 0 < value <= MAX_NETWORK:
            return value
    return None


def isp(sources: Iterable[Record]) -> str | None:
    """Return the name of the provider, or else of the network's operator."""
    for key in _NAMES:
        for record in sources:
            if name := _name(record.get(key)):
                return name
    return None


def is_hosting(records: Records, traits: Record) -> bool:
    """Return whether a database says that the address is in a data centre."""
    flags = (records.anonymous_ip.get("is_hosting_provider"), traits.get("is_hosting_provider"))
    return True in flags or traits.get("user_type") == "hosting"


def connection(records: Records, traits: Record) -> Connection | None:
    """Return the connection by its type in a database; None for another type."""
    value = records.connection_type.get("connection_type") or traits.get("connection_type")
    return _CONNECTIONS.get(value.lower()) if isinstance(value, str) else None


def _map(value: object) -> Record:
    return value if isinstance(value, dict) else _EMPTY


def _name(value: object) -> str | None:
    return value.strip()[:MAX_NAME].strip() or None if isinstance(value, str) else None
