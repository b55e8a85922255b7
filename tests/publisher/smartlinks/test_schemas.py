import pytest

from chalicelib.http.models import validate
from chalicelib.http.problems import ValidationFailed
from chalicelib.publisher.smartlinks.schemas import NewApplication, OfferDocument


def test_application_needs_no_message() -> None:
    assert validate(NewApplication, {}).message == ""


def test_message_has_a_maximum_length() -> None:
    with pytest.raises(ValidationFailed) as caught:
        validate(NewApplication, {"message": "x" * 2001})

    assert caught.value.errors == (("/message", "must have at most 2000 characters"),)


def test_offer_document_has_no_revenue_and_no_destination() -> None:
    assert set(OfferDocument.model_fields) == {"campaign_id", "name", "payout", "countries", "devices"}
