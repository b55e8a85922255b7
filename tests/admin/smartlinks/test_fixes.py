from typing import Any

from chalicelib.admin.smartlinks.fixes import MAX_BYTES, MAX_FIXES_BYTES, OfferFixes

OFFERS: list[dict[str, Any]] = [
    {"campaign_id": "cmp_1", "weight": 0},
    {"campaign_id": "cmp_2", "targeting": {"os": []}},
]


def test_fix_has_all_offers_and_changes_one() -> None:
    changes = {"targeting": {"countries": ["US"]}}

    assert OfferFixes(OFFERS).change(1, changes) == {
        "offers": [OFFERS[0], {"campaign_id": "cmp_2", "targeting": {"os": [], "countries": ["US"]}}]
    }
    assert OFFERS[1]["targeting"] == {"os": []}


def test_fixes_end_where_their_size_is_used_up() -> None:
    large = OfferFixes([{"text": "x" * (MAX_FIXES_BYTES // 2 - 100)}])

    assert [large.change(0, {"weight": 1}) is None for _ in range(4)] == [False, False, True, True]


def test_offers_that_fill_an_answer_have_no_fixes() -> None:
    assert OfferFixes([{"text": "x" * (MAX_BYTES // 2)}]).change(0, {"weight": 1}) is None
