from typing import Any

from tests.deploy import packaged


def _of_type(name: str) -> list[dict[str, Any]]:
    resources = packaged.template()["Resources"].values()
    return [each["Properties"] for each in resources if each["Type"] == f"AWS::ApiGatewayV2::{name}"]


def test_http_api_serves_links_by_the_redirect_and_conversions_by_the_api_function() -> None:
    targets = {route["RouteKey"]: route["Target"]["Fn::Sub"] for route in _of_type("Route")}
    redirect, api = (f"integrations/${{Tracking{name}Integration}}" for name in ("Redirect", "APIHandler"))
    assert targets == {
        "GET /s/{code+}": redirect,
        "HEAD /s/{code+}": redirect,
        "GET /postback": api,
        "HEAD /postback": api,
        "POST /postback": api,
        "GET /pixel.gif": api,
        "HEAD /pixel.gif": api,
    }


def test_events_of_the_http_api_have_the_format_of_the_rest_api() -> None:
    assert [each["PayloadFormatVersion"] for each in _of_type("Integration")] == ["1.0", "1.0"]


def test_http_api_may_call_both_functions() -> None:
    resources = packaged.template()["Resources"]
    for function in ("Redirect", "APIHandler"):
        permission = resources[f"Tracking{function}Permission"]["Properties"]
        assert permission["FunctionName"] == {"Ref": function}
        assert permission["SourceArn"]["Fn::Sub"].endswith(":${TrackingApi}/*")
