import os
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from chalicelib.endpoint import Endpoint
from chalicelib.endpoints import ENDPOINTS
from chalicelib.http.models import ListQuery, NoContent
from chalicelib.http.problems import Conflict, NotFound, ValidationFailed
from chalicelib.http.request import IdempotencyKey, Request
from chalicelib.http.transactions import TransactionConflict
from chalicelib.postbacks import subscriptions
from chalicelib.postbacks.delivery_message import DeliveryMessage
from chalicelib.tables.postbacks import PostbackDeliveryRow, PostbackRow
from chalicelib.tables.requests import IdempotencyKeyRow
from tests.builders import NOW
from tests.postbacks.rows import a_conversion, a_postback, make_queue, queued

PAGE = ListQuery(limit=200)


@pytest.fixture(autouse=True)
def queue(tables: None) -> None:
    make_queue()


def endpoint(operation_id: str) -> Endpoint:
    return next(entry for entry in ENDPOINTS if entry.operation_id == operation_id)


def a_request(**changes: Any) -> Request:
    request = Request(
        endpoint=endpoint("myCreatePostback"),
        owner="pub_1",
        now=NOW,
        base_url="https://api.example",
        if_match=None,
        idempotency=None,
        entropy=os.urandom,
    )
    return replace(request, **changes)


def a_delivery(n: int = 1, at: datetime = NOW, **changes: Any) -> PostbackDeliveryRow:
    fields = {
        "postback_id": "pbk_1",
        "publisher_id": "pub_1",
        "conversion_id": "cnv_1",
        "revision": 1,
        "series": "first",
        "attempt": 1,
        "url": "https://pub.example/",
        "status": "delivered",
        "claimed_at": int(at.timestamp()),
        "at": at.isoformat(),
        "postback_month": f"pbk_1#{at:%Y-%m}",
        "moment": f"{int(at.timestamp() * 1000):013d}#1#dlv_{n}",
        "expires_at": 1_829_560_000,
    }
    return PostbackDeliveryRow(f"dlv_{n}", **{**fields, **changes})


def create(n: int, **changes: Any) -> None:
    subscriptions.create(a_request(**changes), a_postback(f"pbk_{n:02d}"), NoContent())


def delivery_ids(postback: PostbackRow, status: str | None = None, request: Request | None = None) -> list[str]:
    rows, _ = subscriptions.list_deliveries(request or a_request(), postback, status, PAGE)
    return [row.id for row in rows]


# Postbacks


def test_only_the_callers_postbacks_are_listed_newest_first() -> None:
    for row in (a_postback("pbk_1"), a_postback("pbk_2"), a_postback("pbk_3", publisher_id="pub_2")):
        row.save()
    rows, cursor = subscriptions.list_postbacks(a_request(), PAGE)
    assert ([row.id for row in rows], cursor) == (["pbk_2", "pbk_1"], None)


def test_cursor_continues_the_list_after_its_page() -> None:
    for n in (1, 2, 3):
        a_postback(f"pbk_{n}").save()
    first, cursor = subscriptions.list_postbacks(a_request(), ListQuery(limit=2))
    second, end = subscriptions.list_postbacks(a_request(), ListQuery(limit=2, cursor=cursor))
    assert [[row.id for row in rows] for rows in (first, second)] == [["pbk_3", "pbk_2"], ["pbk_1"]]
    assert end is None


def test_cursor_of_another_publisher_is_an_error() -> None:
    for n in (1, 2):
        a_postback(f"pbk_{n}").save()
    _, cursor = subscriptions.list_postbacks(a_request(), ListQuery(limit=1))
    with pytest.raises(ValidationFailed) as caught:
        subscriptions.list_postbacks(a_request(owner="pub_2"), ListQuery(limit=1, cursor=cursor))
    assert caught.value.errors == (("/cursor", "is not a cursor of this list"),)


def test_postback_is_found_by_its_owner_only() -> None:
    a_postback().save()
    assert subscriptions.get_postback_or_404(a_request(), "pbk_1").url == a_postback().url
    with pytest.raises(NotFound, match=r"^There is no postback pbk_1\.$"):
        subscriptions.get_postback_or_404(a_request(owner="pub_2"), "pbk_1")


def test_created_postback_is_stored_and_creations_are_counted() -> None:
    create(1)
    create(2)
    assert [row.id for row in PostbackRow.query("pub_1")] == ["pbk_01", "pbk_02"]
    assert PostbackRow.get("pub_1#made", "pub_1#made").version == 2


def test_response_is_stored_under_the_idempotency_key() -> None:
    create(1, idempotency=IdempotencyKey("k1", "digest"))
    assert [row.key for row in IdempotencyKeyRow.scan()] == ["k1"]


def test_twentieth_postback_is_created_and_the_next_one_is_a_conflict() -> None:
    for n in range(20):
        create(n)
    with pytest.raises(Conflict, match=r"^You have reached the maximum of 20 postbacks\. Delete one first\.$"):
        create(20)
    assert len(list(PostbackRow.query("pub_1"))) == 20


def test_other_publishers_postbacks_do_not_count() -> None:
    for n in range(20):
        a_postback(f"pbk_{n:02d}", publisher_id="pub_2").save()
    create(1)
    assert [row.id for row in PostbackRow.query("pub_1")] == ["pbk_01"]


def test_edit_replaces_the_version_before_it() -> None:
    a_postback().save()
    subscriptions.save(a_request(), a_postback(version=2, event="install"))
    row = PostbackRow.get("pub_1", "pbk_1")
    assert (row.version, row.event) == (2, "install")


def test_edit_of_an_older_version_is_a_transaction_conflict() -> None:
    a_postback(version=2).save()
    with pytest.raises(TransactionConflict):
        subscriptions.save(a_request(), a_postback(version=2, event="install"))
    assert PostbackRow.get("pub_1", "pbk_1").event == "*"


def test_deleted_postback_is_gone() -> None:
    a_postback().save()
    subscriptions.delete(a_request(), a_postback())
    assert list(PostbackRow.scan()) == []


def test_deletion_of_an_older_version_is_a_transaction_conflict() -> None:
    a_postback(version=2).save()
    with pytest.raises(TransactionConflict):
        subscriptions.delete(a_request(), a_postback(version=1))
    assert [row.version for row in PostbackRow.scan()] == [2]


# Deliveries


def test_deliveries_of_several_months_are_listed_newest_first() -> None:
    times = [NOW, NOW - timedelta(days=4), NOW - timedelta(days=5), NOW - timedelta(days=60)]
    for n, at in enumerate(times):
        a_delivery(n, at).save()
    assert delivery_ids(a_postback(created_at="2026-01-01T00:00:00.000+00:00")) == ["dlv_0", "dlv_1", "dlv_2", "dlv_3"]


def test_months_before_the_postback_was_created_are_not_read() -> None:
    for n, at in enumerate((NOW, NOW - timedelta(days=4))):
        a_delivery(n, at).save()
    assert delivery_ids(a_postback(created_at="2026-11-01T00:00:00.000+00:00")) == ["dlv_0"]


def test_months_before_the_retention_period_are_not_read() -> None:
    for n, at in enumerate((NOW, NOW - timedelta(days=90), NOW - timedelta(days=97))):
        a_delivery(n, at).save()
    assert delivery_ids(a_postback(created_at="2026-01-01T00:00:00.000+00:00")) == ["dlv_0", "dlv_1"]


def test_deliveries_of_other_postbacks_are_not_listed() -> None:
    a_delivery(1).save()
    a_delivery(2, postback_id="pbk_2", postback_month="pbk_2#2026-11").save()
    assert delivery_ids(a_postback()) == ["dlv_1"]


def test_deliveries_are_filtered_by_status() -> None:
    for n, status in enumerate(("delivered", "dead", "failed", "dead")):
        a_delivery(n, NOW + timedelta(milliseconds=n), status=status).save()
    assert delivery_ids(a_postback(), "dead") == ["dlv_3", "dlv_1"]


def test_cursor_of_another_status_is_an_error() -> None:
    for n in (1, 2):
        a_delivery(n).save()
    _, cursor = subscriptions.list_deliveries(a_request(), a_postback(), None, ListQuery(limit=1))
    with pytest.raises(ValidationFailed) as caught:
        subscriptions.list_deliveries(a_request(), a_postback(), "dead", ListQuery(limit=1, cursor=cursor))
    assert caught.value.errors == (("/cursor", "is not a cursor of this list"),)


def test_months_run_back_over_the_year() -> None:
    months = subscriptions._months(datetime(2027, 2, 3, tzinfo=UTC), datetime(2026, 11, 30, tzinfo=UTC))
    assert list(months) == ["2027-02", "2027-01", "2026-12", "2026-11"]


# Tests and replays


def test_test_queues_a_message_without_conversion() -> None:
    series = subscriptions.queue_test(a_request(), a_postback())
    assert series.startswith("tst_")
    assert queued() == [DeliveryMessage("pub_1", "pbk_1", None, None, series, 1, NOW)]


def test_every_test_is_a_new_series() -> None:
    assert subscriptions.queue_test(a_request(), a_postback()) != subscriptions.queue_test(a_request(), a_postback())


def test_series_of_a_request_with_idempotency_key_is_named_by_the_key() -> None:
    request = a_request(idempotency=IdempotencyKey("k1", "digest"))
    assert [subscriptions.queue_test(request, a_postback()) for _ in range(2)] == ["tst_k1", "tst_k1"]


def test_replay_queues_the_current_revision_as_a_new_series() -> None:
    for row in (a_postback(), a_delivery(status="dead", attempt=8), a_conversion(revision=3)):
        row.save()
    series = subscriptions.queue_replay(a_request(), "dlv_1")
    assert series.startswith("rpl_")
    assert queued() == [DeliveryMessage("pub_1", "pbk_1", "cnv_1", 3, series, 1, NOW)]


def test_replay_of_a_test_has_no_conversion() -> None:
    for row in (a_postback(), a_delivery(conversion_id=None, revision=None, series="tst_1")):
        row.save()
    series = subscriptions.queue_replay(a_request(), "dlv_1")
    assert queued() == [DeliveryMessage("pub_1", "pbk_1", None, None, series, 1, NOW)]


@pytest.mark.parametrize("delivery_id", ["dlv_1", "dlv_none"], ids=["another publisher's", "unknown"])
def test_replay_of_a_delivery_that_is_not_the_callers_is_not_found(delivery_id: str) -> None:
    for row in (a_postback(publisher_id="pub_2"), a_delivery(publisher_id="pub_2"), a_conversion()):
        row.save()
    with pytest.raises(NotFound, match=rf"^There is no delivery {delivery_id}\.$"):
        subscriptions.queue_replay(a_request(), delivery_id)
    assert queued() == []


def test_replay_for_a_deleted_postback_is_not_found() -> None:
    for row in (a_delivery(), a_conversion()):
        row.save()
    with pytest.raises(NotFound, match=r"^There is no postback pbk_1\.$"):
        subscriptions.queue_replay(a_request(), "dlv_1")
    assert queued() == []


@pytest.mark.parametrize("conversion", [None, {"status": "rejected"}], ids=["deleted", "rejected"])
def test_replay_without_matching_conversion_is_a_conflict(conversion: dict[str, Any] | None) -> None:
    for row in (a_postback(), a_delivery()):
        row.save()
    if conversion:
        a_conversion(**conversion).save()
    with pytest.raises(Conflict, match=r"^The postback filter no longer matches this conversion\.$"):
        subscriptions.queue_replay(a_request(), "dlv_1")
    assert queued() == []
