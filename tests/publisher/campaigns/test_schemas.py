import pytest

from chalicelib.publisher.campaigns.schemas import OwnCampaignDocument
from chalicelib.publisher.smartlinks.schemas import NamedGoalPayout


@pytest.mark.parametrize("model", [OwnCampaignDocument, NamedGoalPayout])
def test_publisher_sees_no_data_of_the_advertiser(model: type[OwnCampaignDocument]) -> None:
    hidden = {"revenue", "revenue_percent", "advertiser", "postback_token", "postback_url", "destination_url"}
    assert hidden.isdisjoint(model.model_fields)
