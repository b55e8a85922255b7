"""A user agent string: device, operating system, browser, and whether a person sends it."""

import re
from dataclasses import dataclass
from functools import cache, lru_cache

import ua_parser
from ua_parser.core import Matcher, UserAgent
from ua_parser.lazy import UserAgentMatcher

from chalicelib.domain.browsers import OTHER, browser_of_family
from chalicelib.domain.visitor import Device, OperatingSystem
from chalicelib.routing.bots import is_bot_agent, without_model
from chalicelib.routing.devices import device_of_agent, is_ipad
from chalicelib.routing.systems import system_of_agent, version_of_agent


@dataclass(frozen=True, slots=True)
class ParsedUserAgent:
    """Device, OS and browser of a user agent string."""

    device: Device
    os: OperatingSystem
    browser: str | None
    is_bot: bool
    os_version: str | None = None


@lru_cache(maxsize=4096)
def parse_user_agent(user_agent: str) -> ParsedUserAgent:
    """Parse a user agent string. An iPad is a tablet; an empty string is a bot."""
    text = user_agent[:_LONGEST]
    nameless = without_model(text)
    parsed = _parser().parse(nameless)
    system = system_of_agent(text, parsed.os)
    if system is OperatingSystem.MACOS and is_ipad(text):
        return ParsedUserAgent(Device.TABLET, OperatingSystem.IOS, _browser(parsed), is_bot_agent(text, nameless))
    return ParsedUserAgent(
        device=device_of_agent(text, system),
        os=system,
        browser=_browser(parsed),
        is_bot=is_bot_agent(text, nameless),
        os_version=version_of_agent(text, system, parsed.os),
    )


_LONGEST = 1024
"""Characters of an agent that are read. Longer ones have a tail of app tokens."""


_APPS = (
    UserAgentMatcher(r"NAVER\(inapp", "Naver"),
    UserAgentMatcher(r"KAKAOTALK", "KakaoTalk"),
    UserAgentMatcher(r"LinkedInApp", "LinkedIn"),
    UserAgentMatcher(r"Telegram-Android/", "Telegram"),
)
"""Apps with a browser that ua-parser does not tell from the web view."""

_NO_BROWSERS = re.compile(r"[Bb]ot|[Ss]pider|CFNetwork|ArcGIS|Agent|Podcast")
_ALSO_BROWSERS = re.compile(r"Maxthon|Nokia")


@cache
def _parser() -> ua_parser.Parser:
    """Return a parser of listed browsers and of systems. The patterns of everything else double the compile time."""
    browsers, systems, _ = ua_parser.load_lazy_builtins()
    listed = [each for each in browsers if _is_listed(each)]
    return ua_parser.Parser.from_matchers(([*_APPS, *listed], systems, []))


def _is_listed(matcher: Matcher[UserAgent]) -> bool:
    """Return whether a pattern finds browsers of the list; those of bots and apps find no browser."""
    family: str = getattr(matcher, "family", "$1")
    if "$" not in family:
        return browser_of_family(family) != OTHER
    return not _NO_BROWSERS.search(matcher.regex) or bool(_ALSO_BROWSERS.search(matcher.regex))


def _browser(parsed: ua_parser.Result) -> str | None:
    return browser_of_family(parsed.user_agent.family) if parsed.user_agent else None
