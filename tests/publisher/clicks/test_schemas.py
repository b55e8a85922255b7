from chalicelib.publisher.clicks.schemas import OwnConsidered, OwnDecision


def test_decision_has_no_weights_and_no_probabilities() -> None:
    assert set(OwnDecision.model_fields) == {"segment", "arm", "considered"}


def test_considered_offer_has_only_its_campaign_and_rejection() -> None:
    assert set(OwnConsidered.model_fields) == {"campaign_id", "refused"}
