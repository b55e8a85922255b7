import pytest
from botocore.exceptions import ClientError

from chalicelib.tracking_domains import domain_names
from chalicelib.tracking_domains.state import DomainName
from tests.tracking_domains.fake_aws import API, TARGET, FakeAws, aws_error
from tests.tracking_domains.rows import HOST

ARN = "arn:1"


def aws_with_certificate() -> FakeAws:
    return FakeAws(certificates={ARN: {"Status": "ISSUED"}})


def test_name_is_regional_with_tls_1_2_and_found_again() -> None:
    aws = aws_with_certificate()
    assert domain_names.find(aws, HOST) is None
    created = domain_names.create(aws, HOST, ARN)
    assert created == domain_names.find(aws, HOST) == DomainName(TARGET, ARN)


def test_name_of_another_account_is_not_created() -> None:
    assert domain_names.create(FakeAws(errors=[aws_error("ConflictException")]), HOST, ARN) is None


def test_name_that_is_being_updated_is_not_available() -> None:
    aws = aws_with_certificate()
    domain_names.create(aws, HOST, ARN)
    aws.names[HOST]["DomainNameStatus"] = "UPDATING"
    found = domain_names.find(aws, HOST)
    assert found is not None
    assert not found.is_available


def test_host_is_mapped_once_and_follows_a_replaced_api() -> None:
    aws = aws_with_certificate()
    domain_names.create(aws, HOST, ARN)
    for api_id in (API, API, "other", "other"):
        domain_names.map_to(aws, HOST, api_id)
    changes = [each for each in aws.calls if each in {"create_api_mapping", "update_api_mapping"}]
    assert changes == ["create_api_mapping", "update_api_mapping"]
    assert [each["ApiId"] for each in aws.mappings[HOST]] == ["other"]


def test_mapping_below_a_path_is_not_that_of_the_host() -> None:
    aws = aws_with_certificate()
    domain_names.create(aws, HOST, ARN)
    aws.mappings[HOST].append({"ApiMappingId": "m9", "ApiId": "other", "ApiMappingKey": "api"})
    domain_names.map_to(aws, HOST, API)
    assert [(each["ApiId"], each["ApiMappingKey"]) for each in aws.mappings[HOST]] == [("other", "api"), (API, "")]


def test_name_is_deleted_with_its_mappings() -> None:
    aws = aws_with_certificate()
    domain_names.create(aws, HOST, ARN)
    domain_names.map_to(aws, HOST, API)
    domain_names.delete(aws, HOST)
    assert aws.names == {}


def test_other_errors_are_the_callers() -> None:
    aws = FakeAws(errors=[aws_error("TooManyRequestsException"), aws_error("BadRequestException")])
    with pytest.raises(ClientError, match="TooMany"):
        domain_names.find(aws, HOST)
    with pytest.raises(ClientError, match="BadRequest"):
        domain_names.create(aws, HOST, ARN)
