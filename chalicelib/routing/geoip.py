"""Location of an IP address, from the embedded country database."""

from functools import cache

from geoip2.database import Reader
from geoip2.errors import AddressNotFoundError
from geoip2.models import City
from maxminddb import InvalidDatabaseError

from chalicelib.routing.location import GeoLocation
from chalicelib.settings import geoip_database


@cache
def _reader() -> Reader | None:
    path = geoip_database()
    try:
        return Reader(path) if path else None
    except (OSError, InvalidDatabaseError) as error:
        print(f"the country database cannot be opened, every country is unknown: {error}")
        return None


def locate(address: str) -> GeoLocation:
    """Return the country of an address, with a city database also region and city. An unknown address has None."""
    reader = _reader()
    if reader is None:
        return GeoLocation()
    try:
        database_type = reader.metadata().database_type
        if "City" in database_type or "Enterprise" in database_type:
            return _city_location(reader.city(address) if "City" in database_type else reader.enterprise(address))
        return GeoLocation(country=reader.country(address).country.iso_code)
    except (AddressNotFoundError, ValueError):
        return GeoLocation()
    except (InvalidDatabaseError, TypeError) as error:
        print(f"the country database cannot be read, every country is unknown: {error}")
        return GeoLocation()


def _city_location(record: City) -> GeoLocation:
    country, region = record.country.iso_code, record.subdivisions.most_specific.iso_code
    return GeoLocation(country, f"{country}-{region}" if country and region else None, record.city.name)
