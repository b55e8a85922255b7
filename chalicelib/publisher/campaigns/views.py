"""Endpoint for the campaigns that the publisher holds."""

from chalicelib.http.models import ListQuery, Page
from chalicelib.http.request import Request
from chalicelib.publisher.campaigns.document import campaign_fields, publisher_caps
from chalicelib.publisher.campaigns.queries import HeldCampaign, list_held_campaigns
from chalicelib.publisher.campaigns.schemas import OwnCampaignDocument
from chalicelib.routing import route_codec


def find(request: Request, query: ListQuery) -> Page[OwnCampaignDocument]:
    """List the campaigns that you are approved for, with your direct links and payouts."""
    rows, cursor = list_held_campaigns(request.owner, query)
    return Page(items=[_document(request, held) for held in rows], next_cursor=cursor)


def _document(request: Request, held: HeldCampaign) -> OwnCampaignDocument:
    settings, approval = held.campaign.settings, held.approval
    campaign = route_codec.campaign({**settings, "id": held.campaign.id})
    return OwnCampaignDocument(
        campaign_id=campaign.id,
        **campaign_fields(settings, (campaign.default_goal, *campaign.goals), publisher_caps(settings)),
        tracking_key=approval.tracking_key,
        url=request.link_url(approval.tracking_key),
        approved_at=approval.approved_at,
    )
