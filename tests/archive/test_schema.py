from typing import Any

from chalicelib.archive import schema
from chalicelib.archive.schema import CLICK_COLUMNS, CONVERSION_COLUMNS, Kind
from chalicelib.clicks import item_codec
from chalicelib.domain.click import CLICK_FIELDS
from chalicelib.domain.conversion import complete_conversion
from chalicelib.tables.conversions import ConversionRow
from tests.counters.test_aggregator import AT, a_click
from tests.postbacks.rows import a_conversion

NOT_ARCHIVED = {"places", "day_shard", "moment", "route_day", "approval_shard"}
"""Keys of indexes and cap counters."""


def the_line(**changes: Any) -> dict[str, Any]:
    stored = complete_conversion(a_conversion(**changes).attribute_values)
    return schema.conversion_line(stored, "4711", AT + 5)


def test_click_has_every_stored_field_under_its_readable_name() -> None:
    assert set(CLICK_COLUMNS) == set(CLICK_FIELDS)


def test_line_of_a_click_has_its_time_its_flags_and_what_is_known() -> None:
    line = schema.click_line(item_codec.decode(a_click(1).serialize()))
    assert line == {
        "click_id": "click00001",
        "at": "2026-11-21T12:00:01.000Z",
        "format": 1,
        "code": "abcde12345",
        "route_id": "sml_1",
        "route_version": 1,
        "epoch": 1,
        "publisher_id": "pub_1",
        "outcome": "offer",
        "campaign_id": "cmp_1",
        "refusals": "-",
        "arm": "weighted",
        "country": "US",
        "device": "mobile",
        "os": "ios",
        "is_bot": False,
        "is_duplicate": False,
        "sub_ids": {"sub1": "s1"},
    }


def test_conversion_has_every_stored_field_but_keys_of_indexes_and_caps() -> None:
    stored = {"conversion_id" if name == "id" else name for name in ConversionRow.get_attributes()}
    assert set(CONVERSION_COLUMNS) == stored - NOT_ARCHIVED | {"version", "changed_at"}


def test_line_of_a_conversion_has_money_as_text_and_the_change_that_wrote_it() -> None:
    line = the_line(payout="1.500000", revenue="2.25", decided_at=AT, details={"browser": "chrome"})
    assert {name: line[name] for name in ("payout", "revenue", "details", "decided_at", "changed_at", "format")} == {
        "payout": "1.500000",
        "revenue": "2.25",
        "details": {"browser": "chrome"},
        "decided_at": "2026-11-21T12:00:00.000Z",
        "changed_at": "2026-11-21T12:00:00.005Z",
        "format": 1,
    }
    assert (line["version"], line["held"]) == ("4711".zfill(40), False)


def test_versions_of_sequence_numbers_of_any_length_are_in_their_order() -> None:
    stored = complete_conversion(a_conversion().attribute_values)
    versions = [schema.conversion_line(stored, sequence, AT)["version"] for sequence in ("999", "1000", "20000")]
    assert versions == sorted(versions)


def test_every_column_of_money_is_stored_as_text() -> None:
    assert [name for name, kind in CONVERSION_COLUMNS.items() if kind is Kind.MONEY] == ["amount", "payout", "revenue"]
