import time
from collections.abc import Iterable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.admin.smartlinks.contradictions import KnownNetworks
from chalicelib.admin.smartlinks.offer_warnings import offer_warnings
from chalicelib.admin.smartlinks.schemas import SmartlinkSettings
from chalicelib.admin.smartlinks.warning_document import WarningDocument
from chalicelib.admin.smartlinks.warnings import Surroundings, warnings
from chalicelib.admin.targeting_values.countries import country_names
from chalicelib.domain.stored_targeting import STORED_DEFAULTS
from chalicelib.exchange.rates import ExchangeRates
from chalicelib.http.models import Patch
from tests.builders import NOW, campaign_document, smartlink_settings


def _found(campaign: dict[str, Any], targeting: dict[str, Any] | None = None, **offer: Any) -> list[WarningDocument]:
    """Return the warnings about a single offer; lists of its targeting may have values of an earlier release."""
    settings = smartlink_settings(offers=[{"campaign_id": "cmp_1", **offer}])
    settings["offers"][0]["targeting"] |= targeting or {}
    return list(offer_warnings(settings, {"cmp_1": campaign}, NOW, KnownNetworks()))


def _campaign(targeting: dict[str, Any] | None = None, **changes: Any) -> dict[str, Any]:
    document = campaign_document("cmp_1", **changes)
    document["targeting"] |= targeting or {}
    return document


@pytest.mark.parametrize(
    ("changes", "offer", "code", "pointer", "changed"),
    [
        pytest.param({}, {"weight": 0}, "offer_weight_zero", "weight", {"weight": 1}, id="weight 0"),
        pytest.param({}, {"enabled": False}, "offer_disabled", "enabled", {"enabled": True}, id="disabled"),
        pytest.param({"status": "paused"}, {}, "campaign_not_active", "enabled", {"enabled": False}, id="paused"),
        pytest.param(
            {"schedule": {"ends_at": "2026-11-04T12:30:00Z"}},
            {},
            "campaign_ended",
            "enabled",
            {"enabled": False},
            id="ended",
        ),
        pytest.param(
            {"targeting": {"countries": ["US"]}},
            {"targeting": {"countries": ["GB"]}},
            "contradictory_targeting",
            "targeting",
            {"enabled": False},
            id="nobody",
        ),
    ],
)
def test_offer_that_can_take_no_click_has_a_fix(
    changes: dict[str, Any], offer: dict[str, Any], code: str, pointer: str, changed: dict[str, Any]
) -> None:
    (warning,) = _found(_campaign(**changes), **offer)
    (before,) = smartlink_settings(offers=[{"campaign_id": "cmp_1", **offer}])["offers"]

    assert (warning.code, warning.pointer) == (code, f"/offers/0/{pointer}")
    assert warning.fix == {"offers": [{**before, **changed}]}


@pytest.mark.parametrize(
    ("changes", "offer"),
    [
        pytest.param({"status": "paused"}, {}, id="its campaign is paused"),
        pytest.param({}, {"weight": 0}, id="its weight is 0"),
        pytest.param({"targeting": {"countries": ["US"]}}, {"targeting": {"countries": ["GB"]}}, id="nobody"),
    ],
)
def test_disabled_offer_that_could_take_no_click_has_no_fix(changes: dict[str, Any], offer: dict[str, Any]) -> None:
    (warning,) = _found(_campaign(**changes), **offer, enabled=False)

    assert (warning.code, warning.fix) == ("offer_disabled", None)


def test_countries_that_the_campaign_does_not_take_are_a_warning() -> None:
    (warning,) = _found(_campaign({"countries": ["GB"]}), {"countries": ["IN", "GB", "US"]})

    assert (warning.code, warning.pointer) == ("country_not_taken_by_campaign", "/offers/0/targeting/countries")
    assert warning.detail == (
        "Campaign Game A (cmp_1) itself takes GB only, so clicks from India and United States will pass it by."
    )
    assert warning.fix
    assert warning.fix["offers"][0]["targeting"]["countries"] == ["GB"]


def test_country_that_the_campaign_excludes_is_named() -> None:
    (warning,) = _found(_campaign({"exclude_countries": ["IN", "FR"]}), {"countries": ["IN", "GB"]})

    assert warning.detail == "Campaign Game A (cmp_1) itself excludes IN, so clicks from India will pass it by."


def test_long_lists_of_countries_are_counted() -> None:
    codes = sorted(country_names())
    (warning,) = _found(_campaign({"countries": codes[:10]}), {"countries": codes[9:20]})

    names = ", ".join(country_names()[code] for code in codes[10:15])
    assert warning.detail == (
        f"Campaign Game A (cmp_1) itself takes 10 countries only, so clicks from {names} and 5 more countries will "
        "pass it by."
    )


@pytest.mark.parametrize(
    ("targeting", "pointer", "left"),
    [
        pytest.param({"countries": ["UK", "GB"]}, "targeting/countries", ["GB"], id="one of two"),
        pytest.param({"exclude_countries": ["UK"]}, "targeting/exclude_countries", [], id="the only excluded one"),
        pytest.param(
            {"browsers": ["mosaic", "samsung internet"]}, "targeting/browsers", ["samsung internet"], id="old"
        ),
    ],
)
def test_values_that_no_visitor_has_are_removed_by_the_fix(
    targeting: dict[str, Any], pointer: str, left: list[str]
) -> None:
    (warning,) = _found(_campaign(), targeting)

    assert (warning.code, warning.pointer) == ("unknown_targeting_values", f"/offers/0/{pointer}")
    assert warning.fix
    assert warning.fix["offers"][0]["targeting"][pointer.rpartition("/")[2]] == left


@pytest.mark.parametrize(
    ("campaign", "targeting", "pointers"),
    [
        pytest.param({}, {"countries": ["UK"]}, ["/offers/0/targeting/countries"], id="the only value"),
        pytest.param({"countries": ["UK"]}, {}, ["/offers/0/campaign_id"], id="the campaign's"),
        pytest.param(
            {"countries": ["UK", "US"]}, {"countries": ["US"]}, [], id="the campaign's, which the offer narrows"
        ),
        pytest.param(
            {"exclude_countries": ["UK"]}, {"exclude_countries": ["US"]}, ["/offers/0/campaign_id"], id="both"
        ),
    ],
)
def test_values_that_the_smartlink_cannot_mend_have_no_fix(
    campaign: dict[str, Any], targeting: dict[str, Any], pointers: list[str]
) -> None:
    found = _found(_campaign(campaign), targeting)

    assert [(each.pointer, each.fix) for each in found] == [(pointer, None) for pointer in pointers]


CAMPAIGN = campaign_document()
COUNTRIES = ["US", "GB", "IN", "UK", "XX"]


def _targetings() -> st.SearchStrategy[dict[str, Any]]:
    lists = {name: st.lists(st.sampled_from(COUNTRIES), unique=True) for name in ("countries", "exclude_countries")}
    devices = st.lists(st.sampled_from(["mobile", "tablet"]), unique=True)
    browsers = st.lists(st.sampled_from(["chrome", "mosaic", "safari"]), unique=True)
    drawn = st.fixed_dictionaries({}, optional={**lists, "devices": devices, "browsers": browsers})
    return drawn.map(lambda rules: {**STORED_DEFAULTS, **rules})


@st.composite
def _smartlinks(draw: st.DrawFn) -> tuple[dict[str, Any], dict[str, dict[str, Any]]]:
    """Draw stored settings with up to three offers, and the documents of their campaigns."""
    campaigns = {}
    for key in [*(f"cmp_{n}" for n in range(draw(st.integers(0, 3)))), "cmp_last"]:
        status = draw(st.sampled_from(["active", "paused"]))
        campaigns[key] = {**CAMPAIGN, "id": key, "status": status, "targeting": draw(_targetings())}
    offers = [
        {"campaign_id": key, "weight": draw(st.integers(0, 1)), "enabled": draw(st.booleans()), "priority": 9 - n}
        for n, key in enumerate(sorted(campaigns.keys() - {"cmp_last"}))
    ]
    settings = smartlink_settings(
        offers=offers,
        catch_all_campaign_id=draw(st.none() | st.just("cmp_last")),
        fallback_url=draw(st.none() | st.just("https://network.example/more")),
    )
    for offer in settings["offers"]:
        offer["targeting"] = draw(_targetings())
    return settings, campaigns


def _warnings(settings: dict[str, Any], campaigns: dict[str, dict[str, Any]]) -> list[WarningDocument]:
    used = {each["campaign_id"] for each in settings["offers"]} | {settings["catch_all_campaign_id"]}
    of_smartlink = {key: value for key, value in campaigns.items() if key in used}
    return warnings(settings, of_smartlink, Surroundings(NOW, ExchangeRates))


def _keys(found: Iterable[WarningDocument]) -> list[tuple[str, str]]:
    return [(each.code, each.pointer) for each in found]


@given(_smartlinks())
def test_each_fix_gives_a_valid_smartlink_without_its_warning(
    drawn: tuple[dict[str, Any], dict[str, dict[str, Any]]],
) -> None:
    settings, campaigns = drawn
    found = _warnings(settings, campaigns)
    assert len(set(_keys(found))) == len(found)
    for warning in found:
        if warning.fix:
            mended = Patch(SmartlinkSettings, warning.fix).apply_to(settings).model_dump(mode="json")
            assert (warning.code, warning.pointer) not in _keys(_warnings(mended, campaigns))


def test_warnings_of_a_large_smartlink_are_fast_and_their_fixes_small() -> None:
    codes = sorted(country_names())
    keys = [f"cmp_{n}" for n in range(200)]
    campaigns = {
        key: {**CAMPAIGN, "id": key, "targeting": {**STORED_DEFAULTS, "countries": codes[:170]}} for key in keys
    }
    settings = smartlink_settings(offers=[{"campaign_id": key, "priority": n} for n, key in enumerate(keys)])
    for offer in settings["offers"]:
        offer["targeting"] = {**STORED_DEFAULTS, "countries": codes[:180]}
    started = time.process_time()
    found = _warnings(settings, campaigns)
    seconds = time.process_time() - started

    assert {each.code for each in found} == {"country_not_taken_by_campaign", "covered_by_offer_above"}
    assert sum(each.fix is not None for each in found) == 1
    assert sum(len(each.model_dump_json()) for each in found) < 500_000
    assert seconds < 1
