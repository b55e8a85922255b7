from deploy.target import Target
from deploy.template.target import set_target
from tests.deploy import packaged


def test_every_function_and_the_layer_have_the_runtime_and_architecture_of_the_target() -> None:
    template = packaged.template()
    set_target(template, Target("python3.14", "arm64"))
    resources = [(each["Type"], each.get("Properties")) for each in template["Resources"].values()]
    functions = [each for kind, each in resources if kind == "AWS::Serverless::Function"]
    (layer,) = [each for kind, each in resources if kind == "AWS::Serverless::LayerVersion"]
    assert {(each["Runtime"], *each["Architectures"]) for each in functions} == {("python3.14", "arm64")}
    assert (layer["CompatibleRuntimes"], layer["CompatibleArchitectures"]) == (["python3.14"], ["arm64"])


def test_aws_runs_python_313_on_x86_unless_another_is_set() -> None:
    redirect = packaged.template()["Resources"]["Redirect"]["Properties"]
    assert (redirect["Runtime"], redirect["Architectures"]) == ("python3.13", ["x86_64"])
