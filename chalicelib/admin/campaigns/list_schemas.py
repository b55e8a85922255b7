"""Query and row of the list of campaigns."""

from chalicelib.admin.campaigns.schemas import CapUsage
from chalicelib.domain.campaign import Approval, CampaignStatus, TrackingMethod
from chalicelib.http.fields import Money, Timestamp
from chalicelib.http.models import ResponseModel
from chalicelib.lists.query_schemas import AnyOf, SortedQuery, YesOrNo


class CampaignQuery(SortedQuery):
    """Search among the campaigns. A repeated filter means any of its values.

    `cap_near_limit` finds campaigns with a cap of which 80 % are used, or those without one.
    """

    status: AnyOf[CampaignStatus] | None = None
    advertiser: AnyOf[str] | None = None
    tag: AnyOf[str] | None = None
    cap_near_limit: YesOrNo | None = None


class CampaignSummary(ResponseModel):
    """A campaign in a list. `countries` are those of its targeting; none means any."""

    id: str
    name: str
    advertiser: str
    tags: list[str]
    status: CampaignStatus
    payout: Money
    revenue: Money
    payout_percent: Money
    revenue_percent: Money
    currency: str
    tracking: TrackingMethod
    approval: Approval
    goal_count: int
    countries: list[str]
    cap_usage: list[CapUsage]
    version: int
    created_at: Timestamp
    updated_at: Timestamp
