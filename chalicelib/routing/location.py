"""Location of a visitor: from the edge's headers, or from the databases by address."""

import re
from dataclasses import dataclass, replace
from typing import Protocol
from urllib.parse import unquote_to_bytes

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


class Locate(Protocol):
    """A function that locates an address."""

    def __call__(self, address: str, number: int | None = None, /) -> GeoLocation:
        """Return the location; `number` is the AS number of the address if it is known already."""


REGION = re.compile(r"[A-Z0-9]{1,3}")
"""The part of an ISO 3166-2 code behind the country."""

_LENGTH = 2
MAX_NAME = 100
"""Characters of a city or provider."""

_NO_COUNTRIES = {"XX", "ZZ", "AP", "EU"}
"""Codes that stand for no country: unknown, unknown, Asia/Pacific and Europe."""

_NETWORK = re.compile(r"[1-9][0-9]{0,9}")
MAX_NETWORK = 2**32 - 1
"""The highest AS number."""


def address_and_location(headers: Headers, source_ip: str, edge_secret: str, locate: Locate) -> tuple[str, GeoLocation]:
    """Return the address and location of the visitor; those of the edge only if the headers have the edge secret.

    The edge's values take precedence. The databases supply what it does not have.
    """
    if not is_from_edge(headers, edge_secret):
        return source_ip, locate(source_ip)
    address = viewer_address(headers) or source_ip
    return address, _with_place_of_edge(locate(address, _edge_network(headers)), headers)


def country_code(text: str) -> str | None:
    """Return the country code in capitals; None if it stands for no country."""
    code = text.upper()
    return code if len(code) == _LENGTH and code.isascii() and code.isalpha() and code not in _NO_COUNTRIES else None


def _with_place_of_edge(found: GeoLocation, headers: Headers) -> GeoLocation:
    """Return the location with the edge's place. What the edge omits is known if the rest agrees with the database."""
    country = country_code(headers.get("cloudfront-viewer-country", ""))
    if country is None:
        return found
    region, city = _edge_region(headers, country), _edge_city(headers)
    if found.country == country and region in (None, found.region) and city in (None, found.city):
        return found
    return replace(found, country=country, region=region, city=city)


def _edge_region(headers: Headers, country: str) -> str | None:
    region = headers.get("cloudfront-viewer-country-region", "").upper()
    return f"{country}-{region}" if REGION.fullmatch(region) else None


def _edge_city(headers: Headers) -> str | None:
    """Return the city: percent-encoded or not, in UTF-8 or Latin-1, which is how HTTP libraries read raw UTF-8."""
    sent = headers.get("cloudfront-viewer-city", "")
    try:
        raw = unquote_to_bytes(sent.encode("latin-1"))
    except UnicodeEncodeError:
        raw = unquote_to_bytes(sent.encode("utf-8", "replace"))
    try:
        city = raw.decode()
    except UnicodeDecodeError:
        city = raw.decode("latin-1")
    return city.strip()[:MAX_NAME] or None


def _edge_network(headers: Headers) -> int | None:
    number = headers.get("cloudfront-viewer-asn", "")
    return int(number) if _NETWORK.fullmatch(number) and int(number) <= MAX_NETWORK else None
