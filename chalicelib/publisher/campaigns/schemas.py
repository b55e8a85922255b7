"""Response models of the publisher's campaigns."""

from chalicelib.domain.campaign import CampaignStatus, CapMetric, CapScope, CapWindow
from chalicelib.domain.goal import GoalCounts
from chalicelib.http.fields import Money, Timestamp
from chalicelib.http.models import ResponseModel
from chalicelib.publisher.smartlinks.schemas import NamedGoalPayout


class OwnCap(ResponseModel):
    """A limit on your own clicks, conversions or payout."""

    metric: CapMetric
    window: CapWindow
    limit: Money
    scope: CapScope
    timezone: str


class OwnCampaignDocument(ResponseModel):
    """A campaign that you are approved for, with your direct link and what you get.

    The amounts at the top level are those of conversions without an event. An empty list of countries, devices,
    operating systems or languages allows any.
    """

    campaign_id: str
    name: str
    status: CampaignStatus
    payout: Money
    payout_percent: Money
    currency: str
    counts: GoalCounts
    goals: list[NamedGoalPayout]
    caps: list[OwnCap]
    tracking_key: str
    url: str
    approved_at: Timestamp
    countries: list[str]
    devices: list[str]
    os: list[str]
    languages: list[str]
