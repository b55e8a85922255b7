import json
import zipfile
import zlib
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from bench.visitor_study import packages, readers
from bench.visitor_study.labelled_agents import LabelledAgent
from bench.visitor_study.packages import Package
from chalicelib.domain.visitor import Device, OperatingSystem


def _package(*contents: Any, name: str = "file.json") -> Package:
    """Return a package whose files have the contents, as JSON unless they are text."""
    package = Package("a@1", tuple(f"{n}-{name}" for n in range(len(contents))))
    for path, content in zip(package.paths(), contents, strict=True):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content if isinstance(content, str) else json.dumps(content))
    return package


@pytest.fixture(autouse=True)
def _folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(packages, "FOLDER", tmp_path)


def test_instances_of_crawlers_are_bots() -> None:
    package = _package([{"pattern": "a", "instances": ["A/1", "A/2"]}, {"pattern": "b", "instances": []}])

    assert list(readers.crawlers(package)) == [LabelledAgent("A/1", is_bot=True), LabelledAgent("A/2", is_bot=True)]


@pytest.mark.parametrize("content", [["'A/1'"], {"A/1": 1}], ids=["list with quotes", "object"])
def test_list_of_crawlers_is_read(content: Any) -> None:
    assert list(readers.crawler_list(_package(content))) == [LabelledAgent("A/1", is_bot=True)]


def test_list_of_browsers_is_people() -> None:
    assert list(readers.people_list(_package(["B/1"]))) == [LabelledAgent("B/1", is_bot=False)]


def test_browsers_have_their_share_of_traffic() -> None:
    weighted = _package([{"userAgent": "B/1", "weight": 0.25, "deviceCategory": "tablet"}])
    assert list(readers.weighted_people(weighted)) == [
        LabelledAgent("B/1", is_bot=False, weight=0.25, device=Device.TABLET)
    ]
    popular = _package({"useragents": {"B/1": {"popularity": 7}}})
    assert list(readers.popular_people(popular)) == [LabelledAgent("B/1", is_bot=False, weight=7)]
    faked = _package('{"useragent": "B/1", "percent": 3, "type": "mobile", "os": "iOS"}\n')
    assert list(readers.faked_people(faked)) == [
        LabelledAgent("B/1", is_bot=False, weight=3, device=Device.MOBILE, os=OperatingSystem.IOS)
    ]


def test_folders_of_the_switcher_are_labels() -> None:
    package = _package(
        [
            {"folder": "/Spiders - Search", "userAgent": "A/1"},
            {"folder": "/Browsers - Mac", "userAgent": "B/1"},
            {"folder": "/Miscellaneous/Miscellaneous", "userAgent": "C/1"},
            {"folder": "/Mobile Devices/Services", "userAgent": "D/1"},
        ]
    )

    assert list(readers.switcher(package)) == [LabelledAgent("A/1", is_bot=True), LabelledAgent("B/1", is_bot=False)]


def test_categories_of_test_sets_are_labels() -> None:
    package = _package(
        "- {target: A/1, category: crawler}\n- {target: B/1, category: pc}\n- {target: C/1, category: misc}\n-\n"
    )

    assert list(readers.test_sets(package)) == [LabelledAgent("A/1", is_bot=True), LabelledAgent("B/1", is_bot=False)]


def test_expectations_of_a_parser_are_labels() -> None:
    package = _package(
        [{"ua": "A/1", "expect": {"type": "smarttv"}}, {"ua": "B/1", "expect": {}}],
        [{"ua": "C/1", "expect": {"name": "Mint"}}],
    )

    assert list(readers.tested_devices(package)) == [
        LabelledAgent("A/1", device=Device.TV),
        LabelledAgent("B/1"),
        LabelledAgent("C/1", os=OperatingSystem.LINUX),
    ]


def _entry(text: str, kind: str, popularity: str = "common") -> str:
    names = {"user_agent": text, "software_type": kind, "hardware_type": "computer", "operating_system": "windows"}
    return json.dumps({**names, "popularity": popularity})


def test_every_twentieth_browser_and_every_second_bot_of_a_year_is_read() -> None:
    package = _package("")
    lines = [_entry(f"B/{n}", "browser -> web-browser") for n in range(21)]
    bots = [f"A/{n}" for n in range(8)]
    with zipfile.ZipFile(package.paths()[0], "w") as archive:
        archive.writestr("user_agents.jl", "\n".join([*lines, *(_entry(bot, "bot -> crawler") for bot in bots)]))
    read = list(readers.agents_of_a_year(package))

    windows = LabelledAgent("B/0", is_bot=False, weight=100, device=Device.DESKTOP, os=OperatingSystem.WINDOWS)
    assert read[:2] == [windows, replace(windows, text="B/20")]
    assert [agent.text for agent in read[2:]] == [bot for bot in bots if zlib.crc32(bot.encode()) % 2]


def test_fixtures_of_matomo_are_bots_libraries_and_people(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "bots.yml").write_text("- {user_agent: A/1}\n")
    (tmp_path / "clienthints.yml").write_text("- {user_agent: X/1, client: {type: browser}}\n")
    (tmp_path / "tv.yml").write_text(
        "- {user_agent: B/1, client: {type: browser}, device: {type: tv}, os_family: Android}\n"
        "- {user_agent: C/1, client: {type: library}}\n"
        "- {user_agent: D/1, client: null}\n"
    )
    monkeypatch.setattr(readers, "_matomo", lambda: tmp_path)
    package = Package("device_detector", (), source="installed")

    assert list(readers.matomo_bots(package)) == [LabelledAgent("A/1", is_bot=True)]
    assert list(readers.matomo_libraries(package)) == [LabelledAgent("C/1", is_bot=True)]
    assert list(readers.matomo_people(package)) == [
        LabelledAgent("B/1", is_bot=False, device=Device.TV, os=OperatingSystem.ANDROID)
    ]


def test_fixtures_of_matomo_are_installed() -> None:
    assert (readers._matomo() / "bots.yml").is_file()
