"""API keys: minted once, kept as a hash, checked on every endpoint, gone at once when revoked."""

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
    """Whose side of the API a key opens."""

    ADMIN = "admin"
    PUBLISHER = "pub"


ROLES = {"admin": Role.ADMIN, "publisher": Role.PUBLISHER}
"""The role that each audience of the API needs; an endpoint of no such audience needs no key."""


@dataclass(frozen=True, slots=True)
class Principal:
    """Who is calling: `owner` is `admin` or the publisher's ID, `key_id` the public part of the key they hold."""

    role: Role
    owner: str
    key_id: str


@dataclass(frozen=True, slots=True)
class GeneratedKey:
    """A new key. `text` is shown once; the table keeps `id` and `digest`."""

    text: str
    id: str
    digest: str


def generate_key(role: Role) -> GeneratedKey:
    """A new random key: 60 bits of public ID, 256 bits of secret."""
    key_id = "".join(secrets.choice("abcdefghijklmnopqrstuvwxyz234567") for _ in range(12))
    secret = secrets.token_urlsafe(32)
    return GeneratedKey(f"slk_{role}_{key_id}{secret}", key_id, _digest(secret))


def authenticate(authorization: str | None) -> Principal | None:
    """Who holds the key of an `Authorization` header; None where it is missing, unknown or revoked.

    Reads the key's row consistently each time, so that a revoked key is dead at once.
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
    """The owner and the ID of the key that the call came with; both empty on open calls."""
    role = ROLES.get(endpoint.audience)
    if role is None:
        return "", ""
    principal = authenticate(authorization)
    if principal is None:
        message = "send a valid API key as `Authorization: Bearer {key}`"
        raise Unauthenticated(message)
    if principal.role is not role:
        message = f"this needs {'an admin' if role is Role.ADMIN else 'a publisher'} key"
        raise Forbidden(message)
    return principal.owner, principal.key_id


def _digest(secret: str) -> str:
    # The secret is 256 random bits: a plain hash cannot be reversed by trying, and costs no time per call.
    return hashlib.sha256(secret.encode()).hexdigest()
