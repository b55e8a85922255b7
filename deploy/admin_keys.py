"""Create, revoke and look up admin keys directly in the table. The API cannot create the first key: it requires one."""

from datetime import UTC, datetime

from botocore.exceptions import ClientError

from deploy.cloud import Cloud
from deploy.errors import CommandError

_ADMIN = "slk_admin_"
_ID_LENGTH = 12


def create_admin_key(cloud: Cloud) -> str:
    """Create an admin key and return its text. The table stores only its hash."""
    from chalicelib.http.authentication import Role, generate_key  # noqa: PLC0415 - most commands create no key and start faster without this import

    key = generate_key(Role.ADMIN)
    item = {
        "id": key.id,
        "role": str(Role.ADMIN),
        "owner": "admin",
        "digest": key.digest,
        "created_at": datetime.now(UTC).isoformat(),
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


def exists(cloud: Cloud, key: str) -> bool:
    """Return whether this admin key is in the table."""
    client = cloud.session.client("dynamodb", endpoint_url=cloud.endpoint)
    key_id = key.removeprefix(_ADMIN)[:_ID_LENGTH]
    return bool(key_id) and "Item" in client.get_item(TableName=_table(cloud), Key={"id": {"S": key_id}})


def _table(cloud: Cloud) -> str:
    return f"{cloud.stack}-api_keys"
