import json
from collections.abc import Callable
from datetime import datetime
from types import SimpleNamespace
from typing import Any

import pytest

import app
from chalicelib.admin.campaigns import storage
from chalicelib.endpoints import ENDPOINTS, Endpoint
from chalicelib.http import authentication, dispatch, request_parsing, transactions
from chalicelib.http.models import RequestModel
from chalicelib.http.problems import Unavailable
from chalicelib.http.request import Request
from chalicelib.http.request_parsing import MAX_BODY
from chalicelib.http.view import TextResponse, inspect_view
from chalicelib.tables.campaigns import CampaignRow
from chalicelib.tables.publishers import ApiKeyRow
from chalicelib.tables.requests import IdempotencyKeyRow
from chalicelib.tables.smartlinks import SmartlinkRow
from tests.conftest import Answered, Api, dynamodb
from tests.documents import complaints, good, new_campaign, new_publisher, new_smartlink, pages

CAMPAIGN = {"name": "Game A", "destination_url": "https://acme.example/?cid={click_id}"}


def problem(answered: Answered, status: int) -> str:
    """The detail of an answer that must be a plain problem document."""
    assert answered.status == status, answered.text
    assert answered.headers["Content-Type"] == "application/problem+json"
    assert set(answered.json) == {"type", "title", "status", "detail"}
    assert answered.json["status"] == status
    return str(answered.json["detail"])


def a_key(role: authentication.Role) -> str:
    minted = authentication.generate_key(role)
    ApiKeyRow(minted.id, role=role.value, owner="pub_1", digest=minted.digest, created_at="2026-11-21T00:00:00Z").save()
    return minted.text


def asked(call: Endpoint, key: str = "", body: Any = None) -> Answered:
    return Api(key).call(call.method, call.path.replace("{", "").replace("}", ""), body)


GUARDED = [call for call in ENDPOINTS if call.audience in {"admin", "publisher"}]


# Keys


@pytest.mark.usefixtures("tables")
def test_every_guarded_call_refuses_a_caller_without_a_key() -> None:
    for call in GUARDED:
        answered = asked(call)
        assert "Bearer" in problem(answered, 401), call
        assert answered.headers["WWW-Authenticate"] == "Bearer"


@pytest.mark.usefixtures("tables")
def test_every_guarded_call_refuses_the_other_sides_key() -> None:
    keys = {"admin": a_key(authentication.Role.PUBLISHER), "publisher": a_key(authentication.Role.ADMIN)}
    for call in GUARDED:
        assert problem(asked(call, keys[call.audience]), 403).startswith("this needs a"), call


@pytest.mark.usefixtures("tables")
@pytest.mark.parametrize("body", [b"{", b"x" * (MAX_BODY + 1), b"\xff"], ids=["malformed", "too large", "not UTF-8"])
def test_the_key_is_looked_at_before_the_body(body: bytes) -> None:
    assert Api().post("/admin/campaigns", body).status == 401
    assert Api(a_key(authentication.Role.PUBLISHER)).post("/admin/campaigns", body).status == 403


@pytest.mark.usefixtures("tables")
def test_the_open_calls_need_no_key() -> None:
    for path in ("/health", "/openapi.json", "/docs"):
        assert Api().get(path).status == 200


# Bodies


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(b"{", id="cut short"),
        pytest.param(b"{'name': 'A'}", id="single quotes"),
        pytest.param(b'{"name": NaN}', id="NaN"),
        pytest.param(b'{"name": Infinity}', id="Infinity"),
        pytest.param(b'{"name": "A"} x', id="something behind"),
        pytest.param(b'{"weight": ' + b"9" * 5000 + b"}", id="a number of 5,000 digits"),
        pytest.param(b"[]", id="a list"),
        pytest.param(b'"text"', id="a string"),
        pytest.param(b"null", id="null"),
        pytest.param(b'{"name": "\xff"}', id="not UTF-8"),
        pytest.param(b"[" * 100_000, id="nested 100,000 deep"),
    ],
)
def test_what_is_no_json_object_is_malformed(admin: Api, body: bytes) -> None:
    campaign = new_campaign(admin)
    assert problem(admin.post("/admin/campaigns", body), 400)
    assert problem(admin.patch(f"/admin/campaigns/{campaign['id']}", body), 400)


@pytest.mark.parametrize("depth", [100, 199, 200, 500, 900, 940, 990, 1000])
def test_no_depth_of_nesting_is_a_fault_of_ours(admin: Api, depth: int) -> None:
    campaign = new_campaign(admin)
    body = b'{"targeting":' + b'{"a":' * depth + b"1" + b"}" * (depth + 1)
    assert admin.post("/admin/campaigns", body).status in {400, 422}
    assert admin.patch(f"/admin/campaigns/{campaign['id']}", body).status in {400, 422}


def test_half_a_surrogate_pair_is_a_complaint(admin: Api) -> None:
    assert admin.post("/admin/campaigns", b'{"name": "\\ud800", "destination_url": "https://a.example/"}').status == 422


def test_a_body_of_two_megabytes_is_too_large_and_one_of_exactly_one_is_not(admin: Api) -> None:
    assert "2000000 bytes" in problem(admin.post("/admin/campaigns", b" " * 2_000_000), 413)
    assert admin.post("/admin/campaigns", b" " * MAX_BODY).status == 422


def test_unknown_fields_are_all_named_at_once_beside_every_other_complaint(admin: Api) -> None:
    body: dict[str, Any] = {
        "name": 1,
        "colour": "red",
        "a/b~c": 2,
        "targeting": {"planets": []},
        "caps": [{"metric": "clicks"}],
    }
    assert complaints(admin.post("/admin/campaigns", body)) == {
        "/name": "must be a string",
        "/destination_url": "is required",
        "/colour": "is not a known field",
        "/a~1b~0c": "is not a known field",
        "/targeting/planets": "is not a known field",
        "/caps/0/window": "is required",
        "/caps/0/limit": "is required",
    }


def test_a_refused_body_writes_nothing(admin: Api) -> None:
    admin.post("/admin/campaigns", {**CAMPAIGN, "colour": "red"})
    assert pages(admin, "/admin/campaigns", 50) == [[]]


def test_a_call_that_takes_no_body_takes_an_empty_one_and_no_field(admin: Api) -> None:
    path = f"/admin/smartlinks/{new_smartlink(admin)['id']}/pause"
    assert complaints(admin.post(path, {"why": "", "who": ""})) == {
        "/why": "is not a known field",
        "/who": "is not a known field",
    }
    nothing: list[Any] = [None, {}, b" \n"]
    assert [admin.post(path, body).status for body in nothing] == [200, 200, 200]


def test_an_unknown_query_parameter_of_a_list_is_a_complaint(admin: Api) -> None:
    assert complaints(admin.get("/admin/campaigns?page=2")) == {"/page": "is not a known field"}


@pytest.mark.parametrize(
    ("limit", "detail"),
    [
        ("0", "must be 1 or more"),
        ("201", "must be 200 or less"),
        ("-1", "must be a whole number"),
        ("ten", "must be a whole number"),
        ("1.5", "must be a whole number"),
        ("", "must be a whole number"),
    ],
)
def test_a_limit_is_a_whole_number_from_1_to_200(admin: Api, limit: str, detail: str) -> None:
    assert complaints(admin.get(f"/admin/campaigns?limit={limit}")) == {"/limit": detail}


def test_a_limit_of_5000_digits_is_a_complaint_too(admin: Api) -> None:
    assert set(complaints(admin.get(f"/admin/campaigns?limit={'9' * 5000}"))) == {"/limit"}


# Versions


def test_the_etag_of_an_answer_is_its_version(admin: Api) -> None:
    made = admin.post("/admin/campaigns", CAMPAIGN)
    path = f"/admin/campaigns/{made.json['id']}"
    assert (made.json["version"], made.headers["ETag"]) == (1, '"1"')
    assert admin.get(path).headers["ETag"] == '"1"'
    edited = admin.patch(path, {"name": "B"})
    assert (edited.json["version"], edited.headers["ETag"]) == (2, '"2"')


@pytest.mark.parametrize("tag", ['"1"', 'W/"1"', "*", ' "1" '])
def test_an_edit_of_the_version_that_was_read_goes_through(admin: Api, tag: str) -> None:
    campaign = new_campaign(admin)
    assert admin.patch(f"/admin/campaigns/{campaign['id']}", {"name": "B"}, If_Match=tag).status == 200


@pytest.mark.parametrize("tag", ['"1"', 'W/"1"', '"3"', "2", '"two"', '"2', "", '"' + "9" * 50 + '"'])
def test_an_edit_of_any_other_version_is_refused_and_writes_nothing(admin: Api, tag: str) -> None:
    path = f"/admin/campaigns/{new_campaign(admin)['id']}"
    admin.patch(path, {"name": "B"})
    assert "present version is 2" in problem(admin.patch(path, {"name": "C"}, If_Match=tag), 412)
    assert admin.get(path).json["name"] == "B"


def test_every_edit_heeds_if_match(admin: Api) -> None:
    campaign, smartlink, publisher = new_campaign(admin), new_smartlink(admin), new_publisher(admin)
    link = f"/admin/smartlinks/{smartlink['id']}"
    for method, path in (
        ("PATCH", f"/admin/campaigns/{campaign['id']}"),
        ("DELETE", f"/admin/campaigns/{campaign['id']}"),
        ("PATCH", link),
        ("POST", f"{link}/pause"),
        ("POST", f"{link}/resume"),
        ("DELETE", link),
        ("PATCH", f"/admin/publishers/{publisher.id}"),
    ):
        assert admin.call(method, path, If_Match='"9"').status == 412, path


# Repeated requests


def test_a_repeated_post_gets_the_same_answer_and_writes_nothing_twice(admin: Api) -> None:
    first, second = (admin.post("/admin/campaigns", CAMPAIGN, Idempotency_Key="k1") for _ in range(2))
    assert (second.status, second.json, second.headers) == (201, first.json, first.headers)
    assert pages(admin, "/admin/campaigns", 50) == [[first.json]]


def test_a_repeated_post_gets_the_first_answer_whatever_happened_since(admin: Api) -> None:
    path = f"/admin/smartlinks/{new_smartlink(admin)['id']}"
    paused = admin.post(f"{path}/pause", Idempotency_Key="k1")
    admin.post(f"{path}/resume")
    assert admin.post(f"{path}/pause", Idempotency_Key="k1").json == paused.json
    assert admin.get(path).json["status"] == "active"


def test_the_same_key_with_another_body_is_refused(admin: Api) -> None:
    admin.post("/admin/campaigns", CAMPAIGN, Idempotency_Key="k1")
    other = admin.post("/admin/campaigns", {**CAMPAIGN, "name": "B"}, Idempotency_Key="k1")
    assert complaints(other) == {"": "is another body than this Idempotency-Key came with before"}
    assert len(pages(admin, "/admin/campaigns", 50)[0]) == 1


def test_the_same_key_on_another_path_is_another_request(admin: Api) -> None:
    one, two = new_smartlink(admin)["id"], new_smartlink(admin)["id"]
    paused = [admin.post(f"/admin/smartlinks/{each}/pause", Idempotency_Key="k1").json["id"] for each in (one, two)]
    assert paused == [one, two]


def test_the_same_key_of_another_caller_is_another_request(admin: Api) -> None:
    ann, bob = new_publisher(admin, "Ann"), new_publisher(admin, "Bob")
    ids = [each.api.post("/publisher/me/keys", Idempotency_Key="k1").json["key_id"] for each in (ann, bob)]
    assert ids[0] != ids[1]


def test_a_secret_is_shown_once_and_kept_nowhere(admin: Api) -> None:
    body = {"name": "Ann", "email": "ann@pub.example"}
    first, second = (admin.post("/admin/publishers", body, Idempotency_Key="k1") for _ in range(2))
    secret = first.json["api_key"]
    assert second.json == {**first.json, "api_key": None}
    assert secret[-43:] not in "".join(str(row.serialize()) for row in [*IdempotencyKeyRow.scan(), *ApiKeyRow.scan()])


def test_a_post_that_writes_nothing_is_repeated_from_memory_too(admin: Api) -> None:
    path = f"/admin/smartlinks/{new_smartlink(admin)['id']}/simulate"
    first, second = (admin.post(path, {}, Idempotency_Key="k1").json for _ in range(2))
    assert second == first
    assert admin.post(path, {}).json["decision"]["draw"] != first["decision"]["draw"]


def test_a_refused_post_is_not_kept(admin: Api) -> None:
    assert admin.post("/admin/campaigns", {"name": "A"}, Idempotency_Key="k1").status == 422
    assert admin.post("/admin/campaigns", CAMPAIGN, Idempotency_Key="k1").status == 201


def test_an_answer_is_kept_for_24_hours(admin: Api) -> None:
    made = admin.post("/admin/campaigns", CAMPAIGN, Idempotency_Key="k1").json
    (row,) = IdempotencyKeyRow.scan()
    assert row.expires_at == int(datetime.fromisoformat(made["created_at"]).timestamp()) + 86_400


def test_after_24_hours_a_key_is_as_good_as_new(admin: Api) -> None:
    first = good(admin.post("/admin/campaigns", CAMPAIGN, Idempotency_Key="k1"))
    (row,) = IdempotencyKeyRow.scan()
    row.update([IdempotencyKeyRow.expires_at.set(int(datetime.now().timestamp()) - 1)])  # noqa: DTZ005 - seconds since 1970
    second = good(admin.post("/admin/campaigns", {**CAMPAIGN, "name": "B"}, Idempotency_Key="k1"))
    third = good(admin.post("/admin/campaigns", {**CAMPAIGN, "name": "B"}, Idempotency_Key="k1"))
    assert first["id"] != second["id"] == third["id"]


@pytest.mark.parametrize("key", ["", "with space", "k" * 256, "ключ", "tab\t"])
def test_an_idempotency_key_is_1_to_255_visible_characters(admin: Api, key: str) -> None:
    assert "Idempotency-Key" in problem(admin.post("/admin/campaigns", CAMPAIGN, Idempotency_Key=key), 400)
    assert admin.post("/admin/campaigns", CAMPAIGN, Idempotency_Key="~" * 255).status == 201


# Faults


def test_a_fault_of_ours_is_logged_and_told_without_its_secrets(
    admin: Api, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(storage, "campaign", lambda _: 1 / 0)
    answered = admin.get("/admin/campaigns/cmp_1")
    assert problem(answered, 500) == "the request failed by a fault of ours; it has been logged"
    assert "division" not in answered.text
    assert "division" in caplog.text


def test_a_table_that_does_not_answer_is_a_passing_fault(admin: Api) -> None:
    dynamodb().delete_table(TableName="smartlink-campaigns")
    answered = admin.get("/admin/campaigns")
    assert "send it again" in problem(answered, 503)
    assert answered.headers["Retry-After"] == "1"
    assert "smartlink-campaigns" not in answered.text


def test_a_table_that_takes_no_write_is_a_passing_fault(admin: Api) -> None:
    dynamodb().delete_table(TableName="smartlink-publishers")
    answered = admin.post("/admin/publishers", {"name": "Ann", "email": "ann@pub.example"})
    assert "send it again" in problem(answered, 503)
    assert len(list(ApiKeyRow.scan())) == 1


def _interrupting(monkeypatch: pytest.MonkeyPatch, first: Callable[[], Any], times: int = 1) -> list[int]:
    """Lets `first` happen between the reading and the writing of a campaign, the first `times` times."""
    saved, done = storage.save, list[int]()

    def save(*args: Any, **named: Any) -> None:
        if len(done) < times:
            done.append(1)
            first()
        saved(*args, **named)

    monkeypatch.setattr(storage, "save", save)
    return done


def _renamed(campaign_id: str, name: str) -> None:
    row = CampaignRow.get(campaign_id)
    row.update([CampaignRow.version.add(1), CampaignRow.settings.set({**row.settings, "name": name})])


def test_an_edit_that_another_one_crossed_is_made_anew_on_top_of_it(
    admin: Api, monkeypatch: pytest.MonkeyPatch, unhurried: list[float]
) -> None:
    campaign_id = new_campaign(admin)["id"]
    _interrupting(monkeypatch, lambda: _renamed(campaign_id, "theirs"))
    edited = good(admin.patch(f"/admin/campaigns/{campaign_id}", {"advertiser": "ours"}))
    assert (edited["version"], edited["name"], edited["advertiser"]) == (3, "theirs", "ours")
    assert len(unhurried) == 1


@pytest.mark.usefixtures("unhurried")
def test_an_edit_with_if_match_that_another_one_crossed_is_stale(admin: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    campaign_id = new_campaign(admin)["id"]
    _interrupting(monkeypatch, lambda: _renamed(campaign_id, "theirs"))
    answered = admin.patch(f"/admin/campaigns/{campaign_id}", {"advertiser": "ours"}, If_Match='"1"')
    assert "present version is 2" in problem(answered, 412)


@pytest.mark.usefixtures("unhurried")
def test_an_id_longer_than_any_key_is_not_found(admin: Api) -> None:
    answered = admin.get(f"/admin/campaigns/{'x' * 3000}")
    assert (answered.status, answered.json["detail"]) == (404, "nothing has an ID as long as this")


def test_of_two_posts_with_one_key_at_once_only_one_writes(admin: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    others: list[Any] = []
    _interrupting(
        monkeypatch, lambda: others.append(admin.post("/admin/campaigns", CAMPAIGN, Idempotency_Key="k1").json)
    )
    ours = good(admin.post("/admin/campaigns", CAMPAIGN, Idempotency_Key="k1"))
    assert [ours] == others == pages(admin, "/admin/campaigns", 50)[0]


def test_an_edit_that_is_always_crossed_gives_up(
    admin: Api, monkeypatch: pytest.MonkeyPatch, unhurried: list[float]
) -> None:
    campaign_id = new_campaign(admin)["id"]
    tries = _interrupting(monkeypatch, lambda: _renamed(campaign_id, "theirs"), times=1000)
    answered = admin.patch(f"/admin/campaigns/{campaign_id}", {"advertiser": "ours"})
    assert "too many changes at once" in problem(answered, 503)
    assert answered.headers["Retry-After"] == "1"
    assert len(tries) == len(unhurried) == transactions.ATTEMPTS


def test_the_waits_between_attempts_double_up_to_a_third_of_a_second(
    monkeypatch: pytest.MonkeyPatch, unhurried: list[Any]
) -> None:
    monkeypatch.setattr(transactions, "random", SimpleNamespace(uniform=lambda shortest, longest: (shortest, longest)))

    def crossed() -> None:
        raise transactions.TransactionConflict

    with pytest.raises(Unavailable):
        transactions.retry_on_conflict(crossed)
    longest = [0.01, 0.02, 0.04, 0.08, 0.16, *[0.32] * (transactions.ATTEMPTS - 5)]
    assert unhurried == [(0, each) for each in longest]


def test_nobody_is_kept_waiting_beyond_patience(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = SimpleNamespace(now=0.0)
    clock.sleep = lambda _: setattr(clock, "now", clock.now + 1)
    clock.monotonic = lambda: clock.now
    monkeypatch.setattr(transactions, "time", clock)

    def crossed() -> None:
        raise transactions.TransactionConflict

    with pytest.raises(Unavailable):
        transactions.retry_on_conflict(crossed)
    assert transactions.RETRY_BUDGET_SECONDS < clock.now <= transactions.RETRY_BUDGET_SECONDS + 1


@pytest.mark.usefixtures("unhurried")
def test_nothing_of_a_crossed_write_is_kept(admin: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    campaign = new_campaign(admin)
    smartlink = new_smartlink(admin, campaign)
    monkeypatch.setattr(transactions, "ATTEMPTS", 1)
    _interrupting(monkeypatch, lambda: _renamed(campaign["id"], "theirs"))
    admin.patch(f"/admin/campaigns/{campaign['id']}", {"status": "paused"})
    assert CampaignRow.get(campaign["id"]).settings["status"] == "active"
    assert SmartlinkRow.get(smartlink["id"]).version == 1


# Where the API is


def _base_url(stage: str | None, **headers: str) -> str:
    """The server that the served document names, for a request as API Gateway hands it over."""
    context = {"httpMethod": "GET", "resourcePath": "/openapi.json", "identity": {"sourceIp": "203.0.113.7"}}
    event = {
        "requestContext": {**context, **({"stage": stage} if stage else {})},
        "headers": {name.replace("_", "-"): value for name, value in headers.items()},
        "multiValueQueryStringParameters": None,
        "pathParameters": None,
        "stageVariables": None,
        "body": None,
        "isBase64Encoded": False,
    }
    served: str = json.loads(app.app(event, None)["body"])["servers"][0]["url"]
    return served


def test_the_apis_own_address_carries_its_stage() -> None:
    url = _base_url("api", Host="x1.execute-api.eu-west-1.amazonaws.com", X_Forwarded_Proto="https")
    assert url == "https://x1.execute-api.eu-west-1.amazonaws.com/api"


def test_a_domain_of_ones_own_carries_no_stage() -> None:
    assert _base_url("api", Host="go.network.example", X_Forwarded_Proto="https") == "https://go.network.example"


def test_one_machine_is_reached_without_tls() -> None:
    url = _base_url("api", Host="x1.execute-api.localhost:4566")
    assert url == "http://x1.execute-api.localhost:4566/api"


def test_a_configured_address_wins(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PUBLIC_URL", "https://go.network.example/")
    assert _base_url("api", Host="x1.execute-api.eu-west-1.amazonaws.com") == "https://go.network.example"


def test_a_links_url_stands_below_the_apis_address(admin: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PUBLIC_URL", "https://go.network.example")
    publisher, smartlink = new_publisher(admin), new_smartlink(admin)
    path = f"/admin/smartlinks/{smartlink['id']}/publishers"
    link = good(admin.post(path, {"publisher_id": publisher.id}))["link"]
    assert link["url"] == f"https://go.network.example/s/{link['code']}"


# Cookies, forms and files


@pytest.mark.parametrize(
    ("header", "cookies"),
    [
        pytest.param("", {"": ""}, id="none"),
        pytest.param("a=1", {"a": "1"}, id="one"),
        pytest.param("a=1; b=x=y;c", {"a": "1", "b": "x=y", "c": ""}, id="several"),
    ],
)
def test_cookies_go_by_their_names(header: str, cookies: dict[str, str]) -> None:
    assert request_parsing.cookies(header) == cookies


class Said(RequestModel):
    text: str


def _asked(monkeypatch: pytest.MonkeyPatch, view: Callable[..., Any], body: bytes = b"", **headers: str) -> Answered:
    """The answer of a view in the place of `POST /postback`."""
    monkeypatch.setattr(dispatch, "load_view", lambda _: inspect_view(view))
    return Api().post("/postback?text=query", body, **headers)


def _text(request: Request, query: Said) -> TextResponse:
    """Say it again."""
    return TextResponse(query.text, "text/plain", {"X-Said": "yes"})


@pytest.mark.parametrize(
    ("media", "body", "said"),
    [
        pytest.param("", b"", "query", id="nothing"),
        pytest.param("application/x-www-form-urlencoded", b"text=a+%C3%BC", "a \u00fc", id="a form"),
        pytest.param("Application/X-WWW-Form-Urlencoded;charset=utf-8", b"text=a", "a", id="a form in capitals"),
        pytest.param("application/json", b'{"text": "a"}', "a", id="JSON"),
    ],
)
def test_a_post_without_a_model_of_its_body_takes_its_parameters_there(
    monkeypatch: pytest.MonkeyPatch, media: str, body: bytes, said: str
) -> None:
    answered = _asked(monkeypatch, _text, body, Content_Type=media)
    assert (answered.status, answered.text) == (200, said)
    assert answered.headers == {"Content-Type": "text/plain", "X-Said": "yes"}


@pytest.mark.parametrize("accept", [None, "*/*", "image/gif", "text/html"])
def test_a_file_comes_as_it_is_whatever_the_caller_accepts(monkeypatch: pytest.MonkeyPatch, accept: str | None) -> None:
    def picture(request: Request, query: Said) -> TextResponse:
        return TextResponse("GIF89a\x00", "image/gif", {"Cache-Control": "no-store"})

    headers = {} if accept is None else {"Accept": accept}
    answered = _asked(monkeypatch, picture, b"", **headers)
    assert (answered.status, answered.text) == (200, "GIF89a\x00")
    assert answered.headers == {"Content-Type": "image/gif", "Cache-Control": "no-store"}


def test_an_open_call_has_nobody_to_keep_an_answer_for(admin: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    for _ in range(2):
        assert _asked(monkeypatch, _text, Idempotency_Key="k1").status == 200
    assert list(IdempotencyKeyRow.scan()) == []
