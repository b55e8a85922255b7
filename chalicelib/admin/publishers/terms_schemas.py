"""Request and response models of a publisher's terms."""

from typing import Annotated

from pydantic import Field, field_validator

from chalicelib.admin.campaigns.schemas import (
    MAX_CAPS,
    MAX_GOALS,
    CapSettings,
    CapUsage,
    Percentage,
    check_each_cap_once,
    check_each_goal_once,
)
from chalicelib.domain.campaign import CapScope
from chalicelib.domain.goal import MAX_GOAL_NAME
from chalicelib.http.fields import Money
from chalicelib.http.models import Page, RequestModel, ResponseModel


class PayoutTerms(RequestModel):
    """What the publisher is paid for a goal: a fixed amount, and a percentage of the sale's amount.

    Null is as the campaign says.
    """

    payout: Money | None = None
    payout_percent: Percentage | None = None


class GoalTermsSettings(PayoutTerms):
    """What the publisher is paid for a named goal of the campaign."""

    name: Annotated[str, Field(min_length=1, max_length=MAX_GOAL_NAME, examples=["sale"])]


class PublisherCapSettings(CapSettings):
    """A maximum of `limit` of `metric` in each window for this publisher."""

    scope: CapScope = CapScope.PUBLISHER

    @field_validator("scope")
    @classmethod
    def _is_publisher(cls, scope: CapScope) -> CapScope:
        if scope is not CapScope.PUBLISHER:
            message = "must be publisher: caps of scope campaign are settings of the campaign"
            raise ValueError(message)
        return scope


class TermsSettings(PayoutTerms):
    """A publisher's terms for a campaign. The amounts at the top level are those of the goal `default`.

    `caps` replace the campaign's caps of scope `publisher`, an empty list removes them, and null keeps them.
    """

    goals: list[GoalTermsSettings] = Field([], max_length=MAX_GOALS)
    caps: list[PublisherCapSettings] | None = Field(None, max_length=MAX_CAPS)

    @field_validator("goals")
    @classmethod
    def _each_goal_once(cls, goals: list[GoalTermsSettings]) -> list[GoalTermsSettings]:
        check_each_goal_once([goal.name for goal in goals])
        return goals

    @field_validator("caps")
    @classmethod
    def _each_cap_once(cls, caps: list[PublisherCapSettings] | None) -> list[PublisherCapSettings] | None:
        check_each_cap_once(caps or [])
        return caps


class TermsDocument(TermsSettings, ResponseModel):
    """A publisher's terms for a campaign. `version` is that of all terms of the publisher.

    `cap_usage` has the publisher's caps that are in force: those of the terms, or else the campaign's of scope
    `publisher`.
    """

    campaign_id: str
    campaign_name: str
    version: int
    cap_usage: list[CapUsage]


class TermsPage(Page[TermsDocument]):
    """A page of a publisher's terms. `version` is 0 if they never had any."""

    version: int
