"""Endpoints for admins: campaigns."""

from typing import Any
from urllib.parse import urlencode

from chalicelib.admin.campaigns import listing, pixel_urls, storage, token_rotation
from chalicelib.admin.campaigns.cap_usage import usage_of_campaigns
from chalicelib.admin.campaigns.list_schemas import CampaignQuery, CampaignSummary
from chalicelib.admin.campaigns.schemas import CampaignDocument, CampaignSettings, with_default_approval
from chalicelib.admin.smartlinks.campaign_links import check_not_in_use
from chalicelib.domain.campaign import CampaignStatus
from chalicelib.http.models import Body, NoContent, Patch
from chalicelib.http.request import Request
from chalicelib.http.transactions import check_if_match
from chalicelib.lists.query_schemas import SearchPage
from chalicelib.tables.campaigns import CampaignRow


def find(request: Request, query: CampaignQuery) -> SearchPage[CampaignSummary]:
    """List the campaigns, newest first."""
    return listing.list_campaigns(request, query)


def create(request: Request, body: Body[CampaignSettings]) -> CampaignDocument:
    """Create a campaign."""
    settings = body.validated(storage.destination_errors(request, {})).model_dump(mode="json")
    row = CampaignRow(
        request.new_id("cmp"),
        version=1,
        settings=settings,
        postback_token=request.new_token(),
        created_year=request.year,
        created_at=request.timestamp,
        updated_at=request.timestamp,
    )
    document = _document(request, row)
    storage.save(request, row, before=None, response=document)
    return document


def show(request: Request, campaign_id: str) -> CampaignDocument:
    """Show a campaign."""
    return _document(request, storage.get_campaign_or_404(campaign_id))


def edit(request: Request, campaign_id: str, body: Patch[CampaignSettings]) -> CampaignDocument:
    """Edit a campaign. All links that lead to it use the new settings at once."""
    row = storage.get_campaign_or_404(campaign_id)
    check_if_match(request, row.version)
    storage.check_not_archived(row)
    stored, also = with_default_approval(row.settings, body.changes), storage.destination_errors(request, row.settings)
    edited = body.apply_to(stored, also)
    if edited.status is CampaignStatus.ARCHIVED:
        check_not_in_use(campaign_id, request.now)
    return _save(request, row, edited.model_dump(mode="json"))


def archive(request: Request, campaign_id: str) -> NoContent:
    """Archive a campaign that no smartlink uses."""
    row = storage.get_campaign_or_404(campaign_id)
    check_if_match(request, row.version)
    check_not_in_use(campaign_id, request.now)
    _save(request, row, {**row.settings, "status": CampaignStatus.ARCHIVED.value})
    return NoContent()


def rotate_token(request: Request, campaign_id: str) -> CampaignDocument:
    """Replace the postback token. The replaced one works for 7 more days, the one before it no longer."""
    row = storage.get_campaign_or_404(campaign_id)
    check_if_match(request, row.version)
    before = token_rotation.previous_token_expires_at(row, request.now)
    dropped = token_rotation.rotate(request, row)
    document = _document(request, row)
    token_rotation.save(request, row, dropped, document, token_rotation.audit_change(row, before, request.now))
    return document


def _save(request: Request, row: CampaignRow, settings: dict[str, Any]) -> CampaignDocument:
    before = row.settings
    row.version, row.updated_at = row.version + 1, request.timestamp
    row.settings = settings
    document = _document(request, row)
    storage.save(request, row, before=before)
    return document


def _document(request: Request, row: CampaignRow) -> CampaignDocument:
    token = row.postback_token if request.may_see_tokens else None
    return CampaignDocument(
        **row.settings,
        id=row.id,
        version=row.version,
        created_at=row.created_at,
        updated_at=row.updated_at,
        postback_token=token,
        postback_url=token and f"{request.tracking_base}/postback?click_id={{click_id}}&{urlencode({'token': token})}",
        pixel_urls=pixel_urls.of_campaign(request, row),
        previous_token_expires_at=token_rotation.previous_token_expires_at(row, request.now),
        cap_usage=usage_of_campaigns([row], request.now)[row.id],
    )
