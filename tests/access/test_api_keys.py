from datetime import UTC, datetime

import pytest

from chalicelib.access import api_keys
from chalicelib.endpoints import ENDPOINTS
from chalicelib.http.authentication import Principal, Role, authenticate
from chalicelib.http.problems import NotFound
from chalicelib.tables.requests import AuditRow
from tests.http.support import a_request

pytestmark = pytest.mark.usefixtures("tables")

CREATE_KEY = next(endpoint for endpoint in ENDPOINTS if endpoint.operation_id == "createPublisherKey")


def test_new_key_authenticates_its_publisher() -> None:
    key = api_keys.create(a_request(), "pub_1")
    assert authenticate(f"Bearer {key.api_key}") == Principal(Role.PUBLISHER, "pub_1", key.key_id)
    assert (key.prefix, key.created_at) == (f"slk_pub_{key.key_id}", "2029-06-01T00:00:00.000Z")


def test_keys_of_a_publisher_are_listed_oldest_first() -> None:
    for day, owner in ((3, "pub_1"), (2, "pub_1"), (1, "pub_2")):
        api_keys.create(a_request(now=datetime(2029, 6, day, tzinfo=UTC)), owner)
    assert [row.created_at[:10] for row in api_keys.list_keys("pub_1")] == ["2029-06-02", "2029-06-03"]


def test_revoked_key_is_rejected_and_cannot_be_revoked_again() -> None:
    key = api_keys.create(a_request(), "pub_1")
    api_keys.revoke(a_request(), "pub_1", key.key_id)
    assert authenticate(f"Bearer {key.api_key}") is None
    with pytest.raises(NotFound, match=f"Publisher pub_1 has no key {key.key_id}."):
        api_keys.revoke(a_request(), "pub_1", key.key_id)


def test_key_of_another_publisher_cannot_be_revoked() -> None:
    key = api_keys.create(a_request(), "pub_1")
    with pytest.raises(NotFound):
        api_keys.revoke(a_request(), "pub_2", key.key_id)
    assert authenticate(f"Bearer {key.api_key}") is not None


def test_audit_log_has_the_public_part_of_a_new_key() -> None:
    key = api_keys.create(a_request(endpoint=CREATE_KEY), "pub_1")
    public = {"key_id": key.key_id, "prefix": key.prefix, "created_at": key.created_at}
    entries = {(row.subject, row.before, tuple(row.after.items())) for row in AuditRow.scan()}
    assert entries == {(f"pub_1/{key.key_id}", None, tuple(public.items()))}
