from typing import Any

import pytest

from chalicelib.admin.publishers.schemas import NewApproval, NewPublisher, NewPublisherDocument, PublisherSettings
from chalicelib.http.models import Patch, RequestModel, validate
from chalicelib.http.problems import ValidationFailed

EMAIL = r"String should match pattern '^[^@\s]+@[^@\s]+\.[^@\s]+$'"
ANN = {"name": "Ann", "email": "ann@pub.example"}


def _complaints(model: type[RequestModel], document: dict[str, Any]) -> list[tuple[str, str]]:
    with pytest.raises(ValidationFailed) as caught:
        validate(model, document)
    return list(caught.value.errors)


def test_a_publisher_is_active_unless_said_otherwise() -> None:
    assert validate(PublisherSettings, ANN).model_dump(mode="json") == {**ANN, "status": "active"}


def test_a_new_publisher_is_never_suspended() -> None:
    assert _complaints(NewPublisher, {**ANN, "status": "suspended"}) == [("/status", "is not a known field")]


@pytest.mark.parametrize("email", ["ann", "ann@pub", "@pub.example", "ann@@pub.example", "ann smith@pub.example", ""])
def test_what_is_no_address_is_refused(email: str) -> None:
    assert _complaints(NewPublisher, {**ANN, "email": email}) == [("/email", EMAIL)]


def test_every_complaint_of_a_publisher_is_told_at_once() -> None:
    assert _complaints(PublisherSettings, {"email": "x" * 300, "status": "gone"}) == [
        ("/name", "is required"),
        ("/email", "must have at most 254 characters"),
        ("/status", "must be 'active' or 'suspended'"),
    ]


def test_suspending_a_publisher_changes_nothing_else() -> None:
    after = Patch(PublisherSettings, {"status": "suspended"}).apply_to({**ANN, "status": "active"})

    assert after.model_dump(mode="json") == {**ANN, "status": "suspended"}


def test_an_approval_names_its_campaign() -> None:
    assert _complaints(NewApproval, {"campaign_id": ""}) == [("/campaign_id", "must have at least 1 characters")]


def test_a_publishers_first_key_is_shown_once() -> None:
    assert frozenset({"api_key"}) == NewPublisherDocument.ONE_TIME_FIELDS
