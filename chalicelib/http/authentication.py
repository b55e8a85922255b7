"""API keys: generation, authentication and authorization. Only a hash of the secret is stored."""

import hashlib
import hmac
import re
import secrets
from dataclasses import dataclass
from enum import StrEnum

from chalicelib.endpoints import Endpoint
from chalicelib.http.problems import Forbidden, Unauthenticated
from chalicelib.tables.publishers import ApiKeyRow

_KEY = re.compile(r"slk_(admin|pub)_([a-z2-7]{12})([A-Za-z0-9_-]{43})")


class Role(StrEnum):
    """The audience of the API that a key gives access to."""

    ADMIN = "admin"
    PUBLISHER = "pub"


ROLES = {"admin": Role.ADMIN, "publisher": Role.PUBLISHER}
"""The role that each audience requires. Endpoints of other audiences need no key."""


@dataclass(frozen=True, slots=True)
class Principal:
    """An authenticated caller. `owner` is `admin` or a publisher's ID, `key_id` is the public part of the key."""

    role: Role
    owner: str
    key_id: str


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


def authenticate(authorization: str | None) -> Principal | None:
    """Return the caller of an `Authorization` header; None if the key is missing, unknown or revoked.

    Reads the key's row consistently on every request, so that a revoked key is rejected immediately.
    """
    scheme, _, text = (authorization or "").partition(" ")
    parts = _KEY.fullmatch(text.strip()) if scheme.lower() == "bearer" else None
    if not parts:
        return None
    role, key_id, secret = parts.groups()
    key = next(iter(ApiKeyRow.batch_get([key_id], consistent_read=True)), None)
    if key is None or key.role != role or not hmac.compare_digest(key.digest, _digest(secret)):
        return None
    return Principal(Role(role), key.owner, key_id)


def authorize(endpoint: Endpoint, authorization: str | None) -> tuple[str, str]:
    """Return the owner and ID of the caller's key; both are empty if the endpoint is open.

    Raise `Unauthenticated` if the key is not valid, `Forbidden` if it has another role.
    """
    role = ROLES.get(endpoint.audience)
    if role is None:
        return "", ""
    principal = authenticate(authorization)
    if principal is None:
        message = "Send a valid API key as `Authorization: Bearer {key}`."
        raise Unauthenticated(message)
    if principal.role is not role:
        message = f"This endpoint requires {'an admin' if role is Role.ADMIN else 'a publisher'} key."
        raise Forbidden(message)
    return principal.owner, principal.key_id


def _digest(secret: str) -> str:
    # A fast hash is safe: 256 random bits cannot be guessed. A slow hash would delay every request.
    return hashlib.sha256(secret.encode()).hexdigest()
