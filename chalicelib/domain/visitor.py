"""Who clicked, and the address of a caller."""

import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from ipaddress import ip_address
from typing import Any

from chalicelib.domain.browsers import fold_browser
from chalicelib.domain.languages import fold_language
from chalicelib.domain.regions import region_levels

Headers = Mapping[str, str]
"""Header values by lower-case name."""


def caller_address(headers: Headers, source_ip: str, edge_secret: str) -> str:
    """Return the caller's address: `source_ip`, or the viewer's if the headers have the edge secret.

    `X-Forwarded-For` is never read: every caller can set it.
    """
    return (viewer_address(headers) if is_from_edge(headers, edge_secret) else None) or source_ip


def is_from_edge(headers: Headers, edge_secret: str) -> bool:
    """Return whether the headers have the edge secret. The comparison takes constant time."""
    # JSON may have half a surrogate pair, which UTF-8 cannot encode.
    sent = headers.get("x-edge-secret", "").encode(errors="surrogatepass")
    return bool(edge_secret) and hmac.compare_digest(sent, edge_secret.encode())


def viewer_address(headers: Headers) -> str | None:
    """Return CloudFront's address without the port after its last colon: `203.0.113.7:4711` or `2001:db8::7:4711`."""
    address = headers.get("cloudfront-viewer-address", "").rpartition(":")[0].strip("[]")
    try:
        return str(ip_address(address))
    except ValueError:
        return None


class Device(StrEnum):
    """Kinds of device; an iPad is a tablet."""

    MOBILE = "mobile"
    TABLET = "tablet"
    DESKTOP = "desktop"
    TV = "tv"
    CONSOLE = "console"


class OperatingSystem(StrEnum):
    """Operating systems that targeting distinguishes."""

    IOS = "ios"
    ANDROID = "android"
    WINDOWS = "windows"
    MACOS = "macos"
    LINUX = "linux"
    CHROMEOS = "chromeos"
    OTHER = "other"


_DESKTOP, _HANDHELDS = frozenset({Device.DESKTOP}), frozenset({Device.MOBILE, Device.TABLET})
DEVICES_OF_SYSTEM = {
    OperatingSystem.IOS: _HANDHELDS,
    OperatingSystem.ANDROID: _HANDHELDS | {Device.TV, Device.CONSOLE},
    OperatingSystem.WINDOWS: frozenset(Device),
    OperatingSystem.MACOS: _DESKTOP,
    OperatingSystem.LINUX: frozenset(Device),
    OperatingSystem.CHROMEOS: _DESKTOP,
    OperatingSystem.OTHER: frozenset(Device),
}
"""The devices that visitors of each operating system can have."""


class Connection(StrEnum):
    """How a visitor is connected; `hosting` is a data centre."""

    CELLULAR = "cellular"
    CABLE = "cable"
    CORPORATE = "corporate"
    HOSTING = "hosting"


@dataclass(frozen=True, slots=True)
class Visitor:
    """The visitor of a click; `None` means unknown.

    `country` is ISO 3166-1 alpha-2, `region` the most specific ISO 3166-2 code, `city` the English name, `network` an
    AS number such as `AS13335`, `isp` the name of its operator, `os_version` numbers with dots such as `17.5`,
    `language` a primary subtag.
    """

    country: str | None = None
    region: str | None = None
    city: str | None = None
    network: str | None = None
    isp: str | None = None
    connection: Connection | None = None
    device: Device = Device.DESKTOP
    os: OperatingSystem = OperatingSystem.OTHER
    os_version: str | None = None
    browser: str | None = None
    language: str | None = None
    address: str = ""
    user_agent: str = ""
    is_bot: bool = False

    @property
    def region_levels(self) -> tuple[str, ...]:
        """The region and those that contain it: `GB-WBK` is in `GB-ENG`."""
        return region_levels(self.region)

    @property
    def place(self) -> str | None:
        """Country and city as targeting compares them, in lower case: `us/austin`."""
        return f"{self.country}/{self.city}".casefold() if self.country and self.city else None

    @property
    def networks(self) -> tuple[str, ...]:
        """AS number and provider as targeting compares them, in lower case: `as7018`, `at&t internet services`."""
        return tuple(name.casefold() for name in (self.network, self.isp) if name)


STORED_FIELDS = {
    "country": "co",
    "region": "rg",
    "city": "ci",
    "network": "nw",
    "isp": "is",
    "connection": "cn",
    "device": "de",
    "os": "os",
    "os_version": "ov",
    "browser": "br",
    "language": "la",
}
"""The fields of a visitor that a click stores, with their names in the table. Address and user agent are not stored."""


def stored_fields(visitor: Visitor) -> dict[str, Any]:
    """Return the fields of a visitor that a click stores, by name."""
    # Each click comes here: written out, as the table's names looked up take five times as long.
    return {
        "country": visitor.country,
        "region": visitor.region,
        "city": visitor.city,
        "network": visitor.network,
        "isp": visitor.isp,
        "connection": visitor.connection,
        "device": visitor.device,
        "os": visitor.os,
        "os_version": visitor.os_version,
        "browser": visitor.browser,
        "language": visitor.language,
    }


def visitor_of_click(click: Mapping[str, Any]) -> Visitor:
    """Return the visitor of a stored click, without address and user agent. Language and browser have today's names."""
    fields: dict[str, Any] = {name: click.get(name) for name in STORED_FIELDS}
    connection, browser, language = click.get("connection"), click.get("browser"), click.get("language")
    fields |= {
        "connection": Connection(connection) if connection else None,
        "browser": fold_browser(browser) if browser else None,
        "language": fold_language(language) if language else None,
        "device": Device(click["device"]),
        "os": OperatingSystem(click["os"]),
        "is_bot": bool(click.get("is_bot")),
    }
    return Visitor(**fields)
