"""Endpoint for the campaigns that the publisher holds."""

from chalicelib.access import terms
from chalicelib.domain.terms import CampaignTerms
from chalicelib.http.models import ListQuery, Page
from chalicelib.http.request import Request
from chalicelib.publisher.campaigns.document import campaign_fields
from chalicelib.publisher.campaigns.queries import HeldCampaign, list_held_campaigns
from chalicelib.publisher.campaigns.schemas import OwnCampaignDocument
from chalicelib.routing import route_codec


def find(request: Request, query: ListQuery) -> Page[OwnCampaignDocument]:
    """List the campaigns that you are approved for, with your direct links and payouts."""
    rows, cursor = list_held_campaigns(request.owner, query)
    own = terms.current_terms(request.owner)
    items = [_document(request, held, own.get(held.campaign.id, CampaignTerms())) for held in rows]
    return Page(items=items, next_cursor=cursor)


def _document(request: Request, held: HeldCampaign, own: CampaignTerms) -> OwnCampaignDocument:
    settings, approval = held.campaign.settings, held.approval
    campaign = route_codec.campaign({**settings, "id": held.campaign.id})
    return OwnCampaignDocument(
        campaign_id=campaign.id,
        **campaign_fields(settings, campaign, own),
        tracking_key=approval.tracking_key,
        url=request.link_url(approval.tracking_key),
        approved_at=approval.approved_at,
    )
