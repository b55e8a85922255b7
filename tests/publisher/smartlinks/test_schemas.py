import pytest

from chalicelib.http.models import validate
from chalicelib.http.problems import ValidationFailed
from chalicelib.publisher.smartlinks.schemas import NamedGoalPayout, NewApplication, OfferDocument


def test_application_needs_no_message() -> None:
    assert validate(NewApplication, {}).message == ""


def test_message_has_a_maximum_length() -> None:
    with pytest.raises(ValidationFailed) as caught:
        validate(NewApplication, {"message": "x" * 2001})

    assert caught.value.errors == (("/message", "must have at most 2000 characters"),)


def test_offer_document_has_no_revenue_and_no_destination() -> None:
    payout = {"payout", "payout_percent", "counts"}
    assert set(NamedGoalPayout.model_fields) == {"name", *payout}
    offer = {"campaign_id", "name", "currency", "goals", "countries", "devices", "os", "languages"}
    assert set(OfferDocument.model_fields) == {*offer, *payout}
