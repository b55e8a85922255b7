"""References of a sent smartlink: its campaigns, and the addresses of its destinations."""

from collections.abc import Mapping
from typing import Any

from chalicelib.admin import route_publishing
from chalicelib.admin.own_links import own_link_errors
from chalicelib.admin.references import campaign_errors
from chalicelib.admin.smartlinks.schemas import MAX_DOMAIN, repeated_campaigns
from chalicelib.admin.targeting_fields import MAX_DESTINATION
from chalicelib.admin.tracking_domains.uses import domain_errors
from chalicelib.http.error_details import Error
from chalicelib.http.references import EACH, MAX_ID, texts_at
from chalicelib.http.request import Request
from chalicelib.tables.campaigns import CampaignRow


class SmartlinkReferences:
    """The references of a smartlink. `errors` reads them; then `campaigns` has the campaigns that exist, by ID.

    `before` is the smartlink before the edit, empty for a new one: its own addresses pass.
    """

    def __init__(self, request: Request, before: Mapping[str, Any]) -> None:
        self.campaigns: dict[str, CampaignRow] = {}
        self._request = request
        self._before = before

    def errors(self, document: Any) -> list[Error]:  # noqa: ANN401 - any JSON value
        """Return an error for each campaign or tracking domain that cannot be used, and for each link of ours.

        Campaigns that are listed twice are an error here as well: the model finds them only if all offers are valid.
        """
        ids = _campaign_ids(document)
        self.campaigns = route_publishing.campaigns(set(ids.values()))
        repeated = repeated_campaigns([key for pointer, key in ids.items() if pointer != "/catch_all_campaign_id"])
        twice = [("/offers", repeated)] if repeated else []
        domains = domain_errors(document, self._before)
        return twice + campaign_errors(ids, self.campaigns) + domains + self._link_errors(document)

    def _link_errors(self, document: Any) -> list[Error]:  # noqa: ANN401 - any JSON value
        domain = _domain(document)
        stored = _urls(self._before).values() if self._before and _domain(self._before) == domain else ()
        return own_link_errors(self._request, _urls(document), stored=tuple(stored), domain=domain)


def _campaign_ids(document: Any) -> dict[str, str]:  # noqa: ANN401 - any JSON value
    of_offers = texts_at(document, "offers", EACH, "campaign_id", max_length=MAX_ID)
    return {**of_offers, **texts_at(document, "catch_all_campaign_id", max_length=MAX_ID)}


def _urls(document: Any) -> dict[str, str]:  # noqa: ANN401 - any JSON value
    of_offers = texts_at(document, "offers", EACH, "destination_url", max_length=MAX_DESTINATION)
    return {**texts_at(document, "fallback_url", max_length=MAX_DESTINATION), **of_offers}


def _domain(document: Any) -> str | None:  # noqa: ANN401 - any JSON value
    return next(iter(texts_at(document, "tracking_domain", max_length=MAX_DOMAIN).values()), None)
