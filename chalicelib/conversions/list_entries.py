"""Entries of the lists of conversions, written in the transaction of their conversion."""

from collections.abc import Mapping
from typing import Any

from pynamodb.transactions import TransactWrite

from chalicelib.domain.conversion_lists import keys_of, list_fields
from chalicelib.tables.conversions import ConversionListRow


def write_entries(write: TransactWrite, before: Mapping[str, Any] | None, after: Mapping[str, Any]) -> None:
    """Add writes of the conversion's entries to the transaction, and deletions from the lists that it leaves.

    `before` and `after` are complete; `before` is None for a new conversion. Nothing is written if the entries stay the
    same.
    """
    if before is not None and list_fields(before) == list_fields(after):
        return
    keys = keys_of(after)
    for key in keys:
        write.save(ConversionListRow(key, after["moment"], **list_fields(after)))
    for key in keys_of(before) if before else ():
        if key not in keys:
            write.delete(ConversionListRow(key, after["moment"]))
