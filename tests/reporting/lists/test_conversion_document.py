from typing import Any

from chalicelib.reporting.lists.conversion_document import COLUMNS, Names, conversion_document
from chalicelib.reporting.lists.schemas import ConversionDocument
from tests.postbacks.rows import a_conversion

NAMES = Names({"cmp_1": "Game A"}, {"sml_1": "Summer"}, {"pub_1": "Ann"})


def document(**changes: Any) -> dict[str, Any]:
    return conversion_document(a_conversion(**changes).attribute_values, NAMES)


def test_document_has_every_field_of_the_conversion() -> None:
    decision = {"decided_at": 1_793_799_000_000, "decided_by": "key_1", "reason": "checked"}
    assert document(goal="sale", reported_by="pixel", amount="20.00", revision=3, **decision) == {
        "id": "cnv_1",
        "click_id": "click-1",
        "txid": "tx 1",
        "event": "install",
        "goal": "sale",
        "status": "approved",
        "reason": "checked",
        "reported_by": "pixel",
        "amount": "20.00",
        "payout": "1.50",
        "revenue": "2.75",
        "currency": "EUR",
        "at": "2026-11-04T12:30:00.000Z",
        "click_at": "2026-11-04T12:28:59.001Z",
        "decided_at": "2026-11-04T13:30:00.000Z",
        "decided_by": "key_1",
        "campaign_id": "cmp_1",
        "campaign_name": "Game A",
        "smartlink_id": "sml_1",
        "smartlink_name": "Summer",
        "publisher_id": "pub_1",
        "publisher_name": "Ann",
        "version": 3,
    }


def test_document_is_serialized_unchanged() -> None:
    assert ConversionDocument(**document()).model_dump(mode="json") == document()
    assert tuple(sorted(document())) == tuple(sorted(COLUMNS))


def test_older_conversion_reached_the_default_goal_by_postback() -> None:
    shown = document(goal=None)
    assert [shown[name] for name in ("goal", "status", "reported_by", "amount", "decided_at", "decided_by")] == [
        *("default", "approved", "postback"),
        *(None, None, None),
    ]


def test_event_that_is_no_goal_has_neither_goal_nor_status() -> None:
    shown = document(goal=None, status=None)
    assert (shown["event"], shown["goal"], shown["status"]) == ("install", None, None)


def test_direct_link_has_no_smartlink() -> None:
    shown = document(route_id="cmp_1")
    assert (shown["smartlink_id"], shown["smartlink_name"], shown["campaign_name"]) == (None, None, "Game A")


def test_missing_name_is_null() -> None:
    assert conversion_document(a_conversion().attribute_values, Names())["publisher_name"] is None
