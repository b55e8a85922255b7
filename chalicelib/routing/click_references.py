"""What click documents show besides the click and its route: names, terms, and the address of the link."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from chalicelib.domain.route import Route
from chalicelib.domain.terms import CampaignTerms

LinkUrl = Callable[[str, str | None], str]
"""Return the URL of a link from its code and the tracking domain, if there is one."""


@dataclass(frozen=True, slots=True)
class RouteDocuments:
    """The documents that a route was compiled from: a smartlink, empty for a direct link, and its campaigns by ID.

    They have the names of that version, and the rules of each offer apart from its campaign's.
    """

    smartlink: Mapping[str, Any] = field(default_factory=dict)
    campaigns: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)

    @property
    def offers(self) -> Mapping[str, Mapping[str, Any]]:
        """The offers of the smartlink by campaign ID."""
        return {offer["campaign_id"]: offer for offer in self.smartlink.get("offers", ())}

    def campaign_name(self, campaign_id: str) -> str | None:
        """Return the name that the campaign had, or None if the documents do not have it."""
        name: str | None = self.campaigns.get(campaign_id, {}).get("name")
        return name


class PastRoute(NamedTuple):
    """A route with the learned weights of its time, and the documents that it was compiled from."""

    route: Route
    documents: RouteDocuments


@dataclass(frozen=True, slots=True)
class ClickReferences:
    """Names of today by ID, and the terms of publishers by their ID and version, then by campaign.

    A campaign or smartlink without a name here has that of the route's version. `link_url` is None if no address is
    known.
    """

    campaigns: Mapping[str, str] = field(default_factory=dict)
    smartlinks: Mapping[str, str] = field(default_factory=dict)
    publishers: Mapping[str, str] = field(default_factory=dict)
    terms: Mapping[tuple[str, int], Mapping[str, CampaignTerms]] = field(default_factory=dict)
    link_url: LinkUrl | None = None


NO_DOCUMENTS = RouteDocuments()
NO_REFERENCES = ClickReferences()
