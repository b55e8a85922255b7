import pytest

from deploy.errors import CommandError
from deploy.serverless import transformed
from tests.deploy.rules import stacks


def test_functions_and_layer_become_resources_of_lambda_with_the_code_in_s3() -> None:
    resources = stacks.template()["Resources"]
    assert "AWS::Serverless" not in str({each["Type"] for each in resources.values()})
    assert resources["Redirect"]["Properties"]["Code"] == {"S3Bucket": "package", "S3Key": "deployment.zip"}
    assert resources["Learn"]["Metadata"].keys() == {"MissedRuns"}


def test_template_that_the_transform_refuses_is_refused_with_its_reason() -> None:
    function = {"Type": "AWS::Serverless::Function", "Properties": {"Handler": "app.app"}}
    with pytest.raises(CommandError, match=r"The serverless transform refused the template: .*CodeUri"):
        transformed({"Transform": "AWS::Serverless-2016-10-31", "Resources": {"Redirect": function}})
