"""A small network on the deployed stack for tests."""

import secrets
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any, TypeVar
from urllib.parse import urlencode, urlsplit

from local.http import LocalResponse, send

T = TypeVar("T")
IPHONE = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) "
    "Version/17.5 Mobile/15E148 Safari/604.1"
)
IPAD = IPHONE.replace("iPhone; CPU iPhone OS", "iPad; CPU OS")
WINDOWS = (
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Safari/537.36"
)
GOOGLEBOT = "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)"


@dataclass(frozen=True, slots=True)
class Clicked:
    """The response to a click. In these tests `host` identifies the campaign."""

    answer: LocalResponse

    @property
    def status(self) -> int:
        return self.answer.status

    @property
    def location(self) -> str:
        return self.answer.headers.get("location", "")

    @property
    def host(self) -> str:
        return urlsplit(self.location).hostname or ""

    @property
    def click_id(self) -> str:
        return self.location.partition("cid=")[2].partition("&")[0]


@dataclass(frozen=True, slots=True)
class Network:
    """The deployed stack: the admin API, and clicks of visitors, whose links have the address `tracking_url`."""

    url: str
    admin_key: str
    edge_secret: str
    tracking_url: str
    mark: str = field(default_factory=lambda: secrets.token_hex(4))

    def call(
        self, method: str, path: str, body: object = None, key: str | None = None, **headers: str
    ) -> LocalResponse:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        authorization = {"Authorization": f"Bearer {self.admin_key if key is None else key}"}
        return send(method, f"{self.url}{path}", body=body, headers={**authorization, **named})

    def good(self, method: str, path: str, body: object = None, key: str | None = None) -> Any:
        answer = self.call(method, path, body, key)
        assert answer.status < 300, f"{method} {path}: {answer.status} {answer.body!r}"
        return answer.json() if answer.body else None

    def all(self, path: str) -> Iterator[Any]:
        """Yield every item of a list, page by page. The path has a query string."""
        cursor = ""
        while cursor is not None:
            page = self.good("GET", f"{path}&limit=200{cursor and '&cursor='}{cursor}")
            yield from page["items"]
            cursor = page["next_cursor"]

    def campaign(self, name: str, **changes: Any) -> str:
        """Create a campaign with the destination `{name}.example` and return its ID."""
        body = {
            "name": f"{name} {self.mark}",
            "destination_url": f"https://{name}.example/?cid={{click_id}}&s={{sub1}}",
        }
        campaign_id: str = self.good("POST", "/admin/campaigns", {**body, **changes})["id"]
        return campaign_id

    def smartlink(self, *offers: dict[str, Any], **changes: Any) -> str:
        """Create a smartlink with these offers and return its ID."""
        body = {
            "name": f"Pool {self.mark}",
            "offers": list(offers),
            "fallback_url": "https://fallback.example/?cid={click_id}",
        }
        smartlink_id: str = self.good("POST", "/admin/smartlinks", {**body, **changes})["id"]
        return smartlink_id

    def publisher(self) -> tuple[str, str]:
        """Create a publisher and return its ID and key."""
        created = self.good("POST", "/admin/publishers", {"name": f"Pub {self.mark}", "email": "pub@pub.example"})
        return created["id"], created["api_key"]

    def link(self, smartlink_id: str, publisher_id: str | None = None) -> str:
        """Add a publisher to the smartlink and return the URL of the link."""
        member = {"publisher_id": publisher_id or self.publisher()[0]}
        url: str = self.good("POST", f"/admin/smartlinks/{smartlink_id}/publishers", member)["link"]["url"]
        return url

    def on_rest_api(self, link: str) -> str:
        """Return the URL of a link on the REST API, as an earlier release printed it."""
        return link.replace(self.tracking_url, self.url)

    def click(
        self,
        link: str,
        *,
        country: str = "US",
        agent: str = IPHONE,
        address: str = "203.0.113.7",
        method: str = "GET",
        secret: str | None = None,
        query: dict[str, str] | None = None,
        **headers: str,
    ) -> Clicked:
        """Send one click with edge headers, by default from a US iPhone."""
        edge = {
            "X-Edge-Secret": self.edge_secret if secret is None else secret,
            "CloudFront-Viewer-Country": country,
            "CloudFront-Viewer-Address": f"{address}:4711",
        }
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        url = f"{link}?{urlencode(query)}" if query else link
        return Clicked(send(method, url, headers={"User-Agent": agent, **edge, **named}))

    def document(self, click_id: str) -> Any:
        """Return the click document."""
        return self.good("GET", f"/admin/clicks/{click_id}")


def run_concurrently(times: int, act: Callable[[int], T], threads: int = 16) -> list[T]:
    """Run `act` for 0 … times - 1 concurrently and return the results."""
    with ThreadPoolExecutor(threads) as pool:
        return list(pool.map(act, range(times)))


def wait_for(seconds: float, act: Callable[[], T], wanted: T) -> float:
    """Wait until `act` returns `wanted` and return the seconds it took. Fail after `seconds`."""
    began = time.monotonic()
    while (got := act()) != wanted:
        took = time.monotonic() - began
        assert took < seconds, f"still {got!r} after {took:.1f} s, not {wanted!r}"
    return time.monotonic() - began
