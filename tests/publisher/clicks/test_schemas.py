from chalicelib.http.models import validate
from chalicelib.publisher.clicks.schemas import OwnClicksQuery, OwnConsidered, OwnDecision


def test_decision_has_no_weights_and_no_probabilities() -> None:
    assert set(OwnDecision.model_fields) == {"segment", "arm", "considered"}


def test_considered_offer_has_only_its_campaign_with_its_name_and_rejection() -> None:
    assert set(OwnConsidered.model_fields) == {"campaign_id", "campaign_name", "refused"}


def test_filters_are_those_of_the_contract() -> None:
    parameters = {"smartlink_id": "sml_1", "campaign_id": "cmp_1", "outcome": "offer", "external_click_id": "x" * 1000}
    several = {name: value if name == "external_click_id" else [value] for name, value in parameters.items()}
    expected = {name: (value,) for name, value in parameters.items()}
    assert validate(OwnClicksQuery, several).filters == expected
