import pytest

from chalicelib.publisher.campaigns.schemas import OwnCampaignDocument, OwnGoal


@pytest.mark.parametrize("model", [OwnCampaignDocument, OwnGoal])
def test_publisher_sees_no_data_of_the_advertiser(model: type[OwnCampaignDocument]) -> None:
    hidden = {"revenue", "revenue_percent", "advertiser", "postback_token", "postback_url", "destination_url"}
    assert hidden.isdisjoint(model.model_fields)
