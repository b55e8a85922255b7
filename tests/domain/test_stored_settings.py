from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.domain import stored_settings, stored_targeting
from chalicelib.domain.stored_settings import (
    FORMAT,
    complete_campaign,
    complete_offer,
    complete_smartlink,
    complete_terms,
    with_format,
)
from chalicelib.domain.stored_targeting import STORED_DEFAULTS
from chalicelib.domain.targeting import Targeting
from tests.builders import campaign_settings, smartlink_settings

FIELDS = sorted(STORED_DEFAULTS)
_SET: dict[type, Any] = {list: ["x"], dict: {"sub1": ["x"]}, bool: True}
RULES = {**{name: _SET[type(STORED_DEFAULTS[name])] for name in FIELDS}, "os_versions": {"ios": ">=16"}}
CAP = {"metric": "clicks", "window": "day", "limit": "10"}
CAMPAIGN = campaign_settings(caps=[CAP], duplicate_filter={"window_seconds": 60}, targeting={"countries": ["US"]})
OFFER = {"campaign_id": "cmp_1", "weight": 3, "targeting": {"devices": ["mobile"], "exclude_bots": True}}
SMARTLINK = smartlink_settings(offers=[OFFER, {"campaign_id": "cmp_2"}])

values = st.sampled_from([None, True, 7, "a", [], ["a"], {"a": 1}])
names = st.text("abc", min_size=1, max_size=2)
targetings = st.dictionaries(st.sampled_from(FIELDS) | names, values)
offers: st.SearchStrategy[dict[str, Any]] = st.builds(dict, st.dictionaries(names, values), targeting=targetings)
smartlinks: st.SearchStrategy[dict[str, Any]] = st.builds(
    dict, st.dictionaries(names, values), offers=st.lists(offers, max_size=3)
)
campaigns: st.SearchStrategy[dict[str, Any]] = st.builds(
    dict,
    st.dictionaries(names, values),
    targeting=targetings,
    schedule=st.dictionaries(names, values),
    caps=st.lists(st.dictionaries(names, values), max_size=3),
    duplicate_filter=st.none() | st.dictionaries(names, values),
)


def _without(settings: dict[str, Any], field: str) -> dict[str, Any]:
    return {name: value for name, value in settings.items() if name != field}


def test_settings_of_the_current_release_are_complete() -> None:
    assert complete_campaign(CAMPAIGN) == CAMPAIGN
    assert complete_smartlink(SMARTLINK) == SMARTLINK


@pytest.mark.parametrize("field", FIELDS)
def test_missing_targeting_field_means_no_rule(field: str) -> None:
    stored = {"targeting": _without(RULES, field)}
    complete = complete_offer(stored)["targeting"]
    assert complete == {**stored["targeting"], field: STORED_DEFAULTS[field]}
    rule = getattr(stored_targeting.from_document(complete), field)
    assert rule == getattr(Targeting(), field)


@pytest.mark.parametrize("field", FIELDS)
def test_campaign_and_offer_without_a_targeting_field_have_its_default(field: str) -> None:
    default: Any = STORED_DEFAULTS[field]
    campaign = {**CAMPAIGN, "targeting": _without(CAMPAIGN["targeting"], field)}
    offer = {**SMARTLINK["offers"][0], "targeting": _without(SMARTLINK["offers"][0]["targeting"], field)}
    assert complete_campaign(campaign)["targeting"][field] == default
    assert complete_smartlink({**SMARTLINK, "offers": [offer]})["offers"][0]["targeting"][field] == default


def test_format_is_added_for_storage_and_removed_when_read() -> None:
    assert with_format(CAMPAIGN) == {"format": FORMAT, **CAMPAIGN}
    assert complete_campaign(with_format(CAMPAIGN)) == CAMPAIGN
    assert complete_smartlink(with_format(SMARTLINK)) == SMARTLINK
    assert FORMAT == 1


def test_field_added_to_a_campaign_appears_in_stored_ones(monkeypatch: pytest.MonkeyPatch) -> None:
    for part in ("CAMPAIGN", "SCHEDULE", "CAP", "DUPLICATE_FILTER"):
        monkeypatch.setattr(stored_settings, f"ADDED_TO_{part}", {"added_to": part.lower()})
    complete = complete_campaign(CAMPAIGN)
    assert complete == {
        **CAMPAIGN,
        "added_to": "campaign",
        "schedule": {**CAMPAIGN["schedule"], "added_to": "schedule"},
        "caps": [{**CAMPAIGN["caps"][0], "added_to": "cap"}],
        "duplicate_filter": {**CAMPAIGN["duplicate_filter"], "added_to": "duplicate_filter"},
    }


def test_campaign_without_a_duplicate_filter_gets_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stored_settings, "ADDED_TO_DUPLICATE_FILTER", {"added_to": "duplicate_filter"})
    assert complete_campaign({**CAMPAIGN, "duplicate_filter": None})["duplicate_filter"] is None


def test_field_added_to_a_smartlink_appears_in_stored_ones(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stored_settings, "ADDED_TO_SMARTLINK", {"added_to": "smartlink"})
    monkeypatch.setattr(stored_settings, "ADDED_TO_OFFER", {"added_to": "offer"})
    complete = complete_smartlink(SMARTLINK)
    offers = [{**offer, "added_to": "offer"} for offer in SMARTLINK["offers"]]
    assert complete == {**SMARTLINK, "added_to": "smartlink", "offers": offers}


def test_field_added_to_terms_appears_in_stored_ones(monkeypatch: pytest.MonkeyPatch) -> None:
    for part in ("TERMS", "GOAL_TERMS", "CAP"):
        monkeypatch.setattr(stored_settings, f"ADDED_TO_{part}", {"added_to": part.lower()})
    goal, cap = {"name": "sale", "payout": "1", "payout_percent": None}, {**CAP, "scope": "publisher"}
    terms = {"payout": None, "payout_percent": "5", "goals": [goal], "caps": [cap]}
    complete = complete_terms(with_format({"campaigns": {"cmp_1": terms, "cmp_2": {**terms, "caps": None}}}))
    goals = [{**goal, "added_to": "goal_terms"}]
    assert complete["campaigns"] == {
        "cmp_1": {**terms, "added_to": "terms", "goals": goals, "caps": [{**cap, "added_to": "cap"}]},
        "cmp_2": {**terms, "added_to": "terms", "goals": goals, "caps": None},
    }
    assert complete_terms(complete) == complete


def test_stored_value_takes_precedence_over_an_added_default(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stored_settings, "ADDED_TO_CAMPAIGN", {"name": "default"})
    monkeypatch.setattr(stored_settings, "ADDED_TO_OFFER", {"weight": 9})
    assert complete_campaign(CAMPAIGN)["name"] == "Game A"
    assert complete_smartlink(SMARTLINK)["offers"][0]["weight"] == 3


@given(campaigns)
def test_completing_a_campaign_twice_is_completing_it_once(stored: dict[str, Any]) -> None:
    assert complete_campaign(complete_campaign(stored)) == complete_campaign(stored)


@given(smartlinks)
def test_completing_a_smartlink_twice_is_completing_it_once(stored: dict[str, Any]) -> None:
    assert complete_smartlink(complete_smartlink(stored)) == complete_smartlink(stored)
