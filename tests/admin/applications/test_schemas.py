from typing import Any

import pytest

from chalicelib.admin.applications.schemas import ApplicationQuery, Refusal
from chalicelib.http.models import RequestModel, validate
from chalicelib.http.problems import ValidationFailed


def test_default_query_has_no_status() -> None:
    assert validate(ApplicationQuery, {}) == ApplicationQuery(limit=50, cursor=None, status=None, sort="created_at")


def test_decline_needs_no_reason() -> None:
    assert validate(Refusal, {}).reason is None


@pytest.mark.parametrize(
    ("model", "document", "error"),
    [
        pytest.param(
            ApplicationQuery,
            {"status": ["old"]},
            ("/status/0", "must be 'pending', 'approved' or 'declined'"),
            id="status",
        ),
        pytest.param(
            Refusal, {"reason": "x" * 1001}, ("/reason", "must have at most 1000 characters"), id="a long reason"
        ),
        pytest.param(Refusal, {"reason": ["no"]}, ("/reason", "must be a string"), id="a list as reason"),
    ],
)
def test_each_rule_has_its_error(model: type[RequestModel], document: dict[str, Any], error: tuple[str, str]) -> None:
    with pytest.raises(ValidationFailed) as caught:
        validate(model, document)

    assert caught.value.errors == (error,)
