from datetime import datetime, timedelta
from itertools import pairwise

import pytest

from chalicelib.admin.refused_postbacks.queries import list_refused
from chalicelib.admin.refused_postbacks.schemas import RefusedPostbackQuery
from chalicelib.conversions import refused
from chalicelib.conversions.refused import record_refusal
from chalicelib.domain.refusal import RefusalReason
from chalicelib.http.problems import ValidationFailed
from tests.builders import NOW
from tests.http.support import a_request

CAMPAIGNS = [f"cmp_{n}" for n in range(3)]


def refuse(campaign_id: str, now: datetime = NOW, times: int = 1) -> None:
    for n in range(times):
        request = a_request(now=now + timedelta(milliseconds=n))
        record_refusal(request, campaign_id, "c", RefusalReason.INVALID, "nonsense")


def listed(parameters: dict[str, str] | None = None) -> list[tuple[str, int]]:
    """Return campaign and time of all pages of three."""
    found: list[tuple[str, int]] = []
    cursor = None
    for _ in range(100):
        query = RefusedPostbackQuery.model_validate({**(parameters or {}), "limit": 3, "cursor": cursor})
        rows, cursor = list_refused(query, NOW)
        assert len(rows) <= 3
        found += [(row.campaign_id, row.at) for row in rows]
        if cursor is None:
            return found
    raise AssertionError(found)


@pytest.fixture(autouse=True)
def refusals(tables: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """Provide refusals of three campaigns on four days, one after another."""
    monkeypatch.setattr(refused, "_omitted", {})
    for n, campaign_id in enumerate(CAMPAIGNS):
        for day in range(4):
            refuse(campaign_id, NOW - timedelta(days=day, minutes=n))


def test_all_campaigns_are_listed_newest_first() -> None:
    found = listed()
    assert len(found) == len(set(found)) == 12
    assert [one[1] for one in found] == sorted((one[1] for one in found), reverse=True)


@pytest.mark.parametrize("campaign_id", CAMPAIGNS)
def test_one_campaign_is_listed_newest_first(campaign_id: str) -> None:
    found = listed({"campaign_id": campaign_id})
    assert {one[0] for one in found} == {campaign_id}
    assert all(newer[1] > older[1] for newer, older in pairwise(found))
    assert len(found) == 4


@pytest.mark.parametrize("campaign", [{}, {"campaign_id": "cmp_1"}], ids=["all", "one"])
def test_list_is_limited_to_a_time_range(campaign: dict[str, str]) -> None:
    found = listed({**campaign, "from": "2026-11-01", "to": "2026-11-02"})
    assert len(found) == (2 if campaign else 6)
    assert listed({**campaign, "from": "2026-10-01", "to": "2026-10-02"}) == []


def test_list_reaches_back_thirty_days() -> None:
    refuse("cmp_9", NOW - timedelta(days=31))
    refuse("cmp_9", NOW - timedelta(days=29))
    assert len(listed({"campaign_id": "cmp_9"})) == 1
    assert len(listed({"campaign_id": "cmp_9", "from": "2026-01-01"})) == 1


def test_refusals_of_the_same_moment_are_all_listed() -> None:
    for _ in range(10):
        refuse("cmp_9", NOW - timedelta(hours=2))
    assert len(listed({"campaign_id": "cmp_9"})) == 10
    assert len(listed()) == 22


@pytest.mark.parametrize("campaign", [{}, {"campaign_id": "cmp_9"}], ids=["all", "one"])
def test_hour_that_is_full_is_one_item_more(campaign: dict[str, str]) -> None:
    refuse("cmp_9", NOW.replace(minute=0), times=62)
    found = [one for one in listed(campaign) if one[0] == "cmp_9"]
    assert len(found) == 61


def test_cursor_is_valid_for_its_own_list_only() -> None:
    _, cursor = list_refused(RefusedPostbackQuery(campaign_id="cmp_1", limit=3), NOW)
    with pytest.raises(ValidationFailed):
        list_refused(RefusedPostbackQuery(campaign_id="cmp_2", limit=3, cursor=cursor), NOW)
