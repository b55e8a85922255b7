from typing import Any

import pytest

from chalicelib.admin.publishers.schemas import NewApproval, NewPublisher, NewPublisherDocument, PublisherSettings
from chalicelib.http.models import Patch, RequestModel, validate
from chalicelib.http.problems import ValidationFailed

EMAIL = "must be an e-mail address such as ann@pub.example"
ANN = {"name": "Ann", "email": "ann@pub.example", "tags": ["news"]}


def _errors(model: type[RequestModel], document: dict[str, Any]) -> list[tuple[str, str]]:
    with pytest.raises(ValidationFailed) as caught:
        validate(model, document)
    return list(caught.value.errors)


def test_publisher_is_active_by_default() -> None:
    assert validate(PublisherSettings, ANN).model_dump(mode="json") == {**ANN, "status": "active"}


def test_new_publisher_cannot_be_suspended() -> None:
    assert _errors(NewPublisher, {**ANN, "status": "suspended"}) == [("/status", "is not a known field")]


@pytest.mark.parametrize("email", ["ann", "ann@pub", "@pub.example", "ann@@pub.example", "ann smith@pub.example", ""])
def test_invalid_email_address_is_an_error(email: str) -> None:
    assert _errors(NewPublisher, {**ANN, "email": email}) == [("/email", EMAIL)]


def test_all_errors_are_reported_together() -> None:
    assert _errors(PublisherSettings, {"email": "x" * 300, "status": "gone"}) == [
        ("/name", "is required"),
        ("/email", EMAIL),
        ("/status", "must be 'active', 'suspended' or 'closed'"),
    ]


def test_suspension_changes_nothing_else() -> None:
    after = Patch(PublisherSettings, {"status": "suspended"}).apply_to({**ANN, "status": "active"})

    assert after.model_dump(mode="json") == {**ANN, "status": "suspended"}


def test_approval_needs_a_campaign_id() -> None:
    assert _errors(NewApproval, {"campaign_id": ""}) == [("/campaign_id", "must not be empty")]


def test_first_key_is_a_one_time_field() -> None:
    assert frozenset({"api_key"}) == NewPublisherDocument.ONE_TIME_FIELDS
