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
        pytest.param(99, 100, 80, id="just under 100 %"),
        pytest.param(100, 100, 100, id="full"),
        pytest.param(140, 100, 100, id="over: conversions are counted above a cap"),
        pytest.param(0, 1, None, id="limit of one, empty"),
        pytest.param(1, 1, 100, id="limit of one, full"),
        pytest.param(2, 3, None, id="two of three is below 80 %"),
        pytest.param(-1, 3, None, id="negative usage"),
    ],
)
def test_cap_levels_are_80_and_100_percent(used: int, limit: int, level: int | None) -> None:
    assert thresholds.reached_level(used, limit) == level


def test_counter_key_is_parsed() -> None:
    campaign_wide = thresholds.parse_cap_key("cmp_1|clicks|day|Europe/Berlin|1795000000|*")
    assert campaign_wide == CapKey("cmp_1", "clicks", "day", "Europe/Berlin", "1795000000", None)
    assert thresholds.parse_cap_key("cmp_1|payout|total|UTC|ever|pub_1").publisher_id == "pub_1"


@pytest.mark.parametrize(
    ("share", "is_high"),
    [
        pytest.param(LostClickShare(100, 5), False, id="five percent"),
        pytest.param(LostClickShare(100, 6), True, id="six percent"),
        pytest.param(LostClickShare(20, 2), True, id="two of twenty"),
        pytest.param(LostClickShare(19, 19), False, id="too few clicks"),
        pytest.param(LostClickShare(0, 0), False, id="no clicks"),
    ],
)
def test_share_above_five_percent_is_high(share: LostClickShare, is_high: bool) -> None:
    assert share.is_high is is_high


@pytest.mark.parametrize(
    ("now", "hour"),
    [
        pytest.param(datetime(2026, 11, 21, 11, 4, 59, tzinfo=UTC), 9, id="before the aggregation lag"),
        pytest.param(datetime(2026, 11, 21, 11, 5, tzinfo=UTC), 10, id="after the aggregation lag"),
        pytest.param(datetime(2026, 11, 21, 11, 59, tzinfo=UTC), 10, id="until the next hour"),
    ],
)
def test_last_hour_ends_at_least_five_minutes_ago(now: datetime, hour: int) -> None:
    assert thresholds.last_hour(now) == datetime(2026, 11, 21, hour, tzinfo=UTC)


def test_human_clicks_of_the_hour_are_grouped_by_smartlink() -> None:
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
    blocks = [decode_columns(encode(first)), decode_columns(encode(second))]
    assert thresholds.shares(blocks, HOUR) == {"sml_1": LostClickShare(14, 3), "sml_2": LostClickShare(4, 0)}
