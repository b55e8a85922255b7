"""Endpoints of the marketplace: list smartlinks, show one, apply, withdraw."""

from typing import Any

from chalicelib.access import applying, membership, terms
from chalicelib.access.visibility import can_view
from chalicelib.domain.publisher import PublisherStatus
from chalicelib.http.models import LinkDocument
from chalicelib.http.problems import Conflict, Forbidden, NotFound
from chalicelib.http.request import Request
from chalicelib.http.view import ResultWithStatus
from chalicelib.lists.query_schemas import SearchPage
from chalicelib.publisher.smartlinks import queries
from chalicelib.publisher.smartlinks.documents import marketplace_documents, offer_amounts, own_link
from chalicelib.publisher.smartlinks.marketplace import find_smartlinks
from chalicelib.publisher.smartlinks.offers import visible_offers
from chalicelib.publisher.smartlinks.payout_range import all_countries, payout_range
from chalicelib.publisher.smartlinks.schemas import (
    ApplyDocument,
    MarketplaceDocument,
    MarketplaceQuery,
    NewApplication,
    OwnApplicationDocument,
    SmartlinkDetail,
)
from chalicelib.tables.publishers import ApplicationRow
from chalicelib.tables.smartlinks import SmartlinkRow


def find(request: Request, query: MarketplaceQuery) -> SearchPage[MarketplaceDocument]:
    """List the smartlinks that you can see."""
    found = find_smartlinks(request, query)
    return found.page(marketplace_documents(request, found.items))


def show(request: Request, smartlink_id: str) -> SmartlinkDetail:
    """Show a smartlink with its offers, your application and your link."""
    state = _get_visible_or_404(request, smartlink_id)
    smartlink, member = state.pool, state.membership
    application = membership.get_application_or_404(member.application_id) if member and member.application_id else None
    campaigns = {key: row.settings for key, row in queries.campaigns_by_id(smartlink.settings).items()}
    offers = visible_offers(smartlink.settings, campaigns, terms.current_terms(request.owner))
    return SmartlinkDetail(
        **_fields(smartlink),
        application_status=state.status,
        payout_range=payout_range(map(offer_amounts, offers)),
        countries=all_countries(offer.countries for offer in offers),
        offers=offers,
        application=_application(application) if application else None,
        link=_link(request, smartlink, membership.link_code(member)),
    )


def apply(request: Request, smartlink_id: str, body: NewApplication) -> ApplyDocument | ResultWithStatus[ApplyDocument]:
    """Apply to a smartlink. One that is public, or that respects approvals that you all have, approves immediately."""
    state = _get_visible_or_404(request, smartlink_id)
    _check_active(state)
    if state.status in (membership.PENDING, membership.APPROVED):
        return _current_application(request, state)
    application = applying.new_application(request, state, body.message)
    code = membership.code_for(request, state)
    link = _link(request, state.pool, code if application.status == membership.APPROVED else None)
    document = ApplyDocument(status=application.status, link=link)
    applying.apply(request, state, application, code, document)
    return document


def withdraw(request: Request, smartlink_id: str) -> ApplyDocument:
    """Withdraw your pending application. You can apply again."""
    state = membership.load_membership(smartlink_id, request.owner)
    if state.status != membership.PENDING:
        _check_visible(state)
        message = "You have no pending application for this smartlink."
        raise Conflict(message)
    document = ApplyDocument(status=membership.WITHDRAWN, link=None)
    applying.withdraw(request, state, document)
    return document


def _current_application(request: Request, state: membership.MembershipState) -> ResultWithStatus[ApplyDocument]:
    link = _link(request, state.pool, membership.link_code(state.membership))
    return ResultWithStatus(ApplyDocument(status=state.status, link=link), status=200)


def _get_visible_or_404(request: Request, smartlink_id: str) -> membership.MembershipState:
    state = membership.load_membership(smartlink_id, request.owner)
    _check_visible(state)
    return state


def _check_visible(state: membership.MembershipState) -> None:
    if not can_view(state):  # the same error as for an unknown ID: it must not reveal that the smartlink exists
        message = f"There is no smartlink {state.pool.id}."
        raise NotFound(message)


def _check_active(state: membership.MembershipState) -> None:
    # Authorization has checked it; a retry after a conflict reads it again.
    if state.publisher.status != PublisherStatus.ACTIVE:
        message = f"Your account is {state.publisher.status}."
        raise Forbidden(message)


def _fields(smartlink: SmartlinkRow) -> dict[str, Any]:
    settings = smartlink.settings
    return {
        "id": smartlink.id,
        "status": smartlink.status,
        **{name: settings[name] for name in ("name", "description", "tags", "rotation", "visibility", "goal")},
        "offer_count": len(settings["offers"]),
    }


def _application(row: ApplicationRow) -> OwnApplicationDocument:
    names = ("id", "status", "message", "applied_at", "decided_at", "reason")
    return OwnApplicationDocument(**{name: getattr(row, name) for name in names})


def _link(request: Request, smartlink: SmartlinkRow, code: str | None) -> LinkDocument | None:
    return own_link(request, code, smartlink.settings["tracking_domain"])
