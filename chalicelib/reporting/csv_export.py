"""CSV export (RFC 4180). Labels are escaped, so that spreadsheets do not run them as formulas."""

import csv
from collections.abc import Iterable, Sequence

_BYTE_ORDER_MARK = "\ufeff"
"""Spreadsheets recognize UTF-8 by it."""

_FORMULA_PREFIXES = ("=", "+", "-", "@", "\t", "\r", "\n")


class _Lines(list[str]):
    """The file that the csv module writes to: a list of lines."""

    write = list.append


def encode(header: Sequence[str], rows: Iterable[tuple[Iterable[str | None], Iterable[object]]]) -> str:
    """Return the CSV of a header and rows. A row is its labels, which are untrusted input, and its numbers."""
    lines = _Lines()
    writer = csv.writer(lines, lineterminator="\r\n")
    writer.writerow(header)
    for labels, numbers in rows:
        writer.writerow([*map(escape_formula, labels), *numbers])
    return _BYTE_ORDER_MARK + "".join(lines)


def escape_formula(label: str | None) -> str:
    """Return the label, prefixed with an apostrophe if a spreadsheet could run it as a formula; empty for None."""
    return f"'{label}" if label and label.startswith(_FORMULA_PREFIXES) else label or ""
