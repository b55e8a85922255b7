from typing import Any

import pytest

from chalicelib.admin.targeting_fields import CampaignTargeting, Destination, TargetingSettings
from chalicelib.http.models import Patch, RequestModel, validate
from chalicelib.http.problems import ValidationFailed

CITY = "must be a country code, a slash and the name of a city, such as US/Austin; Austin does not have this form"
SYSTEM = "must be for ios, android, windows, macos, linux or chromeos"


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
        pytest.param(
            {"countries": ["UK"]}, [("/countries/0", "must be a country code such as GB; UK is GB")], id="an alias"
        ),
        pytest.param(
            {"exclude_countries": ["US\n"]},
            [("/exclude_countries/0", "must be a country code such as GB; US is US")],
            id="a line end",
        ),
        pytest.param(
            {"regions": ["US-CA", "GB-LON"]},
            [("/regions/1", "must be a region code such as GB-ENG; GB-LON is GB-LND")],
            id="a region",
        ),
        pytest.param({"cities": ["Austin"]}, [("/cities/0", CITY)], id="a city without a country"),
        pytest.param(
            {"networks": ["13335"]},
            [
                (
                    "/networks/0",
                    "must be an AS number such as AS13335, or the name of an internet provider; 13335 is AS13335",
                )
            ],
            id="a number",
        ),
        pytest.param(
            {"connections": ["wifi"]},
            [("/connections/0", "must be 'cellular', 'cable', 'corporate' or 'hosting'")],
            id="a connection",
        ),
        pytest.param(
            {"os_versions": {"ios": "16+", "other": ">=1", "beos": ">=1"}},
            [
                ("/os_versions/ios", "must be comparisons such as >=16 or >=9,<14; 16+ is >=16"),
                ("/os_versions/other", f"{SYSTEM}; the versions of other systems are unknown"),
                ("/os_versions/beos", f"{SYSTEM}; beos is not known"),
            ],
            id="versions",
        ),
        pytest.param(
            {"sub_ids": {"sub11": ["a"], "sub1": ["", "a\n"]}},
            [
                ("/sub_ids/sub11", "must be a sub-ID from sub1 to sub10"),
                ("/sub_ids/sub1/0", "must be a pattern such as news-* of 1 to 100 characters"),
                (
                    "/sub_ids/sub1/1",
                    "must be a pattern such as news-* without line ends and other characters that cannot be shown",
                ),
            ],
            id="sub-IDs",
        ),
        pytest.param(
            {"devices": ["fridge"]},
            [("/devices/0", "must be 'mobile', 'tablet', 'desktop', 'tv' or 'console'")],
            id="device",
        ),
        pytest.param(
            {"os": ["ios", "beos"]},
            [("/os/1", "must be 'ios', 'android', 'windows', 'macos', 'linux', 'chromeos' or 'other'")],
            id="system",
        ),
        pytest.param(
            {"browsers": ["Samsung Internet"]},
            [("/browsers/0", "must be a browser such as chrome; Samsung Internet is samsung")],
            id="browser",
        ),
        pytest.param(
            {"languages": ["en-GB", "jp"]},
            [
                ("/languages/0", "must be a language code such as en; en-GB is en"),
                ("/languages/1", "must be a language code such as en; jp is ja"),
            ],
            id="language",
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
        pytest.param("devices", "mobile", 5, id="devices"),
        pytest.param("os", "ios", 7, id="systems"),
        pytest.param("browsers", "chrome", 50, id="browsers"),
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


@pytest.mark.parametrize(("name", "maximum"), [("browsers", 104), ("sources", 255), ("exclude_sources", 255)])
def test_length_of_an_entry_is_limited(name: str, maximum: int) -> None:
    error = (f"/{name}/0", f"must have at most {maximum} characters")

    assert _errors(TargetingSettings, **{name: ["x" * (maximum + 1)]}) == [error]


def test_values_that_are_stored_already_stay() -> None:
    stored = {"countries": ["UK", "US"], "languages": ["jp"], "browsers": ["mosaic"]}

    edited = Patch(TargetingSettings, {"devices": ["mobile"]}).apply_to(stored)

    assert (edited.countries, edited.languages, edited.browsers) == (["UK", "US"], ["jp"], ["mosaic"])


def test_edit_may_remove_a_stored_value_but_not_add_another_wrong_one() -> None:
    stored = {"countries": ["UK", "US"]}

    assert Patch(TargetingSettings, {"countries": ["US"]}).apply_to(stored).countries == ["US"]
    with pytest.raises(ValidationFailed):
        Patch(TargetingSettings, {"countries": ["UK", "EU"]}).apply_to(stored)


@pytest.mark.parametrize(
    ("stored", "changes", "pointer"),
    [
        pytest.param({"sources": ["UK"]}, {"countries": ["UK"]}, "/countries/0", id="another list"),
        pytest.param({"countries": ["EU"]}, {"exclude_countries": ["EU"]}, "/exclude_countries/0", id="its opposite"),
        pytest.param({"sub_ids": {"sub1": ["jp"]}}, {"languages": ["jp"]}, "/languages/0", id="a pattern"),
    ],
)
def test_value_that_is_stored_in_another_field_is_new(
    stored: dict[str, Any], changes: dict[str, Any], pointer: str
) -> None:
    with pytest.raises(ValidationFailed) as caught:
        Patch(TargetingSettings, changes).apply_to(stored)

    assert [error[0] for error in caught.value.errors] == [pointer]


def test_stored_rules_of_versions_stay() -> None:
    stored = {"os_versions": {"beos": "new"}}

    edited = Patch(TargetingSettings, {"devices": ["mobile"]}).apply_to(stored)

    assert edited.os_versions == {"beos": "new"}


def test_response_shows_what_is_stored() -> None:
    assert TargetingSettings(countries=["UK"]).countries == ["UK"]
