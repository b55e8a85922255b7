import pytest

from chalicelib.admin.audit.schemas import AuditQuery
from chalicelib.http.models import validate
from chalicelib.http.problems import ValidationFailed


def test_default_query_has_no_subject() -> None:
    assert validate(AuditQuery, {}) == AuditQuery(limit=50, cursor=None, subject=None, user_id=None)


@pytest.mark.parametrize(
    ("subject", "error"),
    [("x" * 201, "must have at most 200 characters")],
    ids=["too long"],
)
def test_subject_has_at_most_200_characters(subject: str, error: str) -> None:
    with pytest.raises(ValidationFailed) as caught:
        validate(AuditQuery, {"subject": subject})
    assert caught.value.errors == (("/subject", error),)
