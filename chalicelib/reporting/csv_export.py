"""CSV export (RFC 4180). Texts are escaped, so that no spreadsheet runs them as formulas."""

import csv
import re
import unicodedata
from collections.abc import Iterable

BYTE_ORDER_MARK = "\ufeff"
"""Spreadsheets recognize UTF-8 by it."""

_FORMULA = re.compile("[=+@\\-\uff1d\uff0b\uff20\uff0d\ufe66\ufe62\ufe6b\ufe63]")
"""Characters with which a formula begins, also in full width and small form."""

_SEPARATORS = frozenset(";\t\r\n\v\f\x1c\x1d\x1e\x85\u2028\u2029")
"""Characters at which a spreadsheet may begin a new cell or row inside of a text.

Spreadsheets of some locales split at semicolons, and then see no quotes but those at the beginning of a row. A comma
splits only where quotes are seen.
"""

_SKIPPED = frozenset('"\u034f\u115f\u1160\u2800\u3164\uffa0')
"""Characters without meaning before a formula, beside those of `_SKIPPED_CATEGORIES`."""

_SKIPPED_CATEGORIES = frozenset({"Cc", "Cf", "Cn", "Co", "Cs", "Me", "Mn", "Zl", "Zp", "Zs"})
"""Unicode's categories of white space, of control and format characters, and of marks."""

_LINE_STARTS = ("\t", "\r", "\n")


class _Lines(list[str]):
    """The file that the csv module writes to."""

    write = list.append


def head(columns: Iterable[str]) -> str:
    """Return the beginning of a file: the byte order mark, and the line with the names of the columns."""
    return BYTE_ORDER_MARK + line(columns, ())


def line(labels: Iterable[str | None], numbers: Iterable[object]) -> str:
    """Return the line of a row: its labels, which are untrusted input, and its numbers."""
    written = _Lines()
    csv.writer(written, lineterminator="\r\n").writerow([*map(escape_formula, labels), *numbers])
    return written[0]


def escape_formula(label: str | None) -> str:
    """Return the label without NUL, with an apostrophe wherever a spreadsheet could begin a formula; empty for None."""
    text = (label or "").replace("\0", "")
    starts = {_start(text, match.start()) for match in _FORMULA.finditer(text)} - {-1}
    if text.startswith(_LINE_STARTS):
        starts.add(0)
    for start in sorted(starts, reverse=True):
        text = f"{text[:start]}'{text[start:]}"
    return text


def _start(text: str, place: int) -> int:
    """Return the start of the cell that the character at this place may begin; -1 if other text stands before it."""
    while place and text[place - 1] not in _SEPARATORS:
        place -= 1
        if text[place] not in _SKIPPED and unicodedata.category(text[place]) not in _SKIPPED_CATEGORIES:
            return -1
    return place
