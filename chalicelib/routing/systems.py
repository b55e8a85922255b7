"""The operating system of a user agent and its version, from what ua-parser found."""

import re
from collections.abc import Callable
from functools import cache

import ua_parser

from chalicelib.domain.visitor import OperatingSystem
from chalicelib.routing.agent_patterns import first_match

_LINUXES = (
    *("Linux", "Ubuntu", "Kubuntu", "Xubuntu", "Lubuntu", "Fedora", "Debian", "Linux Mint", "Arch Linux", "CentOS"),
    *("Red Hat", "SUSE", "openSUSE", "Gentoo", "Slackware", "Mandriva", "Mageia", "Raspbian", "PCLinuxOS", "Puppy"),
    *("VectorLinux", "Zenwalk", "Sabayon", "Manjaro", "Deepin", "Elementary OS"),
)
SYSTEMS = {
    "iOS": OperatingSystem.IOS,
    "iPadOS": OperatingSystem.IOS,
    "Android": OperatingSystem.ANDROID,
    "Fire OS": OperatingSystem.ANDROID,
    "Windows": OperatingSystem.WINDOWS,
    "Windows Phone": OperatingSystem.WINDOWS,
    "Windows Mobile": OperatingSystem.WINDOWS,
    "Windows CE": OperatingSystem.WINDOWS,
    "Mac OS X": OperatingSystem.MACOS,
    "Mac OS": OperatingSystem.MACOS,
    "macOS": OperatingSystem.MACOS,
    **dict.fromkeys(_LINUXES, OperatingSystem.LINUX),
    "Chrome OS": OperatingSystem.CHROMEOS,
    "Chromium OS": OperatingSystem.CHROMEOS,
}
"""Operating systems by their names in ua-parser and in the `Sec-CH-UA-Platform` header."""

_MISREAD = re.compile(r"Chromebook|Andr0id|like (?:iPhone|Android)|OpenHarmony")
"""Agents whose system ua-parser reads from another word.

Android apps on ChromeOS, televisions in disguise, and devices that name the one they want to be taken for.
"""
_NONE_OF_OURS = {"ATV OS X", "WatchOS", "Kindle", "FreeBSD", "OpenBSD", "NetBSD", "Solaris", "BREW", "webOS", "KaiOS"}
_FROZEN = re.compile(r"Android 10; K\)|Mac OS X 10[_.]15(?:[_.]7)?\b|CrOS \w+ 14541\.0\.0")
"""Versions that browsers send whatever the real one is."""
_APPLE_VERSION = re.compile(r"(?<![A-Za-z])(?:Version|FBSV)/(2[6-9](?:\.\d+)*|[3-9]\d(?:\.\d+)*)")
"""From 26 on, Safari has the version of its iOS; the system's place in the agent stays at 18."""
VERSIONED = frozenset(OperatingSystem) - {OperatingSystem.LINUX, OperatingSystem.OTHER}
"""Systems with numbered versions."""
_REAL = r"(?:^|[^ ]|[^e] |[^k]e )"
"""Not behind `like `: devices name the one they want to be taken for."""
_OTHERS = (
    r"web[o0]s|tizen|kaios|symb|sailfish|maemo|meego|bada|blackberry|playstation|nintendo|openharmony|sunos|solaris|"
    r"dragonfly|bsd\b|irix|hp-ux|\baix\b|osf1|qnx|vms\b|haiku|beos|fuchsia|\bunix\b|sco_sv|plan 9|minix|hurd"
)
"""Systems of their own whose agents may hold the word Linux or X11."""


@cache
def _fallback() -> Callable[[str], str | None]:
    """Return the patterns for agents in which ua-parser finds no system, or that of a maker of televisions.

    Few agents need them, and compiling them takes a millisecond.
    """
    return first_match(
        {
            OperatingSystem.CHROMEOS: r"chromebook|\bcros\b",
            OperatingSystem.OTHER: _OTHERS,
            OperatingSystem.ANDROID: rf"{_REAL}andr[o0]id|\badr \d|fb4a",
            OperatingSystem.IOS: rf"{_REAL}iphone|ipad|ipod|\biph\d",
            OperatingSystem.MACOS: r"macintosh|mac[ _](?:os|powerpc)|x11; darwin",
            OperatingSystem.WINDOWS: r"windows|win(?:9\d|nt|32)",
            OperatingSystem.LINUX: r"linux|\bx11\b",
        }
    )


def system_of_agent(user_agent: str, parsed: ua_parser.OS | None) -> OperatingSystem:
    """Return the operating system; `other` includes televisions' systems, feature phones, tvOS and watchOS."""
    if "Windows Phone" in user_agent:
        return OperatingSystem.WINDOWS
    if parsed and parsed.family in SYSTEMS and not _MISREAD.search(user_agent):
        return SYSTEMS[parsed.family]
    if parsed and parsed.family in _NONE_OF_OURS:
        return OperatingSystem.OTHER
    return OperatingSystem(_fallback()(user_agent) or OperatingSystem.OTHER)


def version_of_agent(user_agent: str, system: OperatingSystem, parsed: ua_parser.OS | None) -> str | None:
    """Return the version of a system that has numbered versions, or None if the agent does not know it."""
    if parsed is None or system not in VERSIONED or _FROZEN.search(user_agent):
        return None
    if SYSTEMS.get(parsed.family) is not system:
        return None
    if system is OperatingSystem.IOS and (apple := _APPLE_VERSION.search(user_agent)):
        return short_version(apple[1])
    parts = (parsed.major, parsed.minor, parsed.patch)
    return short_version(".".join(part for part in parts if part))


def short_version(version: str) -> str | None:
    """Return the numbers of a version as short as they come: `17.5` for `17.5.0`. None for names such as `XP`."""
    numbers = re.match(r"\d{1,6}(?:\.\d{1,6}){0,3}(?![\w.])", version)
    return re.sub(r"(?:\.0+)+$", "", numbers[0]) if numbers else None
