"""Counting on the deployed stack: from the stream, and from repeatedly delivered records."""

import copy
import json
import os
import secrets
from datetime import UTC, datetime, timedelta
from typing import Any

from chalicelib.domain import ids
from deploy import cloud
from tests.stack.network import GOOGLEBOT, Network, wait_for

TICK = {
    **dict.fromkeys(("version", "account", "region", "source", "id", "time", "detail-type"), ""),
    "detail": {},
    "resources": [],
}
"""An event of a schedule."""


def report(network: Network, group_by: str, **filters: str) -> Any:
    query = "&".join(f"{name}={value}" for name, value in filters.items())
    return network.good("GET", f"/admin/reports?group_by={group_by}&{query}")


def clicks(network: Network, smartlink_id: str) -> tuple[int, int, int, int]:
    """Return clicks, unique, duplicate and bot clicks of the smartlink so far."""
    totals = report(network, "day", smartlink_id=smartlink_id)["totals"]
    return tuple(totals[name] for name in ("clicks", "unique_clicks", "duplicate_clicks", "bot_clicks"))


def test_unique_duplicate_and_bot_clicks_are_in_the_report_within_seconds(network: Network) -> None:
    once = network.campaign("once", duplicate_filter={"identity": "ip_ua", "window_seconds": 3600})
    smartlink = network.smartlink({"campaign_id": once})
    link = network.link(smartlink)
    for country in ("US", "US", "GB"):
        network.click(link, country=country, query={"sub1": "=1+1"})
    network.click(link, country="US", address="203.0.113.8")
    network.click(link, agent=GOOGLEBOT)
    wait_for(30, lambda: clicks(network, smartlink), (4, 2, 2, 1))
    rows = report(network, "campaign,country,sub1", smartlink_id=smartlink)["rows"]
    found = {(row["campaign"], row["country"], row["sub1"]): row["clicks"] for row in rows}
    assert found == {
        (once, "US", "=1+1"): 1,
        (once, "US", None): 1,
        (None, "US", "=1+1"): 1,
        (None, "GB", "=1+1"): 1,
        (None, "US", None): 0,
    }


def invoke(records: list[dict[str, Any]]) -> Any:
    """Return the deployed aggregator's result for these records of the click stream."""
    return invoke_function("CountClicks", {"Records": records})


def invoke_function(function: str, event: dict[str, Any]) -> Any:
    """Return the deployed function's result for the event."""
    here = cloud.local()
    client: Any = here.session.client("lambda", endpoint_url=here.endpoint)
    functions = client.list_functions()["Functions"]
    name = next(each["FunctionName"] for each in functions if function in each["FunctionName"])
    answered = client.invoke(FunctionName=name, Payload=json.dumps(event))
    text = answered["Payload"].read()
    assert "FunctionError" not in answered, text
    return json.loads(text)


def stream_records(like: str, count: int) -> list[dict[str, Any]]:
    """Return stream records of `count` new clicks that are like this one."""
    here = cloud.local()
    table: Any = here.session.client("dynamodb", endpoint_url=here.endpoint)
    item = table.get_item(TableName=f"{here.stack}-clicks", Key={"click_id": {"S": like}})["Item"]
    first = secrets.randbelow(10**18) * 1000 + 10**21
    now = datetime.now(UTC)
    return [
        {
            "eventID": secrets.token_hex(16),
            "eventName": "INSERT",
            "eventSource": "aws:dynamodb",
            "dynamodb": {
                "ApproximateCreationDateTime": now.timestamp(),
                "Keys": {"click_id": {"S": f"{n}"}},
                "NewImage": {**copy.deepcopy(item), "click_id": {"S": ids.time_ordered_id(now, os.urandom(10))}},
                "SequenceNumber": str(first + n),
                "StreamViewType": "NEW_IMAGE",
            },
        }
        for n in range(count)
    ]


def test_deployed_aggregator_counts_repeated_stream_records_once(network: Network) -> None:
    smartlink = network.smartlink({"campaign_id": network.campaign("again")})
    click = network.click(network.link(smartlink)).click_id
    wait_for(30, lambda: clicks(network, smartlink)[0], 1)
    records = stream_records(click, 40)
    for delivered in (records[:30], records[:30], records[:7], records[7:30], records[:12], records[12:40]):
        assert invoke(delivered) == {"batchItemFailures": []}
    assert clicks(network, smartlink) == (41, 41, 0, 0)


def test_deployed_aggregator_counts_each_record_once_wherever_deliveries_begin_and_end(network: Network) -> None:
    smartlink = network.smartlink({"campaign_id": network.campaign("anywhere")})
    click = network.click(network.link(smartlink)).click_id
    wait_for(30, lambda: clicks(network, smartlink)[0], 1)
    records, others = stream_records(click, 40), stream_records(click, 40)
    for record, other in zip(records, others, strict=True):
        other["dynamodb"] |= {"SequenceNumber": record["dynamodb"]["SequenceNumber"], "Keys": {"click_id": {"S": "x"}}}
    for first, last in ((10, 20), (30, 35), (3, 33), (15, 40), (19, 20), (0, 40)):
        assert invoke(records[first:last]) == {"batchItemFailures": []}
    assert clicks(network, smartlink) == (41, 41, 0, 0)
    assert invoke(others) == {"batchItemFailures": []}
    assert clicks(network, smartlink) == (81, 81, 0, 0)


def test_click_of_a_past_day_is_in_the_report_at_once_whatever_is_rolled_up(network: Network) -> None:
    smartlink = network.smartlink({"campaign_id": network.campaign("late")})
    click = network.click(network.link(smartlink)).click_id
    wait_for(30, lambda: clicks(network, smartlink)[0], 1)
    long_ago = datetime.now(UTC) - timedelta(days=40)
    bounds = {"from": f"{long_ago.date() - timedelta(days=9)}", "to": f"{long_ago.date()}"}
    for delivery in range(1, 3):
        records = stream_records(click, 1)
        records[0]["dynamodb"]["NewImage"]["at"] = {"N": str(int(long_ago.timestamp() * 1000))}
        assert invoke(records) == {"batchItemFailures": []}
        assert report(network, "day", smartlink_id=smartlink, **bounds)["totals"]["clicks"] == delivery
        invoke_function("MergeCounters", TICK)


def test_invalid_stream_record_is_reported_and_does_not_block_others(network: Network) -> None:
    smartlink = network.smartlink({"campaign_id": network.campaign("poison")})
    click = network.click(network.link(smartlink)).click_id
    wait_for(30, lambda: clicks(network, smartlink)[0], 1)
    records = stream_records(click, 3)
    records[1]["dynamodb"]["NewImage"].pop("ro")
    assert invoke(records) == {"batchItemFailures": []}
    assert clicks(network, smartlink)[0] == 3
    notifications = network.good("GET", "/admin/notifications?limit=200")["items"]
    sequence = records[1]["dynamodb"]["SequenceNumber"]
    assert [each["kind"] for each in notifications if each["subject"].get("sequence") == sequence] == ["poison_record"]
