"""Create, revoke and look up admin keys directly in the tables. The API cannot create the first one: it needs one."""

from datetime import UTC, datetime
from typing import Any

from botocore.exceptions import ClientError

from deploy.cloud import Cloud
from deploy.errors import CommandError
from deploy.users import live_users

_ADMIN = "slk_admin_"
_ID_LENGTH = 12


def create_admin_key(cloud: Cloud, user_id: str) -> str:
    """Create an admin key of a user and return its text. The table stores only its hash."""
    from chalicelib.http.authentication import Role, generate_key  # noqa: PLC0415 - most commands create no key and start faster without this import

    key = generate_key(Role.ADMIN)
    item = {
        "id": key.id,
        "role": str(Role.ADMIN),
        "owner": user_id,
        "digest": key.digest,
        "created_at": datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z"),
    }
    client = cloud.session.client("dynamodb", endpoint_url=cloud.endpoint)
    try:
        client.put_item(TableName=_table(cloud), Item={name: {"S": value} for name, value in item.items()})
    except ClientError as error:
        message = f"The key could not be stored in {_table(cloud)} ({error}). Deploy the stack first."
        raise CommandError(message) from error
    return key.text


def revoke(cloud: Cloud, key_id: str) -> None:
    """Delete the key with this ID (the 12 characters after `slk_admin_`). It is rejected from the next request on."""
    client = cloud.session.client("dynamodb", endpoint_url=cloud.endpoint)
    try:
        client.delete_item(
            TableName=_table(cloud), Key={"id": {"S": key_id}}, ConditionExpression="attribute_exists(id)"
        )
    except client.exceptions.ConditionalCheckFailedException as error:
        message = f"There is no key {key_id}. The ID of a key is the 12 characters after slk_admin_."
        raise CommandError(message) from error


def id_of(key: str) -> str:
    """Return the ID of a key: the 12 characters after `slk_admin_`."""
    return key.removeprefix(_ADMIN)[:_ID_LENGTH]


def works(cloud: Cloud, key: str) -> bool:
    """Return whether this admin key is in the table and its user is not removed."""
    client = cloud.session.client("dynamodb", endpoint_url=cloud.endpoint)
    key_id = id_of(key)
    if not key_id:
        return False
    item: dict[str, Any] = client.get_item(TableName=_table(cloud), Key={"id": {"S": key_id}}).get("Item", {})
    return "owner" in item and any(each.id == item["owner"]["S"] for each in live_users(cloud))


def _table(cloud: Cloud) -> str:
    return f"{cloud.stack}-api_keys"
