"""E-mails on the deployed stack: what SES of the emulator holds for each event."""

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

from chalicelib.postbacks.delivery_message import FIRST_SERIES, DeliveryMessage, encode
from deploy import cloud
from local.http import get
from tests.stack.network import Network, wait_for
from tests.stack.test_conversions import send_postback
from tests.stack.test_postbacks import Publisher, receiver

SECONDS = 60
"""Time for which a test waits for an e-mail: stream and queue each wait for more, and all tests share two cores."""

Message = dict[str, Any]
DAILY_CAP = {"metric": "clicks", "window": "day", "limit": "5", "scope": "campaign", "timezone": "UTC"}


def sent(address: str, text: str = "") -> list[Message]:
    """Return the messages to an address whose subject contains a text, oldest first."""
    inbox = get(f"{cloud.local().endpoint}/_ministack/ses/messages").json()["messages"]
    messages = [each for account in inbox.values() for each in account]
    return [each for each in messages if each["To"] == [address] and text in each["Subject"]]


def arrived(address: str, text: str) -> Message:
    """Wait for the one message to an address with a text in its subject; check its form and return it."""
    wait_for(SECONDS, lambda: len(sent(address, text)) > 0, wanted=True)
    (message,) = sent(address, text)
    assert message["Source"].endswith("<network@smartlink.example>")
    assert text in message["BodyText"]
    assert "switch it off in your account" in message["BodyText"]
    assert message["BodyHtml"].startswith("<!doctype html>")
    assert "switch it off in your account" in message["BodyHtml"]
    return message


def table_client() -> Any:
    here = cloud.local()
    return here.session.client("dynamodb", endpoint_url=here.endpoint)


@contextmanager
def a_user(network: Network, name: str, **off: bool) -> Iterator[str]:
    """Store a user with these choices, and remove them at the end; yield their address."""
    user_id, address = f"usr_{name}{network.mark}", f"{name}-{network.mark}@network.example"
    texts = {
        "network": "network",
        "id": user_id,
        "name": name,
        "email": address,
        "role": "manager",
        "email_notifications": json.dumps(off),
        "created_at": "2026-11-01T00:00:00.000Z",
        "updated_at": "2026-11-01T00:00:00.000Z",
    }
    item = {field: {"S": value} for field, value in texts.items()} | {"version": {"N": "1"}}
    table_client().put_item(TableName="smartlink-users", Item=item)
    try:
        yield address
    finally:
        key = {"network": {"S": "network"}, "id": {"S": user_id}}
        table_client().delete_item(TableName="smartlink-users", Key=key)


def a_publisher(network: Network, name: str) -> tuple[str, str, str]:
    """Create a publisher with an address of their own; return ID, key and address."""
    address = f"{name}-{network.mark}@pub.example"
    created = network.good("POST", "/admin/publishers", {"name": f"{name} {network.mark}", "email": address})
    return created["id"], created["api_key"], address


def apply(network: Network, smartlink_id: str, key: str) -> None:
    network.good("POST", f"/publisher/smartlinks/{smartlink_id}/apply", {"message": "please"}, key=key)


def pending(network: Network, smartlink_id: str) -> str:
    (application,) = network.good("GET", f"/admin/applications?status=pending&smartlink_id={smartlink_id}")["items"]
    return str(application["id"])


def test_application_decision_and_live_link_are_sent_to_those_who_want_them(network: Network) -> None:
    smartlink = network.smartlink({"campaign_id": network.campaign("game")})
    _, ann_key, ann_address = a_publisher(network, "ann")
    _, bob_key, bob_address = a_publisher(network, "bob")
    choices = {"email_notifications": {"application_decided": False}}
    network.good("PATCH", "/publisher/me", choices, key=bob_key)
    with a_user(network, "olga") as olga, a_user(network, "max", application_received=False) as max_:
        apply(network, smartlink, ann_key)
        arrived(olga, f"ann {network.mark} applies for Pool {network.mark}.")
        network.good("POST", f"/admin/applications/{pending(network, smartlink)}/approve")
        arrived(ann_address, f"Your application for Pool {network.mark} was approved.")
        arrived(ann_address, f"to Pool {network.mark} is live.")
        apply(network, smartlink, bob_key)
        reason = {"reason": "No coupon sites."}
        network.good("POST", f"/admin/applications/{pending(network, smartlink)}/decline", reason)
        arrived(olga, f"bob {network.mark} applies for Pool {network.mark}.")
        assert sent(max_, network.mark) == []
    assert sent(bob_address) == []
    assert len(sent(ann_address)) == 2


def test_caps_and_refused_postbacks_are_sent_to_staff(network: Network) -> None:
    campaign = network.campaign("capped", caps=[DAILY_CAP])
    link = network.link(network.smartlink({"campaign_id": campaign}))
    with a_user(network, "olga") as olga, a_user(network, "max", cap_reached=False, postbacks_refused=False) as max_:
        for n in range(5):
            click = network.click(link, address=f"203.0.113.{n}").click_id
        arrived(olga, f"Campaign {campaign} has reached 80 % of its clicks cap (day).")
        arrived(olga, f"Campaign {campaign} has reached 100 % of its clicks cap (day).")
        for _ in range(3):
            assert send_postback(network, click, "wrong")[0] == 403
        arrived(olga, f"A postback of campaign capped {network.mark} ({campaign}) was refused: wrong token.")
        arrived(max_, f"Campaign {campaign} has reached 80 %")
        assert (sent(max_, "100 %"), sent(max_, "refused")) == ([], [])


def test_third_failure_and_dead_delivery_are_sent_to_the_publisher(network: Network) -> None:
    publisher = Publisher(network)
    _, _, address = a_publisher(network, "unused")
    network.good("PATCH", f"/admin/publishers/{publisher.id}", {"email": address})
    with receiver(500) as (url, _):
        made = publisher.postback(f"{url}/")
        for txid in ("t1", "t2", "t3"):
            publisher.converts(txid)
        arrived(address, "The last 3 attempts or more to deliver to 127.0.0.1")
        queue_last_attempt(publisher, made["id"])
        arrived(address, "failed after 8 attempts: The server responded with status 500.")
    publisher.good("DELETE", f"/publisher/postbacks/{made['id']}")


def queue_last_attempt(publisher: Publisher, postback_id: str) -> None:
    """Queue the eighth attempt of a delivery, which would be due in a day."""
    first = publisher.deliveries(postback_id)[-1]
    conversion, now = first["conversion_id"], datetime.now(UTC)
    message = DeliveryMessage(publisher.id, postback_id, conversion, 1, FIRST_SERIES, 8, now)
    here = cloud.local()
    client = here.session.client("sqs", endpoint_url=here.endpoint)
    (url,) = [
        each for each in client.list_queues()["QueueUrls"] if each.split("/")[-1].startswith("smartlink-Postbacks-")
    ]
    client.send_message(QueueUrl=url, MessageBody=encode(message))


def function(name: str) -> str:
    """Return the full name of a Lambda function of the stack."""
    here = cloud.local()
    stack = here.session.client("cloudformation", endpoint_url=here.endpoint)
    described = stack.describe_stack_resource(StackName=here.stack, LogicalResourceId=name)
    return str(described["StackResourceDetail"]["PhysicalResourceId"])


def invoke(name: str, event: object) -> Any:
    here = cloud.local()
    client = here.session.client("lambda", endpoint_url=here.endpoint)
    answer = client.invoke(FunctionName=function(name), Payload=json.dumps(event).encode())
    return json.loads(answer["Payload"].read())


def test_event_that_is_delivered_again_sends_no_second_email(network: Network) -> None:
    smartlink = network.smartlink({"campaign_id": network.campaign("game")})
    publisher, _, address = a_publisher(network, "ann")
    network.link(smartlink, publisher)
    arrived(address, "is live.")
    (item,) = table_client().query(
        TableName="smartlink-notifications",
        KeyConditionExpression="owner_year = :owner",
        ExpressionAttributeValues={":owner": {"S": f"{publisher}#{time.gmtime().tm_year}"}},
    )["Items"]
    record = {"eventName": "INSERT", "dynamodb": {"SequenceNumber": "1", "NewImage": item}}
    body = {"owner_year": item["owner_year"]["S"], "notification_id": item["id"]["S"], "person": publisher}
    for _ in range(2):
        assert invoke("QueueEmails", {"Records": [record]}) == {"batchItemFailures": []}
        message = {"messageId": "1", "body": json.dumps(body)}
        assert invoke("SendEmails", {"Records": [message]}) == {"batchItemFailures": []}
    time.sleep(2)
    assert len(sent(address)) == 1
