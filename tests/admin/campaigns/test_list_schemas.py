import pytest

from chalicelib.admin.campaigns.list_schemas import CampaignQuery, CampaignSummary
from chalicelib.http.models import validate
from chalicelib.http.problems import ValidationFailed


def test_row_has_exactly_the_documented_fields() -> None:
    fields = "id name advertiser tags status payout revenue payout_percent revenue_percent currency tracking approval"
    fields += " goal_count countries cap_usage version created_at updated_at"
    assert set(CampaignSummary.model_fields) == set(fields.split())


def test_unknown_value_of_a_filter_is_an_error() -> None:
    with pytest.raises(ValidationFailed) as caught:
        validate(CampaignQuery, {"status": ["old"], "cap_near_limit": "yes"})
    assert [pointer for pointer, _ in caught.value.errors] == ["/status/0", "/cap_near_limit"]
