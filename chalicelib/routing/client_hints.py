"""Client hints: what Chromium says about itself in `Sec-CH-UA…` headers, which is truer than its user agent."""

import re
from dataclasses import replace
from functools import lru_cache

from chalicelib.domain.browsers import BROWSERS, fold_browser
from chalicelib.domain.visitor import Device, Headers, OperatingSystem
from chalicelib.routing.devices import possible_device
from chalicelib.routing.systems import SYSTEMS, VERSIONED, short_version
from chalicelib.routing.user_agent import ParsedUserAgent

_HINTS = (
    *("sec-ch-ua", "sec-ch-ua-full-version-list", "sec-ch-ua-mobile"),
    *("sec-ch-ua-platform", "sec-ch-ua-platform-version"),
)
_HANDHELDS = {OperatingSystem.IOS, OperatingSystem.ANDROID}
_DEVICES = {"?1": Device.MOBILE, "?0": Device.DESKTOP}
_BRAND = re.compile(r'"([^"]{1,40})"\s*;\s*v=')
_WINDOWS = {"0.1": "7", "0.2": "8", "0.3": "8.1"}
_WINDOWS_11 = 13
"""Microsoft documents the platform version of Windows: 1 to 10 are Windows 10, from 13 on it is Windows 11."""


def apply_client_hints(agent: ParsedUserAgent, headers: Headers) -> ParsedUserAgent:
    """Correct the agent by the hints that were sent. Contradictions that no browser produces make it a bot."""
    # No browser of iOS sends hints, whoever made it.
    if agent.os is OperatingSystem.IOS:
        return replace(agent, is_bot=True) if any(name.startswith("sec-ch-ua") for name in headers) else agent
    brands, full, mobile, platform, version = (headers.get(name, "") for name in _HINTS)
    if not (brands or full or mobile or platform or version):
        return agent
    return _corrected(agent, f"{brands[:300]},{full[:300]}", mobile, (platform.strip(' "'), version.strip(' "')))


@lru_cache(maxsize=4096)
def _corrected(agent: ParsedUserAgent, brands: str, mobile: str, platform: tuple[str, str]) -> ParsedUserAgent:
    system = SYSTEMS.get(platform[0], agent.os)
    return ParsedUserAgent(
        device=_device(agent.device, system, mobile),
        os=system,
        browser=_browser(agent.browser, brands),
        is_bot=agent.is_bot or "headless" in brands.lower(),
        os_version=_version(platform[1], system) or (agent.os_version if system is agent.os else None),
    )


def _device(device: Device, system: OperatingSystem, mobile: str) -> Device:
    """Return the device; televisions and consoles have hints too, and are not mobile."""
    if mobile in _DEVICES and device not in {Device.TV, Device.CONSOLE}:
        device = Device.TABLET if mobile == "?0" and system in _HANDHELDS else _DEVICES[mobile]
    return possible_device(device, system)


def _browser(browser: str | None, brands: str) -> str | None:
    """Return the browser of the brands, if the agent names only Chrome, which many others call themselves."""
    if browser not in {"chrome", None}:
        return browser
    names = [name for brand in _BRAND.findall(brands) if (name := fold_browser(brand)) in BROWSERS]
    return next((name for name in names if name != "chrome"), names[0] if names else browser)


def _version(version: str, system: OperatingSystem) -> str | None:
    number = short_version(version) if system in VERSIONED else None
    if number is None or system is not OperatingSystem.WINDOWS:
        return None if number == "0" else number
    if number in _WINDOWS:
        return _WINDOWS[number]
    major = int(number.partition(".")[0])
    return "11" if major >= _WINDOWS_11 else "10" if major else None
