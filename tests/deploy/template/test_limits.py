import json
from copy import deepcopy
from typing import Any

import pytest

from tests.deploy import packaged

TEMPLATE = packaged.template()
RESOURCES: dict[str, dict[str, Any]] = TEMPLATE["Resources"]
TRACKING = {
    "ThrottlingRateLimit": {"Ref": "TrackingRateLimit"},
    "ThrottlingBurstLimit": {"Ref": "TrackingBurstLimit"},
}
REST, HTTP = RESOURCES["RestAPI"]["Properties"], RESOURCES["TrackingStage"]["Properties"]


def test_each_door_has_a_throttle_of_its_own() -> None:
    assert REST["MethodSettings"][0] == {
        "HttpMethod": "*",
        "ResourcePath": "/*",
        "ThrottlingRateLimit": {"Ref": "ApiRateLimit"},
        "ThrottlingBurstLimit": {"Ref": "ApiBurstLimit"},
    }
    assert HTTP["DefaultRouteSettings"] == TRACKING


def test_links_and_postbacks_of_the_rest_api_have_the_throttle_of_the_http_api() -> None:
    settings = {
        (each.pop("HttpMethod"), each.pop("ResourcePath")): each for each in deepcopy(REST["MethodSettings"][1:])
    }
    called = {
        (method.upper(), "/" + path.replace("/", "~1"))
        for path, methods in REST["DefinitionBody"]["paths"].items()
        if path.partition("{")[0] in {"/s/", "/postback", "/pixel.gif"}
        for method in methods
    }
    assert ("GET", "/~1s~1{code}") in called
    assert settings == dict.fromkeys(called, TRACKING)


@pytest.mark.parametrize(
    ("stage", "name", "condition"),
    [(REST, "AccessLogSetting", "HasApiAccessLog"), (HTTP, "AccessLogSettings", "HasTrackingAccessLog")],
)
def test_access_log_is_on_demand_and_holds_nothing_of_the_caller(
    stage: dict[str, Any], name: str, condition: str
) -> None:
    when, settings, otherwise = stage[name]["Fn::If"]
    assert (when, otherwise) == (condition, {"Ref": "AWS::NoValue"})
    group = settings["DestinationArn"]["Fn::GetAtt"][0]
    assert (RESOURCES[group]["Condition"], RESOURCES[group]["Properties"]["RetentionInDays"]) == (condition, 30)
    variables = set(json.loads(settings["Format"]).values())
    assert variables <= {
        *("$context.requestId", "$context.requestTimeEpoch", "$context.httpMethod", "$context.resourcePath"),
        *("$context.routeKey", "$context.status", "$context.responseLength", "$context.responseLatency"),
        "$context.error.message",
    }
    assert "$context.requestId" in variables


def test_no_access_log_is_kept_by_default() -> None:
    assert TEMPLATE["Parameters"]["AccessLogs"]["Default"] == "none"


@pytest.mark.parametrize(
    ("function", "parameter"), [("DeliverPostbacks", "PostbackConcurrency"), ("LearnPools", "LearningConcurrency")]
)
def test_function_that_reads_a_queue_has_at_most_a_number_of_processes(function: str, parameter: str) -> None:
    (event,) = RESOURCES[function]["Properties"]["Events"].values()
    assert event["Properties"]["ScalingConfig"] == {"MaximumConcurrency": {"Ref": parameter}}


def test_announcing_reserves_no_processes_unless_a_number_is_given() -> None:
    reserved = RESOURCES["AnnounceConversions"]["Properties"]["ReservedConcurrentExecutions"]
    assert reserved["Fn::If"] == ["HasAnnounceConcurrency", {"Ref": "AnnounceConcurrency"}, {"Ref": "AWS::NoValue"}]


def test_long_waits_of_postbacks_and_parts_of_imports_are_no_endless_loop() -> None:
    allowed = {name for name, each in RESOURCES.items() if each.get("Properties", {}).get("RecursiveLoop") == "Allow"}
    assert allowed == {"DeliverPostbacks", "ImportConversions"}
