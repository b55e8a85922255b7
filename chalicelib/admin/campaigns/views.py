"""Endpoints for admins: campaigns."""

from urllib.parse import urlencode

from chalicelib.admin.campaigns import storage
from chalicelib.admin.campaigns.cap_usage import usage_of_campaigns
from chalicelib.admin.campaigns.schemas import CampaignDocument, CampaignSettings, CapUsage
from chalicelib.domain.campaign import CampaignStatus
from chalicelib.http.models import ListQuery, NoContent, Page, Patch
from chalicelib.http.request import Request
from chalicelib.http.transactions import check_if_match
from chalicelib.tables.campaigns import CampaignRow


def find(request: Request, query: ListQuery) -> Page[CampaignDocument]:
    """List the campaigns, newest first."""
    rows, cursor = storage.list_campaigns(request, query)
    usage = usage_of_campaigns(rows, request.now)
    return Page(items=[_document(request, row, usage[row.id]) for row in rows], next_cursor=cursor)


def create(request: Request, body: CampaignSettings) -> CampaignDocument:
    """Create a campaign."""
    row = CampaignRow(
        request.new_id("cmp"),
        version=1,
        settings=body.model_dump(mode="json"),
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
    settings = body.apply_to(row.settings)
    if settings.status is CampaignStatus.ARCHIVED:
        storage.check_not_in_use(campaign_id)
    return _save(request, row, settings)


def archive(request: Request, campaign_id: str) -> NoContent:
    """Archive a campaign that no smartlink uses."""
    row = storage.get_campaign_or_404(campaign_id)
    check_if_match(request, row.version)
    storage.check_not_in_use(campaign_id)
    settings = CampaignSettings(**row.settings)
    _save(request, row, settings.model_copy(update={"status": CampaignStatus.ARCHIVED}))
    return NoContent()


def _save(request: Request, row: CampaignRow, settings: CampaignSettings) -> CampaignDocument:
    before = row.settings
    row.version, row.updated_at = row.version + 1, request.timestamp
    row.settings = settings.model_dump(mode="json")
    document = _document(request, row)
    storage.save(request, row, before=before)
    return document


def _document(request: Request, row: CampaignRow, usage: list[CapUsage] | None = None) -> CampaignDocument:
    """Return the campaign's document; the usage of its caps is read unless it is given."""
    query = urlencode({"token": row.postback_token})
    return CampaignDocument(
        **row.settings,
        id=row.id,
        version=row.version,
        created_at=row.created_at,
        updated_at=row.updated_at,
        postback_token=row.postback_token,
        postback_url=f"{request.base_url}/postback?click_id={{click_id}}&{query}",
        cap_usage=usage_of_campaigns([row], request.now)[row.id] if usage is None else usage,
    )
