from datetime import UTC, datetime

import pytest

from chalicelib.alerts import thresholds
from chalicelib.alerts.thresholds import CapKey, LostClickShare
from chalicelib.counters.cells import COUNTS, Cell
from chalicelib.counters.column_codec import decode_columns, encode

HOUR = datetime(2026, 11, 21, 10, tzinfo=UTC)
QUARTER = int(HOUR.timestamp()) // 900


@pytest.mark.parametrize(
    ("used", "limit", "level"),
    [
        pytest.param(79, 100, None, id="below"),
        pytest.param(80, 100, 80, id="at 80 %"),
        pytest.param(99, 100, 80, id="short of full"),
        pytest.param(100, 100, 100, id="full"),
        pytest.param(140, 100, 100, id="over: conversions are kept"),
        pytest.param(0, 1, None, id="a limit of one, empty"),
        pytest.param(1, 1, 100, id="a limit of one, full"),
        pytest.param(2, 3, None, id="two of three are no 80 %"),
        pytest.param(-1, 3, None, id="given back more than taken"),
    ],
)
def test_a_cap_is_told_of_at_80_and_at_100_per_cent(used: int, limit: int, level: int | None) -> None:
    assert thresholds.reached_level(used, limit) == level


def test_a_counters_key_says_what_it_counts() -> None:
    everyones = thresholds.cap_key("cmp_1|clicks|day|Europe/Berlin|1795000000|*")
    assert everyones == CapKey("cmp_1", "clicks", "day", "Europe/Berlin", "1795000000", None)
    assert thresholds.cap_key("cmp_1|payout|total|UTC|ever|pub_1").publisher_id == "pub_1"


@pytest.mark.parametrize(
    ("share", "is_high"),
    [
        pytest.param(LostClickShare(100, 5), False, id="five per cent are not above five"),
        pytest.param(LostClickShare(100, 6), True, id="six are"),
        pytest.param(LostClickShare(20, 2), True, id="two of twenty"),
        pytest.param(LostClickShare(19, 19), False, id="too few clicks to say"),
        pytest.param(LostClickShare(0, 0), False, id="none"),
    ],
)
def test_a_share_above_five_per_cent_is_high(share: LostClickShare, is_high: bool) -> None:
    assert share.is_high is is_high


@pytest.mark.parametrize(
    ("now", "hour"),
    [
        pytest.param(datetime(2026, 11, 21, 11, 4, 59, tzinfo=UTC), 9, id="not yet settled"),
        pytest.param(datetime(2026, 11, 21, 11, 5, tzinfo=UTC), 10, id="settled"),
        pytest.param(datetime(2026, 11, 21, 11, 59, tzinfo=UTC), 10, id="until the next"),
    ],
)
def test_the_last_whole_hour_is_looked_at_once_its_clicks_are_counted(now: datetime, hour: int) -> None:
    assert thresholds.last_hour(now) == datetime(2026, 11, 21, hour, tzinfo=UTC)


def test_the_hours_human_clicks_are_shared_out_by_smartlink() -> None:
    def counts(unique: int, duplicate: int = 0, bots: int = 0) -> list[int]:
        return [unique, duplicate, bots, *[0] * (len(COUNTS) - 3)]

    cells = {
        Cell(QUARTER, "sml_1", reason=""): counts(10, 1, 99),
        Cell(QUARTER + 3, "sml_1", reason="country"): counts(2, 1),
        Cell(QUARTER + 4, "sml_1", reason="country"): counts(50),
        Cell(QUARTER - 1, "sml_1", reason="country"): counts(50),
        Cell(QUARTER, "sml_2"): counts(4),
        Cell(QUARTER, "cmp_1", reason="cap"): counts(4),
    }
    first, second = dict(list(cells.items())[:3]), dict(list(cells.items())[3:])
    pieces = [decode_columns(encode(first)), decode_columns(encode(second))]
    assert thresholds.shares(pieces, HOUR) == {"sml_1": LostClickShare(14, 3), "sml_2": LostClickShare(4, 0)}
