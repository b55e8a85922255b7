"""A small network built through the API: a test names only the fields that matter to it."""

from dataclasses import dataclass
from typing import Any

from chalicelib.routing import route_cache, weights_codec
from chalicelib.routing.route_history import pool_month
from chalicelib.tables.clicks import ClickRow
from chalicelib.tables.routes import RouteRow, WeightHistoryRow
from tests.builders import LEARNED_AT
from tests.conftest import Api, ApiResponse

FALLBACK = "https://network.example/more"
CURL = "curl/8.5.0"

CAMPAIGN_EXAMPLE: dict[str, Any] = {
    "name": "Game A",
    "advertiser": "Acme",
    "tags": ["games"],
    "destination_url": "https://acme.example/?cid={click_id}&s={sub1}",
    "status": "active",
    "payout": "1.50",
    "revenue": "2.00",
    "payout_percent": "0",
    "revenue_percent": "0",
    "counts": "every",
    "currency": "USD",
    "tracking": "postback",
    "approval": "manual",
    "approve_after_days": 30,
    "goals": [
        {
            "name": "sale",
            "payout": "0",
            "revenue": "0",
            "payout_percent": "8",
            "revenue_percent": "10",
            "counts": "once",
        }
    ],
    "max_payout": "500",
    "postback_ips": ["198.51.100.0/24"],
    "targeting": {
        "countries": ["US"],
        "exclude_countries": [],
        "regions": [],
        "cities": [],
        "devices": ["mobile"],
        "os": ["ios"],
        "os_versions": {"ios": ">=16"},
        "browsers": [],
        "languages": [],
        "sources": [],
        "exclude_sources": [],
        "networks": [],
        "exclude_networks": [],
        "connections": [],
        "sub_ids": {},
        "exclude_bots": True,
        "exclude_hosting": False,
    },
    "schedule": {"starts_at": None, "ends_at": None, "timezone": "UTC", "hours": [0, 1, 2], "weekdays": [1, 2]},
    "caps": [{"metric": "clicks", "window": "day", "limit": "1000", "scope": "campaign", "timezone": "UTC"}],
    "duplicate_filter": {"identity": "ip_ua", "window_seconds": 86400},
    "fail_url": None,
    "attribution_window_days": 30,
}
"""A campaign with a value for every field."""


@dataclass(frozen=True, slots=True)
class Publisher:
    """A publisher: their ID, and the API with their key."""

    id: str
    api: Api


def good(answered: ApiResponse) -> Any:
    """Return the document of a successful response."""
    assert answered.status in {200, 201}, answered.text
    return answered.json


def new_campaign(admin: Api, name: str = "game", **changes: Any) -> dict[str, Any]:
    """Create a campaign whose clicks go to `{name}.example`."""
    body = {"name": name, "destination_url": f"https://{name}.example/?cid={{click_id}}", **changes}
    campaign: dict[str, Any] = good(admin.post("/admin/campaigns", body))
    return campaign


def new_smartlink(admin: Api, *offers: dict[str, Any], **changes: Any) -> dict[str, Any]:
    """Create a smartlink with these offers; the document of a campaign is an offer of weight 1."""
    settings = [{"campaign_id": each["id"]} if "id" in each else each for each in offers]
    body = {"name": "Summer App Deals", "fallback_url": FALLBACK, "offers": settings, **changes}
    smartlink: dict[str, Any] = good(admin.post("/admin/smartlinks", body))
    return smartlink


def new_publisher(admin: Api, name: str = "Ann") -> Publisher:
    """Create a publisher."""
    document = good(admin.post("/admin/publishers", {"name": name, "email": f"{name.lower()}@pub.example"}))
    return Publisher(document["id"], Api(document["api_key"]))


def set_terms(admin: Api, publisher_id: str, campaign: dict[str, Any], **terms: Any) -> dict[str, Any]:
    """Set the publisher's terms for the campaign."""
    document: dict[str, Any] = good(admin.put(f"/admin/publishers/{publisher_id}/terms/{campaign['id']}", terms))
    return document


def add_publisher(admin: Api, smartlink: dict[str, Any], publisher: Publisher) -> str:
    """Add the publisher to the smartlink; return the code of their link."""
    member = {"publisher_id": publisher.id}
    code: str = good(admin.post(f"/admin/smartlinks/{smartlink['id']}/publishers", member))["link"]["code"]
    return code


def new_link(admin: Api, *offers: dict[str, Any], **changes: Any) -> str:
    """Create a smartlink with these offers and a publisher; return the code of their link."""
    return add_publisher(admin, new_smartlink(admin, *offers, **changes), new_publisher(admin))


def publish_weights(
    smartlink: dict[str, Any], segments: dict[str, dict[str, float]], version: int = LEARNED_AT
) -> None:
    """Publish learned weights by segment and campaign, like an optimization run of that time."""
    encoded = weights_codec.encode(segments)
    RouteRow(smartlink["id"]).update([RouteRow.weights.set(encoded), RouteRow.weights_version.set(version)])
    row = WeightHistoryRow(pool_month(smartlink["id"], version), version, weights=encoded)
    row.status, row.expires_at = "published", version + 86_400
    row.save()


def apply(publisher: Publisher, smartlink: dict[str, Any], message: str = "please") -> ApiResponse:
    """Apply to the smartlink."""
    return publisher.api.post(f"/publisher/smartlinks/{smartlink['id']}/apply", {"message": message})


def pending(admin: Api) -> list[str]:
    """Return the IDs of the pending applications."""
    return [each["id"] for each in good(admin.get("/admin/applications?status=pending"))["items"]]


def clicked(code: str, query: dict[str, str] | None = None, **headers: str) -> ApiResponse:
    """Click on a link with empty caches."""
    route_cache.clear_caches()
    return Api().click(code, query=query, **headers)


def click_and_explain(admin: Api, code: str, query: dict[str, str] | None = None, **headers: str) -> dict[str, Any]:
    """Click on a link; return the click document."""
    before = set(recorded())
    clicked(code, query, **headers)
    (click_id,) = set(recorded()) - before
    document: dict[str, Any] = good(admin.get(f"/admin/clicks/{click_id}"))
    return document


def recorded() -> dict[str, Any]:
    """Return all recorded clicks by ID."""
    return {row.click_id: row for row in ClickRow.scan()}


def an_explained_offer(campaign_id: str, **changes: Any) -> dict[str, Any]:
    """Return an offer that a click document explains: of weight 1 and without a name, and without a chance."""
    offer = {"campaign_id": campaign_id, "campaign_name": None, "priority": 0, "weight": 1, "chance": 0.0}
    return {**offer, "refused": None, "refused_by": None, "allowed": None, **changes}


def refusals(click: dict[str, Any]) -> list[str | None]:
    """Return the rejection of each offer."""
    return [each["refused"] for each in click["decision"]["considered"]]


def errors_by_pointer(answered: ApiResponse) -> dict[str, str]:
    """Return the errors of a 422 response: details by pointer."""
    assert answered.status == 422, answered.text
    assert set(answered.json) == {"type", "title", "status", "detail", "errors"}
    return {each["pointer"]: each["detail"] for each in answered.json["errors"]}


def listed(api: Api, path: str, limit: int = 50) -> list[str]:
    """Return the IDs of all items of a list in order."""
    return [each["id"] for page in pages(api, path, limit) for each in page]


def pages(api: Api, path: str, limit: int) -> list[list[dict[str, Any]]]:
    """Read all pages of a list; fail if it has more than 100."""
    separator = "&" if "?" in path else "?"
    items: list[list[dict[str, Any]]] = []
    cursor = ""
    for _ in range(100):
        page = good(api.get(f"{path}{separator}limit={limit}{cursor}"))
        assert set(page) - {"total", "clicks_kept_from"} == {"items", "next_cursor"}
        items.append(page["items"])
        if page["next_cursor"] is None:
            return items
        cursor = f"&cursor={page['next_cursor']}"
    raise AssertionError(path)
