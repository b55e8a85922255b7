from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, cast

from acceptance.traffic import archive_check
from acceptance.traffic.run import Sent

EXPECTED = {("sml_1", "cmp_1", "USD"): (2, Decimal("0.300000"), Decimal("0.500000"))}


@dataclass(frozen=True, slots=True)
class _Network:
    smartlinks: dict[str, str]


@dataclass(frozen=True, slots=True)
class _Click:
    click_id: str
    at: datetime = datetime(2026, 11, 21, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class _Sent:
    network: _Network
    clicks: list[_Click]


SENT = cast("Sent", _Sent(_Network({"sml_1": "mixed"}), [_Click("a"), _Click("b")]))


def differences(clicks: list[str], money: list[list[str]]) -> list[str]:
    def ask(sql: str) -> Any:
        assert "'sml_1'" in sql
        return money if "payout" in sql else [[click_id] for click_id in clicks]

    return archive_check.differences(SENT, EXPECTED, ask)


def test_archive_that_has_each_click_once_and_the_sums_of_the_report_has_no_difference() -> None:
    assert differences(["b", "a"], [["sml_1", "cmp_1", "USD", "2", "0.3", "0.50"]]) == []


def test_missing_repeated_and_unknown_clicks_are_differences() -> None:
    assert differences(["a", "a", "c"], [["sml_1", "cmp_1", "USD", "2", "0.3", "0.5"]]) == [
        "click a is in the archive 2 times, not 1",
        "click b is in the archive 0 times, not 1",
        "click c is in the archive 1 times, not 0",
    ]


def test_other_sums_and_missing_ones_are_differences() -> None:
    assert differences(["a", "b"], [["sml_1", "cmp_2", "USD", "1", "1", "1"]]) == [
        (
            "('sml_1', 'cmp_1', 'USD'): the archive has nothing, "
            "the report 2 conversions, payout 0.300000, revenue 0.500000"
        ),
        "('sml_1', 'cmp_2', 'USD'): the archive has 1 conversions, payout 1, revenue 1, the report nothing",
    ]
