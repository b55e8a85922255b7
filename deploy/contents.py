"""What the tables, queues and buckets of a stack hold, the deletion of it, and the domain names of its APIs."""

from collections.abc import Mapping, Sequence
from typing import Any

from deploy import protection
from deploy.changes import BUCKET, QUEUE, TABLE
from deploy.cloud import Cloud

_APIS = ("AWS::ApiGateway::RestApi", "AWS::ApiGatewayV2::Api")
_PAGE = 1000
_MESSAGES = (
    "ApproximateNumberOfMessages",
    "ApproximateNumberOfMessagesNotVisible",
    "ApproximateNumberOfMessagesDelayed",
)


def held(cloud: Cloud, resources: Mapping[str, Sequence[str]]) -> dict[str, str]:
    """Return what each table, bucket and queue holds that is not empty, by its name."""
    counted = {
        **{name: _items(cloud, name) for name in resources.get(TABLE, ())},
        **{name: _objects(cloud, name) for name in resources.get(BUCKET, ())},
        **{url.rpartition("/")[2]: _messages(cloud, url) for url in resources.get(QUEUE, ())},
    }
    return {name: text for name, text in counted.items() if text}


def domains(cloud: Cloud, resources: Mapping[str, Sequence[str]]) -> list[str]:
    """Return the domain names that lead to an API of the stack. They are no resources of it.

    API Gateway deletes no API with mappings: "Please remove all API mappings for the API from your custom domain
    names." (https://github.com/gruntwork-io/cloud-nuke/issues/370)
    """
    client = _client(cloud, "apigatewayv2")
    apis = {api for kind in _APIS for api in resources.get(kind, ())}
    pages = client.get_paginator("get_domain_names").paginate()
    return [
        each["DomainName"]
        for page in pages
        for each in page["Items"]
        if apis & {mapping["ApiId"] for mapping in client.get_api_mappings(DomainName=each["DomainName"])["Items"]}
    ]


def existing(cloud: Cloud, resources: Mapping[str, Sequence[str]]) -> dict[str, list[str]]:
    """Return those of the tables and buckets that exist, by type."""
    tables = {
        name
        for page in _client(cloud, "dynamodb").get_paginator("list_tables").paginate()
        for name in page["TableNames"]
    }
    buckets = {each["Name"] for each in _client(cloud, "s3").list_buckets()["Buckets"]}
    return {
        TABLE: [name for name in resources.get(TABLE, ()) if name in tables],
        BUCKET: [name for name in resources.get(BUCKET, ()) if name in buckets],
    }


def delete(cloud: Cloud, resources: Mapping[str, Sequence[str]]) -> None:
    """Delete the tables and buckets with all that they hold."""
    for name in resources.get(TABLE, ()):
        protection.protect_table(cloud, name, on=False)
        _client(cloud, "dynamodb").delete_table(TableName=name)
    for name in resources.get(BUCKET, ()):
        empty(cloud, name)
        _client(cloud, "s3").delete_bucket(Bucket=name)


def empty(cloud: Cloud, bucket: str) -> None:
    """Delete all objects of a bucket, with all their versions."""
    client = _client(cloud, "s3")
    for page in client.get_paginator("list_object_versions").paginate(Bucket=bucket):
        versions = [*page.get("Versions", ()), *page.get("DeleteMarkers", ())]
        keys = [{"Key": each["Key"], "VersionId": each["VersionId"]} for each in versions]
        if keys:
            client.delete_objects(Bucket=bucket, Delete={"Objects": keys, "Quiet": True})


def _items(cloud: Cloud, table: str) -> str:
    """Return the number of items in words; empty if there are none. DynamoDB counts every six hours."""
    client = _client(cloud, "dynamodb")
    if not client.scan(TableName=table, Limit=1, Select="COUNT")["Count"]:
        return ""
    counted = client.describe_table(TableName=table)["Table"].get("ItemCount", 0)
    return f"about {counted:,} items" if counted else "items"


def _objects(cloud: Cloud, bucket: str) -> str:
    page = _client(cloud, "s3").list_objects_v2(Bucket=bucket, MaxKeys=_PAGE)
    return f"{page['KeyCount']:,}{' or more' if page.get('IsTruncated') else ''} objects" if page["KeyCount"] else ""


def _messages(cloud: Cloud, url: str) -> str:
    attributes = _client(cloud, "sqs").get_queue_attributes(QueueUrl=url, AttributeNames=list(_MESSAGES))["Attributes"]
    count = sum(int(attributes.get(name, 0)) for name in _MESSAGES)
    return f"about {count:,} messages" if count else ""


def _client(cloud: Cloud, service: Any) -> Any:  # noqa: ANN401 - boto3 makes its clients at run time
    return cloud.session.client(service, endpoint_url=cloud.endpoint)
