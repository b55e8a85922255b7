from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from chalicelib.http.transactions import transaction
from chalicelib.postbacks import subscriptions
from chalicelib.postbacks.delivery_message import DeliveryMessage
from chalicelib.tables.postbacks import PostbackDeliveryRow, PostbackRow
from tests.conftest import Answered, Api
from tests.documents import Publisher, complaints, good, new_publisher, pages
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
    """Somebody else, and what is not theirs."""

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
    """The n-th delivery of the postback, made some days ago."""
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


def backdate(publisher: Publisher, postback_id: str, to: datetime) -> None:
    row = PostbackRow.get(publisher.id, postback_id)
    row.created_at = to.isoformat()
    row.save()


def delivery_ids(publisher: Publisher, postback_id: str, query: str = "") -> list[str]:
    found = good(publisher.api.get(f"{LIST}/{postback_id}/deliveries{query}"))
    return [each["id"] for each in found["items"]]


# The postbacks


def test_a_new_postback_hears_of_every_approved_conversion(ann: Publisher) -> None:
    made = ann.api.post(LIST, {"url": URL})
    assert made.status == 201
    assert set(made.json) == POSTBACK | {"secret"}
    assert made.json["id"].startswith("pbk_")
    assert [made.json[name] for name in ("url", "event", "status", "version")] == [URL, "*", "approved", 1]
    assert made.headers["ETag"] == '"1"'


def test_the_secret_is_shown_once(ann: Publisher) -> None:
    made = new_postback(ann)
    assert len(made["secret"]) == 40
    listed = ann.api.get(LIST)
    assert made["secret"] not in listed.text
    assert set(listed.json["items"][0]) == POSTBACK


def test_two_postbacks_have_two_secrets(ann: Publisher) -> None:
    assert new_postback(ann)["secret"] != new_postback(ann)["secret"]


def test_a_repeated_creation_is_one_postback_whose_secret_is_not_shown_again(ann: Publisher) -> None:
    first, second = (ann.api.post(LIST, {"url": URL}, Idempotency_Key="k1").json for _ in range(2))
    assert second == {**first, "secret": None}
    assert len(good(ann.api.get(LIST))["items"]) == 1


def test_postbacks_are_listed_newest_first_page_by_page(ann: Publisher) -> None:
    made = [new_postback(ann)["id"] for _ in range(5)]
    listed = pages(ann.api, LIST, 2)
    assert [len(page) for page in listed] == [2, 2, 1]
    assert [each["id"] for page in listed for each in page] == sorted(made, reverse=True)


def test_every_fault_of_a_postback_is_named_at_once(ann: Publisher) -> None:
    body = {"url": "http://10.0.0.1/?{pay_out}", "event": "", "status": "pending", "more": 1}
    assert complaints(ann.api.post(LIST, body)) == {
        "/url": "{pay_out} is not a macro; did you mean {payout}?; "
        "must lead to a public host: 10.0.0.1 is not a public address",
        "/event": "must have at least 1 characters",
        "/status": "must be 'approved', 'rejected' or '*'",
        "/more": "is not a known field",
    }


def test_a_postback_needs_a_url(ann: Publisher) -> None:
    assert complaints(ann.api.post(LIST, {})) == {"/url": "is required"}


LOCAL = "http://localhost:9000/{click_id}"
NOT_PUBLIC = {"/url": "must lead to a public host: 127.0.0.1 is not a public address"}


def test_a_loopback_url_is_saved_only_where_that_is_allowed(ann: Publisher, monkeypatch: pytest.MonkeyPatch) -> None:
    assert complaints(ann.api.post(LIST, {"url": LOCAL})) == NOT_PUBLIC
    assert complaints(ann.api.patch(f"{LIST}/{new_postback(ann)['id']}", {"url": LOCAL})) == NOT_PUBLIC
    monkeypatch.setenv("POSTBACKS_TO_LOOPBACK", "1")
    assert new_postback(ann, url=LOCAL)["url"] == LOCAL


def test_a_publisher_has_at_most_twenty_postbacks(ann: Publisher, admin: Api) -> None:
    made = [new_postback(ann)["id"] for _ in range(20)]
    refused = ann.api.post(LIST, {"url": URL})
    assert (refused.status, refused.json["title"]) == (409, "Conflict")
    assert new_postback(new_publisher(admin, "Bob"))["version"] == 1
    assert ann.api.delete(f"{LIST}/{made[0]}").status == 204
    assert new_postback(ann)["version"] == 1


def test_two_at_once_cannot_both_take_the_last_place(ann: Publisher, monkeypatch: pytest.MonkeyPatch) -> None:
    for _ in range(19):
        new_postback(ann)
    monkeypatch.setattr(subscriptions, "transaction", after(transaction, lambda: new_postback(ann)))
    assert ann.api.post(LIST, {"url": URL}).status == 409
    assert len(list(PostbackRow.query(ann.id))) == 20


def after(transaction: Any, first: Callable[[], object]) -> Any:
    """The transaction, once something else came first."""
    left = [first]

    def interrupted(*arguments: Any) -> Any:
        if left:
            left.pop()()
        return transaction(*arguments)

    return interrupted


def test_an_edit_changes_what_it_names(ann: Publisher) -> None:
    made = new_postback(ann)
    edited = ann.api.patch(f"{LIST}/{made['id']}", {"status": "*", "event": "install"})
    assert edited.status == 200
    assert edited.headers["ETag"] == '"2"'
    expected = {**made, "status": "*", "event": "install", "version": 2, "updated_at": edited.json["updated_at"]}
    del expected["secret"]
    assert edited.json == expected == good(ann.api.get(LIST))["items"][0]


def test_an_edit_keeps_the_secret(ann: Publisher) -> None:
    made = new_postback(ann)
    good(ann.api.patch(f"{LIST}/{made['id']}", {"event": "install"}))
    assert PostbackRow.get(ann.id, made["id"]).secret == made["secret"]


def test_an_edit_is_checked_as_a_whole(ann: Publisher) -> None:
    path = f"{LIST}/{new_postback(ann)['id']}"
    assert complaints(ann.api.patch(path, {"url": "https://u:p@pub.example/"})) == {
        "/url": "must not hold a user name or password"
    }
    assert complaints(ann.api.patch(path, {"url": None})) == {"/url": "is required"}


@pytest.mark.parametrize("method", ["PATCH", "DELETE"])
def test_an_edit_of_another_version_is_refused(ann: Publisher, method: str) -> None:
    path = f"{LIST}/{new_postback(ann)['id']}"
    good(ann.api.patch(path, {"event": "install"}))
    body = {"event": "deposit"} if method == "PATCH" else None
    assert ann.api.call(method, path, body, If_Match='"1"').status == 412
    assert ann.api.call(method, path, body, If_Match='"2"').status in {200, 204}


def test_of_two_edits_at_once_both_are_kept(ann: Publisher, monkeypatch: pytest.MonkeyPatch) -> None:
    path = f"{LIST}/{new_postback(ann)['id']}"
    other = after(transaction, lambda: good(ann.api.patch(path, {"status": "*"})))
    monkeypatch.setattr(subscriptions, "transaction", other)
    edited = good(ann.api.patch(path, {"event": "install"}))
    assert (edited["event"], edited["status"], edited["version"]) == ("install", "*", 3)


def test_a_deleted_postback_is_gone(ann: Publisher) -> None:
    path = f"{LIST}/{new_postback(ann)['id']}"
    assert [ann.api.delete(path).status for _ in range(2)] == [204, 404]
    assert good(ann.api.get(LIST))["items"] == []


# Another publisher's


def calls(postback_id: str, delivery_id: str) -> dict[str, Callable[[Api], Answered]]:
    return {
        "edit": lambda api: api.patch(f"{LIST}/{postback_id}", {"event": "x"}),
        "delete": lambda api: api.delete(f"{LIST}/{postback_id}"),
        "test": lambda api: api.post(f"{LIST}/{postback_id}/test"),
        "deliveries": lambda api: api.get(f"{LIST}/{postback_id}/deliveries"),
        "replay": lambda api: api.post(f"/publisher/deliveries/{delivery_id}/replay"),
    }


@pytest.mark.parametrize("call", calls("", ""))
def test_what_is_anothers_is_answered_as_what_does_not_exist(foreign: Foreign, call: str) -> None:
    theirs = calls(foreign.postback_id, foreign.delivery_id)[call](foreign.bob.api)
    unknown = calls("pbk_none", "dlv_none")[call](foreign.bob.api)
    assert theirs.status == unknown.status == 404
    assert theirs.json["title"] == unknown.json["title"]
    assert queued() == []


def test_what_is_anothers_is_in_no_list(foreign: Foreign) -> None:
    assert good(foreign.bob.api.get(LIST)) == {"items": [], "next_cursor": None}


# Tests


def test_a_test_queues_a_call_with_made_up_values(ann: Publisher) -> None:
    postback_id = new_postback(ann)["id"]
    answered = ann.api.post(f"{LIST}/{postback_id}/test")
    (message,) = queued()
    assert (answered.status, answered.json) == (202, {"status": "queued", "series": message.series})
    assert message == DeliveryMessage(ann.id, postback_id, None, None, message.series, 1, message.due)
    assert message.series.startswith("tst_")


def test_every_test_is_a_series_of_its_own_but_a_repeated_one_is_not(ann: Publisher) -> None:
    path = f"{LIST}/{new_postback(ann)['id']}/test"
    series = [ann.api.post(path).json["series"] for _ in range(2)]
    repeated = [ann.api.post(path, Idempotency_Key="k1").json["series"] for _ in range(2)]
    assert len({*series, *repeated}) == 3
    assert repeated[0] == repeated[1]


# Deliveries


def test_a_delivery_tells_what_was_called_and_how_it_ended(ann: Publisher) -> None:
    postback_id = new_postback(ann)["id"]
    row = a_delivery(ann, postback_id, status="failed", http_status=500, error="answered 500", next_try_at="2026-11-21")
    row.save()
    (found,) = good(ann.api.get(f"{LIST}/{postback_id}/deliveries"))["items"]
    assert set(found) == DELIVERY
    assert {name: getattr(row, name) for name in DELIVERY} == found


def test_a_delivery_on_its_way_has_no_result(ann: Publisher) -> None:
    postback_id = new_postback(ann)["id"]
    a_delivery(ann, postback_id, status="sending", http_status=None, took_ms=None, conversion_id=None).save()
    (found,) = good(ann.api.get(f"{LIST}/{postback_id}/deliveries"))["items"]
    assert {name for name, value in found.items() if value is None} == {
        *("conversion_id", "http_status", "error", "took_ms", "next_try_at")
    }


def test_deliveries_are_listed_newest_first_over_the_months(ann: Publisher) -> None:
    postback_id, now = new_postback(ann)["id"], datetime.now(UTC)
    backdate(ann, postback_id, now - timedelta(days=400))
    for n in range(8):
        a_delivery(ann, postback_id, n, at=now - timedelta(days=11 * n, seconds=1)).save()
    assert delivery_ids(ann, postback_id) == [f"dlv_{n}" for n in range(8)]
    listed = pages(ann.api, f"{LIST}/{postback_id}/deliveries", 3)
    assert [each["id"] for page in listed for each in page] == [f"dlv_{n}" for n in range(8)]


@pytest.mark.parametrize("status", ["delivered", "failed", "dead", "refused", "sending"])
def test_deliveries_are_found_by_status(ann: Publisher, status: str) -> None:
    postback_id = new_postback(ann)["id"]
    for n, each in enumerate(("delivered", "failed", "dead", "refused", "sending")):
        a_delivery(ann, postback_id, n, status=each, conversion_id=each).save()
    found = good(ann.api.get(f"{LIST}/{postback_id}/deliveries?status={status}"))["items"]
    assert [(each["status"], each["conversion_id"]) for each in found] == [(status, status)]


def test_the_dead_letters_are_listed_page_by_page(ann: Publisher) -> None:
    postback_id, now = new_postback(ann)["id"], datetime.now(UTC)
    for n in range(10):
        status = "dead" if n % 2 else "delivered"
        a_delivery(ann, postback_id, n, status=status, at=now + timedelta(milliseconds=n)).save()
    listed = pages(ann.api, f"{LIST}/{postback_id}/deliveries?status=dead", 2)
    assert [[each["id"] for each in page] for page in listed] == [["dlv_9", "dlv_7"], ["dlv_5", "dlv_3"], ["dlv_1"]]


def test_an_unknown_status_is_refused(ann: Publisher) -> None:
    postback_id = new_postback(ann)["id"]
    found = complaints(ann.api.get(f"{LIST}/{postback_id}/deliveries?status=lost"))
    assert found == {"/status": "must be 'sending', 'delivered', 'failed', 'dead' or 'refused'"}


def test_a_cursor_is_good_for_its_own_list_only(ann: Publisher) -> None:
    postback_id = new_postback(ann)["id"]
    for n in range(2):
        a_delivery(ann, postback_id, n).save()
    path = f"{LIST}/{postback_id}/deliveries"
    cursor = good(ann.api.get(f"{path}?limit=1"))["next_cursor"]
    assert complaints(ann.api.get(f"{path}?status=dead&cursor={cursor}")) == {"/cursor": "is not a cursor of this list"}


# Replays


def test_a_replay_queues_what_was_told_as_it_stands_now(ann: Publisher) -> None:
    postback_id = new_postback(ann)["id"]
    a_delivery(ann, postback_id, status="dead", attempt=8).save()
    a_conversion(publisher_id=ann.id, revision=3).save()
    answered = ann.api.post("/publisher/deliveries/dlv_1/replay")
    (message,) = queued()
    assert (answered.status, answered.json) == (202, {"status": "queued", "series": message.series})
    assert message == DeliveryMessage(ann.id, postback_id, "cnv_1", 3, message.series, 1, message.due)
    assert message.series.startswith("rpl_")


def test_a_repeated_replay_is_one_series(ann: Publisher) -> None:
    a_delivery(ann, new_postback(ann)["id"]).save()
    a_conversion(publisher_id=ann.id).save()
    path = "/publisher/deliveries/dlv_1/replay"
    one, two = (ann.api.post(path, Idempotency_Key="k1") for _ in range(2))
    assert (one.status, one.json) == (two.status, two.json)
    assert len(queued()) == 1


def test_a_test_may_be_replayed(ann: Publisher) -> None:
    a_delivery(ann, new_postback(ann)["id"], conversion_id=None, revision=None, series="tst_1").save()
    assert ann.api.post("/publisher/deliveries/dlv_1/replay").status == 202
    assert [each.conversion_id for each in queued()] == [None]


@pytest.mark.parametrize("conversion", [None, {"status": "rejected", "revision": 2}], ids=["gone", "rejected"])
def test_what_there_is_no_longer_to_tell_is_not_replayed(ann: Publisher, conversion: dict[str, Any] | None) -> None:
    a_delivery(ann, new_postback(ann)["id"]).save()
    if conversion:
        a_conversion(publisher_id=ann.id, **conversion).save()
    assert ann.api.post("/publisher/deliveries/dlv_1/replay").status == 409
    assert queued() == []


def test_a_delivery_of_a_deleted_postback_is_not_replayed(ann: Publisher) -> None:
    postback_id = new_postback(ann)["id"]
    a_delivery(ann, postback_id).save()
    ann.api.delete(f"{LIST}/{postback_id}")
    assert ann.api.post("/publisher/deliveries/dlv_1/replay").status == 404


def test_the_months_of_a_list_run_back_over_the_year() -> None:
    months = subscriptions._months(datetime(2027, 2, 3, tzinfo=UTC), datetime(2026, 11, 30, tzinfo=UTC))
    assert list(months) == ["2027-02", "2027-01", "2026-12", "2026-11"]
