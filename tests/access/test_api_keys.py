from datetime import UTC, datetime, timedelta
from functools import partial

import pytest

from chalicelib.access import api_keys, key_owners
from chalicelib.access.api_key_schemas import NewKeyDocument
from chalicelib.endpoints import ENDPOINTS
from chalicelib.http import authentication
from chalicelib.http.authentication import Role, authenticate
from chalicelib.http.models import ListQuery
from chalicelib.http.problems import Conflict, NotFound
from chalicelib.http.transactions import retry_on_conflict
from chalicelib.tables.publishers import ApiKeyRow
from chalicelib.tables.requests import AuditRow
from tests.http.support import a_request
from tests.people import stored_key, stored_publisher

pytestmark = pytest.mark.usefixtures("tables")

NOW = datetime(2029, 6, 1, tzinfo=UTC)
ENDPOINT = {each.operation_id: each for each in ENDPOINTS}
ANN = key_owners.publisher("pub_1")
ANN_HERSELF = key_owners.publisher("pub_1", key_owners.MAX_SELF_MADE)


@pytest.fixture(autouse=True)
def publishers(tables: None) -> None:
    for publisher_id in ("pub_1", "pub_2"):
        stored_publisher(publisher_id)


def works(key: NewKeyDocument) -> bool:
    return authenticate(f"Bearer {key.api_key}", NOW) is not None


def ids(owner_id: str) -> list[str]:
    return [row.id for row in api_keys.list_keys(owner_id)]


def without_index(monkeypatch: pytest.MonkeyPatch) -> None:
    """Leave the index of keys as it was before: it follows the table late."""
    monkeypatch.setattr(ApiKeyRow.by_owner, "query", lambda *_, **__: iter(()))


def test_new_key_authenticates_its_publisher() -> None:
    key = api_keys.create(a_request(), ANN)
    principal = authenticate(f"Bearer {key.api_key}", NOW)
    assert principal
    assert (principal.role, principal.actor, principal.key_id) == (Role.PUBLISHER, "pub_1", key.key_id)
    assert (key.prefix, key.created_at) == (f"slk_pub_{key.key_id}", "2029-06-01T00:00:00.000Z")


def test_new_key_of_a_user_is_an_admin_key() -> None:
    key = api_keys.create(a_request(), key_owners.user("admin"))
    assert key.prefix == f"slk_admin_{key.key_id}"
    assert works(key)


def test_keys_of_a_publisher_are_listed_oldest_first() -> None:
    for day, owner in ((3, "pub_1"), (2, "pub_1"), (1, "pub_2")):
        api_keys.create(a_request(now=datetime(2029, 6, day, tzinfo=UTC)), key_owners.publisher(owner))
    assert [row.created_at[:10] for row in api_keys.list_keys("pub_1")] == ["2029-06-02", "2029-06-03"]


def test_new_keys_are_listed_before_the_index_has_them(monkeypatch: pytest.MonkeyPatch) -> None:
    without_index(monkeypatch)
    created = [api_keys.create(a_request(), ANN).key_id for _ in range(3)]
    api_keys.revoke(a_request(), ANN, created[1])
    assert sorted(ids("pub_1")) == sorted([created[0], created[2]])


def test_keys_of_earlier_releases_are_listed_with_new_ones() -> None:
    old = stored_key(Role.PUBLISHER, "pub_1").id
    new = api_keys.create(a_request(), ANN).key_id
    assert ids("pub_1") == [old, new]


@pytest.mark.parametrize("limit", [1, 2, 3])
def test_pages_have_every_key_once(limit: int) -> None:
    created = [api_keys.create(a_request(now=datetime(2029, 6, day, tzinfo=UTC)), ANN).key_id for day in (1, 2, 3)]
    cursor, seen = None, list[str]()
    while len(seen) < 4:
        page = api_keys.page_of_keys("pub_1", ListQuery(limit=limit, cursor=cursor))
        seen += [each.key_id for each in page.items]
        if (cursor := page.next_cursor) is None:
            break
    assert seen == created


# Revoking


def test_revoked_key_is_rejected_and_cannot_be_revoked_again() -> None:
    key = api_keys.create(a_request(), ANN)
    api_keys.revoke(a_request(), ANN, key.key_id)
    assert not works(key)
    with pytest.raises(NotFound, match=f"Publisher pub_1 has no key {key.key_id}."):
        api_keys.revoke(a_request(), ANN, key.key_id)


def test_key_of_another_publisher_cannot_be_revoked() -> None:
    key = api_keys.create(a_request(), ANN)
    with pytest.raises(NotFound):
        api_keys.revoke(a_request(), key_owners.publisher("pub_2"), key.key_id)
    assert works(key)


def test_row_of_the_keys_of_an_owner_is_no_key() -> None:
    key = api_keys.create(a_request(), ANN)
    with pytest.raises(NotFound):
        api_keys.revoke(a_request(), ANN, "keys of pub_1")
    assert ids("pub_1") == [key.key_id]


def test_all_keys_of_an_owner_are_revoked_at_once() -> None:
    keys = [api_keys.create(a_request(), key_owners.publisher(each)) for each in ("pub_1", "pub_1", "pub_2")]
    api_keys.revoke_all(a_request(), "pub_1")
    assert [works(each) for each in keys] == [False, False, True]


def test_key_made_after_the_request_began_stays() -> None:
    later = api_keys.create(a_request(now=NOW + timedelta(seconds=1)), ANN)
    api_keys.revoke_all(a_request(), "pub_1")
    assert works(later)


# The maximum


@pytest.mark.parametrize(("owner", "maximum"), [(ANN_HERSELF, 5), (ANN, 20)], ids=["publisher", "admin"])
def test_owner_has_at_most_so_many_live_keys(owner: key_owners.KeyOwner, maximum: int) -> None:
    created = [api_keys.create(a_request(), owner) for _ in range(maximum)]
    with pytest.raises(Conflict) as refused:
        api_keys.create(a_request(), owner)
    assert refused.value.detail == (
        f"Publisher pub_1 has {maximum} keys, and {maximum} are the maximum. Revoke one first."
    )
    api_keys.revoke(a_request(), owner, created[0].key_id)
    assert works(api_keys.create(a_request(), owner))


def test_keys_that_an_admin_made_count_for_the_publisher_too() -> None:
    for _ in range(6):
        api_keys.create(a_request(), ANN)
    with pytest.raises(Conflict, match="Publisher pub_1 has 6 keys, and 5 are the maximum"):
        api_keys.create(a_request(), ANN_HERSELF)


def test_key_made_meanwhile_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    for _ in range(4):
        api_keys.create(a_request(), ANN_HERSELF)
    generate, meanwhile = authentication.generate_key, [ANN_HERSELF]

    def another_first(role: Role) -> authentication.GeneratedKey:
        if meanwhile:
            api_keys.create(a_request(), meanwhile.pop())
        return generate(role)

    monkeypatch.setattr(authentication, "generate_key", another_first)
    with pytest.raises(Conflict, match="5 are the maximum"):
        retry_on_conflict(partial(api_keys.create, a_request(), ANN_HERSELF))
    assert len(ids("pub_1")) == 5


# Owners


def test_closed_account_gets_no_key() -> None:
    stored_publisher("pub_1", status="closed")
    with pytest.raises(Conflict, match="The account of publisher pub_1 is closed"):
        api_keys.create(a_request(), ANN)


@pytest.mark.parametrize("owner", [key_owners.publisher("pub_9"), key_owners.user("usr_9")], ids=["publisher", "user"])
def test_missing_owner_gets_no_key(owner: key_owners.KeyOwner) -> None:
    with pytest.raises(NotFound, match=f"There is no (publisher|user) {owner.id}."):
        api_keys.create(a_request(), owner)


# The audit log


@pytest.mark.parametrize(
    ("operations", "audited"),
    [
        (("createPublisherKey", "revokePublisherKey"), True),
        (("myCreateKey", "myRevokeKey"), True),
        (("getHealth", "getHealth"), False),
    ],
    ids=["admin", "publisher", "neither"],
)
def test_making_and_revoking_a_key_is_audited_by_its_public_part(operations: tuple[str, str], audited: bool) -> None:
    create, revoke = (partial(a_request, endpoint=ENDPOINT[each], actor="pub_1") for each in operations)
    key = api_keys.create(create(), ANN)
    api_keys.revoke(revoke(), ANN, key.key_id)
    public = {"key_id": key.key_id, "prefix": key.prefix, "created_at": key.created_at, "last_used_on": None}
    subject = f"pub_1/{key.key_id}"
    rows = sorted(AuditRow.query(f"{subject}#2029"), key=lambda row: row.before is not None)
    assert [(row.user_id, row.before, row.after) for row in rows] == [
        ("pub_1", None, public),
        ("pub_1", public, None),
    ] * audited
