"""Users and publishers with keys, written to the tables or created through the API."""

from dataclasses import dataclass
from typing import Any

from chalicelib.http import authentication
from chalicelib.http.authentication import GeneratedKey, Role
from chalicelib.tables.publishers import ApiKeyRow, PublisherRow
from tests.conftest import Api
from tests.documents import good

CREATED_AT = "2026-11-21T00:00:00.000Z"


@dataclass(frozen=True, slots=True)
class User:
    """A user: their ID, and the API with their key."""

    id: str
    api: Api


def stored_key(role: Role, owner: str) -> GeneratedKey:
    """Store a new key of a user or publisher."""
    generated = authentication.generate_key(role)
    ApiKeyRow(generated.id, role=role.value, owner=owner, digest=generated.digest, created_at=CREATED_AT).save()
    return generated


def stored_publisher(publisher_id: str = "pub_1", *, name: str = "Ann", status: str = "active") -> PublisherRow:
    """Store a publisher."""
    times: dict[str, Any] = {"created_year": "2026", "created_at": CREATED_AT, "updated_at": CREATED_AT}
    row = PublisherRow(publisher_id, version=1, name=name, email="ann@pub.example", status=status, **times)
    row.save()
    return row


def new_user(admin: Api, role: str = "analyst", name: str = "Ben") -> User:
    """Create a user with a key."""
    body = {"name": name, "email": f"{name.lower()}@network.example", "role": role}
    user_id = good(admin.post("/admin/users", body))["id"]
    return User(user_id, Api(good(admin.post(f"/admin/users/{user_id}/keys"))["api_key"]))
