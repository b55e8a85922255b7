import pytest

from chalicelib.http.models import validate
from chalicelib.http.problems import ValidationFailed
from chalicelib.postbacks.subscription_filter import SubscribedStatus
from chalicelib.publisher.postbacks.schemas import (
    DeliveryQuery,
    NewPostbackDocument,
    PostbackDocument,
    PostbackSettings,
)

URL = "https://pub.example/?cid={external_click_id}"


def test_postback_matches_every_approved_conversion_by_default() -> None:
    settings = validate(PostbackSettings, {"url": URL})
    assert (settings.url, settings.event, settings.status) == (URL, "*", SubscribedStatus.APPROVED)


def test_all_errors_of_a_url_are_in_one_detail() -> None:
    with pytest.raises(ValidationFailed) as caught:
        validate(PostbackSettings, {"url": "http://10.0.0.1/?{pay_out}"})
    ((pointer, detail),) = caught.value.errors
    assert pointer == "/url"
    assert detail.split("; ") == [
        "{pay_out} is not a macro",
        "did you mean {payout}?",
        "must resolve to a public address: 10.0.0.1 is not a public address",
    ]


def test_default_query_has_no_status() -> None:
    assert validate(DeliveryQuery, {}).status is None


def test_secret_is_a_one_time_field_of_a_new_postback_only() -> None:
    assert frozenset({"secret"}) == NewPostbackDocument.ONE_TIME_FIELDS
    assert "secret" not in PostbackDocument.model_fields
