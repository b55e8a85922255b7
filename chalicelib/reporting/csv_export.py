"""Rows as CSV that a spreadsheet may open: RFC 4180, and no cell that it would take for a formula."""

import csv
from collections.abc import Iterable, Sequence

_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")


class _Lines(list[str]):
    """The lines as the csv module writes them."""

    write = list.append


def text(header: Sequence[str], rows: Iterable[tuple[Iterable[str | None], Iterable[object]]]) -> str:
    """The CSV of a header and rows. A row is its labels, which others chose, and its numbers, which are ours."""
    lines = _Lines()
    writer = csv.writer(lines, lineterminator="\r\n")
    writer.writerow(header)
    for labels, numbers in rows:
        writer.writerow([*map(harmless, labels), *numbers])
    return "".join(lines)


def harmless(label: str | None) -> str:
    """The label with an apostrophe before what a spreadsheet would calculate; empty for None."""
    return f"'{label}" if label and label.startswith(_FORMULA) else label or ""
