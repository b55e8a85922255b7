"""The users of a deployed stack, read and written directly in the table."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from botocore.exceptions import ClientError

from deploy.cloud import Cloud
from deploy.errors import CommandError

_FIRST = "admin"
_OWNER = "owner"


@dataclass(frozen=True, slots=True)
class Wanted:
    """The user for whom a key is asked, or whose name and address the first owner gets; None where nothing is given."""

    user_id: str | None = None
    email: str | None = None
    name: str | None = None


@dataclass(frozen=True, slots=True)
class StoredUser:
    """A user who is not removed."""

    id: str
    role: str
    email: str


def owner_for(cloud: Cloud, wanted: Wanted) -> str:
    """Return the ID of the user who is wanted; without a wish that of the first owner.

    Store the first owner, `admin`, if there are no users yet and a name or address is given. Raise `CommandError` if
    there is no such user.
    """
    if (wanted.name or wanted.email) and not wanted.user_id and not _rows(cloud):
        _store_first_owner(cloud, wanted)
        return _FIRST
    users = live_users(cloud)
    matching = [each for each in users if _is_wanted(each, wanted)]
    if not matching:
        known = ", ".join(f"{each.id} ({each.email})" if each.email else each.id for each in users)
        message = f"There is no such user. The users are: {known}."
        raise CommandError(message)
    return min(matching, key=lambda each: each.id).id


def _is_wanted(user: StoredUser, wanted: Wanted) -> bool:
    if wanted.user_id:
        return user.id == wanted.user_id
    if wanted.email:
        return user.email.casefold() == wanted.email.strip().casefold()
    return user.role == _OWNER


def live_users(cloud: Cloud) -> list[StoredUser]:
    """Return the users who are not removed: at least the owner `admin`, who needs no row."""
    rows = _rows(cloud)
    implicit = [] if any(row["id"]["S"] == _FIRST for row in rows) else [StoredUser(_FIRST, _OWNER, "")]
    stored = [
        StoredUser(row["id"]["S"], row["role"]["S"], row.get("email", {}).get("S", ""))
        for row in rows
        if "S" not in row.get("removed_at", {})
    ]
    return [*implicit, *stored]


def _rows(cloud: Cloud) -> list[dict[str, Any]]:
    pages = (
        _client(cloud)
        .get_paginator("query")
        .paginate(
            TableName=_table(cloud),
            KeyConditionExpression="network = :network",
            ExpressionAttributeValues={":network": {"S": "network"}},
            ConsistentRead=True,
        )
    )
    try:
        return [row for page in pages for row in page["Items"]]
    except ClientError as error:
        message = f"The users could not be read from {_table(cloud)} ({error}). Deploy the stack first."
        raise CommandError(message) from error


def _store_first_owner(cloud: Cloud, wanted: Wanted) -> None:
    """Write the row of the first owner, and raise the version of all users as the API does."""
    _check(wanted)
    now = datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    texts = {"network": "network", "id": _FIRST, "name": wanted.name or _FIRST, "role": _OWNER, "created_at": now}
    texts |= {"updated_at": now, "email_notifications": "{}"}
    texts |= {"email": wanted.email.strip()} if wanted.email else {}
    item = {"version": {"N": "1"}, **{name: {"S": value} for name, value in texts.items()}}
    put = {"TableName": _table(cloud), "Item": item, "ConditionExpression": "attribute_not_exists(id)"}
    update = {
        "TableName": _table(cloud),
        "Key": {"network": {"S": "versions"}, "id": {"S": "users"}},
        "UpdateExpression": "ADD version :one",
        "ExpressionAttributeValues": {":one": {"N": "1"}},
    }
    _client(cloud).transact_write_items(TransactItems=[{"Put": put}, {"Update": update}])


def _check(wanted: Wanted) -> None:
    """Raise `CommandError` if the API would refuse the name or address."""
    from chalicelib.admin.users.schemas import UserSettings  # noqa: PLC0415 - only for the first owner of a network
    from chalicelib.http.models import validate  # noqa: PLC0415
    from chalicelib.http.problems import ValidationFailed  # noqa: PLC0415

    try:
        validate(UserSettings, {"name": wanted.name or _FIRST, "email": wanted.email, "role": _OWNER})
    except ValidationFailed as error:
        errors = [f"{pointer.strip('/').upper()} {detail}" for pointer, detail in error.errors]
        raise CommandError("; ".join(errors) + ".") from error


def _client(cloud: Cloud) -> Any:  # noqa: ANN401 - boto3 makes its clients at run time
    return cloud.session.client("dynamodb", endpoint_url=cloud.endpoint)


def _table(cloud: Cloud) -> str:
    return f"{cloud.stack}-users"
