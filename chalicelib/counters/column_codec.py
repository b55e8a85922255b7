"""Codec of counter cells in columns: about ten bytes a cell, half a million cells decoded in a second."""

import json
import zlib
from array import array
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, overload

from chalicelib.counters.cells import LAYOUT, Cells
from chalicelib.counters.layout import AnyCell, Counts, Layout

_UNSIGNED = (("B", 1 << 8), ("H", 1 << 16), ("I", 1 << 32))
_SIGNED = (("b", 1 << 7), ("h", 1 << 15), ("i", 1 << 31), ("q", 1 << 63))
_LENGTH = 4

FORMAT = 1
"""The format that is written. Blocks without a number are of the first release, which has this shape."""


@dataclass(frozen=True, slots=True)
class Columns:
    """`size` cells in order, column by column.

    For each dimension, `values` has its distinct values in order, and `codes` the index into them for every cell.
    `counts` has the column of each count; a count that is 0 in all cells is left out.
    """

    size: int
    values: Mapping[str, Sequence[Any]]
    codes: Mapping[str, Sequence[int]]
    counts: Mapping[str, Sequence[int]]


def encode(cells: Mapping[AnyCell, Counts], layout: Layout[Any] = LAYOUT) -> bytes:
    """Return the cells as bytes: a JSON header, then the columns as little-endian integers, compressed by zlib.

    The layout of reports is the default. Counts that exceed 64 bits are in the header, because sums of money have no
    maximum.
    """
    rows: list[Any] = sorted(cells) if layout.is_sorted else list(cells)
    header: dict[str, Any] = {"format": FORMAT, "size": len(rows), "dimensions": [], "counts": []}
    body = bytearray()
    for column in zip(*rows, strict=True):
        codes = {value: n for n, value in enumerate(sorted(set(column)))}
        kind = _kind(_UNSIGNED, len(codes)) if len(codes) > 1 else ""
        header["dimensions"].append([kind, list(codes)])
        if kind:
            body += array(kind, [codes[value] for value in column]).tobytes()
    for n, name in enumerate(layout.counts):
        counts = [cells[row][n] for row in rows]
        if any(counts):
            kind = _kind(_SIGNED, max(abs(min(counts)), abs(max(counts))) + 1)
            header["counts"].append([kind, name] if kind else [kind, name, counts])
            body += array(kind, counts).tobytes() if kind else b""
    head = json.dumps(header, separators=(",", ":")).encode()
    return zlib.compress(len(head).to_bytes(_LENGTH, "little") + head + body)


def _kind(kinds: Sequence[tuple[str, int]], bound: int) -> str:
    """Return the narrowest array type for numbers below `bound`, or an empty string if there is none."""
    return next((kind for kind, limit in kinds if bound <= limit), "")


def decode_columns(stored: bytes, layout: Layout[Any] = LAYOUT) -> Columns:
    """Return the columns of encoded cells; a dimension that was added later has its default in every cell."""
    content = memoryview(zlib.decompress(stored))
    body = _LENGTH + int.from_bytes(content[:_LENGTH], "little")
    header, start = json.loads(bytes(content[_LENGTH:body])), body
    size: int = header["size"]
    values: dict[str, Sequence[Any]] = {}
    codes: dict[str, Sequence[int]] = {}
    counts: dict[str, Sequence[int]] = {}
    for name, (kind, distinct) in zip(layout.dimensions, header["dimensions"], strict=False):
        values[name] = distinct
        codes[name], start = _column(content, kind, size, start)
    for name in layout.dimensions[len(values) :] if size else ():
        values[name], codes[name] = [layout.defaults[name]], bytes(size)
    for kind, name, *large in header["counts"]:
        counts[name], start = _column(content, kind, size, start) if kind else (large[0], start)
    return Columns(size, values, codes, counts)


def _column(content: memoryview, kind: str, size: int, start: int) -> tuple[Sequence[int], int]:
    """Return the column that starts at `start`, and the start of the next one. A column without a type is all zeros."""
    if not kind:
        return bytes(size), start
    column = array(kind)
    end = start + size * column.itemsize
    column.frombytes(content[start:end])
    return column, end


@overload
def decode(stored: bytes) -> Cells: ...


@overload
def decode(stored: bytes, layout: Layout[AnyCell]) -> dict[AnyCell, list[int]]: ...


def decode(stored: bytes, layout: Layout[Any] = LAYOUT) -> dict[Any, list[int]]:
    """Return the cells of encoded ones."""
    columns = decode_columns(stored, layout)
    if not columns.size:
        return {}
    dimensions = [[columns.values[name][code] for code in columns.codes[name]] for name in layout.dimensions]
    counts = [columns.counts.get(name) or bytes(columns.size) for name in layout.counts]
    return {
        layout.cell(*cell): list(numbers)
        for cell, numbers in zip(zip(*dimensions, strict=True), zip(*counts, strict=True), strict=True)
    }
