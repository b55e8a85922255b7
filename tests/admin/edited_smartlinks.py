"""Paths, request bodies and destinations of smartlinks, for tests that edit them."""

from typing import Any

from chalicelib.tables.campaigns import CampaignRow
from tests.conftest import Api
from tests.documents import clicked, good


def path_of(smartlink: dict[str, Any]) -> str:
    """Return the path of the smartlink in the API."""
    return f"/admin/smartlinks/{smartlink['id']}"


def with_offers(*campaigns: dict[str, Any]) -> dict[str, Any]:
    """Return a PATCH that replaces the offers by these campaigns."""
    return {"offers": [{"campaign_id": campaign["id"]} for campaign in campaigns]}


def location(code: str) -> str:
    """Click on a link and return its destination without the query."""
    return clicked(code).headers["Location"].partition("?")[0]


def tracking_keys(admin: Api, publisher_id: str) -> dict[str, str]:
    """Return the publisher's tracking keys by campaign."""
    items = good(admin.get(f"/admin/publishers/{publisher_id}/campaigns"))["items"]
    return {item["campaign_id"]: item["tracking_key"] for item in items}


def archive_within_pool(campaign: dict[str, Any]) -> None:
    """Archive a campaign that a smartlink holds, as an earlier release could."""
    row = CampaignRow.get(campaign["id"])
    row.settings = {**row.settings, "status": "archived"}
    row.save()
