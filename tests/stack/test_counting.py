"""Clicks into counters on the deployed stack: by the stream, and by its records delivered again and again."""

import copy
import json
import os
import secrets
from datetime import UTC, datetime
from typing import Any

from chalicelib.domain import ids
from deploy import cloud
from tests.stack.network import GOOGLEBOT, Network, within


def report(network: Network, group_by: str, **filters: str) -> Any:
    query = "&".join(f"{name}={value}" for name, value in filters.items())
    return network.good("GET", f"/admin/reports?group_by={group_by}&{query}")


def clicks(network: Network, smartlink_id: str) -> tuple[int, int, int, int]:
    """Clicks, unique, duplicate and bot clicks of the smartlink so far."""
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
    within(30, lambda: clicks(network, smartlink), (4, 2, 2, 1))
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
    """The answer of the deployed aggregator to these records of the clicks' stream."""
    return answer_of("CountClicks", {"Records": records})


def answer_of(function: str, event: dict[str, Any]) -> Any:
    """What the deployed function answers to the event."""
    here = cloud.local()
    client: Any = here.session.client("lambda", endpoint_url=here.endpoint)
    functions = client.list_functions()["Functions"]
    name = next(each["FunctionName"] for each in functions if function in each["FunctionName"])
    answered = client.invoke(FunctionName=name, Payload=json.dumps(event))
    text = answered["Payload"].read()
    assert "FunctionError" not in answered, text
    return json.loads(text)


def stream_records(like: str, count: int) -> list[dict[str, Any]]:
    """Records of the clicks' stream as new clicks like this one would make them."""
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


def test_the_deployed_aggregator_counts_the_same_stream_records_once(network: Network) -> None:
    smartlink = network.smartlink({"campaign_id": network.campaign("again")})
    click = network.click(network.link(smartlink)).click_id
    within(30, lambda: clicks(network, smartlink)[0], 1)
    records = stream_records(click, 40)
    for delivered in (records[:30], records[:30], records[:7], records[7:30], records[:12], records[12:40]):
        assert invoke(delivered) == {"batchItemFailures": []}
    assert clicks(network, smartlink) == (41, 41, 0, 0)


def test_a_poison_record_is_told_of_and_holds_up_nothing(network: Network) -> None:
    smartlink = network.smartlink({"campaign_id": network.campaign("poison")})
    click = network.click(network.link(smartlink)).click_id
    within(30, lambda: clicks(network, smartlink)[0], 1)
    records = stream_records(click, 3)
    records[1]["dynamodb"]["NewImage"].pop("ro")
    assert invoke(records) == {"batchItemFailures": []}
    assert clicks(network, smartlink)[0] == 3
    told = network.good("GET", "/admin/notifications?limit=200")["items"]
    sequence = records[1]["dynamodb"]["SequenceNumber"]
    assert [each["kind"] for each in told if each["subject"].get("sequence") == sequence] == ["poison_record"]
