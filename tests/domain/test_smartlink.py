from enum import StrEnum

import pytest

from chalicelib.domain import campaign, click, conversion, goal, publisher, smartlink, visitor

VALUES: dict[type[StrEnum], str] = {
    visitor.Device: "mobile tablet desktop tv console",
    visitor.Connection: "cellular cable corporate hosting",
    visitor.OperatingSystem: "ios android windows macos linux chromeos other",
    campaign.CampaignStatus: "active paused archived",
    smartlink.SmartlinkStatus: "active paused deleted",
    smartlink.VersionAction: "created cloned edited paused resumed restored deleted earlier",
    smartlink.Visibility: "ask public private",
    smartlink.Rotation: "weighted optimized",
    smartlink.OptimizationGoal: "epc profit revenue conversion_rate",
    smartlink.OfferAccess: "grant respect",
    smartlink.PoolChangePolicy: "keep reset",
    publisher.ApplicationStatus: "pending approved declined withdrawn closed",
    publisher.PublisherStatus: "active suspended closed",
    conversion.ConversionStatus: "pending approved rejected",
    campaign.TrackingMethod: "postback pixel",
    campaign.Approval: "auto manual",
    goal.GoalCounts: "every once",
    conversion.Reporter: "postback pixel import",
    campaign.CapMetric: "clicks conversions payout revenue",
    campaign.CapWindow: "hour day week month total",
    campaign.CapScope: "campaign publisher",
    campaign.DuplicateIdentity: "ip_ua ip sub1 external_click_id",
    click.RejectionReason: (
        "disabled campaign_paused schedule not_approved country region city network connection device os os_version "
        "browser language source sub_id bot hosting duplicate cap lower_tier"
    ),
    click.Outcome: "offer catch_all fail_url fallback paused no_offer",
    click.ExperimentArm: "weighted optimized holdout",
}


@pytest.mark.parametrize("enum", VALUES, ids=lambda enum: enum.__name__)
def test_enum_has_the_values_of_the_api(enum: type[StrEnum]) -> None:
    assert [member.value for member in enum] == VALUES[enum].split()
