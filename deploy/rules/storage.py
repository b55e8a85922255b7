"""Rules on tables and buckets: what survives the stack, encryption, throughput, indexes."""

from collections.abc import Iterator

from deploy.rules.stack import Finding, Stack

_DATA = ("AWS::DynamoDB::Table", "AWS::S3::Bucket")
_DELETION = {"Delete", "Retain", "RetainExceptOnCreate", "Snapshot"}
_REPLACEMENT = {"Delete", "Retain", "Snapshot"}
_INDEXES = 20
_LEAST_WARM = {"ReadUnitsPerSecond": 12_000, "WriteUnitsPerSecond": 4_000}
_PUBLIC_BLOCK = ("BlockPublicAcls", "BlockPublicPolicy", "IgnorePublicAcls", "RestrictPublicBuckets")


def policy_values(stack: Stack) -> Iterator[Finding]:
    """Report a policy with a value that is none of its own, and one that is not literal.

    Only DeletionPolicy has RetainExceptOnCreate. Functions in these attributes need the language extensions.
    https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-attribute-updatereplacepolicy.html
    """
    for attribute, allowed in (("DeletionPolicy", _DELETION), ("UpdateReplacePolicy", _REPLACEMENT)):
        for name, resource in stack.document["Resources"].items():
            value = resource.get(attribute, "Delete")
            if not isinstance(value, str) or value not in allowed:
                yield Finding(name, f"its {attribute} is {value}; AWS accepts {', '.join(sorted(allowed))}")


def data_outlives_the_stack(stack: Stack) -> Iterator[Finding]:
    """Report a table or bucket that would be deleted with the stack, or by a replacement.

    Delete is the default: the resource and its content go with the stack, or with a replacement.
    https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-attribute-deletionpolicy.html
    """
    for name in stack.of_type(*_DATA):
        resource = stack.resources[name]
        if resource.get("DeletionPolicy") not in {"Retain", "RetainExceptOnCreate"}:
            yield Finding(name, "its DeletionPolicy must be RetainExceptOnCreate: it holds data")
        if resource.get("UpdateReplacePolicy") != "Retain":
            yield Finding(name, "its UpdateReplacePolicy must be Retain: it holds data")


def encryption(stack: Stack) -> Iterator[Finding]:
    """Report a table, queue or bucket without encryption by the service.

    DynamoDB always encrypts; with `SSEEnabled` it does so by a key of the account, whose use CloudTrail records.
    https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/encryption.usagenotes.html
    """
    for name, table in stack.of_type("AWS::DynamoDB::Table").items():
        if not table.get("SSESpecification", {}).get("SSEEnabled"):
            yield Finding(name, "its SSESpecification must enable encryption")
    for name, queue in stack.of_type("AWS::SQS::Queue").items():
        if not (queue.get("SqsManagedSseEnabled") or queue.get("KmsMasterKeyId")):
            yield Finding(name, "set SqsManagedSseEnabled, or a key")
    for name, bucket in stack.of_type("AWS::S3::Bucket").items():
        if "BucketEncryption" not in bucket:
            yield Finding(name, "its BucketEncryption is missing")


def no_public_bucket(stack: Stack) -> Iterator[Finding]:
    """Report a bucket that a policy or access list could make public.

    The four settings of block public access keep policies and access lists from making a bucket public.
    https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-control-block-public-access.html
    """
    for name, bucket in stack.of_type("AWS::S3::Bucket").items():
        blocked = bucket.get("PublicAccessBlockConfiguration", {})
        if not all(blocked.get(setting) for setting in _PUBLIC_BLOCK):
            yield Finding(name, "its PublicAccessBlockConfiguration must set all four settings")


def warm_throughput(stack: Stack) -> Iterator[Finding]:
    """Report warm throughput below that of a new table, which AWS refuses.

    A new table on demand has 12,000 reads and 4,000 writes per second, and the values can only be increased.
    https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/warm-throughput.html
    """
    for name, table in stack.of_type("AWS::DynamoDB::Table").items():
        for unit, value in table.get("WarmThroughput", {}).items():
            if int(value) < _LEAST_WARM[unit]:
                yield Finding(name, f"its WarmThroughput.{unit} is {value}; {_LEAST_WARM[unit]:,} is the least")


def number_of_indexes(stack: Stack) -> Iterator[Finding]:
    """Report a table with more indexes than AWS allows.

    Quota: 20 global secondary indexes per table.
    https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/ServiceQuotas.html
    """
    for name, table in stack.of_type("AWS::DynamoDB::Table").items():
        if len(table.get("GlobalSecondaryIndexes", ())) > _INDEXES:
            yield Finding(name, f"it has {len(table['GlobalSecondaryIndexes'])} indexes; 20 are allowed")


RULES = (policy_values, data_outlives_the_stack, encryption, no_public_bucket, warm_throughput, number_of_indexes)
