"""Location of a visitor: from the edge's headers, or from the databases by address."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import unquote

from chalicelib.domain.visitor import Connection, Headers, is_from_edge, viewer_address


@dataclass(frozen=True, slots=True)
class GeoLocation:
    """The location and the network of an address, with the values of `Visitor`; None if unknown."""

    country: str | None = None
    region: str | None = None
    city: str | None = None
    network: str | None = None
    isp: str | None = None
    connection: Connection | None = None


Locate = Callable[[str], GeoLocation]

_REGION = re.compile(r"[A-Z0-9]{1,3}")
_COUNTRY = re.compile(r"[A-Z]{2}")
_NO_COUNTRY_CODES = {"XX", "ZZ"}


def address_and_location(headers: Headers, source_ip: str, edge_secret: str, locate: Locate) -> tuple[str, GeoLocation]:
    """Return the address and location of the visitor; those of the edge only if the headers have the edge secret."""
    if not is_from_edge(headers, edge_secret):
        return source_ip, locate(source_ip)
    address = viewer_address(headers) or source_ip
    return address, _edge_location(headers) or locate(address)


def _edge_location(headers: Headers) -> GeoLocation | None:
    country = headers.get("cloudfront-viewer-country", "").upper()
    if not _COUNTRY.fullmatch(country) or country in _NO_COUNTRY_CODES:
        return None
    region = headers.get("cloudfront-viewer-country-region", "").upper()
    return GeoLocation(
        country=country,
        region=f"{country}-{region}" if _REGION.fullmatch(region) else None,
        city=unquote(headers.get("cloudfront-viewer-city", "")) or None,
    )
