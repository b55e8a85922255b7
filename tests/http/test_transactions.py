import re
from random import Random
from types import SimpleNamespace
from typing import Any

import pytest

from chalicelib.http import transactions
from chalicelib.http.problems import Unavailable
from chalicelib.tables.base import item_bytes
from chalicelib.tables.campaigns import CampaignRow
from chalicelib.tables.counters import CapCounterRow
from chalicelib.tables.smartlinks import SmartlinkRow
from tests.conftest import Api
from tests.documents import errors_by_pointer, good, listed, new_campaign, new_publisher, new_smartlink
from tests.http.support import interrupt_saves, problem_detail, rename_campaign


def test_every_edit_checks_if_match(admin: Api) -> None:
    campaign, smartlink, publisher = new_campaign(admin), new_smartlink(admin), new_publisher(admin)
    link = f"/admin/smartlinks/{smartlink['id']}"
    for method, path in (
        ("PATCH", f"/admin/campaigns/{campaign['id']}"),
        ("DELETE", f"/admin/campaigns/{campaign['id']}"),
        ("PATCH", link),
        ("POST", f"{link}/pause"),
        ("POST", f"{link}/resume"),
        ("DELETE", link),
        ("PATCH", f"/admin/publishers/{publisher.id}"),
    ):
        assert admin.call(method, path, If_Match='"9"').status == 412, path


def test_edit_is_repeated_after_a_concurrent_edit(
    admin: Api, monkeypatch: pytest.MonkeyPatch, unhurried: list[float]
) -> None:
    campaign_id = new_campaign(admin)["id"]
    interrupt_saves(monkeypatch, lambda: rename_campaign(campaign_id, "theirs"))
    edited = good(admin.patch(f"/admin/campaigns/{campaign_id}", {"advertiser": "ours"}))
    assert (edited["version"], edited["name"], edited["advertiser"]) == (3, "theirs", "ours")
    assert len(unhurried) == 1


@pytest.mark.usefixtures("unhurried")
def test_edit_with_if_match_is_rejected_after_a_concurrent_edit(admin: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    campaign_id = new_campaign(admin)["id"]
    interrupt_saves(monkeypatch, lambda: rename_campaign(campaign_id, "theirs"))
    response = admin.patch(f"/admin/campaigns/{campaign_id}", {"advertiser": "ours"}, If_Match='"1"')
    assert "The current version is 2." in problem_detail(response, 412)


def test_edit_is_given_up_after_the_last_attempt(
    admin: Api, monkeypatch: pytest.MonkeyPatch, unhurried: list[float]
) -> None:
    campaign_id = new_campaign(admin)["id"]
    attempts = interrupt_saves(monkeypatch, lambda: rename_campaign(campaign_id, "theirs"), times=1000)
    response = admin.patch(f"/admin/campaigns/{campaign_id}", {"advertiser": "ours"})
    assert "Other requests are changing this resource." in problem_detail(response, 503)
    assert response.headers["Retry-After"] == "1"
    assert len(attempts) == len(unhurried) == transactions.ATTEMPTS


def test_waits_between_attempts_double_up_to_320_ms(monkeypatch: pytest.MonkeyPatch, unhurried: list[Any]) -> None:
    monkeypatch.setattr(transactions, "random", SimpleNamespace(uniform=lambda shortest, longest: (shortest, longest)))

    def conflict() -> None:
        raise transactions.TransactionConflict

    with pytest.raises(Unavailable):
        transactions.retry_on_conflict(conflict)
    longest = [0.01, 0.02, 0.04, 0.08, 0.16, *[0.32] * (transactions.ATTEMPTS - 5)]
    assert unhurried == [(0, seconds) for seconds in longest]


def test_no_attempt_starts_after_the_retry_budget(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = SimpleNamespace(now=0.0)
    clock.sleep = lambda _: setattr(clock, "now", clock.now + 1)
    clock.monotonic = lambda: clock.now
    monkeypatch.setattr(transactions, "time", clock)

    def conflict() -> None:
        raise transactions.TransactionConflict

    with pytest.raises(Unavailable):
        transactions.retry_on_conflict(conflict)
    assert transactions.RETRY_BUDGET_SECONDS < clock.now <= transactions.RETRY_BUDGET_SECONDS + 1


@pytest.mark.usefixtures("unhurried")
def test_transaction_with_a_conflict_writes_nothing(admin: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    campaign = new_campaign(admin)
    smartlink = new_smartlink(admin, campaign)
    monkeypatch.setattr(transactions, "ATTEMPTS", 1)
    interrupt_saves(monkeypatch, lambda: rename_campaign(campaign["id"], "theirs"))
    admin.patch(f"/admin/campaigns/{campaign['id']}", {"status": "paused"})
    assert CampaignRow.get(campaign["id"]).settings["status"] == "active"
    assert SmartlinkRow.get(smartlink["id"]).version == 1


def _smartlink_of(size: int) -> dict[str, Any]:
    """A smartlink whose settings take about `size` bytes, two thirds of them compressed."""
    digits = Random(7)  # noqa: S311 - no secrets
    sources = [[f"{digits.getrandbits(800):0200x}" for _ in range(200)] for _ in range(size // 41_000)]
    offers = [{"campaign_id": "cmp", "targeting": {"sources": each}} for each in sources]
    return {"name": "Large", "offers": offers}


@pytest.mark.parametrize("is_edit", [False, True], ids=["create", "edit"])
def test_item_larger_than_dynamodb_allows_is_an_error_that_names_its_size(admin: Api, *, is_edit: bool) -> None:
    body = _smartlink_of(650_000)
    ids = [new_campaign(admin, f"c{n}")["id"] for n in range(len(body["offers"]))]
    body["offers"] = [{**offer, "campaign_id": each} for offer, each in zip(body["offers"], ids, strict=True)]
    before = [new_smartlink(admin)] if is_edit else []
    path = f"/admin/smartlinks/{before[0]['id']}" if is_edit else "/admin/smartlinks"
    (detail,) = errors_by_pointer((admin.patch if is_edit else admin.post)(path, body)).values()
    assert re.fullmatch(r"is too large: 4\d\d,\d{3} bytes to store, at most 409,600 fit", detail)
    assert listed(admin, "/admin/smartlinks") == [each["id"] for each in before]


def test_item_size_counts_names_and_values() -> None:
    row = CapCounterRow("käy", used=1234)
    assert item_bytes(row) == len("key") + len("käy".encode()) + len("used") + 4
