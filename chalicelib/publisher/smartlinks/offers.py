"""The offers of a pool as a publisher may see them: payout and reach, nothing of the advertiser."""

from collections.abc import Mapping

from chalicelib.publisher.smartlinks.schemas import OfferDocument
from chalicelib.routing.route_codec import JsonObject


def offers(settings: JsonObject, campaigns: Mapping[str, JsonObject]) -> list[OfferDocument]:
    """Each enabled offer whose campaign is active, with the countries and devices that both allow."""
    running = [
        (seat, campaigns[seat["campaign_id"]])
        for seat in settings["offers"]
        if seat["enabled"] and seat["campaign_id"] in campaigns and campaigns[seat["campaign_id"]]["status"] == "active"
    ]
    return [found for seat, campaign in running if (found := _offer(seat, campaign))]


def _offer(seat: JsonObject, campaign: JsonObject) -> OfferDocument | None:
    excluded = {*campaign["targeting"]["exclude_countries"], *seat["targeting"]["exclude_countries"]}
    countries = _both(campaign["targeting"]["countries"], seat["targeting"]["countries"])
    if countries:
        countries = [each for each in countries if each not in excluded] or None
    devices = _both(campaign["targeting"]["devices"], seat["targeting"]["devices"])
    if countries is None or devices is None:
        return None
    return OfferDocument(
        campaign_id=seat["campaign_id"],
        name=campaign["name"],
        payout=campaign["payout"],
        countries=countries,
        devices=devices,
    )


def _both(one: list[str], other: list[str]) -> list[str] | None:
    """What both lists allow, where an empty one allows anything; None where they have nothing in common."""
    if not one or not other:
        return sorted(one or other)
    return sorted(set(one) & set(other)) or None
