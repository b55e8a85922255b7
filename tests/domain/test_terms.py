import json
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.domain import terms
from chalicelib.domain.campaign import Cap, CapMetric, CapScope, CapWindow
from chalicelib.domain.goal import DEFAULT_GOAL, Goal, GoalCounts
from chalicelib.domain.terms import CampaignTerms, GoalTerms
from chalicelib.tables.base import MAX_ITEM_BYTES
from tests.builders import a_campaign, a_cap

PUBLISHER = CapScope.PUBLISHER
NO_TERMS: dict[str, Any] = {"payout": None, "payout_percent": None, "goals": [], "caps": None}
SALE = Goal("sale", Decimal(3), Decimal(4), Decimal(8), Decimal(10), GoalCounts.ONCE)
amounts = st.decimals(0, 1000, places=6)
goals = st.builds(
    Goal,
    name=st.sampled_from([DEFAULT_GOAL, "sale", "lead"]),
    payout=amounts,
    revenue=amounts,
    payout_percent=amounts,
    revenue_percent=amounts,
    counts=st.sampled_from(GoalCounts),
)
goal_terms = st.builds(GoalTerms, st.none() | amounts, st.none() | amounts)
any_terms = st.builds(
    CampaignTerms,
    payout=st.none() | amounts,
    payout_percent=st.none() | amounts,
    goals=st.dictionaries(st.sampled_from(["sale", "lead"]), goal_terms),
)


def _cap_document(**changes: str) -> dict[str, str]:
    return {"metric": "clicks", "window": "day", "limit": "5", "scope": "publisher", "timezone": "UTC", **changes}


@given(any_terms, goals)
def test_terms_change_only_the_payout_of_a_goal(some_terms: CampaignTerms, goal: Goal) -> None:
    paid = some_terms.apply_to_goal(goal)
    kept = ("name", "revenue", "revenue_percent", "counts")
    assert [getattr(paid, name) for name in kept] == [getattr(goal, name) for name in kept]


@given(goals)
def test_empty_terms_change_no_goal(goal: Goal) -> None:
    assert CampaignTerms().apply_to_goal(goal) == goal


def test_top_level_payout_is_that_of_the_default_goal() -> None:
    default = Goal(DEFAULT_GOAL, Decimal(1), payout_percent=Decimal(5))
    paid = CampaignTerms(payout=Decimal(2))
    assert paid.apply_to_goal(default) == Goal(DEFAULT_GOAL, Decimal(2), payout_percent=Decimal(5))
    assert paid.apply_to_goal(SALE) == SALE


def test_named_goal_has_terms_of_its_own() -> None:
    paid = CampaignTerms(payout=Decimal(2), goals={"sale": GoalTerms(payout_percent=Decimal(0))}).apply_to_goal(SALE)
    assert (paid.payout, paid.payout_percent, paid.payout_of(Decimal(100))) == (Decimal(3), Decimal(0), Decimal(3))


def test_caps_of_terms_replace_those_of_scope_publisher() -> None:
    everyone, each, own = a_cap(100), a_cap(10, scope=PUBLISHER), a_cap(7, scope=PUBLISHER)
    campaign = a_campaign(caps=(each, everyone))
    in_force = [CampaignTerms(caps=caps).apply_to_caps(campaign).caps for caps in (None, (own,), ())]
    assert in_force == [(each, everyone), (everyone, own), (everyone,)]


def test_stored_terms_are_read_as_values() -> None:
    stored = {
        "payout": "1.50",
        "payout_percent": "0",
        "goals": [{"name": "sale", "payout": None, "payout_percent": "9"}],
        "caps": [_cap_document(limit="1000.50", metric="payout", window="total", timezone="Europe/Berlin")],
    }
    cap = Cap(CapMetric.PAYOUT, CapWindow.TOTAL, Decimal("1000.50"), PUBLISHER, "Europe/Berlin")
    assert terms.from_document(stored) == CampaignTerms(
        Decimal("1.50"), Decimal(0), {"sale": GoalTerms(None, Decimal(9))}, (cap,)
    )
    assert terms.from_document(NO_TERMS) == CampaignTerms()


def test_link_carries_the_caps_of_each_campaign_that_has_some() -> None:
    caps = [_cap_document(), _cap_document(metric="payout", window="total", limit="9.5", timezone="Asia/Tokyo")]
    stored = terms.encode_link_caps(
        {"cmp_1": {**NO_TERMS, "caps": caps}, "cmp_2": NO_TERMS, "cmp_3": {**NO_TERMS, "caps": []}}
    )
    assert stored
    assert terms.decode_link_caps(stored) == {
        "cmp_1": (
            a_cap(5, scope=PUBLISHER),
            Cap(CapMetric.PAYOUT, CapWindow.TOTAL, Decimal("9.5"), PUBLISHER, "Asia/Tokyo"),
        ),
        "cmp_3": (),
    }


@pytest.mark.parametrize("campaigns", [{}, {"cmp_1": NO_TERMS}], ids=["no terms", "no caps"])
def test_link_without_caps_carries_none(campaigns: dict[str, Any]) -> None:
    assert terms.encode_link_caps(campaigns) is None


def test_cap_with_a_field_of_a_later_release_can_be_read() -> None:
    stored = json.dumps({"format": 1, "caps": {"cmp_1": [["clicks", "day", "5", "UTC", "later"]]}})
    assert terms.decode_link_caps(stored) == {"cmp_1": (a_cap(5, scope=PUBLISHER),)}


def test_caps_of_200_campaigns_fit_on_a_link() -> None:
    widest = _cap_document(
        metric="revenue", window="month", limit="999999999999.999999", timezone="America/Argentina/ComodRivadavia"
    )
    one = terms.encode_link_caps(
        {f"cmp_01m7y0t0bjzdjrh2pcx7v6{n:04}": {**NO_TERMS, "caps": [widest]} for n in range(200)}
    )
    all_20 = terms.encode_link_caps(
        {f"cmp_01m7y0t0bjzdjrh2pcx7v6{n:04}": {**NO_TERMS, "caps": [widest] * 20} for n in range(200)}
    )
    assert (len(one or ""), len(all_20 or "")) == (22_421, 315_021)
    assert len(all_20 or "") < MAX_ITEM_BYTES - 1024
