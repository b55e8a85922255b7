import json
from typing import Any

import pytest

from chalicelib.admin.smartlinks.schemas import SmartlinkDocument, SmartlinkSettings
from chalicelib.http.models import Patch, RequestModel, validate
from chalicelib.http.problems import ValidationFailed
from tests.builders import smartlink_settings

DOMAIN = "must be a host name in lower case such as go.network.example, without https:// and path"


def _errors(model: type[RequestModel] = SmartlinkSettings, **document: Any) -> list[tuple[str, str]]:
    with pytest.raises(ValidationFailed) as caught:
        validate(model, document)
    return list(caught.value.errors)


def test_only_the_name_of_a_smartlink_is_required() -> None:
    assert _errors() == [("/name", "is required")]


def test_missing_field_of_a_smartlink_has_its_default() -> None:
    assert validate(SmartlinkSettings, {"name": "Summer App Deals"}).model_dump(mode="json") == {
        "name": "Summer App Deals",
        "description": "",
        "tags": [],
        "visibility": "ask",
        "tracking_domain": None,
        "fallback_url": None,
        "catch_all_campaign_id": None,
        "rotation": "weighted",
        "goal": "epc",
        "untouched_clicks": 50,
        "holdout_percent": 5,
        "offer_access": "grant",
        "on_pool_change": "keep",
        "publisher_epc_floor": None,
        "offers": [],
    }


def test_missing_field_of_an_offer_has_its_default() -> None:
    (offer,) = smartlink_settings(offers=[{"campaign_id": "cmp_1"}])["offers"]

    assert (offer.pop("targeting")["exclude_bots"], offer) == (
        False,
        {"campaign_id": "cmp_1", "weight": 1, "priority": 0, "enabled": True, "destination_url": None},
    )


def test_example_of_the_documentation_is_a_smartlink() -> None:
    settings = smartlink_settings(
        tags=["apps"],
        visibility="ask",
        tracking_domain="go.network.example",
        publisher_epc_floor="0.05",
        offers=[
            {
                "campaign_id": "cmp_1",
                "weight": 3,
                "priority": 10,
                "enabled": True,
                "targeting": {"countries": ["US", "GB"], "devices": ["mobile"]},
            }
        ],
    )

    assert settings["offers"][0]["targeting"]["countries"] == ["US", "GB"]


def test_document_has_the_settings_and_the_fields_of_the_system() -> None:
    added = "id status version offer_count live_count pending_count epoch created_at updated_at warnings"

    assert SmartlinkDocument.model_fields.keys() - SmartlinkSettings.model_fields.keys() == set(added.split())


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        pytest.param({"name": "x" * 201}, ("/name", "must have at most 200 characters"), id="a long name"),
        pytest.param({"tags": [""]}, ("/tags/0", "must not be empty"), id="an empty tag"),
        pytest.param(
            {"visibility": "secret"}, ("/visibility", "must be 'ask', 'public' or 'private'"), id="visibility"
        ),
        pytest.param({"rotation": "random"}, ("/rotation", "must be 'weighted' or 'optimized'"), id="rotation"),
        pytest.param({"goal": "fame"}, ("/goal", "must be 'epc', 'profit', 'revenue' or 'conversion_rate'"), id="goal"),
        pytest.param({"offer_access": "deny"}, ("/offer_access", "must be 'grant' or 'respect'"), id="access"),
        pytest.param({"on_pool_change": "ask"}, ("/on_pool_change", "must be 'keep' or 'reset'"), id="pool change"),
        pytest.param({"holdout_percent": 101}, ("/holdout_percent", "must be 100 or less"), id="hold-out"),
        pytest.param({"untouched_clicks": -1}, ("/untouched_clicks", "must be 0 or more"), id="untouched clicks"),
        pytest.param(
            {"publisher_epc_floor": 0.05}, ("/publisher_epc_floor", "must be a string"), id="money as a number"
        ),
        pytest.param({"tracking_domain": "https://x.example"}, ("/tracking_domain", DOMAIN), id="a URL as domain"),
        pytest.param(
            {"tracking_domain": "Go.Network.Example"}, ("/tracking_domain", DOMAIN), id="capitals in a domain"
        ),
        pytest.param({"tracking_domain": "localhost"}, ("/tracking_domain", DOMAIN), id="a domain of one word"),
        pytest.param({"tracking_domain": "-a.example"}, ("/tracking_domain", DOMAIN), id="a domain of a dash"),
        pytest.param(
            {"fallback_url": "ftp://a.example"},
            ("/fallback_url", "must not use the scheme ftp; use https, http or the scheme of an app, such as market"),
            id="ftp",
        ),
        pytest.param(
            {"fallback_url": "https://a.example/{subb1}"},
            ("/fallback_url", "{subb1} is not a macro; did you mean {sub1}?"),
            id="an unknown macro",
        ),
        pytest.param(
            {"offers": [{"campaign_id": "cmp_1", "weight": -1}]}, ("/offers/0/weight", "must be 0 or more"), id="weight"
        ),
        pytest.param(
            {"offers": [{"campaign_id": "cmp_1", "weight": 0.0001}]},
            ("/offers/0/weight", "must have at most 3 decimal places"),
            id="a fine weight",
        ),
        pytest.param(
            {"offers": [{"campaign_id": "cmp_1", "weight": True}]},
            ("/offers/0/weight", "must be a number"),
            id="a flag as a weight",
        ),
        pytest.param(
            {"offers": [{"campaign_id": "cmp_1", "weight": 1_000_001}]},
            ("/offers/0/weight", "must be 1000000 or less"),
            id="a heavy weight",
        ),
        pytest.param(
            {"offers": [{"campaign_id": "cmp_1", "priority": 1_001}]},
            ("/offers/0/priority", "must be 1000 or less"),
            id="priority",
        ),
        pytest.param({"offers": [{}]}, ("/offers/0/campaign_id", "is required"), id="an offer without a campaign"),
        pytest.param(
            {"offers": [{"campaign_id": "cmp_1", "caps": []}]},
            ("/offers/0/caps", "is not a known field"),
            id="a cap of an offer",
        ),
        pytest.param(
            {"offers": [{"campaign_id": "a"}, {"campaign_id": "b"}, {"campaign_id": "a"}, {"campaign_id": "b"}]},
            ("/offers", "must list each campaign once; listed twice: a, b"),
            id="campaigns twice",
        ),
        pytest.param(
            {"offers": [{"campaign_id": f"cmp_{n}"} for n in range(201)]},
            ("/offers", "must have at most 200 entries"),
            id="too many offers",
        ),
        pytest.param({"status": "paused"}, ("/status", "is not a known field"), id="a read-only field"),
    ],
)
def test_each_rule_of_a_smartlink_has_its_error(changes: dict[str, Any], error: tuple[str, str]) -> None:
    assert _errors(**{"name": "Summer App Deals", **changes}) == [error]


def test_all_errors_of_a_smartlink_are_returned_at_once() -> None:
    offers = [{"campaign_id": "cmp_1", "weight": -1}, {"weight": "3", "targeting": {"countries": ["usa"]}}]

    assert _errors(fallback_url="x", offers=offers, more=1) == [
        ("/name", "is required"),
        ("/fallback_url", "must begin with https://, http:// or the scheme of an app, such as market://"),
        ("/offers/0/weight", "must be 0 or more"),
        ("/offers/1/campaign_id", "is required"),
        ("/offers/1/weight", "must be a number"),
        ("/offers/1/targeting/countries/0", "must be a country code such as GB; usa is US"),
        ("/more", "is not a known field"),
    ]


def test_patch_of_the_offers_replaces_all_offers() -> None:
    before = smartlink_settings(offers=[{"campaign_id": "cmp_1", "weight": 3}, {"campaign_id": "cmp_2"}])
    after = Patch(SmartlinkSettings, {"offers": [{"campaign_id": "cmp_1"}]}).apply_to(before)

    assert [(offer.campaign_id, offer.weight) for offer in after.offers] == [("cmp_1", 1)]
    assert after.fallback_url == "https://network.example/more"


@pytest.mark.parametrize(
    ("weight", "text"),
    [("0", "0"), ("3", "3"), ("3.0", "3"), ("2.5", "2.5"), ("0.001", "0.001"), ("999999.999", "999999.999")],
)
def test_weight_has_up_to_three_decimal_places_and_stays_whole_if_it_is(weight: str, text: str) -> None:
    settings = validate(SmartlinkSettings, {"name": "a", "offers": [{"campaign_id": "cmp_1", "weight": float(weight)}]})

    assert json.dumps(settings.model_dump(mode="json")["offers"][0]["weight"]) == text
