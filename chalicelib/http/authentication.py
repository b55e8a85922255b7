"""API keys: generation and authentication. Only a hash of the secret is stored."""

import hashlib
import hmac
import logging
import re
import secrets
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum

from botocore.exceptions import BotoCoreError
from pynamodb.exceptions import PynamoDBException

from chalicelib.domain.publisher import PublisherStatus
from chalicelib.domain.user import UserRole
from chalicelib.tables.base import get_or_none
from chalicelib.tables.publishers import ApiKeyRow, PublisherRow
from chalicelib.tables.users import find_user

_KEY = re.compile(r"slk_(admin|pub)_([a-z2-7]{12})([A-Za-z0-9_-]{43})")
_STAFF = "admin"
_log = logging.getLogger("smartlink")


class Role(StrEnum):
    """The audience of the API that a key gives access to."""

    ADMIN = "admin"
    PUBLISHER = "pub"


ROLES = {"admin": Role.ADMIN, "publisher": Role.PUBLISHER}
"""The role that each audience requires. Endpoints of other audiences need no key."""


@dataclass(frozen=True, slots=True)
class Principal:
    """An authenticated caller: the user or publisher `actor` of this name, by the key `key_id`.

    `user_role` is that of a user, None for a publisher. A suspended publisher may not write.
    """

    role: Role
    actor: str
    key_id: str
    name: str
    user_role: UserRole | None = None
    may_write: bool = True

    @property
    def owner(self) -> str:
        """Return the owner of what the caller sees and changes: `admin` for all users, or the publisher's ID."""
        return _STAFF if self.role is Role.ADMIN else self.actor


@dataclass(frozen=True, slots=True)
class GeneratedKey:
    """A new key. `text` is shown once; the table stores `id` and `digest`."""

    text: str
    id: str
    digest: str


def generate_key(role: Role) -> GeneratedKey:
    """Return a new random key: 60 bits of public ID, 256 bits of secret."""
    key_id = "".join(secrets.choice("abcdefghijklmnopqrstuvwxyz234567") for _ in range(12))
    secret = secrets.token_urlsafe(32)
    return GeneratedKey(f"slk_{role}_{key_id}{secret}", key_id, _digest(secret))


def authenticate(authorization: str | None, now: datetime) -> Principal | None:
    """Return the caller of an `Authorization` header; None if the key is missing, unknown or revoked.

    Reads the rows of the key and of its user or publisher consistently on every request: a revoked key is rejected
    immediately, as are the keys of a removed user and of a closed account, and a new role is in force immediately.
    """
    scheme, _, text = (authorization or "").partition(" ")
    parts = _KEY.fullmatch(text.strip()) if scheme.lower() == "bearer" else None
    if not parts:
        return None
    role, key_id, secret = parts.groups()
    key = get_or_none(ApiKeyRow, key_id)
    if key is None or key.role != role or not hmac.compare_digest(key.digest, _digest(secret)):
        return None
    principal = _user(key) if role == Role.ADMIN else _publisher(key)
    if principal:
        _note_use(key, now.astimezone(UTC).date().isoformat())
    return principal


def _user(key: ApiKeyRow) -> Principal | None:
    row = find_user(key.owner)
    return Principal(Role.ADMIN, row.id, key.id, row.name, UserRole(row.role)) if row else None


def _publisher(key: ApiKeyRow) -> Principal | None:
    row = get_or_none(PublisherRow, key.owner)
    if row is None or row.status == PublisherStatus.CLOSED:
        return None
    return Principal(Role.PUBLISHER, row.id, key.id, row.name, may_write=row.status == PublisherStatus.ACTIVE)


def _note_use(key: ApiKeyRow, today: str) -> None:
    """Store the day of the key's use, once for each day. An error is only logged: the request is served."""
    if (key.last_used_on or "") >= today:
        return
    is_new = ApiKeyRow.last_used_on.does_not_exist() | (ApiKeyRow.last_used_on < today)
    try:
        key.update([ApiKeyRow.last_used_on.set(today)], ApiKeyRow.id.exists() & is_new)
    except (PynamoDBException, BotoCoreError) as error:
        if getattr(error, "cause_response_code", None) != "ConditionalCheckFailedException":
            _log.exception("the use of the key %s was not stored", key.id)


def _digest(secret: str) -> str:
    # A fast hash is safe: 256 random bits cannot be guessed. A slow hash would delay every request.
    return hashlib.sha256(secret.encode()).hexdigest()
