from datetime import UTC, datetime

import pytest

from chalicelib.admin.campaigns.cap_usage import usage_of_campaigns, usage_of_caps
from chalicelib.domain.campaign import CapMetric, CapScope, CapWindow
from chalicelib.tables.campaigns import CampaignRow
from chalicelib.tables.counters import CapCounterRow
from tests.builders import a_cap
from tests.conftest import Api, dynamodb
from tests.documents import clicked, good, listed, new_campaign, new_link
from tests.moto_endpoint import noted

NOW = datetime(2026, 11, 4, 12, 30, tzinfo=UTC)
MIDNIGHT = 1_793_750_400


@pytest.mark.usefixtures("tables")
def test_usage_is_that_of_the_window_around_now_in_the_units_of_the_cap() -> None:
    CapCounterRow(f"cmp_1|clicks|day|UTC|{MIDNIGHT}|*", used=7).save()
    CapCounterRow(f"cmp_1|clicks|day|UTC|{MIDNIGHT - 86_400}|*", used=99).save()
    CapCounterRow("cmp_1|revenue|total|UTC|ever|*", used=1_234_567).save()
    caps = [a_cap(100), a_cap(5, metric=CapMetric.REVENUE, window=CapWindow.TOTAL), a_cap(3, window=CapWindow.HOUR)]
    usage = usage_of_caps({"cmp_1": caps}, None, NOW)["cmp_1"]
    assert [(each.limit, each.used, each.resets_at) for each in usage] == [
        ("100", "7", "2026-11-05T00:00:00.000Z"),
        ("5", "1.234567", None),
        ("3", "0", "2026-11-04T13:00:00.000Z"),
    ]


@pytest.mark.usefixtures("tables")
def test_cap_of_each_publisher_has_a_usage_only_for_one_of_them() -> None:
    CapCounterRow(f"cmp_1|clicks|day|UTC|{MIDNIGHT}|pub_1", used=7).save()
    caps = {"cmp_1": [a_cap(100, scope=CapScope.PUBLISHER)]}
    usages = [usage_of_caps(caps, publisher_id, NOW)["cmp_1"][0] for publisher_id in (None, "pub_1", "pub_2")]
    assert [usage.used for usage in usages] == [None, "7", "0"]


def test_campaign_shows_the_usage_of_each_cap(admin: Api) -> None:
    each = {"metric": "clicks", "window": "day", "limit": "4", "scope": "publisher", "timezone": "UTC"}
    total = {**each, "window": "total", "limit": "9", "scope": "campaign"}
    campaign = new_campaign(admin, caps=[total, each])
    assert [usage["used"] for usage in campaign["cap_usage"]] == ["0", None]
    clicked(new_link(admin, campaign))
    shown, publishers = good(admin.get(f"/admin/campaigns/{campaign['id']}"))["cap_usage"]
    assert shown == {**total, "used": "1", "resets_at": None}
    assert (publishers["used"], publishers["limit"]) == (None, "4")


def test_usage_of_a_page_of_campaigns_is_read_at_once(admin: Api) -> None:
    caps = [{"metric": metric, "window": "total", "limit": "9"} for metric in ("clicks", "conversions", "payout")]
    made = [new_campaign(admin, caps=caps) for _ in range(4)]
    listed(admin, "/admin/campaigns")  # completes the index
    with noted() as operations:
        assert listed(admin, "/admin/campaigns") == [each["id"] for each in made[::-1]]
        assert operations == ["BatchGetItem"]


def test_nothing_is_read_for_campaigns_that_are_archived_or_have_no_caps(admin: Api) -> None:
    new_campaign(admin)
    gone = new_campaign(admin, caps=[{"metric": "clicks", "window": "total", "limit": "9"}])
    admin.delete(f"/admin/campaigns/{gone['id']}")
    with noted() as operations:
        usage = usage_of_campaigns(CampaignRow.scan(), NOW)
        assert (set(map(len, usage.values())), operations) == ({0}, [])


def test_usage_that_cannot_be_read_makes_the_service_unavailable_before_anything_is_written(admin: Api) -> None:
    campaign = new_campaign(admin, caps=[{"metric": "clicks", "window": "total", "limit": "9"}])
    dynamodb().delete_table(TableName="smartlink-caps")
    path = f"/admin/campaigns/{campaign['id']}"
    assert [admin.get(path).status, admin.patch(path, {"name": "B"}).status] == [503, 503]
    assert CampaignRow.get(campaign["id"]).version == 1
