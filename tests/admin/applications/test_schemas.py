from typing import Any

import pytest

from chalicelib.admin.applications.schemas import ApplicationDecisions, ApplicationQuery, Refusal
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
            ("/status/0", "must be 'pending', 'approved', 'declined', 'withdrawn' or 'closed'"),
            id="status",
        ),
        pytest.param(
            Refusal, {"reason": "x" * 1001}, ("/reason", "must have at most 1000 characters"), id="a long reason"
        ),
        pytest.param(Refusal, {"reason": ["no"]}, ("/reason", "must be a string"), id="a list as reason"),
        pytest.param(
            ApplicationDecisions, {"ids": [], "decision": "approve"}, ("/ids", "must not be empty"), id="no ID"
        ),
        pytest.param(
            ApplicationDecisions,
            {"ids": [f"app_{n}" for n in range(101)], "decision": "approve"},
            ("/ids", "must have at most 100 entries"),
            id="101 IDs",
        ),
        pytest.param(
            ApplicationDecisions,
            {"ids": ["app_1", "app_2", "app_1"], "decision": "approve"},
            ("/ids/2", "must be left out: /ids/0 is the same"),
            id="a repeated ID",
        ),
        pytest.param(
            ApplicationDecisions,
            {"ids": ["app_1"], "decision": "close"},
            ("/decision", "must be 'approve' or 'decline'"),
            id="another decision",
        ),
        pytest.param(
            ApplicationDecisions,
            {"ids": ["app_1"], "decision": "approve", "reason": "fine"},
            ("/reason", "must be left out: only a declined application has a reason"),
            id="a reason to approve",
        ),
    ],
)
def test_each_rule_has_its_error(model: type[RequestModel], document: dict[str, Any], error: tuple[str, str]) -> None:
    with pytest.raises(ValidationFailed) as caught:
        validate(model, document)

    assert caught.value.errors == (error,)


def test_hundred_applications_may_be_decided_without_a_reason() -> None:
    document = {"ids": [f"app_{n}" for n in range(100)], "decision": "approve", "reason": None}
    assert len(validate(ApplicationDecisions, document).ids) == 100
