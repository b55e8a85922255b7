"""HEAD is answered wherever GET is on the deployed stack, without a body and without an effect."""

from collections.abc import Callable
from urllib.parse import urlencode

import pytest

from local.http import send
from tests.stack.network import Network
from tests.stack.test_bad_input import raw
from tests.stack.test_conversions import token_of

SAME = ("content-type", "cache-control", "etag", "www-authenticate", "access-control-allow-origin")
REPORT = "/admin/reports?from=2026-11-01&to=2026-11-02&format=csv"
CLICKS = "/admin/clicks?from=2026-11-01&to=2026-11-02&format=csv"
OPEN = ["/health", "/openapi.json", "/docs", "/docs/start.js", "/docs/nothing"]
GUARDED = ["/admin/campaigns", "/admin/campaigns/none", CLICKS, "/admin/clicks?limit=0", REPORT]


def _seen(network: Network, method: str, path: str, key: str | None = None) -> tuple[int, dict[str, str | None]]:
    answer = network.call(method, path, key=key)
    return answer.status, {name: answer.headers.get(name) for name in SAME}


def test_head_has_status_and_headers_of_get(network: Network) -> None:
    campaign = f"/admin/campaigns/{network.campaign('head')}"
    _, publisher_key = network.publisher()
    pairs: list[tuple[str, str | None]] = [(path, None) for path in (*OPEN, *GUARDED, campaign)]
    pairs += [(campaign, key) for key in ("", "slk_admin_wrong", publisher_key)]
    for path, key in pairs:
        assert _seen(network, "HEAD", path, key) == _seen(network, "GET", path, key), (path, key)
    assert _seen(network, "HEAD", campaign)[1]["etag"] == '"1"'
    assert _seen(network, "HEAD", "/publisher/me", publisher_key) == _seen(
        network, "GET", "/publisher/me", publisher_key
    )


@pytest.mark.parametrize(
    ("path", "status"),
    [
        pytest.param("/admin/campaigns", 200, id="a list"),
        pytest.param("/admin/campaigns/none", 404, id="a problem"),
        pytest.param("/docs", 200, id="a page"),
        pytest.param("/pixel.gif", 200, id="an image"),
        pytest.param("/postback", 200, id="a postback"),
        pytest.param("/s/abcde12345", 404, id="an unknown code"),
    ],
)
def test_head_has_no_body(network: Network, path: str, status: int) -> None:
    assert raw(network, f"HEAD {{stage}}{path} HTTP/1.1") == (status, b"")


@pytest.mark.parametrize(("path", "status"), [("/pixel.gif", 200), ("/postback", 200), ("/s/abcde12345", 404)])
def test_head_has_no_body_at_the_http_api_either(network: Network, path: str, status: int) -> None:
    of_head, of_get = (send(method, f"{network.tracking_url}{path}") for method in ("HEAD", "GET"))
    assert (of_head.status, of_head.body, of_get.body != b"") == (status, b"", True)


@pytest.mark.alone
def test_head_of_postback_and_pixel_records_nothing(
    network: Network, count_items: Callable[[], dict[str, int]]
) -> None:
    campaigns = {"/postback": network.campaign("s2s"), "/pixel.gif": network.campaign("px", tracking="pixel")}
    for (path, campaign), media in zip(campaigns.items(), ("application/json", "image/gif"), strict=True):
        click = network.click(network.link(network.smartlink({"campaign_id": campaign})))
        cookie = click.answer.headers.get("set-cookie", "").partition(";")[0]
        sent = {"click_id": click.click_id, "token": token_of(network, campaign), "campaign_id": campaign}
        before = count_items()
        for query in (sent, {**sent, "token": "wrong", "payout": "-1"}, {}):
            head = send("HEAD", f"{network.url}{path}?{urlencode(query)}", headers={"Cookie": cookie})
            assert (head.status, head.headers["content-type"]) == (200, media)
        assert count_items() == before
        assert send("GET", f"{network.url}{path}?{urlencode(sent)}", headers={"Cookie": cookie}).status == 200
        assert len(list(network.all(f"/admin/conversions?campaign_id={campaign}"))) == 1
