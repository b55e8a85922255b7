"""Documents of the marketplace: rows of the list, and the parts that they share with a smartlink's own page."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from chalicelib.access.membership import applications_of, link_code
from chalicelib.http.models import LinkDocument
from chalicelib.http.request import Request
from chalicelib.lists.merge import Entry
from chalicelib.publisher.smartlinks import queries
from chalicelib.publisher.smartlinks.payout_range import Amounts, amounts, payout_range
from chalicelib.publisher.smartlinks.schemas import ApplicationState, MarketplaceDocument, OfferDocument
from chalicelib.routing import route_codec
from chalicelib.tables.publishers import MembershipRow

_FIELDS = ("id", "name", "description", "tags", "offer_count", "rotation", "status", "visibility", "countries")


def marketplace_documents(request: Request, entries: Sequence[Entry]) -> list[MarketplaceDocument]:
    """Return the rows of these entries for the publisher, with their applications, links and payouts."""
    members = queries.memberships_by_smartlink(request.owner, [entry["id"] for entry in entries])
    applications = applications_of(members.values())
    own = own_amounts(request.owner, set().union(*(entry["offers"] for entry in entries)))
    return [
        MarketplaceDocument(
            **{name: entry[name] for name in _FIELDS},
            application_status=(member := members.get(entry["id"])) and member.status,
            application=_state(applications, member),
            link=own_link(request, link_code(member), entry["tracking_domain"]),
            payout_range=payout_range(_amounts(entry["offers"], own)),
        )
        for entry in entries
    ]


def _state(applications: Mapping[str | None, Any], member: MembershipRow | None) -> ApplicationState | None:
    row = applications.get(member.application_id) if member else None
    return ApplicationState(status=row.status, applied_at=row.applied_at, reason=row.reason) if row else None


def own_link(request: Request, code: str | None, tracking_domain: str | None) -> LinkDocument | None:
    """Return the publisher's link of this code, None without one."""
    return LinkDocument(code=code, url=request.link_url(code, tracking_domain)) if code else None


def own_amounts(publisher_id: str, campaign_ids: set[str]) -> dict[str, Amounts | None]:
    """Return the amounts of each of these campaigns for which the publisher has terms."""
    found = {}
    for key, (row, terms) in queries.campaigns_with_terms(publisher_id, campaign_ids).items():
        campaign = route_codec.campaign({**row.settings, "id": key})
        goals = [terms.apply_to_goal(goal) for goal in (campaign.default_goal, *campaign.goals)]
        found[key] = amounts([goal.payout for goal in goals], campaign.currency)
    return found


def _amounts(offers: Mapping[str, Sequence[str] | None], own: Mapping[str, Amounts | None]) -> Iterable[Amounts | None]:
    return (own[key] if key in own else Amounts(*stored) if stored else None for key, stored in offers.items())


def offer_amounts(offer: OfferDocument) -> Amounts | None:
    """Return the range of the fixed amounts that an offer pays."""
    return amounts([offer.payout, *(goal.payout for goal in offer.goals)], offer.currency)
