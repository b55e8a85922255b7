"""Endpoint for the campaigns that the publisher holds."""

from chalicelib.access import terms
from chalicelib.domain.terms import CampaignTerms
from chalicelib.http.request import Request
from chalicelib.lists.query_schemas import SearchPage, SearchQuery
from chalicelib.publisher.campaigns.document import campaign_fields
from chalicelib.publisher.campaigns.queries import HeldCampaign, held_campaigns
from chalicelib.publisher.campaigns.schemas import OwnCampaignDocument
from chalicelib.routing import route_codec


def find(request: Request, query: SearchQuery) -> SearchPage[OwnCampaignDocument]:
    """List the campaigns that you are approved for, with your direct links and payouts."""
    own = terms.current_terms(request.owner)
    found = held_campaigns(request.owner, query)
    return found.page([_document(request, each, own.get(each.campaign.id, CampaignTerms())) for each in found.items])


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
