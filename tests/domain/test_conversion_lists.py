from datetime import UTC, datetime

import pytest

from chalicelib.domain.conversion_lists import SHARDS, keys_of, keys_of_value, list_fields, month_of, month_start
from chalicelib.domain.timestamps import milliseconds

STORED = {
    "click_id": "click-1",
    "publisher_id": "pub_1",
    "campaign_id": "cmp_1",
    "route_id": "sml_1",
    "status": "approved",
    "goal": "a#b",
    "reported_by": "pixel",
    "at": milliseconds(datetime(2026, 11, 30, 23, 59, 59, 999_000, tzinfo=UTC)),
    "payout": "1.50",
}


def test_conversion_is_in_a_list_of_each_filter() -> None:
    shard = next(keys_of_value("status", "approved", "2026-11", ["pub_1"]))[-1]
    assert keys_of(STORED) == [
        "publisher_id#pub_1#2026-11",
        "campaign_id#cmp_1#2026-11",
        "smartlink_id#sml_1#2026-11",
        f"status#approved#2026-11#{shard}",
        f"goal#a#b#2026-11#{shard}",
        f"reported_by#pixel#2026-11#{shard}",
    ]


def test_event_that_is_no_goal_is_in_no_list_of_status_and_goal() -> None:
    assert len(keys_of({**STORED, "status": None, "goal": None})) == 4


def test_entry_has_the_fields_that_filters_compare() -> None:
    names = {"click_id", "publisher_id", "campaign_id", "route_id", "status", "goal", "reported_by"}
    assert list_fields(STORED) == {name: STORED[name] for name in names}


def test_shared_value_has_a_list_for_each_shard() -> None:
    assert len(list(keys_of_value("status", "approved", "2026-11"))) == SHARDS
    publishers = [f"pub_{n}" for n in range(50)]
    assert list(keys_of_value("goal", "x", "2026-11", publishers)) == list(keys_of_value("goal", "x", "2026-11"))
    assert list(keys_of_value("campaign_id", "x", "2026-11")) == ["campaign_id#x#2026-11"]


@pytest.mark.parametrize("key", keys_of(STORED))
def test_month_of_a_list_is_that_of_its_conversions(key: str) -> None:
    assert month_start(key) == datetime(2026, 11, 1, tzinfo=UTC)
    assert month_of(int(str(STORED["at"]))) == "2026-11"
