"""Who clicked."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any


class Device(StrEnum):
    """Kinds of device; an iPad is a tablet."""

    MOBILE = "mobile"
    TABLET = "tablet"
    DESKTOP = "desktop"


class OperatingSystem(StrEnum):
    """Operating systems that targeting distinguishes."""

    IOS = "ios"
    ANDROID = "android"
    WINDOWS = "windows"
    MACOS = "macos"
    LINUX = "linux"
    CHROMEOS = "chromeos"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Visitor:
    """The visitor of a click; `None` means unknown.

    `country` is ISO 3166-1 alpha-2, `region` ISO 3166-2, `language` a primary subtag.
    """

    country: str | None = None
    region: str | None = None
    city: str | None = None
    device: Device = Device.DESKTOP
    os: OperatingSystem = OperatingSystem.OTHER
    browser: str | None = None
    language: str | None = None
    address: str = ""
    user_agent: str = ""
    is_bot: bool = False


STORED_FIELDS = {
    "country": "co",
    "region": "rg",
    "city": "ci",
    "device": "de",
    "os": "os",
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
        "device": visitor.device,
        "os": visitor.os,
        "browser": visitor.browser,
        "language": visitor.language,
    }


def visitor_of_click(click: Mapping[str, Any]) -> Visitor:
    """Return the visitor of a stored click, without address and user agent."""
    fields: dict[str, Any] = {name: click.get(name) for name in STORED_FIELDS}
    fields |= {
        "device": Device(click["device"]),
        "os": OperatingSystem(click["os"]),
        "is_bot": bool(click.get("is_bot")),
    }
    return Visitor(**fields)
