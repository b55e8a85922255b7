"""Makes admin keys straight in the table: the first key cannot come out of an API that asks for one."""

from datetime import UTC, datetime

from botocore.exceptions import ClientError

from deploy.cloud import Cloud
from deploy.errors import CommandError

_ADMIN = "slk_admin_"
_ID_LENGTH = 12


def make_admin_key(cloud: Cloud) -> str:
    """A new admin key of the stack, shown this once; the table keeps its hash."""
    from chalicelib.http.authentication import Role, generate_key  # noqa: PLC0415 - boto3 alone starts faster, and most commands mint nothing

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
        message = f"the key could not be stored in {_table(cloud)} ({error}): deploy the stack first"
        raise CommandError(message) from error
    return key.text


def revoke(cloud: Cloud, key_id: str) -> None:
    """Delete the key of that ID (the 12 characters after `slk_admin_`); the next call with it is refused."""
    client = cloud.session.client("dynamodb", endpoint_url=cloud.endpoint)
    try:
        client.delete_item(
            TableName=_table(cloud), Key={"id": {"S": key_id}}, ConditionExpression="attribute_exists(id)"
        )
    except client.exceptions.ConditionalCheckFailedException as error:
        message = f"there is no key {key_id}: its ID is the 12 characters after slk_admin_"
        raise CommandError(message) from error


def is_known(cloud: Cloud, key: str) -> bool:
    """Whether an admin key made earlier still is in the table."""
    client = cloud.session.client("dynamodb", endpoint_url=cloud.endpoint)
    key_id = key.removeprefix(_ADMIN)[:_ID_LENGTH]
    return bool(key_id) and "Item" in client.get_item(TableName=_table(cloud), Key={"id": {"S": key_id}})


def _table(cloud: Cloud) -> str:
    return f"{cloud.stack}-api_keys"
