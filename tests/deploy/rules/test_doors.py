from typing import Any

import pytest

from tests.deploy.rules.stacks import Change, broken


def _set(name: str, **properties: Any) -> Change:
    return lambda resources: resources[name]["Properties"].update(properties)


def _many_routes(resources: dict[str, Any]) -> None:
    route = resources["TrackingGetPostbackRoute"]
    resources.update({f"Route{number}": route for number in range(294)})


def _many_paths(resources: dict[str, Any]) -> None:
    paths = resources["RestAPI"]["Properties"]["Body"]["paths"]
    paths.update({f"/deep{number}/path": {} for number in range(120)})


@pytest.mark.parametrize(
    ("change", "found"),
    [
        pytest.param(
            _set("RestAPIapiStage", Variables={"secret": "a+b"}),
            "RestAPIapiStage: the stage variable secret has characters that API Gateway refuses (stage_variables)",
            id="stage variable",
        ),
        pytest.param(
            lambda resources: resources.update(Stage=resources["RestAPIapiStage"]),
            "Globals: the REST API has more than one stage; set Api.OpenApiVersion (one_rest_stage)",
            id="second stage",
        ),
        pytest.param(
            _set("TrackingRedirectIntegration", PayloadFormatVersion="2.0"),
            'TrackingRedirectIntegration: its PayloadFormatVersion must be "1.0": the code reads that format '
            "(payload_format)",
            id="payload format",
        ),
        pytest.param(
            _set("TrackingRedirectIntegration", TimeoutInMillis=30001),
            "TrackingRedirectIntegration: its TimeoutInMillis is 30001; 30,000 are allowed (integration_timeout)",
            id="time-out",
        ),
        pytest.param(
            _many_routes, "TrackingApi: the HTTP API has 301 routes; 300 are allowed (number_of_routes)", id="routes"
        ),
        pytest.param(
            _many_paths, "RestAPI: the REST API has 339 resources; 300 are allowed (number_of_routes)", id="resources"
        ),
    ],
)
def test_broken_door_is_reported(change: Change, found: str) -> None:
    # 294 routes more are more resources than a template may have, too.
    assert [line for line in broken(change) if "(template_size)" not in line] == [found]


def test_stage_variable_of_allowed_characters_is_accepted() -> None:
    assert broken(_set("RestAPIapiStage", Variables={"alias": "live-1"})) == []
