"""Endpoints for admins: the terms of a publisher."""

from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from typing import Any

from chalicelib.access import membership, terms
from chalicelib.admin import route_publishing
from chalicelib.admin.campaigns.cap_usage import usage_of_caps
from chalicelib.admin.publishers import terms_storage
from chalicelib.admin.publishers.terms_schemas import TermsDocument, TermsPage, TermsSettings
from chalicelib.admin.publishers.terms_storage import CampaignTermsDocument
from chalicelib.domain.campaign import Cap, CapScope
from chalicelib.domain.goal import MAX_GOAL_NAME
from chalicelib.domain.terms import from_document
from chalicelib.http.error_details import Error
from chalicelib.http.models import Body, ListQuery, NoContent
from chalicelib.http.pagination import fetch_documents
from chalicelib.http.references import EACH, texts_at
from chalicelib.http.request import Request
from chalicelib.http.transactions import check_if_match
from chalicelib.routing import route_codec
from chalicelib.tables.base import get_or_none
from chalicelib.tables.campaigns import CampaignRow
from chalicelib.tables.publishers import TermsRow


def find(request: Request, publisher_id: str, query: ListQuery) -> TermsPage:
    """List the terms of a publisher by campaign."""
    row = terms.newest_row(membership.get_publisher_or_404(publisher_id).id)
    listing = terms_storage.list_of_terms(row, publisher_id)
    page = fetch_documents(listing, query, partial(_documents, request, publisher_id, row))
    return TermsPage(items=page.items, next_cursor=page.next_cursor, version=terms_storage.version_of(row))


def show(request: Request, publisher_id: str, campaign_id: str) -> TermsDocument:
    """Show the terms of a publisher for a campaign."""
    row = terms.newest_row(membership.get_publisher_or_404(publisher_id).id)
    stored = terms_storage.get_terms_or_404(row, publisher_id, campaign_id)
    return _documents(request, publisher_id, row, [(campaign_id, stored)])[0]


def replace(request: Request, publisher_id: str, campaign_id: str, body: Body[TermsSettings]) -> TermsDocument:
    """Set the terms of a publisher for a campaign. All links of the publisher use their caps at once.

    Conversions are paid by the terms in force at their click.
    """
    before = terms.newest_row(membership.get_publisher_or_404(publisher_id).id)
    check_if_match(request, terms_storage.version_of(before))
    settings = body.validated(lambda sent: _errors(before, campaign_id, sent)).model_dump(mode="json")
    row = terms_storage.save(request, publisher_id, before, campaign_id, settings)
    return _documents(request, publisher_id, row, [(campaign_id, settings)])[0]


def delete(request: Request, publisher_id: str, campaign_id: str) -> NoContent:
    """Delete the terms of a publisher for a campaign. New clicks follow the campaign."""
    before = terms.newest_row(membership.get_publisher_or_404(publisher_id).id)
    check_if_match(request, terms_storage.version_of(before))
    terms_storage.get_terms_or_404(before, publisher_id, campaign_id)
    terms_storage.save(request, publisher_id, before, campaign_id, None)
    return NoContent()


def _errors(before: TermsRow | None, campaign_id: str, sent: Any) -> Iterator[Error]:  # noqa: ANN401 - any JSON value
    """Yield the errors of what the campaign or the publisher's other terms do not allow."""
    campaign = get_or_none(CampaignRow, campaign_id)
    if error := route_publishing.campaign_error(campaign_id, campaign):
        yield "/campaign_id", error
    names = {goal["name"] for goal in campaign.settings["goals"]} if campaign else set()
    goals = texts_at(sent, "goals", EACH, "name", max_length=MAX_GOAL_NAME) if campaign else {}
    for pointer, name in goals.items():
        if name not in names:
            yield pointer, f"is not a named goal of the campaign: {name}"
    if sent.get("caps") is not None and (error := terms_storage.caps_error(before, campaign_id)):
        yield "/caps", error


def _documents(
    request: Request, publisher_id: str, row: TermsRow | None, items: Sequence[CampaignTermsDocument]
) -> list[TermsDocument]:
    campaigns = route_publishing.campaigns([campaign_id for campaign_id, _ in items])
    caps = {campaign_id: _publisher_caps(campaigns[campaign_id], stored) for campaign_id, stored in items}
    usage = usage_of_caps(caps, publisher_id, request.now)
    return [
        TermsDocument(
            **stored,
            campaign_id=campaign_id,
            campaign_name=campaigns[campaign_id].settings["name"],
            version=terms_storage.version_of(row),
            cap_usage=usage[campaign_id],
        )
        for campaign_id, stored in items
    ]


def _publisher_caps(campaign: CampaignRow, stored: Mapping[str, object]) -> list[Cap]:
    """Return the caps in force that count this publisher alone."""
    limited = from_document(stored).apply_to_caps(route_codec.campaign(route_publishing.campaign_document(campaign)))
    return [cap for cap in limited.caps if cap.scope is CapScope.PUBLISHER]
