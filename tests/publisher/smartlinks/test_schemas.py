import pytest

from chalicelib.http.models import validate
from chalicelib.http.problems import ValidationFailed
from chalicelib.publisher.smartlinks.schemas import NewApplication, OfferDocument


def test_an_application_needs_no_message() -> None:
    assert validate(NewApplication, {}).message == ""


def test_a_message_has_an_end() -> None:
    with pytest.raises(ValidationFailed) as caught:
        validate(NewApplication, {"message": "x" * 2001})

    assert caught.value.errors == (("/message", "must have at most 2000 characters"),)


def test_a_publisher_never_sees_what_the_advertiser_pays_or_where_the_offer_leads() -> None:
    assert set(OfferDocument.model_fields) == {"campaign_id", "name", "payout", "countries", "devices"}
