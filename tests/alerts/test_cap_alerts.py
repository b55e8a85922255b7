import logging
from datetime import UTC, datetime
from typing import Any

import pytest

from chalicelib import lambdas
from chalicelib.alerts import cap_alerts
from chalicelib.tables.campaigns import CampaignRow
from chalicelib.tables.counters import CapCounterRow
from chalicelib.tables.notifications import NotificationRow
from chalicelib.tables.publishers import TermsRow
from tests.builders import campaign_settings

pytestmark = pytest.mark.usefixtures("tables")

NOW = datetime(2026, 11, 21, 11, 30, tzinfo=UTC)
HOUR = datetime(2026, 11, 21, 10, tzinfo=UTC)
TICK = {
    **dict.fromkeys(("version", "account", "region", "source", "id", "time", "detail-type"), ""),
    "detail": {},
    "resources": [],
}
DAILY = {"metric": "clicks", "window": "day", "limit": "10"}
KEY = "cmp_1|clicks|day|UTC|1795000000|"


def a_campaign(*caps: dict[str, str]) -> None:
    CampaignRow(
        "cmp_1",
        version=1,
        settings=campaign_settings(caps=list(caps)),
        postback_token="t",
        created_year="2026",
        created_at="2026-11-21T00:00:00.000Z",
        updated_at="2026-11-21T00:00:00.000Z",
    ).save()


def a_record(key: str, used: int, name: str = "INSERT") -> dict[str, Any]:
    return {"eventName": name, "dynamodb": {"NewImage": CapCounterRow(key, used=used).serialize()}}


def notifications() -> list[tuple[str, str]]:
    """Return kind and text of all notifications, sorted."""
    return sorted((row.kind, row.text) for row in NotificationRow.scan() if row.kind)


def kinds() -> list[str]:
    return [kind for kind, _ in notifications()]


@pytest.mark.parametrize(
    ("used", "expected"),
    [
        pytest.param(7, [], id="below"),
        pytest.param(8, ["cap_nearly_reached"], id="at 80 %"),
        pytest.param(10, ["cap_nearly_reached", "cap_reached"], id="from below to 100 % at once"),
    ],
)
def test_admins_are_notified_at_80_and_at_100_percent(used: int, expected: list[str]) -> None:
    a_campaign(DAILY)
    lambdas.watch_caps({"Records": [a_record(f"{KEY}*", used)]}, None)
    assert kinds() == expected


def test_level_is_notified_once_however_often_the_counter_changes() -> None:
    a_campaign(DAILY)
    for used in (8, 9, 8, 9):
        cap_alerts.watch_caps([a_record(f"{KEY}*", used, "MODIFY"), a_record(f"{KEY}*", used)], NOW)
    assert kinds() == ["cap_nearly_reached"]


def test_new_window_and_raised_limit_are_notified_again() -> None:
    a_campaign(DAILY)
    cap_alerts.watch_caps([a_record(f"{KEY}*", 8), a_record("cmp_1|clicks|day|UTC|1795086400|*", 8)], NOW)
    a_campaign({**DAILY, "limit": "20"})
    cap_alerts.watch_caps([a_record(f"{KEY}*", 16)], NOW)
    assert kinds() == ["cap_nearly_reached"] * 3


def test_cap_of_a_publisher_names_the_publisher() -> None:
    a_campaign({**DAILY, "scope": "publisher"})
    cap_alerts.watch_caps([a_record(f"{KEY}pub_1", 8), a_record(f"{KEY}pub_2", 3), a_record(f"{KEY}*", 100)], NOW)
    ((_, text),) = notifications()
    assert text == "Campaign cmp_1 has reached 80 % of its clicks cap (day) for publisher pub_1."


def test_caps_of_terms_are_the_limits_of_their_publisher() -> None:
    a_campaign({**DAILY, "scope": "publisher"}, DAILY)
    terms: dict[str, Any] = {"payout": None, "payout_percent": None, "goals": []}
    caps = {"pub_1": [{**DAILY, "limit": "20", "scope": "publisher", "timezone": "UTC"}], "pub_2": [], "pub_3": None}
    for publisher_id, each in caps.items():
        TermsRow(publisher_id, 1, document={"campaigns": {"cmp_1": {**terms, "caps": each}}}, created_at="").save()
    keys = [f"{KEY}{owner}" for owner in ("pub_1", "pub_2", "pub_3", "pub_4")]
    cap_alerts.watch_caps([a_record(key, 8) for key in keys], NOW)
    assert [text[-5:] for _, text in notifications()] == ["ub_3.", "ub_4."]
    cap_alerts.watch_caps([a_record(keys[0], 16), a_record("cmp_1|clicks|hour|UTC|1795000000|pub_1", 99)], NOW)
    assert [text[-6:] for _, text in notifications()] == ["pub_1.", "pub_3.", "pub_4."]


def test_money_is_compared_in_millionths() -> None:
    a_campaign({"metric": "payout", "window": "day", "limit": "100.50"})
    key = "cmp_1|payout|day|UTC|1795000000|*"
    cap_alerts.watch_caps([a_record(key, 80_399_999)], NOW)
    assert kinds() == []
    cap_alerts.watch_caps([a_record(key, 80_400_000)], NOW)
    assert kinds() == ["cap_nearly_reached"]


def test_expired_counters_and_counters_of_removed_caps_are_skipped() -> None:
    a_campaign(DAILY)
    cap_alerts.watch_caps(
        [{"eventName": "REMOVE", "dynamodb": {}}, a_record("cmp_1|clicks|hour|UTC|1795000000|*", 99)], NOW
    )
    cap_alerts.watch_caps([a_record("cmp_9|clicks|day|UTC|1795000000|*", 99)], NOW)
    assert kinds() == []


def test_invalid_counter_key_does_not_block_the_others(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, "smartlink")
    a_campaign(DAILY)
    cap_alerts.watch_caps([a_record("rubbish", 9), a_record(f"{KEY}*", 8)], NOW)
    assert kinds() == ["cap_nearly_reached"]
    assert "'rubbish', which is not a cap counter" in caplog.text
