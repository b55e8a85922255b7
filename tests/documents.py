"""A small network built through the API, so that a test names only what it is about."""

from dataclasses import dataclass
from typing import Any

from chalicelib.routing import route_cache, weights_codec
from chalicelib.routing.route_history import pool_month
from chalicelib.tables.clicks import ClickRow
from chalicelib.tables.routes import RouteRow, WeightHistoryRow
from tests.builders import LEARNED_AT
from tests.conftest import Answered, Api

FALLBACK = "https://network.example/more"
CURL = "curl/8.5.0"


@dataclass(frozen=True, slots=True)
class Publisher:
    """A publisher: who they are and the API with their key."""

    id: str
    api: Api


def good(answered: Answered) -> Any:
    """The document of a call that succeeded."""
    assert answered.status in {200, 201}, answered.text
    return answered.json


def new_campaign(admin: Api, name: str = "game", **changes: Any) -> dict[str, Any]:
    """A campaign whose clicks go to `{name}.example`."""
    body = {"name": name, "destination_url": f"https://{name}.example/?cid={{click_id}}", **changes}
    campaign: dict[str, Any] = good(admin.post("/admin/campaigns", body))
    return campaign


def new_smartlink(admin: Api, *offers: dict[str, Any], **changes: Any) -> dict[str, Any]:
    """A smartlink of these offers; a campaign's document stands for an offer of weight 1."""
    seats = [{"campaign_id": each["id"]} if "id" in each else each for each in offers]
    body = {"name": "Summer App Deals", "fallback_url": FALLBACK, "offers": seats, **changes}
    smartlink: dict[str, Any] = good(admin.post("/admin/smartlinks", body))
    return smartlink


def new_publisher(admin: Api, name: str = "Ann") -> Publisher:
    """A publisher with their first key."""
    made = good(admin.post("/admin/publishers", {"name": name, "email": f"{name.lower()}@pub.example"}))
    return Publisher(made["id"], Api(made["api_key"]))


def put_on(admin: Api, smartlink: dict[str, Any], publisher: Publisher) -> str:
    """Puts the publisher on the smartlink; their link's code."""
    member = {"publisher_id": publisher.id}
    code: str = good(admin.post(f"/admin/smartlinks/{smartlink['id']}/publishers", member))["link"]["code"]
    return code


def new_link(admin: Api, *offers: dict[str, Any], **changes: Any) -> str:
    """The code of a new publisher's link to a new smartlink of these offers."""
    return put_on(admin, new_smartlink(admin, *offers, **changes), new_publisher(admin))


def taught(smartlink: dict[str, Any], segments: dict[str, dict[str, float]], version: int = LEARNED_AT) -> None:
    """Puts learned weights into force, by segment and campaign, as a run of that moment does."""
    packed = weights_codec.encode(segments)
    RouteRow(smartlink["id"]).update([RouteRow.weights.set(packed), RouteRow.weights_version.set(version)])
    kept = WeightHistoryRow(pool_month(smartlink["id"], version), version, weights=packed)
    kept.status, kept.expires_at = "published", version + 86_400
    kept.save()


def apply(publisher: Publisher, smartlink: dict[str, Any], message: str = "please") -> Answered:
    """The publisher asks for the smartlink."""
    return publisher.api.post(f"/publisher/smartlinks/{smartlink['id']}/apply", {"message": message})


def pending(admin: Api) -> list[str]:
    """The IDs of the applications that wait."""
    return [each["id"] for each in good(admin.get("/admin/applications?status=pending"))["items"]]


def clicked(code: str, query: dict[str, str] | None = None, **headers: str) -> Answered:
    """A click after the process has forgotten what it knew of links and routes."""
    route_cache.clear_caches()
    return Api().click(code, query=query, **headers)


def explained(admin: Api, code: str, query: dict[str, str] | None = None, **headers: str) -> dict[str, Any]:
    """The document of one new click on the link."""
    before = set(recorded())
    clicked(code, query, **headers)
    (click_id,) = set(recorded()) - before
    document: dict[str, Any] = good(admin.get(f"/admin/clicks/{click_id}"))
    return document


def recorded() -> dict[str, Any]:
    """Every recorded click by its ID."""
    return {row.click_id: row for row in ClickRow.scan()}


def refusals(click: dict[str, Any]) -> list[str | None]:
    """Why each offer could not take the click."""
    return [each["refused"] for each in click["decision"]["considered"]]


def complaints(answered: Answered) -> dict[str, str]:
    """What a 422 complains of: details by pointer."""
    assert answered.status == 422, answered.text
    assert set(answered.json) == {"type", "title", "status", "detail", "errors"}
    return {each["pointer"]: each["detail"] for each in answered.json["errors"]}


def pages(api: Api, path: str, limit: int) -> list[list[dict[str, Any]]]:
    """Every page of a list, read through to the last; a list that never ends is a failure."""
    mark = "&" if "?" in path else "?"
    found: list[list[dict[str, Any]]] = []
    cursor = ""
    for _ in range(100):
        page = good(api.get(f"{path}{mark}limit={limit}{cursor}"))
        assert set(page) == {"items", "next_cursor"}
        found.append(page["items"])
        if page["next_cursor"] is None:
            return found
        cursor = f"&cursor={page['next_cursor']}"
    raise AssertionError(path)
