"""Rows written by earlier releases are routed, converted, listed, shown, edited and reported on, for ever.

`fixtures/stored/` holds every table of a small network and the API's answers, as each release wrote them. A file of it
is never changed. How one is made: `docs/stored-documents.md`.
"""

import base64
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from chalicelib.counters import cells, compaction
from chalicelib.domain import stored_settings
from chalicelib.http import dispatch
from chalicelib.optimizer.job import optimize_pool
from chalicelib.routing import redirect
from chalicelib.tables.clicks import ClickRow
from tests.conftest import Api, ApiResponse, dynamodb
from tests.documents import clicked, good, recorded

RELEASES = sorted((Path(__file__).parent / "fixtures" / "stored").glob("*.json"))
LATER = timedelta(hours=1)
PROSE = {"note"}
"""Fields that hold a sentence for people, which a release may word better."""

TIMELY = {"cap_usage"}
"""Fields that depend on the time of the request."""

SUMMARIES = {"/admin/campaigns", "/admin/smartlinks", "/publisher/smartlinks"}
"""Lists that had whole documents."""

assert RELEASES, "tests/fixtures/stored/ has no sample"


@dataclass(frozen=True, slots=True)
class Stored:
    """What a release wrote, loaded into the tables, and the clock of the test: an hour later."""

    sample: Mapping[str, Any]
    admin: Api
    publisher: Api
    now: datetime


def _item(plain: Mapping[str, Any]) -> dict[str, Any]:
    return {name: {"B": base64.b64decode(value["B"])} if "B" in value else dict(value) for name, value in plain.items()}


@pytest.fixture(params=RELEASES, ids=lambda path: path.stem)
def stored(request: pytest.FixtureRequest, tables: None, monkeypatch: pytest.MonkeyPatch) -> Stored:
    sample = json.loads(request.param.read_text())
    for table, items in sample["tables"].items():
        for item in items:
            dynamodb().put_item(TableName=f"smartlink-{table}", Item=_item(item))
    now = datetime.fromisoformat(sample["at"]) + LATER
    for module in (dispatch, redirect):
        monkeypatch.setattr(module, "datetime", SimpleNamespace(now=lambda _: now))
    return Stored(sample, Api(sample["admin_key"]), Api(sample["publisher_key"]), now)


def _within(before: Any, now: Any, path: str = "") -> list[str]:
    """Every difference between two answers; a field that came later is none."""
    if isinstance(before, dict) and isinstance(now, dict):
        names = before.keys() - PROSE - TIMELY
        return [each for name in names for each in _within(before[name], now.get(name, "missing"), f"{path}/{name}")]
    if isinstance(before, list) and isinstance(now, list) and len(before) == len(now):
        return [each for n, one in enumerate(before) for each in _within(one, now[n], f"{path}/{n}")]
    return [] if (type(before), before) == (type(now), now) else [f"{path}: {before!r} is {now!r} now"]


def _as_summaries(path: str, before: Any, now: Any) -> Any:
    """What an answer of before would be today: lists have summaries, and the marketplace has one order."""
    if path not in SUMMARIES:
        return before
    fields = {field for item in now["items"] for field in item}
    items = [{field: item[field] for field in item.keys() & fields} for item in before["items"]]
    return {**before, "items": sorted(items, key=lambda item: item["id"], reverse=True)}


def _differences(api: Api, answers: Mapping[str, Any]) -> list[str]:
    now = {
        path: good(api.get(f"{path}?status=approved" if path.endswith("/publishers") and "sml_" in path else path))
        for path in answers
    }
    return [
        each
        for path, before in answers.items()
        for each in _within(_as_summaries(path, before, now[path]), now[path], f"GET {path} ")
    ]


def test_every_answer_of_the_admin_api_is_the_same(stored: Stored) -> None:
    assert _differences(stored.admin, stored.sample["answers"]) == []


def test_every_answer_of_the_publisher_api_is_the_same(stored: Stored) -> None:
    assert _differences(stored.publisher, stored.sample["publisher_answers"]) == []


def test_every_link_still_redirects_and_its_click_explains_itself(stored: Stored) -> None:
    for name, code in stored.sample["codes"].items():
        before = set(recorded())
        assert clicked(code).status == 302
        (click_id,) = set(recorded()) - before
        click = good(stored.admin.get(f"/admin/clicks/{click_id}"))
        old = stored.sample["answers"][f"/admin/clicks/{stored.sample['clicks'][name][0]}"]
        assert (name, click["outcome"]) == (name, old["outcome"])
        assert click["decision"]["route_version"] >= old["decision"]["route_version"]


def _convertible(sample: Mapping[str, Any]) -> dict[str, str]:
    """The tokens of clicks that went to a campaign, by click ID."""
    clicks = (answer for path, answer in sample["answers"].items() if path.startswith("/admin/clicks/"))
    return {each["click_id"]: sample["tokens"][each["campaign_id"]] for each in clicks if each["campaign_id"]}


def _post_back(click_id: str, token: str, txid: str = "later") -> ApiResponse:
    return Api().get(f"/postback?click_id={click_id}&token={token}&txid={txid}")


def test_postbacks_of_old_clicks_are_recorded_and_counted(stored: Stored) -> None:
    convertible = _convertible(stored.sample)
    answers = [good(_post_back(click_id, token)) for click_id, token in convertible.items()]
    assert {each["status"] for each in answers} == {"recorded"}
    again = [good(_post_back(click_id, token)) for click_id, token in convertible.items()]
    assert {each["status"] for each in again} == {"duplicate"}
    day = stored.now.date()
    path = f"/admin/reports?from={day - timedelta(days=2)}&to={day + timedelta(days=1)}&group_by=campaign"
    counted = good(stored.admin.get(path))["totals"]["conversions"]
    before = sum(1 for row in stored.sample["tables"]["conversions"] if row["status"]["S"] == "approved")
    assert counted == before + len(convertible)


def test_old_conversions_can_be_decided(stored: Stored) -> None:
    items = stored.sample["answers"]["/admin/conversions"]["items"]
    for item in items:
        other = "approved" if item["status"] == "rejected" else "rejected"
        assert good(stored.admin.patch(f"/admin/conversions/{item['id']}", {"status": other}))["status"] == other


@pytest.mark.parametrize("change", [{"name": "Renamed"}, {"offers": []}], ids=["name", "offers"])
def test_every_smartlink_can_be_edited(stored: Stored, change: dict[str, Any]) -> None:
    for smartlink_id in stored.sample["smartlinks"].values():
        path = f"/admin/smartlinks/{smartlink_id}"
        before = good(stored.admin.get(path))
        after = good(stored.admin.patch(path, change))
        untouched = before.keys() - {*change, "version", "updated_at", "offer_count", "warnings"}
        assert {name: after[name] for name in untouched} == {name: before[name] for name in untouched}
        assert {name: after[name] for name in change} == change


def test_every_campaign_can_be_edited_and_its_links_follow(stored: Stored) -> None:
    for name, campaign_id in stored.sample["campaigns"].items():
        url = f"https://{name}-moved.example/"
        good(stored.admin.patch(f"/admin/campaigns/{campaign_id}", {"destination_url": url}))
    assert clicked(stored.sample["codes"]["direct"]).headers["Location"] == "https://direct-moved.example/"


def test_an_edit_writes_the_newest_format(stored: Stored) -> None:
    smartlink_id = stored.sample["smartlinks"]["weighted"]
    good(stored.admin.patch(f"/admin/smartlinks/{smartlink_id}", {"name": "Renamed"}))
    item = dynamodb().get_item(TableName="smartlink-pools", Key={"id": {"S": smartlink_id}})["Item"]
    assert json.loads(item["settings"]["S"])["format"] == stored_settings.FORMAT


def test_reports_are_the_same_after_compaction(stored: Stored) -> None:
    day = datetime.fromisoformat(stored.sample["at"]).astimezone(UTC).date()
    compaction.compact_all(cells.partitions([day]), stored.now)
    reports = {path: each for path, each in stored.sample["answers"].items() if path.startswith("/admin/reports")}
    assert _differences(stored.admin, reports) == []


def test_the_optimizer_learns_from_old_counters(stored: Stored) -> None:
    smartlink_id = stored.sample["smartlinks"]["optimized"]
    at = int(stored.now.timestamp())
    optimize_pool(smartlink_id, at, stored.now)
    weights = good(stored.admin.get(f"/admin/smartlinks/{smartlink_id}/weights"))
    before = stored.sample["answers"][f"/admin/smartlinks/{smartlink_id}/weights"]
    assert weights["in_force"]
    assert weights["at"] > before["at"]


def test_samples_hold_each_document_with_a_reader(stored: Stored) -> None:
    tables = stored.sample["tables"]
    kinds = ("routes", "clicks", "conversions", "campaigns", "pools", "audit", "weight_history", "counters", "runs")
    assert all(tables[kind] for kind in kinds)
    assert len(list(ClickRow.scan())) == len(tables["clicks"])
