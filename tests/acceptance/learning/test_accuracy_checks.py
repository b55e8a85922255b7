from decimal import Decimal
from typing import Any

import pytest

from acceptance.learning import accuracy_checks, edit_and_reset_checks
from acceptance.learning.findings import Finding, RecordedClick, recorded_click
from chalicelib.routing.click_record import arm_draw_of

KEYS = {"cmp_s": "sale", "cmp_l": "lead", "cmp_t": "trial"}
IDS = {key: campaign_id for campaign_id, key in KEYS.items()}


def a_click(key: str = "trial", segment: str = "US|mobile", **changes: Any) -> RecordedClick:
    return RecordedClick(
        **{
            "click_id": "0",
            "segment": segment,
            "key": key,
            "arm": "optimized",
            "weights_version": 9,
            "route_version": 1,
            **changes,
        }
    )


def a_run(*shares: tuple[str, str, float, float], reason: str = "learned") -> dict[str, Any]:
    """Return a run document with these segments, offers, shares and effective clicks."""
    offers: dict[str, list[dict[str, Any]]] = {}
    for segment, key, share, clicks in shares:
        row = {"campaign_id": IDS[key], "share": share, "effective_clicks": clicks, "reason": reason}
        offers.setdefault(segment, []).append(row)
    return {"segments": [{"segment": segment, "offers": rows} for segment, rows in offers.items()]}


def rows(run: dict[str, Any]) -> edit_and_reset_checks.OfferRows:
    return edit_and_reset_checks.offer_rows(run, KEYS)


def holds(findings: list[Finding]) -> list[bool]:
    return [finding.holds for finding in findings]


BEFORE = rows(
    a_run(
        *[("US|mobile", "trial", 0.9, 300.0), ("US|mobile", "sale", 0.05, 100.0), ("US|mobile", "lead", 0.05, 100.0)],
        *[("GB|desktop", "trial", 0.1, 100.0), ("GB|desktop", "sale", 0.8, 300.0), ("GB|desktop", "lead", 0.1, 90.0)],
        ("US", "trial", 1.0, 500.0),
    )
)
AFTER = [
    *[("US|mobile", "trial", 0.9, 400.0), ("US|mobile", "sale", 0.1, 100.0)],
    *[("GB|desktop", "trial", 0.1, 100.0), ("GB|desktop", "sale", 0.9, 300.0)],
]


def test_recorded_click_has_segment_offer_arm_and_versions() -> None:
    decision = {"arm": "holdout", "weights_version": 5, "route_version": 2}
    document = {
        "click_id": "abc",
        "country": "GB",
        "device": "desktop",
        "campaign_id": "cmp_s",
        "decision": decision,
    }
    assert recorded_click(document, KEYS) == RecordedClick("abc", "GB|desktop", "sale", "holdout", 5, 2)


def test_untouched_clicks_check_fails_if_one_offer_has_too_few() -> None:
    keys = ["sale"] * 50 + ["lead"] * 50 + ["trial"] * 49
    assert not accuracy_checks.check_untouched_clicks(keys, 50).holds
    assert accuracy_checks.check_untouched_clicks([*keys, "trial"], 50) == Finding(
        "every offer had its 50 untouched clicks", "sale 50, lead 50, trial 50", holds=True
    )


def test_winner_needs_more_than_70_percent_of_the_optimized_clicks_of_the_weights_version() -> None:
    clicks = [a_click("trial")] * 7 + [a_click("sale")] * 3 + [a_click("sale", "GB|desktop")]
    others = [a_click("sale", arm="holdout")] * 50 + [a_click("sale", weights_version=8)] * 50
    assert holds(accuracy_checks.check_winners([*clicks, *others], 9, 1)) == [False, True]
    assert holds(accuracy_checks.check_winners([*clicks, *others, a_click("trial")], 9, 1)) == [True, True]


def test_segment_with_too_few_clicks_has_no_winner() -> None:
    assert holds(accuracy_checks.check_winners([a_click("trial")], 9, 1)) == [True, False]
    assert holds(accuracy_checks.check_winners([a_click("trial"), a_click("sale", "GB|desktop")], 9, 2)) == [
        False,
        False,
    ]


def test_arm_must_be_the_one_that_the_click_id_hash_selects() -> None:
    held = next(f"{n}" for n in range(100) if arm_draw_of(f"{n}") < 0.1)
    free = next(f"{n}" for n in range(100) if arm_draw_of(f"{n}") >= 0.1)
    right = [a_click(click_id=held, arm="holdout"), a_click(click_id=free)]
    early = a_click(click_id=held, arm="weighted", weights_version=None)
    assert accuracy_checks.check_arms([*right, early], 10).holds
    assert not accuracy_checks.check_arms([*right, a_click(click_id=held)], 10).holds
    assert not accuracy_checks.check_arms([a_click(click_id=free)], 10).holds


@pytest.mark.parametrize(
    ("interval", "optimized", "value", "expected"),
    [
        (["0.050000", "0.150000"], 2, "0.000000", True),
        (["0.110000", "0.150000"], 2, "0.000000", False),
        (["-0.150000", "0.090000"], 2, "0.000000", False),
        (["0.050000", "0.150000"], 3, "0.000000", False),
        (["0.050000", "0.150000"], 2, "0.010000", False),
    ],
    ids=["inside", "above", "below", "other clicks", "a cent too much"],
)
def test_interval_must_contain_the_true_uplift_and_arms_must_match_the_ledger(
    interval: list[str], optimized: int, value: str, expected: bool
) -> None:
    clicks = [
        *[a_click("trial", click_id="a"), a_click("trial", click_id="b")],
        *[a_click("lead", click_id="c", arm="holdout"), a_click("sale", click_id="d", arm="weighted")],
    ]
    paid = dict.fromkeys("abd", Decimal("1.4"))
    arms = {"optimized": {"clicks": optimized, "value": "2.800000"}, "holdout": {"clicks": 1, "value": value}}
    document = {"arms": arms, "difference": "0.080000", "interval": interval, "verdict": "So."}
    finding = accuracy_checks.check_uplift(document, clicks, paid)
    assert finding.holds is expected
    assert finding.figures.startswith("true 0.100000, reported 0.080000")


def test_uplift_check_fails_without_hold_out_clicks() -> None:
    document: dict[str, Any] = {"arms": {}, "difference": None, "interval": None, "verdict": "Nothing."}
    finding = accuracy_checks.check_uplift(document, [a_click()], {})
    assert (finding.holds, finding.figures) == (False, "nothing to compare: Nothing.")


def test_offer_rows_contain_only_segments_with_visitors() -> None:
    assert {segment for segment, _ in BEFORE} == {"US|mobile", "GB|desktop"}


def test_learning_survives_edit_if_clicks_are_kept_and_the_winner_leads() -> None:
    assert holds(edit_and_reset_checks.check_learning_survives_edit(BEFORE, rows(a_run(*AFTER)))) == [
        True,
        True,
        True,
        True,
    ]
    assert holds(
        edit_and_reset_checks.check_learning_survives_edit(BEFORE, rows(a_run(*AFTER, reason="exploring")))
    ) == [
        True,
        True,
        True,
        True,
    ]


@pytest.mark.parametrize(
    ("after", "reason", "expected"),
    [
        ([("US|mobile", "trial", 0.9, 290.0), *AFTER[1:]], "learned", [False, True, True, True]),
        ([*AFTER, ("US|mobile", "lead", 0.0, 1.0)], "learned", [False, True, True, True]),
        ([*AFTER[:3], ("GB|desktop", "sale", 0.05, 300.0)], "learned", [True, True, True, False]),
        (AFTER, "no_data", [True, False, True, False]),
        (AFTER[:2], "learned", [True, True, False, False]),
    ],
    ids=["clicks lost", "the spare offer is still there", "the winner trails", "no data", "a segment is gone"],
)
def test_edit_check_fails(after: list[tuple[str, str, float, float]], reason: str, expected: list[bool]) -> None:
    assert (
        holds(edit_and_reset_checks.check_learning_survives_edit(BEFORE, rows(a_run(*after, reason=reason))))
        == expected
    )


def test_reset_starts_the_next_epoch_without_learned_weights() -> None:
    nothing = {"in_force": False, "segments": [], "note": "Nothing is learned yet."}
    assert holds(edit_and_reset_checks.check_reset((1, 2), nothing)) == [True, True]
    assert holds(edit_and_reset_checks.check_reset((1, 1), nothing)) == [False, True]
    assert holds(edit_and_reset_checks.check_reset((1, 2), {**nothing, "in_force": True})) == [True, False]
    assert holds(edit_and_reset_checks.check_reset((1, 2), {**nothing, "segments": [{}]})) == [True, False]


def test_clicks_after_reset_use_configured_weights_until_the_next_run() -> None:
    weighted, next_run = a_click(arm="weighted", weights_version=None), a_click(weights_version=10)
    assert edit_and_reset_checks.check_clicks_after_reset([weighted, next_run], 9).holds
    assert not edit_and_reset_checks.check_clicks_after_reset([weighted, a_click(weights_version=9)], 9).holds
    assert not edit_and_reset_checks.check_clicks_after_reset([next_run], 9).holds
    assert not edit_and_reset_checks.check_clicks_after_reset([], 9).holds
