from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from chalicelib.conversions import status
from chalicelib.conversions.conversion import ReportedConversion
from chalicelib.conversions.status import Ruling, StatusSource
from chalicelib.domain.campaign import Approval
from chalicelib.domain.conversion import ConversionStatus, Reporter
from chalicelib.domain.goal import Goal
from tests.builders import NOW, a_campaign

APPROVED, PENDING, REJECTED = ConversionStatus.APPROVED, ConversionStatus.PENDING, ConversionStatus.REJECTED
AUTO, MANUAL = a_campaign(), a_campaign(approval=Approval.MANUAL)
POSTBACK, PIXEL, IMPORT = Reporter
REPORT, RULE, SCHEDULE, IMPORTED, ADMIN = StatusSource
HOLD = "The payout of 2 is above the maximum of 1."


def a_report(reported: ConversionStatus | None = None) -> ReportedConversion:
    return ReportedConversion("click", status=reported)


def test_sources_and_reporters_are_all_tested() -> None:
    assert [REPORT, RULE, SCHEDULE, IMPORTED, ADMIN] == ["report", "rule", "schedule", "import", "admin"]
    assert [POSTBACK, PIXEL, IMPORT] == ["postback", "pixel", "import"]


# New conversions


@pytest.mark.parametrize(
    ("campaign", "reporter", "reported", "expected"),
    [
        pytest.param(AUTO, POSTBACK, None, (APPROVED, REPORT), id="auto"),
        pytest.param(AUTO, POSTBACK, APPROVED, (APPROVED, REPORT), id="auto, approved"),
        pytest.param(AUTO, POSTBACK, PENDING, (PENDING, REPORT), id="auto, pending"),
        pytest.param(AUTO, POSTBACK, REJECTED, (REJECTED, REPORT), id="auto, rejected"),
        pytest.param(AUTO, PIXEL, None, (APPROVED, REPORT), id="auto, pixel"),
        pytest.param(MANUAL, POSTBACK, None, (PENDING, RULE), id="manual"),
        pytest.param(MANUAL, POSTBACK, APPROVED, (PENDING, RULE), id="manual, approved by a postback"),
        pytest.param(MANUAL, POSTBACK, PENDING, (PENDING, REPORT), id="manual, pending by a postback"),
        pytest.param(MANUAL, POSTBACK, REJECTED, (REJECTED, REPORT), id="manual, rejected"),
        pytest.param(MANUAL, PIXEL, None, (PENDING, RULE), id="manual, pixel"),
        pytest.param(MANUAL, IMPORT, None, (APPROVED, REPORT), id="manual, import"),
        pytest.param(MANUAL, IMPORT, APPROVED, (APPROVED, IMPORTED), id="manual, import that approves"),
        pytest.param(AUTO, IMPORT, PENDING, (PENDING, IMPORTED), id="import of a pending one"),
        pytest.param(AUTO, IMPORT, REJECTED, (REJECTED, IMPORTED), id="import that rejects"),
    ],
)
def test_status_of_a_new_conversion(
    campaign: Any, reporter: Reporter, reported: ConversionStatus | None, expected: tuple[str, str]
) -> None:
    ruling = status.ruling_of(a_report(reported), reporter, campaign, None, NOW)
    assert (ruling.status, ruling.source, ruling.held, ruling.approve_at) == (*expected, False, None)


@pytest.mark.parametrize("reporter", Reporter)
@pytest.mark.parametrize("reported", [None, APPROVED, PENDING])
def test_held_conversion_is_pending_whoever_reports_it(reporter: Reporter, reported: ConversionStatus | None) -> None:
    ruling = status.ruling_of(a_report(reported), reporter, AUTO, HOLD, NOW)
    assert ruling == Ruling(PENDING, RULE, held=True, reason=HOLD)


def test_rejected_conversion_is_not_held() -> None:
    assert status.ruling_of(a_report(REJECTED), POSTBACK, AUTO, HOLD, NOW) == Ruling(REJECTED, REPORT)


def test_manual_approval_after_days_sets_the_time_of_approval_unless_held() -> None:
    campaign = a_campaign(approval=Approval.MANUAL, approve_after_days=30)
    ruling = status.ruling_of(a_report(), POSTBACK, campaign, None, NOW)
    assert ruling.approve_at == NOW + timedelta(days=30)
    assert status.ruling_of(a_report(), POSTBACK, campaign, HOLD, NOW).approve_at is None


# Holding


@pytest.mark.parametrize(
    ("payout", "goal", "maximum", "is_held"),
    [
        pytest.param("150", Goal("a", payout=Decimal("1.5")), None, False, id="100 times the payout"),
        pytest.param("150.000001", Goal("a", payout=Decimal("1.5")), None, True, id="a millionth more"),
        pytest.param("9999", Goal("a"), None, False, id="no fixed payout"),
        pytest.param("9999", Goal("a", payout=Decimal(1), payout_percent=Decimal(1)), None, False, id="percentage"),
        pytest.param("9999", Goal("a", payout=Decimal(1), revenue_percent=Decimal(1)), None, False, id="of revenue"),
        pytest.param("5", Goal("a", payout=Decimal(1)), "5", False, id="the campaign's maximum"),
        pytest.param("5.01", Goal("a", payout=Decimal(1)), "5", True, id="above the campaign's maximum"),
        pytest.param("5.01", Goal("a"), "5", True, id="above the maximum, without a fixed payout"),
        pytest.param("0.01", Goal("a"), "0", True, id="a maximum of 0"),
    ],
)
def test_payout_above_the_maximum_is_held(payout: str, goal: Goal, maximum: str | None, *, is_held: bool) -> None:
    campaign = a_campaign(max_payout=None if maximum is None else Decimal(maximum))
    reason = status.hold_reason(Decimal(payout), goal, campaign)
    assert (reason is not None) is is_held


def test_reason_to_hold_names_both_amounts() -> None:
    reason = status.hold_reason(Decimal("60.00"), Goal("a"), a_campaign(max_payout=Decimal(50)))
    assert reason == "The payout of 60.00 is above the maximum of 50."


def test_stored_conversion_is_held_unless_it_is_rejected_or_decided() -> None:
    cases = [("approved", "report"), ("pending", "rule"), ("rejected", "report"), ("approved", "admin")]
    rulings = [status.held({"status": each, "status_by": source}, HOLD) for each, source in cases]
    held = Ruling(PENDING, RULE, held=True, reason=HOLD)
    assert rulings == [held, held, None, None]


# Further reports


CHANGES: dict[str, tuple[Any, ...]] = {
    "no status": (AUTO, POSTBACK, None, "approved", REPORT, None),
    "the same status": (AUTO, POSTBACK, APPROVED, "approved", REPORT, None),
    "a pixel": (AUTO, PIXEL, REJECTED, "approved", REPORT, None),
    "rejection": (AUTO, POSTBACK, REJECTED, "approved", REPORT, REPORT),
    "rejection of a pending one": (MANUAL, POSTBACK, REJECTED, "pending", RULE, REPORT),
    "rejection after the schedule approved": (MANUAL, POSTBACK, REJECTED, "approved", SCHEDULE, REPORT),
    "confirmation of a pending one": (AUTO, POSTBACK, APPROVED, "pending", REPORT, REPORT),
    "confirmation of a rejected one": (AUTO, POSTBACK, APPROVED, "rejected", REPORT, REPORT),
    "confirmation with manual approval": (MANUAL, POSTBACK, APPROVED, "pending", REPORT, None),
    "confirmation of what arrived under manual approval": (AUTO, POSTBACK, APPROVED, "pending", RULE, None),
    "pending after approval": (AUTO, POSTBACK, PENDING, "approved", REPORT, None),
    "rejection of an admin's approval": (AUTO, POSTBACK, REJECTED, "approved", ADMIN, None),
    "confirmation of an admin's rejection": (AUTO, POSTBACK, APPROVED, "rejected", ADMIN, None),
    "rejection of an import's approval": (AUTO, POSTBACK, REJECTED, "approved", IMPORTED, None),
    "import approves": (MANUAL, IMPORT, APPROVED, "pending", RULE, IMPORTED),
    "import rejects what an import approved": (AUTO, IMPORT, REJECTED, "approved", IMPORTED, IMPORTED),
    "import against an admin": (AUTO, IMPORT, APPROVED, "rejected", ADMIN, None),
}


@pytest.mark.parametrize("case", CHANGES.values(), ids=CHANGES)
def test_change_of_status_by_a_further_report(case: tuple[Any, ...]) -> None:
    campaign, reporter, reported, stored, source, changed_by = case
    fields = {"status": stored, "status_by": source.value, "revision": 1}
    ruling = status.reported_change(fields, a_report(reported), reporter, campaign, None)
    assert ruling == (Ruling(reported, changed_by) if changed_by else None)


@pytest.mark.parametrize("reporter", [POSTBACK, IMPORT])
def test_report_approves_no_held_conversion(reporter: Reporter) -> None:
    fields = {"status": "pending", "status_by": "report", "held": True, "revision": 1}
    assert status.reported_change(fields, a_report(APPROVED), reporter, AUTO, None) is None


@pytest.mark.parametrize("reporter", [POSTBACK, IMPORT])
def test_report_that_approves_what_was_rejected_holds_it_if_there_is_a_reason(reporter: Reporter) -> None:
    fields = {"status": "rejected", "status_by": "report", "revision": 1}
    ruling = status.reported_change(fields, a_report(APPROVED), reporter, AUTO, HOLD)
    assert ruling == Ruling(PENDING, RULE, held=True, reason=HOLD)


def test_report_rejects_a_held_conversion() -> None:
    fields = {"status": "pending", "status_by": "rule", "held": True, "revision": 1}
    assert status.reported_change(fields, a_report(REJECTED), POSTBACK, AUTO, HOLD) == Ruling(REJECTED, REPORT)


@pytest.mark.parametrize(
    ("stored", "revision", "reported", "changes"),
    [
        pytest.param("approved", 1, REJECTED, True, id="a booked conversion can be rejected"),
        pytest.param("rejected", 1, APPROVED, False, id="a rejection may have been an admin's"),
        pytest.param("approved", 3, REJECTED, False, id="only an admin approved again"),
    ],
)
def test_conversion_of_the_first_format_does_not_say_who_decided(
    stored: str, revision: int, reported: ConversionStatus, *, changes: bool
) -> None:
    fields = {"status": stored, "revision": revision}
    assert (status.reported_change(fields, a_report(reported), POSTBACK, AUTO, None) is not None) is changes


# Storage


def test_ruling_is_stored_with_the_keys_of_the_schedule() -> None:
    fields = status.ruling_fields(Ruling(PENDING, RULE, approve_at=NOW), "pub_1")
    assert fields == {
        "status": "pending",
        "status_by": "rule",
        "held": None,
        "reason": None,
        "approve_at": 1_793_795_400_000,
        "approval_shard": "3",
        "decided_at": None,
        "decided_by": None,
    }


def test_decision_names_its_author_and_leaves_the_schedule() -> None:
    fields = status.decision_fields(Ruling(REJECTED, ADMIN, reason="fraud"), "pub_1", "key1", NOW)
    assert (fields["decided_by"], fields["decided_at"], fields["reason"]) == ("key1", 1_793_795_400_000, "fraud")
    assert (fields["approve_at"], fields["approval_shard"]) == (None, None)
