"""What a stack holds, in moto. Names of functions that are not under test here are in other files."""

from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from moto import mock_aws

from deploy import contents, protection
from deploy.changes import BUCKET, QUEUE, TABLE
from deploy.cloud import Cloud

CLOUD = Cloud(boto3.Session(region_name="us-east-1"), None, "prod", "smartlink-prod", "packages")
RESOURCES = {TABLE: ["clicks", "caps"], BUCKET: ["archive"], QUEUE: ["https://sqs.us-east-1.amazonaws.com/1/postbacks"]}


@pytest.fixture
def aws() -> Iterator[dict[str, Any]]:
    """Provide clients of two tables, a bucket with versions and a queue, all empty."""
    with mock_aws():
        session: Any = boto3.Session(region_name="us-east-1")
        clients = {name: session.client(name) for name in ("dynamodb", "s3", "sqs")}
        for name in RESOURCES[TABLE]:
            clients["dynamodb"].create_table(
                TableName=name,
                KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
                AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
                BillingMode="PAY_PER_REQUEST",
            )
        clients["s3"].create_bucket(Bucket="archive")
        clients["s3"].put_bucket_versioning(Bucket="archive", VersioningConfiguration={"Status": "Enabled"})
        RESOURCES[QUEUE] = [clients["sqs"].create_queue(QueueName="postbacks")["QueueUrl"]]
        yield clients


def test_empty_tables_buckets_and_queues_hold_nothing(aws: dict[str, Any]) -> None:
    assert contents.held(CLOUD, RESOURCES) == {}
    assert contents.held(CLOUD, {}) == {}


def test_each_store_says_how_much_it_holds(aws: dict[str, Any]) -> None:
    for number in range(3):
        aws["dynamodb"].put_item(TableName="clicks", Item={"id": {"S": str(number)}})
        aws["s3"].put_object(Bucket="archive", Key=str(number), Body=b"")
        aws["sqs"].send_message(QueueUrl=RESOURCES[QUEUE][0], MessageBody="{}")
    assert contents.held(CLOUD, RESOURCES) == {
        "clicks": "about 3 items",
        "archive": "3 objects",
        "postbacks": "about 3 messages",
    }


def test_items_that_dynamodb_has_not_counted_yet_are_data(aws: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    aws["dynamodb"].put_item(TableName="clicks", Item={"id": {"S": "1"}})
    fake = type("Fake", (), {"scan": aws["dynamodb"].scan, "describe_table": lambda *_, **__: {"Table": {}}})()
    monkeypatch.setattr(contents, "_client", lambda *_: fake)
    assert contents.held(CLOUD, {TABLE: ["clicks"]}) == {"clicks": "items"}


def test_many_objects_are_not_all_counted(aws: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(contents, "_PAGE", 1)
    for number in range(2):
        aws["s3"].put_object(Bucket="archive", Key=str(number), Body=b"")
    assert contents.held(CLOUD, {BUCKET: ["archive"]}) == {"archive": "1 or more objects"}


def test_tables_and_buckets_are_deleted_with_all_they_hold(aws: dict[str, Any]) -> None:
    aws["dynamodb"].put_item(TableName="clicks", Item={"id": {"S": "1"}})
    for _ in range(2):
        aws["s3"].put_object(Bucket="archive", Key="key", Body=b"")
    aws["s3"].delete_object(Bucket="archive", Key="key")
    protection.protect_table(CLOUD, "clicks", on=True)
    there = contents.existing(CLOUD, {TABLE: ["clicks", "caps", "gone"], BUCKET: ["archive", "gone"]})
    assert there == {TABLE: ["clicks", "caps"], BUCKET: ["archive"]}
    contents.delete(CLOUD, there)
    assert contents.existing(CLOUD, RESOURCES) == {TABLE: [], BUCKET: []}


def test_empty_bucket_is_emptied_without_a_call(aws: dict[str, Any]) -> None:
    contents.empty(CLOUD, "archive")
    assert aws["s3"].list_object_versions(Bucket="archive").get("Versions", []) == []


def test_protected_table_cannot_be_deleted(aws: dict[str, Any]) -> None:
    protection.protect_table(CLOUD, "clicks", on=True)
    protection.protect_table(CLOUD, "clicks", on=True)
    assert aws["dynamodb"].describe_table(TableName="clicks")["Table"]["DeletionProtectionEnabled"] is True
    with pytest.raises(aws["dynamodb"].exceptions.ClientError, match=r"ValidationException|ResourceInUse"):
        aws["dynamodb"].delete_table(TableName="clicks")
    protection.protect_table(CLOUD, "clicks", on=False)
    aws["dynamodb"].delete_table(TableName="clicks")


def test_domain_names_that_lead_to_an_api_of_the_stack_are_found(aws: dict[str, Any]) -> None:
    gateway: Any = boto3.client("apigatewayv2", region_name="us-east-1")
    http, other = (gateway.create_api(Name=name, ProtocolType="HTTP")["ApiId"] for name in ("tracking", "other"))
    gateway.create_stage(ApiId=http, StageName="$default")
    gateway.create_stage(ApiId=other, StageName="$default")
    for name, api in (("go.brand.example", http), ("go.other.example", other), ("unused.example", None)):
        gateway.create_domain_name(DomainName=name, DomainNameConfigurations=[{"EndpointType": "REGIONAL"}])
        if api:
            gateway.create_api_mapping(DomainName=name, ApiId=api, Stage="$default")
    assert contents.domains(CLOUD, {"AWS::ApiGatewayV2::Api": [http]}) == ["go.brand.example"]
    assert contents.domains(CLOUD, {"AWS::ApiGatewayV2::Api": ["free"]}) == []
