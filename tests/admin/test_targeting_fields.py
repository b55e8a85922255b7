from typing import Any

import pytest

from chalicelib.admin.targeting_fields import CampaignTargeting, Destination, TargetingSettings
from chalicelib.http.models import RequestModel, validate
from chalicelib.http.problems import ValidationFailed


class Linked(RequestModel):
    url: Destination


def _errors(model: type[RequestModel], **document: Any) -> list[tuple[str, str]]:
    with pytest.raises(ValidationFailed) as caught:
        validate(model, document)
    return list(caught.value.errors)


def test_destination_with_macros_is_unchanged() -> None:
    assert (
        validate(Linked, {"url": "https://acme.example/?cid={click_id}"}).url == "https://acme.example/?cid={click_id}"
    )


@pytest.mark.parametrize(
    ("url", "error"),
    [
        pytest.param(
            "javascript:alert(1)",
            "must not use the scheme javascript; use https, http or the scheme of an app, such as market",
            id="a script",
        ),
        pytest.param(
            "https://a.example/?{clickid}", "{clickid} is not a macro; did you mean {click_id}?", id="an unknown macro"
        ),
        pytest.param("https://a.example/?{click_id", "has an unbalanced brace", id="an unbalanced brace"),
        pytest.param(
            "https://a.example/?%257Bclick_id%257D",
            "has a percent-encoded brace; write macros as {click_id}",
            id="a double-encoded brace",
        ),
        pytest.param("https://{sub1}.example/", "must not contain a macro in the host", id="a macro in the host"),
        pytest.param("https://a.example/" + "x" * 2000, "must have at most 2000 characters", id="too long"),
        pytest.param(
            "//a.example/{",
            "must begin with https://, http:// or the scheme of an app, such as market://; has an unbalanced brace",
            id="two faults at once",
        ),
    ],
)
def test_invalid_destination_is_rejected(url: str, error: str) -> None:
    assert _errors(Linked, url=url) == [("/url", error)]


def test_bots_are_excluded_by_campaigns_but_not_by_offers_by_default() -> None:
    assert (TargetingSettings().exclude_bots, CampaignTargeting().exclude_bots) == (False, True)


def test_languages_and_browsers_are_lower_case() -> None:
    targeting = validate(TargetingSettings, {"languages": ["EN", "gsw"], "browsers": ["Chrome"]})

    assert (targeting.languages, targeting.browsers) == (["en", "gsw"], ["chrome"])


@pytest.mark.parametrize(
    ("changes", "errors"),
    [
        pytest.param({"countries": ["us"]}, [("/countries/0", "String should match pattern '^[A-Z]{2}$'")], id="small"),
        pytest.param({"countries": ["USA"]}, [("/countries/0", "String should match pattern '^[A-Z]{2}$'")], id="USA"),
        pytest.param(
            {"countries": ["US\n"]}, [("/countries/0", "String should match pattern '^[A-Z]{2}$'")], id="line end"
        ),
        pytest.param(
            {"regions": ["US-CALI"]},
            [("/regions/0", "String should match pattern '^[A-Z]{2}-[A-Z0-9]{1,3}$'")],
            id="region",
        ),
        pytest.param({"devices": ["fridge"]}, [("/devices/0", "must be 'mobile', 'tablet' or 'desktop'")], id="device"),
        pytest.param(
            {"os": ["ios", "beos"]},
            [("/os/1", "must be 'ios', 'android', 'windows', 'macos', 'linux', 'chromeos' or 'other'")],
            id="system",
        ),
        pytest.param({"browsers": [""]}, [("/browsers/0", "must have at least 1 characters")], id="browser"),
        pytest.param(
            {"languages": ["en-GB"]}, [("/languages/0", "String should match pattern '^[A-Za-z]{2,3}$'")], id="language"
        ),
        pytest.param({"sources": ["x" * 300]}, [("/sources/0", "must have at most 255 characters")], id="source"),
        pytest.param({"exclude_bots": "yes"}, [("/exclude_bots", "must be true or false")], id="bots"),
        pytest.param(
            {"exclude_regions": []}, [("/exclude_regions", "is not a known field")], id="regions cannot be excluded"
        ),
    ],
)
def test_invalid_targeting_value_is_rejected(changes: dict[str, Any], errors: list[tuple[str, str]]) -> None:
    assert _errors(TargetingSettings, **changes) == errors


@pytest.mark.parametrize(
    ("name", "entry", "maximum"),
    [
        pytest.param("countries", "US", 250, id="countries"),
        pytest.param("exclude_countries", "US", 250, id="excluded countries"),
        pytest.param("regions", "US-CA", 500, id="regions"),
        pytest.param("devices", "mobile", 3, id="devices"),
        pytest.param("os", "ios", 7, id="systems"),
        pytest.param("browsers", "x" * 50, 50, id="browsers"),
        pytest.param("languages", "en", 100, id="languages"),
        pytest.param("sources", "x" * 255, 200, id="sources"),
        pytest.param("exclude_sources", "x" * 255, 200, id="excluded sources"),
    ],
)
def test_length_of_a_list_is_limited(name: str, entry: str, maximum: int) -> None:
    assert getattr(validate(TargetingSettings, {name: [entry] * maximum}), name) == [entry] * maximum
    assert _errors(TargetingSettings, **{name: [entry] * (maximum + 1)}) == [
        (f"/{name}", f"must have at most {maximum} entries")
    ]


@pytest.mark.parametrize(("name", "maximum"), [("browsers", 50), ("sources", 255), ("exclude_sources", 255)])
def test_length_of_an_entry_is_limited(name: str, maximum: int) -> None:
    error = (f"/{name}/0", f"must have at most {maximum} characters")

    assert _errors(TargetingSettings, **{name: ["x" * (maximum + 1)]}) == [error]
