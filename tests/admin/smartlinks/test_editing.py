from typing import Any

import pytest

from tests.admin.edited_smartlinks import path_of, with_offers
from tests.conftest import Api
from tests.documents import good, new_campaign, new_smartlink


def test_stale_edit_pause_or_delete_changes_nothing(admin: Api) -> None:
    smartlink = new_smartlink(admin)
    path, stale = path_of(smartlink), '"2"'
    assert admin.patch(path, {"name": "B"}, If_Match=stale).status == 412
    assert admin.post(f"{path}/pause", If_Match=stale).status == 412
    assert admin.delete(path, If_Match=stale).status == 412
    assert admin.get(path).json == smartlink


@pytest.mark.parametrize("policy", ["keep", "reset"])
def test_adding_or_removing_offers_starts_a_new_epoch_only_if_configured(admin: Api, policy: str) -> None:
    one, two = new_campaign(admin, "one"), new_campaign(admin, "two")
    path = path_of(new_smartlink(admin, one, on_pool_change=policy))
    edits = [with_offers(one, two), with_offers(two), with_offers(one), {"offers": []}]
    epochs = [good(admin.patch(path, edit))["epoch"] for edit in edits]
    assert epochs == ([2, 3, 4, 5] if policy == "reset" else [1, 1, 1, 1])


def test_no_other_edit_starts_a_new_epoch(admin: Api) -> None:
    one, two = (new_campaign(admin, name)["id"] for name in ("one", "two"))
    offers = [{"campaign_id": one}, {"campaign_id": two}]
    path = path_of(new_smartlink(admin, *offers, on_pool_change="reset"))
    changes: list[dict[str, Any]] = [
        *({"weight": 3}, {"priority": 1}, {"enabled": False}, {"targeting": {"countries": ["US"]}}),
        {"destination_url": "https://landing.example/?cid={click_id}"},
    ]
    edits: list[dict[str, Any]] = [{"offers": [{**offers[0], **change}, offers[1]]} for change in changes]
    edits += [{"offers": offers[::-1]}, {"catch_all_campaign_id": one}, {"name": "B"}, {"rotation": "optimized"}]
    assert [good(admin.patch(path, edit))["epoch"] for edit in edits] == [1] * 9
    assert good(admin.post(f"{path}/pause"))["epoch"] == 1
