"""Builders of domain objects and documents with defaults: a test names only the fields that matter to it."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from chalicelib.admin.campaigns.schemas import CampaignSettings
from chalicelib.admin.smartlinks.schemas import SmartlinkSettings
from chalicelib.domain.campaign import Campaign, Cap, CapMetric, CapWindow
from chalicelib.domain.click import TrackingParameters
from chalicelib.domain.route import LearnedWeights, PublisherLink, Route
from chalicelib.domain.smartlink import Offer, Rotation
from chalicelib.domain.visitor import Connection, Device, OperatingSystem, Visitor
from chalicelib.http.models import validate
from chalicelib.routing.eligibility import ClickContext

NOW = datetime(2026, 11, 4, 12, 30, tzinfo=UTC)
"""A Wednesday, half past noon."""


def a_campaign(campaign_id: str = "cmp_1", **changes: Any) -> Campaign:
    return replace(Campaign(id=campaign_id, destination_url=f"https://{campaign_id}.example/"), **changes)


def an_offer(campaign: Campaign | str = "cmp_1", **changes: Any) -> Offer:
    built = a_campaign(campaign) if isinstance(campaign, str) else campaign
    return replace(Offer(campaign=built), **changes)


def a_cap(limit: int = 100, **changes: Any) -> Cap:
    return replace(Cap(CapMetric.CLICKS, CapWindow.DAY, Decimal(limit)), **changes)


def a_visitor(**changes: Any) -> Visitor:
    visitor = Visitor(
        country="US",
        region="US-CA",
        city="Fresno",
        network="AS7018",
        isp="AT&T Internet",
        connection=Connection.CABLE,
        device=Device.MOBILE,
        os=OperatingSystem.IOS,
        os_version="17.5",
        browser="safari",
        language="en",
        address="203.0.113.7",
        user_agent="Mozilla/5.0 (iPhone)",
    )
    return replace(visitor, **changes)


def a_link(**changes: Any) -> PublisherLink:
    return replace(PublisherLink(code="abcde12345", publisher_id="pub_1", route_id="sml_1"), **changes)


def a_route(*offers: Offer, **changes: Any) -> Route:
    """Return a route with these offers and a fallback URL."""
    route = Route(id="sml_1", version=7, offers=offers, fallback_url="https://network.example/more")
    return replace(route, **changes)


LEARNED_AT = 1_793_795_100
"""The version of learned weights: five minutes before `NOW`."""


def an_optimized_route(*offers: Offer, segments: dict[str, dict[str, float]], **changes: Any) -> Route:
    """Return a route in rotation `optimized` with these weights by segment and campaign, and no hold-out."""
    learned = LearnedWeights(LEARNED_AT, segments)
    return a_route(*offers, **{"rotation": Rotation.OPTIMIZED, "learned": learned, **changes})


def a_click_context(**changes: Any) -> ClickContext:
    context = ClickContext(
        link=a_link(), visitor=a_visitor(), parameters=TrackingParameters(), now=NOW, draw=0.0, arm_draw=0.5
    )
    return replace(context, **changes)


def campaign_settings(**changes: Any) -> dict[str, Any]:
    """Return all settings of a campaign, as the API returns them."""
    document = {"name": "Game A", "destination_url": "https://acme.example/?cid={click_id}", **changes}
    return validate(CampaignSettings, document).model_dump(mode="json")


def smartlink_settings(**changes: Any) -> dict[str, Any]:
    """Return all settings of a smartlink without offers, as the API returns them."""
    document = {"name": "Summer App Deals", "fallback_url": "https://network.example/more", **changes}
    return validate(SmartlinkSettings, document).model_dump(mode="json")


def campaign_document(campaign_id: str = "cmp_1", **changes: Any) -> dict[str, Any]:
    """Return the document of a campaign in a route."""
    return {**campaign_settings(**changes), "id": campaign_id}


def pool_document(*campaign_ids: str, **changes: Any) -> dict[str, Any]:
    """Return the document of a smartlink in its route, with these campaigns as offers unless `offers` is given."""
    status = changes.pop("status", "active")
    offers = [{"campaign_id": campaign_id} for campaign_id in campaign_ids]
    return {**smartlink_settings(**{"offers": offers, **changes}), "id": "sml_1", "status": status}


def time_of(identifier: str) -> datetime:
    """Return the time of an ID with or without prefix: its first ten characters are milliseconds since 1970."""
    milliseconds = 0
    for letter in identifier[-26:-16]:
        milliseconds = milliseconds * 32 + "0123456789abcdefghjkmnpqrstvwxyz".index(letter)
    return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=milliseconds)
