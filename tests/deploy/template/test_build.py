from deploy import package
from deploy.template.build import build
from tests.deploy import packaged


def test_template_is_completed_without_changing_the_packaged_one() -> None:
    before = packaged.chalice_template("prod")
    completed = build(before, package.project())
    assert "Redirect" not in before["Resources"]
    assert {"Redirect", "TrackingApi"} <= completed["Resources"].keys() - before["Resources"].keys()


def test_data_outlives_the_stack_and_a_failed_creation_leaves_none() -> None:
    resources = packaged.template()["Resources"].values()
    kept = [each for each in resources if each["Type"] in {"AWS::DynamoDB::Table", "AWS::S3::Bucket"}]
    policies = {(each["DeletionPolicy"], each["UpdateReplacePolicy"]) for each in kept}
    assert (len(kept) > 30, policies) == (True, {("RetainExceptOnCreate", "Retain")})


def test_serverless_transform_adds_no_second_stage() -> None:
    assert packaged.template()["Globals"] == {"Api": {"OpenApiVersion": "2.0"}}
    assert packaged.template()["Transform"] == "AWS::Serverless-2016-10-31"
