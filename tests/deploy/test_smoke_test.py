import json
from types import SimpleNamespace
from typing import Any

import pytest

from deploy import admin_keys, smoke_test, users
from deploy.errors import CommandError
from deploy.smoke_test import Doors
from local.http import LocalResponse
from tests.deploy.fake_cloudformation import FakeCloudFormation

DOORS = Doors("https://rest.example/api", "https://http.example")
LINK = "https://go.example/s/abc"


class _Stack:
    """A deployed stack: answers requests, and keeps which ones it got. `broken` has other answers by URL."""

    def __init__(self, *, has_link: bool) -> None:
        self.items: list[Any] = [{"id": "sml_1", "link": {"url": LINK}}] if has_link else []
        self.requests: list[str] = []
        self.broken: dict[str, LocalResponse] = {}
        self.created: list[tuple[str, Any]] = []

    def get(self, url: str, headers: dict[str, str] | None = None) -> LocalResponse:
        path, _, query = url.partition("?")
        self.requests.append(path + (" rejected" if "status=rejected" in query else ""))
        if path in self.broken:
            return self.broken[path]
        if path.endswith("/s/abc"):
            assert (headers or {})["User-Agent"].endswith("(bot)")
            return LocalResponse(
                302, {"location": f"https://smoke-test.invalid/?click_id=clk{len(self.requests)}"}, b""
            )
        return LocalResponse(404 if "/s/" in path else 200, {}, b"{}")

    def send(self, method: str, url: str, *, body: Any = None, headers: Any = None) -> LocalResponse:
        path = url.removeprefix(DOORS.rest)
        if method == "POST":
            self.created.append((path, body))
            return self._json({"id": "new_1", "link": {"url": LINK}})
        if path.startswith("/admin/campaigns/"):
            return self._json({"postback_token": "tok"})
        offers = [{"campaign_id": "cmp_1"}]
        return self._json({"items": self.items, "offers": offers})

    @staticmethod
    def _json(document: Any) -> LocalResponse:
        return LocalResponse(200, {}, json.dumps(document).encode())


@pytest.fixture
def keys(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Provide the list of revoked keys. Time passes by waiting only."""
    revoked: list[str] = []
    monkeypatch.setattr(admin_keys, "create_admin_key", lambda *_: "slk_admin_abcdefghijkl-secret")
    monkeypatch.setattr(admin_keys, "revoke", lambda _, key_id: revoked.append(key_id))
    monkeypatch.setattr(users, "owner_for", lambda *_: "admin")
    clock = iter(range(1000))
    monkeypatch.setattr(smoke_test, "time", SimpleNamespace(monotonic=lambda: next(clock) * 10, sleep=lambda _: None))
    return revoked


def _run(stack: _Stack, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(smoke_test, "get", stack.get)
    monkeypatch.setattr("local.client.send", stack.send)
    smoke_test.run(FakeCloudFormation().cloud, DOORS)


def test_link_is_clicked_through_each_door_and_its_conversion_taken_back(
    keys: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    stack = _Stack(has_link=True)
    _run(stack, monkeypatch)
    assert stack.requests[0] == "https://rest.example/api/health"
    assert stack.requests[-4:] == [
        "https://http.example/s/abc",
        "https://rest.example/api/s/abc",
        "https://http.example/postback",
        "https://http.example/postback rejected",
    ]
    assert (stack.created, keys) == ([], ["abcdefghijkl"])


def test_first_test_creates_a_campaign_without_amounts_and_a_link(
    keys: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    stack = _Stack(has_link=False)
    _run(stack, monkeypatch)
    paths = [path for path, _ in stack.created]
    members = "/admin/smartlinks/new_1/publishers"
    assert paths == ["/admin/campaigns", "/admin/smartlinks", "/admin/publishers", members]
    campaign, smartlink, publisher = (body for _, body in stack.created[:3])
    assert campaign.keys() & {"payout", "revenue"} == set()
    assert campaign["targeting"] == {"exclude_bots": False}
    assert (smartlink["visibility"], smartlink["tags"]) == ("private", ["smoke-test"])
    assert publisher["email"] == "success@simulator.amazonses.com"


@pytest.mark.parametrize(
    ("url", "answer", "problem"),
    [
        pytest.param(f"{DOORS.rest}/health", LocalResponse(502, {}, b"bad"), "502 bad, not 200", id="health"),
        pytest.param(
            f"{DOORS.tracking}/s/abc", LocalResponse(404, {}, b"none"), "404 none, not a redirect", id="click"
        ),
        pytest.param(
            f"{DOORS.rest}/s/abc",
            LocalResponse(302, {"location": "https://smoke-test.invalid/fallback"}, b""),
            "302 https://smoke-test.invalid/fallback, not a redirect",
            id="click to the fallback",
        ),
        pytest.param(f"{DOORS.tracking}/postback", LocalResponse(403, {}, b"no"), "403 no, not 200", id="postback"),
    ],
)
def test_first_wrong_answer_is_reported(
    keys: list[str], url: str, answer: LocalResponse, problem: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    stack = _Stack(has_link=True)
    stack.broken[url] = answer
    with pytest.raises(CommandError, match=f"GET {url} was answered with {problem}"):
        _run(stack, monkeypatch)


def test_api_without_an_address_yet_is_waited_for(keys: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    def unreachable(url: str, headers: object = None) -> LocalResponse:
        message = "name unknown"
        raise OSError(message)

    stack = _Stack(has_link=True)
    monkeypatch.setattr(stack, "get", unreachable)
    with pytest.raises(CommandError, match="health: name unknown"):
        _run(stack, monkeypatch)
