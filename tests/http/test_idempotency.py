from datetime import datetime
from types import SimpleNamespace
from typing import Any, cast

import pytest

from chalicelib.endpoints import ENDPOINTS
from chalicelib.http.idempotency import idempotency_key
from chalicelib.tables.requests import IdempotencyKeyRow
from tests.conftest import Api, dynamodb
from tests.documents import errors_by_pointer, good, listed, new_publisher, new_smartlink, pages
from tests.http.support import CAMPAIGN, echo, interrupt_saves, post_to_view, problem_detail


def test_repeated_post_returns_the_same_response_and_writes_once(admin: Api) -> None:
    first, second = (admin.post("/admin/campaigns", CAMPAIGN, Idempotency_Key="k1") for _ in range(2))
    assert (second.status, second.json, second.headers) == (201, first.json, first.headers)
    assert listed(admin, "/admin/campaigns") == [first.json["id"]]


def test_repeated_post_returns_the_first_response_after_later_changes(admin: Api) -> None:
    path = f"/admin/smartlinks/{new_smartlink(admin)['id']}"
    paused = admin.post(f"{path}/pause", Idempotency_Key="k1")
    admin.post(f"{path}/resume")
    assert admin.post(f"{path}/pause", Idempotency_Key="k1").json == paused.json
    assert admin.get(path).json["status"] == "active"


def test_same_key_with_another_body_is_rejected(admin: Api) -> None:
    admin.post("/admin/campaigns", CAMPAIGN, Idempotency_Key="k1")
    repeated = admin.post("/admin/campaigns", {**CAMPAIGN, "name": "B"}, Idempotency_Key="k1")
    assert errors_by_pointer(repeated) == {"": "must have the same body as the first request with this Idempotency-Key"}
    assert len(pages(admin, "/admin/campaigns", 50)[0]) == 1


def test_same_key_on_another_path_is_another_request(admin: Api) -> None:
    ids = [new_smartlink(admin)["id"] for _ in range(2)]
    paused = [admin.post(f"/admin/smartlinks/{each}/pause", Idempotency_Key="k1").json["id"] for each in ids]
    assert paused == ids


def test_same_key_of_another_caller_is_another_request(admin: Api) -> None:
    ann, bob = new_publisher(admin, "Ann"), new_publisher(admin, "Bob")
    ids = [each.api.post("/publisher/me/keys", Idempotency_Key="k1").json["key_id"] for each in (ann, bob)]
    assert ids[0] != ids[1]


def test_open_endpoint_has_no_idempotency_key() -> None:
    """Its callers are anonymous: two of them may choose the same key."""
    (postback,) = [each for each in ENDPOINTS if (each.method, each.path) == ("POST", "/postback")]
    http_request = SimpleNamespace(headers={"idempotency-key": "k1"})
    assert idempotency_key(postback, ("anyone",), cast("Any", http_request), "") is None


def test_secret_is_shown_once_and_not_stored(admin: Api) -> None:
    body = {"name": "Ann", "email": "ann@pub.example"}
    first, second = (admin.post("/admin/publishers", body, Idempotency_Key="k1") for _ in range(2))
    secret = first.json["api_key"]
    assert second.json == {**first.json, "api_key": None}
    stored = [dynamodb().scan(TableName=f"smartlink-{name}")["Items"] for name in ("idempotency", "api_keys")]
    assert secret[-43:] not in str(stored)


def test_response_of_a_post_that_writes_nothing_is_stored_too(admin: Api) -> None:
    path = f"/admin/smartlinks/{new_smartlink(admin)['id']}/simulate"
    first, second = (admin.post(path, {}, Idempotency_Key="k1").json for _ in range(2))
    assert second == first
    assert admin.post(path, {}).json["decision"]["draw"] != first["decision"]["draw"]


def test_response_of_a_rejected_post_is_not_stored(admin: Api) -> None:
    assert admin.post("/admin/campaigns", {"name": "A"}, Idempotency_Key="k1").status == 422
    assert admin.post("/admin/campaigns", CAMPAIGN, Idempotency_Key="k1").status == 201


def test_response_is_stored_for_24_hours(admin: Api) -> None:
    made = admin.post("/admin/campaigns", CAMPAIGN, Idempotency_Key="k1").json
    (row,) = IdempotencyKeyRow.scan()
    assert row.expires_at == int(datetime.fromisoformat(made["created_at"]).timestamp()) + 86_400


def test_key_can_be_used_again_after_24_hours(admin: Api) -> None:
    first = good(admin.post("/admin/campaigns", CAMPAIGN, Idempotency_Key="k1"))
    (row,) = IdempotencyKeyRow.scan()
    row.update([IdempotencyKeyRow.expires_at.set(int(datetime.now().timestamp()) - 1)])  # noqa: DTZ005 - seconds since 1970
    second = good(admin.post("/admin/campaigns", {**CAMPAIGN, "name": "B"}, Idempotency_Key="k1"))
    third = good(admin.post("/admin/campaigns", {**CAMPAIGN, "name": "B"}, Idempotency_Key="k1"))
    assert first["id"] != second["id"] == third["id"]


@pytest.mark.parametrize("key", ["", "with space", "k" * 256, "ключ", "tab\t"])
def test_key_is_1_to_255_visible_characters(admin: Api, key: str) -> None:
    assert "Idempotency-Key" in problem_detail(admin.post("/admin/campaigns", CAMPAIGN, Idempotency_Key=key), 400)
    assert admin.post("/admin/campaigns", CAMPAIGN, Idempotency_Key="~" * 255).status == 201


def test_only_one_of_two_concurrent_posts_with_the_same_key_writes(admin: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    concurrent: list[Any] = []

    def post_concurrently() -> None:
        concurrent.append(admin.post("/admin/campaigns", CAMPAIGN, Idempotency_Key="k1").json)

    interrupt_saves(monkeypatch, post_concurrently)
    first = good(admin.post("/admin/campaigns", CAMPAIGN, Idempotency_Key="k1"))
    assert [first] == concurrent
    assert listed(admin, "/admin/campaigns") == [first["id"]]


def test_open_endpoint_ignores_idempotency_keys(admin: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    for _ in range(2):
        assert post_to_view(monkeypatch, echo, Idempotency_Key="k1").status == 200
    assert list(IdempotencyKeyRow.scan()) == []
