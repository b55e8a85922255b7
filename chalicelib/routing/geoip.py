"""Where an address is, from the embedded database."""

from functools import cache

from geoip2.database import Reader
from geoip2.errors import AddressNotFoundError
from geoip2.models import City
from maxminddb import InvalidDatabaseError

from chalicelib.routing.visitor_detection import GeoLocation
from chalicelib.settings import geoip_database


@cache
def _reader() -> Reader | None:
    path = geoip_database()
    try:
        return Reader(path) if path else None
    except (OSError, InvalidDatabaseError) as error:
        print(f"no country database, every country is unknown: {error}")
        return None


def locate(address: str) -> GeoLocation:
    """Country (and region and city, of a city database); all None for what is not in the database."""
    reader = _reader()
    if reader is None:
        return GeoLocation()
    try:
        kind = reader.metadata().database_type
        if "City" in kind or "Enterprise" in kind:
            return _whole(reader.city(address) if "City" in kind else reader.enterprise(address))
        return GeoLocation(country=reader.country(address).country.iso_code)
    except (AddressNotFoundError, ValueError):
        return GeoLocation()
    except (InvalidDatabaseError, TypeError) as error:
        print(f"the country database cannot be used, every country is unknown: {error}")
        return GeoLocation()


def _whole(found: City) -> GeoLocation:
    country, region = found.country.iso_code, found.subdivisions.most_specific.iso_code
    return GeoLocation(country, f"{country}-{region}" if country and region else None, found.city.name)
