"""Stored conversions and the entries of lists that a release writes of them."""

from datetime import datetime
from typing import Any

from chalicelib.counters.cells import shard_of
from chalicelib.domain.conversion import complete_conversion
from chalicelib.domain.conversion_lists import keys_of, list_fields
from chalicelib.domain.timestamps import milliseconds
from chalicelib.tables.conversions import ConversionListRow, ConversionRow
from tests.postbacks.rows import a_conversion


def conversion_at(at: datetime, number: int = 0, **changes: Any) -> ConversionRow:
    """Return a conversion that arrived at this time, as a row that is not written."""
    # The IDs differ in the letters that a cursor keeps, as the hashes of stored conversions do.
    conversion_id, moment = f"cnv_{number:08d}{0:018d}", milliseconds(at)
    publisher_id = changes.get("publisher_id", "pub_1")
    place = {"day_shard": f"{at.date()}#{shard_of(publisher_id)}", "moment": f"{moment:013d}#{conversion_id}"}
    return a_conversion(conversion_id, **{"at": moment, "route_day": f"sml_1#{at.date()}", **place, **changes})


def write_entries_of(row: ConversionRow) -> None:
    """Write the entries of a conversion."""
    stored = complete_conversion(row.attribute_values)
    for key in keys_of(stored):
        ConversionListRow(key, row.moment, **list_fields(stored)).save()


def entries() -> dict[str, list[str]]:
    """Return the IDs of the conversions in each list."""
    lists: dict[str, list[str]] = {}
    for row in ConversionListRow.scan(ConversionListRow.since.does_not_exist()):
        lists.setdefault(row.list_key, []).append(row.moment.partition("#")[2])
    return lists
