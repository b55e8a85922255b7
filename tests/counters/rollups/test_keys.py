from datetime import UTC, date, datetime

from chalicelib.counters.rollups import keys

NOW = datetime(2026, 11, 21, 0, 5, tzinfo=UTC)


def test_month_holds_markers_before_heads() -> None:
    marker, head = keys.marker_key(date(2026, 11, 5), 3, "0f"), keys.head_key("2026-11", 3)
    assert (marker, head) == (("m#2026-11", "!2026-11-05#3#0f"), ("m#2026-11", "h#3"))
    assert marker < head


def test_marker_names_its_day_and_shard() -> None:
    _, position = keys.marker_key(date(2026, 11, 5), 3, "0f")
    assert keys.marked_day(position) == (date(2026, 11, 5), 3)


def test_items_of_each_shard_have_a_partition_of_their_own() -> None:
    assert keys.item_key("2026-11", 3, 17, "f", 2) == ("m#2026-11#3", "f#00000017#0002")


def test_day_is_late_a_day_before_it_may_be_rolled_up() -> None:
    late = [day for day in range(15, 22) if keys.is_late(date(2026, 11, day), NOW)]
    assert (late[-1], keys.settled_days("2026-11", NOW)[-1].day) == (19, 18)


def test_month_has_the_days_that_ended_three_days_ago() -> None:
    assert keys.settled_days("2026-12", NOW) == []
    assert keys.settled_days("2024-02", NOW) == [date(2024, 2, day) for day in range(1, 30)]


def test_newest_month_with_days_to_roll_up_is_the_first() -> None:
    assert keys.months_until(NOW, 18) == ["2026-11"]
    assert keys.months_until(NOW, 50) == ["2026-11", "2026-10", "2026-09"]
    assert keys.months_until(datetime(2026, 12, 2, tzinfo=UTC), 1) == ["2026-11"]


def test_days_are_grouped_by_month() -> None:
    first, second, third = date(2026, 10, 31), date(2026, 11, 1), date(2026, 11, 2)
    assert keys.by_month([first, second, third]) == {"2026-10": [first], "2026-11": [second, third]}
