"""Visitor detection: country, device, OS, browser, language and bots, from headers and address."""

import re
from dataclasses import dataclass
from functools import cache, lru_cache

import ua_parser

from chalicelib.domain.visitor import Device, Headers, OperatingSystem, Visitor
from chalicelib.routing.location import Locate, address_and_location


@dataclass(frozen=True, slots=True)
class ParsedUserAgent:
    """Device, OS and browser of a user agent string."""

    device: Device
    os: OperatingSystem
    browser: str | None
    is_bot: bool
    os_version: str | None = None


_SYSTEMS = {
    "iOS": OperatingSystem.IOS,
    "Android": OperatingSystem.ANDROID,
    "Windows": OperatingSystem.WINDOWS,
    "Mac OS X": OperatingSystem.MACOS,
    "macOS": OperatingSystem.MACOS,
    "Linux": OperatingSystem.LINUX,
    "Ubuntu": OperatingSystem.LINUX,
    "Fedora": OperatingSystem.LINUX,
    "Debian": OperatingSystem.LINUX,
    "Chrome OS": OperatingSystem.CHROMEOS,
    "Chromium OS": OperatingSystem.CHROMEOS,
}
"""Operating systems by their names in ua-parser and in the `Sec-CH-UA-Platform` header."""

_BROWSERS = {
    "chrome": "chrome",
    "chromium": "chrome",
    "mobile safari": "safari",
    "safari": "safari",
    "firefox": "firefox",
    "edge": "edge",
    "opera": "opera",
    "samsung internet": "samsung",
    "ie": "ie",
    "facebook": "facebook",
    "instagram": "instagram",
}
_SPIDER = "Spider"
_HANDHELDS = {OperatingSystem.IOS, OperatingSystem.ANDROID}
_TABLETS = re.compile(r"iPad|Tablet|PlayBook|Silk/|Kindle|Nexus (?:7|9|10)\b", re.IGNORECASE)
_MOBILES = re.compile(r"Mobi|iPhone|iPod|Windows Phone|BlackBerry|Opera Mini", re.IGNORECASE)
_BOTS = re.compile(
    r"(?<!cu)bot\b|crawl|spider|slurp|preview|facebookexternalhit|facebot|whatsapp/|discord|embedly|"
    r"skypeuri|vkshare|headless|phantomjs|curl/|wget/|python-|go-http|okhttp|java/|libwww|scrapy|lighthouse|"
    r"pingdom|uptime|monitor|mediapartners-google|node-fetch|axios/|aiohttp/",
    re.IGNORECASE,
)
_PREFETCH_HEADERS = ("sec-purpose", "purpose", "x-purpose", "x-moz")
_LANGUAGE = re.compile(r"[a-z]{2,3}")


def visitor(headers: Headers, source_ip: str, edge_secret: str, locate: Locate) -> Visitor:
    """Return the visitor of a request. Address and location are read from headers only if these have the edge secret.

    `X-Forwarded-For` is never read. The edge's country takes precedence over that of `locate`.
    """
    address, location = address_and_location(headers, source_ip, edge_secret, locate)
    user_agent = headers.get("user-agent", "")
    if not user_agent.isascii():
        user_agent = user_agent.encode(errors="replace").decode()
    agent = apply_client_hints(parse_user_agent(user_agent), headers)
    return Visitor(
        country=location.country,
        region=location.region,
        city=location.city,
        network=location.network,
        isp=location.isp,
        connection=location.connection,
        device=agent.device,
        os=agent.os,
        os_version=agent.os_version,
        browser=agent.browser,
        language=language(headers.get("accept-language", "")),
        address=address,
        user_agent=user_agent,
        is_bot=agent.is_bot or _is_prefetch(headers),
    )


@lru_cache(maxsize=4096)
def parse_user_agent(user_agent: str) -> ParsedUserAgent:
    """Parse a user agent string. An iPad is a tablet; an empty string is a bot."""
    parsed = _parser().parse(user_agent[:512])
    system = _SYSTEMS.get(_family(parsed.os.family if parsed.os else ""), OperatingSystem.OTHER)
    is_spider = parsed.device is not None and _is_spider(user_agent[:512])
    return ParsedUserAgent(
        device=_device(user_agent, system),
        os=system,
        browser=_browser(parsed.user_agent.family) if parsed.user_agent else None,
        is_bot=not user_agent.strip() or is_spider or bool(_BOTS.search(user_agent)),
    )


@cache
def _parser() -> ua_parser.Parser:
    """Return a parser of all browsers and systems, but only of spider devices: all devices double the compile time."""
    browsers, systems, devices = ua_parser.load_lazy_builtins()
    spiders = [matcher for matcher in devices if getattr(matcher, "family", None) == _SPIDER]
    return ua_parser.Parser.from_matchers((browsers, systems, spiders))


def _is_spider(user_agent: str) -> bool:
    """Return whether the parser of all devices finds a spider, and not another device before it."""
    device = _device_parser().parse_device(user_agent)
    return device is not None and device.family == _SPIDER


@cache
def _device_parser() -> ua_parser.Parser:
    return ua_parser.Parser.from_matchers(([], [], ua_parser.load_lazy_builtins()[2]))


def _family(name: str) -> str:
    return "Windows" if name.startswith("Windows") else name


def _device(user_agent: str, system: OperatingSystem) -> Device:
    if _TABLETS.search(user_agent):
        return Device.TABLET
    if _MOBILES.search(user_agent):
        return Device.MOBILE
    # Android tells phones from tablets by the word "Mobile" alone.
    return Device.TABLET if system is OperatingSystem.ANDROID else Device.DESKTOP


def _browser(family: str) -> str:
    """Return one name for a browser on all devices: `Chrome Mobile iOS` and `Chrome` are `chrome`."""
    name = family.lower()
    short_name = re.sub(r" (mobile|ios|webview|mini|focus)\b", "", name)
    return _BROWSERS.get(name) or _BROWSERS.get(short_name) or short_name


def apply_client_hints(agent: ParsedUserAgent, headers: Headers) -> ParsedUserAgent:
    """Correct the agent by client hints: browsers with a frozen user agent string still send true hints."""
    platform, mobile = headers.get("sec-ch-ua-platform", ""), headers.get("sec-ch-ua-mobile", "")
    if not platform and not mobile:
        return agent
    system, device = _SYSTEMS.get(platform.strip('"'), agent.os), agent.device
    if mobile == "?1":
        device = Device.MOBILE
    elif mobile == "?0":
        device = Device.TABLET if system in _HANDHELDS else Device.DESKTOP
    if device is agent.device and system is agent.os:
        return agent
    return ParsedUserAgent(device, system, agent.browser, agent.is_bot, agent.os_version)


def language(accepted: str) -> str | None:
    """Return the primary subtag of the preferred language: `en` for `de-AT;q=0.5, en-GB`."""
    return _language(accepted[:200])


@lru_cache(maxsize=4096)
def _language(accepted: str) -> str | None:
    preferred = max((part.strip() for part in accepted.split(",")), key=_quality)
    tag = preferred.partition(";")[0].partition("-")[0].strip().lower()
    return tag if _quality(preferred) > 0 and _LANGUAGE.fullmatch(tag) else None


def _quality(part: str) -> float:
    try:
        return float(part.partition("q=")[2] or 1)
    except ValueError:
        return 0.0


def _is_prefetch(headers: Headers) -> bool:
    purposes = [headers[name] for name in _PREFETCH_HEADERS if name in headers]
    return any("prefetch" in purpose or "preview" in purpose for purpose in purposes) if purposes else False
