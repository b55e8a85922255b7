"""Readers of packages: the user agents of each with the labels that the package gives them."""

import json
import zipfile
import zlib
from collections.abc import Iterable, Iterator, Mapping
from importlib.resources import files
from pathlib import Path
from typing import Any

import yaml

from bench.visitor_study.labelled_agents import LabelledAgent
from bench.visitor_study.packages import Package
from chalicelib.domain.visitor import Device, OperatingSystem

DEVICES = {
    **dict.fromkeys(("mobile", "smartphone", "phablet", "feature phone", "mobile -> phone"), Device.MOBILE),
    **dict.fromkeys(("tablet", "mobile -> tablet"), Device.TABLET),
    **dict.fromkeys(("desktop", "computer"), Device.DESKTOP),
    **dict.fromkeys(("tv", "smarttv", "large-screen -> tv"), Device.TV),
    **dict.fromkeys(("console", "large-screen -> game-console"), Device.CONSOLE),
}
"""Devices by their names in the corpora. Others, such as wearables and cars, are not compared."""

SYSTEMS = {
    **dict.fromkeys(("iOS", "ios"), OperatingSystem.IOS),
    **dict.fromkeys(("Android", "android", "fire-os"), OperatingSystem.ANDROID),
    **dict.fromkeys(
        ("Windows", "windows", "Windows Mobile", "Windows Phone", "windows-phone"), OperatingSystem.WINDOWS
    ),
    **dict.fromkeys(("Mac", "Mac OS", "Mac OS X", "mac-os-x", "macos"), OperatingSystem.MACOS),
    **dict.fromkeys(("GNU/Linux", "Linux", "linux", "Ubuntu", "Mint", "Arch", "CentOS"), OperatingSystem.LINUX),
    **dict.fromkeys(("Chrome OS", "Chromium OS", "chromeos"), OperatingSystem.CHROMEOS),
}
"""Systems by their names in the corpora."""

Agents = Iterable[LabelledAgent]


def _json(package: Package, file: str = "") -> Any:  # noqa: ANN401 - any shape
    return json.loads(package.path(file or package.files[0]).read_text())


def crawlers(package: Package) -> Agents:
    """Read the instances of each crawler's pattern."""
    return (LabelledAgent(text, is_bot=True) for entry in _json(package) for text in entry["instances"])


def crawler_list(package: Package) -> Agents:
    """Read a list, or the keys of an object, of bots."""
    return (LabelledAgent(text.strip("'"), is_bot=True) for text in _json(package))


def people_list(package: Package) -> Agents:
    """Read a list of browsers."""
    return (LabelledAgent(text, is_bot=False) for text in _json(package))


def weighted_people(package: Package) -> Agents:
    """Read browsers with their share of traffic and their device."""
    for entry in _json(package):
        device = DEVICES.get(entry["deviceCategory"])
        yield LabelledAgent(entry["userAgent"], is_bot=False, weight=entry["weight"], device=device)


def popular_people(package: Package) -> Agents:
    """Read browsers with the number of their visits."""
    for text, entry in _json(package)["useragents"].items():
        yield LabelledAgent(text, is_bot=False, weight=entry["popularity"])


def faked_people(package: Package) -> Agents:
    """Read browsers with their share of traffic, device and system."""
    for line in package.path(package.files[0]).read_text().splitlines():
        entry = json.loads(line)
        device, system = DEVICES.get(entry["type"]), SYSTEMS.get(entry["os"])
        yield LabelledAgent(entry["useragent"], is_bot=False, weight=entry["percent"], device=device, os=system)


_BOT_FOLDERS = ("Spider", "Downloaders", "Validators", "Feed", "Libraries")


def switcher(package: Package) -> Agents:
    """Read the list of a browser extension, whose folders are the labels."""
    for entry in _json(package):
        if "Miscellaneous/Miscellaneous" not in entry["folder"] and "Services" not in entry["folder"]:
            yield LabelledAgent(entry["userAgent"], is_bot=any(name in entry["folder"] for name in _BOT_FOLDERS))


def test_sets(package: Package) -> Agents:
    """Read test sets by category: crawlers, and people on computers, phones and appliances."""
    for path in package.paths():
        for entry in _yaml(path):
            if entry.get("category") in {"crawler", "pc", "smartphone", "mobilephone", "appliance"}:
                yield LabelledAgent(entry["target"], is_bot=entry["category"] == "crawler")


def tested_devices(package: Package) -> Agents:
    """Read the devices and systems that a parser's tests expect."""
    for entry in _json(package, package.files[0]):
        yield LabelledAgent(entry["ua"], device=DEVICES.get(entry["expect"].get("type")))
    for entry in _json(package, package.files[1]):
        yield LabelledAgent(entry["ua"], os=SYSTEMS.get(entry["expect"]["name"]))


_POPULARITY = {"very common": 1000.0, "common": 100.0, "average": 10.0, "uncommon": 1.0}
_STRIDE = 20


def agents_of_a_year(package: Package) -> Agents:
    """Read agents of 2018 with device and system: every twentieth of 322,000 browsers, every second bot.

    The other bots were looked at while the rules were written.
    """
    with zipfile.ZipFile(package.path(package.files[0])) as archive, archive.open("user_agents.jl") as lines:
        for n, entry in enumerate(map(json.loads, lines)):
            kind, text = entry["software_type"], entry["user_agent"]
            if kind.startswith("browser") and n % _STRIDE == 0:
                yield _labelled(entry)
            elif kind.startswith("bot") and zlib.crc32(text.encode()) % 2:
                yield LabelledAgent(text, is_bot=True)


def _labelled(entry: Mapping[str, str]) -> LabelledAgent:
    return LabelledAgent(
        entry["user_agent"],
        is_bot=False,
        weight=_POPULARITY[entry["popularity"]],
        device=DEVICES.get(entry["hardware_type"]),
        os=SYSTEMS.get(entry["operating_system"]),
    )


def matomo_bots(_: Package) -> Agents:
    """Read the bots of Matomo's fixtures, which device_detector ships."""
    return (LabelledAgent(entry["user_agent"], is_bot=True) for entry in _fixtures("bots.yml"))


def matomo_libraries(_: Package) -> Agents:
    """Read the HTTP libraries of Matomo's fixtures."""
    return (LabelledAgent(entry["user_agent"], is_bot=True) for entry in _clients({"library"}))


def matomo_people(_: Package) -> Agents:
    """Read the browsers of Matomo's fixtures, with device and system."""
    for entry in _clients({"browser"}):
        device = DEVICES.get(entry["device"].get("type"))
        yield LabelledAgent(entry["user_agent"], is_bot=False, device=device, os=SYSTEMS.get(entry["os_family"]))


def _clients(kinds: set[str]) -> Iterator[Mapping[str, Any]]:
    for path in _matomo().glob("*.yml"):
        if path.name != "bots.yml" and not path.name.startswith("clienthints"):
            yield from (entry for entry in _yaml(path) if (entry.get("client") or {}).get("type") in kinds)


def _fixtures(name: str) -> list[Mapping[str, Any]]:
    return _yaml(_matomo() / name)


def _matomo() -> Path:
    return Path(str(files("device_detector"))) / "tests" / "fixtures" / "upstream"


def _yaml(path: Path) -> list[Mapping[str, Any]]:
    return [entry for entry in yaml.load(path.read_text(), yaml.CSafeLoader) if entry]
