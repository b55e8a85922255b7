"""Who clicked."""

from dataclasses import dataclass
from enum import StrEnum


class Device(StrEnum):
    """The kinds of device that targeting knows; an iPad is a tablet."""

    MOBILE = "mobile"
    TABLET = "tablet"
    DESKTOP = "desktop"


class OperatingSystem(StrEnum):
    """The operating systems that targeting knows."""

    IOS = "ios"
    ANDROID = "android"
    WINDOWS = "windows"
    MACOS = "macos"
    LINUX = "linux"
    CHROMEOS = "chromeos"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Visitor:
    """Who clicked, as far as it is known; `None` means unknown.

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
