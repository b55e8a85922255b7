from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from chalicelib.http.transactions import transaction
from chalicelib.postbacks import subscriptions
from chalicelib.postbacks.delivery_message import DeliveryMessage
from chalicelib.tables.postbacks import PostbackDeliveryRow, PostbackRow
from tests.conftest import Api, ApiResponse
from tests.documents import Publisher, errors_by_pointer, good, new_publisher, pages
from tests.postbacks.rows import a_conversion, make_queue, queued

URL = "https://pub.example/?cid={external_click_id}&p={payout}"
POSTBACK = {"id", "url", "event", "status", "version", "created_at", "updated_at"}
DELIVERY = {
    *("id", "postback_id", "conversion_id", "series", "attempt", "status", "url", "http_status", "error", "at"),
    *("took_ms", "next_try_at"),
}
LIST = "/publisher/postbacks"


@pytest.fixture
def ann(admin: Api) -> Publisher:
    make_queue()
    return new_publisher(admin, "Ann")


@dataclass(frozen=True, slots=True)
class Foreign:
    """Another publisher, and the IDs of a postback and a delivery that are not theirs."""

    bob: Publisher
    postback_id: str
    delivery_id: str


@pytest.fixture
def foreign(admin: Api, ann: Publisher) -> Foreign:
    postback = new_postback(ann)
    a_delivery(ann, postback["id"]).save()
    return Foreign(new_publisher(admin, "Bob"), postback["id"], "dlv_1")


def new_postback(publisher: Publisher, **changes: Any) -> dict[str, Any]:
    postback: dict[str, Any] = good(publisher.api.post(LIST, {"url": URL, **changes}))
    return postback


def a_delivery(publisher: Publisher, postback_id: str, n: int = 1, **changes: Any) -> PostbackDeliveryRow:
    """Return the n-th delivery of the postback, not yet stored."""
    at: datetime = changes.pop("at", datetime.now(UTC))
    fields = {
        "postback_id": postback_id,
        "publisher_id": publisher.id,
        "conversion_id": "cnv_1",
        "revision": 1,
        "series": "first",
        "attempt": 1,
        "url": "https://pub.example/?cid=&p=1.50",
        "status": "delivered",
        "http_status": 200,
        "claimed_at": int(at.timestamp()),
        "at": at.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        "took_ms": 120,
        "postback_month": f"{postback_id}#{at:%Y-%m}",
        "moment": f"{int(at.timestamp() * 1000):013d}#1#dlv_{n}",
        "expires_at": int(at.timestamp()) + 1000,
    }
    return PostbackDeliveryRow(f"dlv_{n}", **{**fields, **changes})


def backdate(publisher: Publisher, postback_id: str, created_at: datetime) -> None:
    row = PostbackRow.get(publisher.id, postback_id)
    row.created_at = created_at.isoformat()
    row.save()


def delivery_ids(publisher: Publisher, postback_id: str, query: str = "") -> list[str]:
    page = good(publisher.api.get(f"{LIST}/{postback_id}/deliveries{query}"))
    return [delivery["id"] for delivery in page["items"]]


# The postbacks


def test_new_postback_matches_every_approved_conversion_by_default(ann: Publisher) -> None:
    created = ann.api.post(LIST, {"url": URL})
    assert created.status == 201
    assert set(created.json) == POSTBACK | {"secret"}
    assert created.json["id"].startswith("pbk_")
    assert [created.json[name] for name in ("url", "event", "status", "version")] == [URL, "*", "approved", 1]
    assert created.headers["ETag"] == '"1"'


def test_secret_is_shown_once(ann: Publisher) -> None:
    created = new_postback(ann)
    assert len(created["secret"]) == 40
    listed = ann.api.get(LIST)
    assert created["secret"] not in listed.text
    assert set(listed.json["items"][0]) == POSTBACK


def test_every_postback_has_its_own_secret(ann: Publisher) -> None:
    assert new_postback(ann)["secret"] != new_postback(ann)["secret"]


def test_repeated_creation_returns_the_postback_without_secret(ann: Publisher) -> None:
    first, second = (ann.api.post(LIST, {"url": URL}, Idempotency_Key="k1").json for _ in range(2))
    assert second == {**first, "secret": None}
    assert len(good(ann.api.get(LIST))["items"]) == 1


def test_postbacks_are_listed_newest_first_in_pages(ann: Publisher) -> None:
    created = [new_postback(ann)["id"] for _ in range(5)]
    listed = pages(ann.api, LIST, 2)
    assert [len(page) for page in listed] == [2, 2, 1]
    assert [each["id"] for page in listed for each in page] == sorted(created, reverse=True)


def test_all_errors_of_a_postback_are_reported_together(ann: Publisher) -> None:
    body = {"url": "http://10.0.0.1/?{pay_out}", "event": "", "status": "paid", "more": 1}
    assert errors_by_pointer(ann.api.post(LIST, body)) == {
        "/url": "{pay_out} is not a macro; did you mean {payout}?; "
        "must resolve to a public address: 10.0.0.1 is not a public address",
        "/event": "must not be empty",
        "/status": "must be 'pending', 'approved', 'rejected' or '*'",
        "/more": "is not a known field",
    }


def test_url_is_required(ann: Publisher) -> None:
    assert errors_by_pointer(ann.api.post(LIST, {})) == {"/url": "is required"}


LOCAL = "http://localhost:9000/{click_id}"
NOT_PUBLIC = {"/url": "must resolve to a public address: 127.0.0.1 is not a public address"}


def test_loopback_url_is_saved_only_if_allowed(ann: Publisher, monkeypatch: pytest.MonkeyPatch) -> None:
    assert errors_by_pointer(ann.api.post(LIST, {"url": LOCAL})) == NOT_PUBLIC
    assert errors_by_pointer(ann.api.patch(f"{LIST}/{new_postback(ann)['id']}", {"url": LOCAL})) == NOT_PUBLIC
    monkeypatch.setenv("POSTBACKS_TO_LOOPBACK", "1")
    assert new_postback(ann, url=LOCAL)["url"] == LOCAL


def test_publisher_has_at_most_twenty_postbacks(ann: Publisher, admin: Api) -> None:
    created = [new_postback(ann)["id"] for _ in range(20)]
    refused = ann.api.post(LIST, {"url": URL})
    assert (refused.status, refused.json["title"]) == (409, "Conflict")
    assert new_postback(new_publisher(admin, "Bob"))["version"] == 1
    assert ann.api.delete(f"{LIST}/{created[0]}").status == 204
    assert new_postback(ann)["version"] == 1


def test_two_concurrent_creations_cannot_exceed_the_maximum(ann: Publisher, monkeypatch: pytest.MonkeyPatch) -> None:
    for _ in range(19):
        new_postback(ann)
    monkeypatch.setattr(subscriptions, "transaction", interrupted_by(lambda: new_postback(ann)))
    assert ann.api.post(LIST, {"url": URL}).status == 409
    assert len(list(PostbackRow.query(ann.id))) == 20


def interrupted_by(interruption: Callable[[], object]) -> Any:
    """Return `transaction`, which runs the interruption once before it."""
    remaining = [interruption]

    def interrupted(*arguments: Any) -> Any:
        if remaining:
            remaining.pop()()
        return transaction(*arguments)

    return interrupted


def test_edit_changes_only_the_given_fields(ann: Publisher) -> None:
    created = new_postback(ann)
    edited = ann.api.patch(f"{LIST}/{created['id']}", {"status": "*", "event": "install"})
    assert edited.status == 200
    assert edited.headers["ETag"] == '"2"'
    expected = {**created, "status": "*", "event": "install", "version": 2, "updated_at": edited.json["updated_at"]}
    del expected["secret"]
    assert edited.json == expected == good(ann.api.get(LIST))["items"][0]


def test_edit_keeps_the_secret(ann: Publisher) -> None:
    created = new_postback(ann)
    good(ann.api.patch(f"{LIST}/{created['id']}", {"event": "install"}))
    assert PostbackRow.get(ann.id, created["id"]).secret == created["secret"]


def test_edit_is_validated(ann: Publisher) -> None:
    path = f"{LIST}/{new_postback(ann)['id']}"
    assert errors_by_pointer(ann.api.patch(path, {"url": "https://u:p@pub.example/"})) == {
        "/url": "must not contain a user name or password"
    }
    assert errors_by_pointer(ann.api.patch(path, {"url": None})) == {"/url": "is required"}


@pytest.mark.parametrize("method", ["PATCH", "DELETE"])
def test_edit_of_an_older_version_is_rejected(ann: Publisher, method: str) -> None:
    path = f"{LIST}/{new_postback(ann)['id']}"
    good(ann.api.patch(path, {"event": "install"}))
    body = {"event": "deposit"} if method == "PATCH" else None
    assert ann.api.call(method, path, body, If_Match='"1"').status == 412
    assert ann.api.call(method, path, body, If_Match='"2"').status in {200, 204}


def test_two_concurrent_edits_are_both_applied(ann: Publisher, monkeypatch: pytest.MonkeyPatch) -> None:
    path = f"{LIST}/{new_postback(ann)['id']}"
    concurrent_edit = interrupted_by(lambda: good(ann.api.patch(path, {"status": "*"})))
    monkeypatch.setattr(subscriptions, "transaction", concurrent_edit)
    edited = good(ann.api.patch(path, {"event": "install"}))
    assert (edited["event"], edited["status"], edited["version"]) == ("install", "*", 3)


def test_deleted_postback_is_not_found(ann: Publisher) -> None:
    path = f"{LIST}/{new_postback(ann)['id']}"
    assert [ann.api.delete(path).status for _ in range(2)] == [204, 404]
    assert good(ann.api.get(LIST))["items"] == []


# Other publishers


def calls(postback_id: str, delivery_id: str) -> dict[str, Callable[[Api], ApiResponse]]:
    return {
        "edit": lambda api: api.patch(f"{LIST}/{postback_id}", {"event": "x"}),
        "delete": lambda api: api.delete(f"{LIST}/{postback_id}"),
        "test": lambda api: api.post(f"{LIST}/{postback_id}/test"),
        "deliveries": lambda api: api.get(f"{LIST}/{postback_id}/deliveries"),
        "replay": lambda api: api.post(f"/publisher/deliveries/{delivery_id}/replay"),
    }


@pytest.mark.parametrize("call", calls("", ""))
def test_other_publishers_postback_is_not_found(foreign: Foreign, call: str) -> None:
    theirs = calls(foreign.postback_id, foreign.delivery_id)[call](foreign.bob.api)
    unknown = calls("pbk_none", "dlv_none")[call](foreign.bob.api)
    assert theirs.status == unknown.status == 404
    assert theirs.json["title"] == unknown.json["title"]
    assert queued() == []


def test_other_publishers_postback_is_not_listed(foreign: Foreign) -> None:
    assert good(foreign.bob.api.get(LIST)) == {"items": [], "next_cursor": None}


# Tests


def test_test_queues_a_message_without_conversion(ann: Publisher) -> None:
    postback_id = new_postback(ann)["id"]
    response = ann.api.post(f"{LIST}/{postback_id}/test")
    (message,) = queued()
    assert (response.status, response.json) == (202, {"status": "queued", "series": message.series})
    assert message == DeliveryMessage(ann.id, postback_id, None, None, message.series, 1, message.due)
    assert message.series.startswith("tst_")


def test_every_test_is_a_new_series_unless_the_idempotency_key_repeats(ann: Publisher) -> None:
    path = f"{LIST}/{new_postback(ann)['id']}/test"
    series = [ann.api.post(path).json["series"] for _ in range(2)]
    repeated = [ann.api.post(path, Idempotency_Key="k1").json["series"] for _ in range(2)]
    assert len({*series, *repeated}) == 3
    assert repeated[0] == repeated[1]


def test_eleventh_test_within_a_minute_is_refused(ann: Publisher) -> None:
    path = f"{LIST}/{new_postback(ann)['id']}/test"
    assert [ann.api.post(path).status for _ in range(10)] == [202] * 10
    refused = ann.api.post(path)
    assert refused.status == 429
    assert 55 <= int(refused.headers["Retry-After"]) <= 60
    assert refused.json["detail"].startswith("You have sent 10 tests within a minute. Try again in ")
    assert len(queued()) == 10


# Deliveries


def test_delivery_shows_its_request_and_result(ann: Publisher) -> None:
    postback_id = new_postback(ann)["id"]
    row = a_delivery(
        ann,
        postback_id,
        status="failed",
        http_status=500,
        error="The server responded with status 500.",
        next_try_at="2026-11-21",
    )
    row.save()
    (shown,) = good(ann.api.get(f"{LIST}/{postback_id}/deliveries"))["items"]
    assert set(shown) == DELIVERY
    assert {name: getattr(row, name) for name in DELIVERY} == shown


def test_unfinished_delivery_has_no_result(ann: Publisher) -> None:
    postback_id = new_postback(ann)["id"]
    a_delivery(ann, postback_id, status="sending", http_status=None, took_ms=None, conversion_id=None).save()
    (shown,) = good(ann.api.get(f"{LIST}/{postback_id}/deliveries"))["items"]
    assert {name for name, value in shown.items() if value is None} == {
        *("conversion_id", "http_status", "error", "took_ms", "next_try_at")
    }


def test_deliveries_of_several_months_are_listed_newest_first(ann: Publisher) -> None:
    postback_id, now = new_postback(ann)["id"], datetime.now(UTC)
    backdate(ann, postback_id, now - timedelta(days=400))
    for n in range(8):
        a_delivery(ann, postback_id, n, at=now - timedelta(days=11 * n, seconds=1)).save()
    assert delivery_ids(ann, postback_id) == [f"dlv_{n}" for n in range(8)]
    listed = pages(ann.api, f"{LIST}/{postback_id}/deliveries", 3)
    assert [each["id"] for page in listed for each in page] == [f"dlv_{n}" for n in range(8)]


@pytest.mark.parametrize("status", ["delivered", "failed", "dead", "refused", "sending"])
def test_deliveries_are_filtered_by_status(ann: Publisher, status: str) -> None:
    postback_id = new_postback(ann)["id"]
    for n, stored in enumerate(("delivered", "failed", "dead", "refused", "sending")):
        a_delivery(ann, postback_id, n, status=stored, conversion_id=stored).save()
    listed = good(ann.api.get(f"{LIST}/{postback_id}/deliveries?status={status}"))["items"]
    assert [(each["status"], each["conversion_id"]) for each in listed] == [(status, status)]


def test_filtered_deliveries_are_listed_in_pages(ann: Publisher) -> None:
    postback_id, now = new_postback(ann)["id"], datetime.now(UTC)
    for n in range(10):
        status = "dead" if n % 2 else "delivered"
        a_delivery(ann, postback_id, n, status=status, at=now + timedelta(milliseconds=n)).save()
    listed = pages(ann.api, f"{LIST}/{postback_id}/deliveries?status=dead", 2)
    assert [[each["id"] for each in page] for page in listed] == [["dlv_9", "dlv_7"], ["dlv_5", "dlv_3"], ["dlv_1"]]


def test_unknown_status_is_an_error(ann: Publisher) -> None:
    postback_id = new_postback(ann)["id"]
    errors = errors_by_pointer(ann.api.get(f"{LIST}/{postback_id}/deliveries?status=lost"))
    assert errors == {"/status": "must be 'sending', 'delivered', 'failed', 'dead' or 'refused'"}


def test_cursor_of_another_list_is_an_error(ann: Publisher) -> None:
    postback_id = new_postback(ann)["id"]
    for n in range(2):
        a_delivery(ann, postback_id, n).save()
    path = f"{LIST}/{postback_id}/deliveries"
    cursor = good(ann.api.get(f"{path}?limit=1"))["next_cursor"]
    assert errors_by_pointer(ann.api.get(f"{path}?status=dead&cursor={cursor}")) == {
        "/cursor": "is not a cursor of this list"
    }


# Replays


def test_replay_queues_the_current_revision(ann: Publisher) -> None:
    postback_id = new_postback(ann)["id"]
    a_delivery(ann, postback_id, status="dead", attempt=8).save()
    a_conversion(publisher_id=ann.id, revision=3).save()
    response = ann.api.post("/publisher/deliveries/dlv_1/replay")
    (message,) = queued()
    assert (response.status, response.json) == (202, {"status": "queued", "series": message.series})
    assert message == DeliveryMessage(ann.id, postback_id, "cnv_1", 3, message.series, 1, message.due)
    assert message.series.startswith("rpl_")


def test_replay_with_the_same_idempotency_key_is_queued_once(ann: Publisher) -> None:
    a_delivery(ann, new_postback(ann)["id"]).save()
    a_conversion(publisher_id=ann.id).save()
    path = "/publisher/deliveries/dlv_1/replay"
    first, second = (ann.api.post(path, Idempotency_Key="k1") for _ in range(2))
    assert (first.status, first.json) == (second.status, second.json)
    assert len(queued()) == 1


def test_test_can_be_replayed(ann: Publisher) -> None:
    a_delivery(ann, new_postback(ann)["id"], conversion_id=None, revision=None, series="tst_1").save()
    assert ann.api.post("/publisher/deliveries/dlv_1/replay").status == 202
    assert [message.conversion_id for message in queued()] == [None]


@pytest.mark.parametrize("conversion", [None, {"status": "rejected", "revision": 2}], ids=["gone", "rejected"])
def test_replay_without_matching_conversion_is_a_conflict(ann: Publisher, conversion: dict[str, Any] | None) -> None:
    a_delivery(ann, new_postback(ann)["id"]).save()
    if conversion:
        a_conversion(publisher_id=ann.id, **conversion).save()
    assert ann.api.post("/publisher/deliveries/dlv_1/replay").status == 409
    assert queued() == []


def test_delivery_of_a_deleted_postback_cannot_be_replayed(ann: Publisher) -> None:
    postback_id = new_postback(ann)["id"]
    a_delivery(ann, postback_id).save()
    ann.api.delete(f"{LIST}/{postback_id}")
    assert ann.api.post("/publisher/deliveries/dlv_1/replay").status == 404
