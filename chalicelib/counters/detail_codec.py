"""Codec of chunks of detail cells: a section for each dimension, so that a reader decodes one dimension only."""

import json
from collections.abc import Iterable, Mapping

from chalicelib.counters.column_codec import Columns, decode, decode_columns, encode
from chalicelib.counters.detail_cells import LAYOUT, DetailCell, DetailCells
from chalicelib.counters.detail_places import Places
from chalicelib.counters.layout import Counts

_LENGTH = 4
_SHARED = LAYOUT.dimensions[2:-1]

FORMAT = 1
"""The format that is written."""

Section = tuple[str, int]
"""A dimension, and 1 for its late cells, else 0."""


def encode_sections(counted: Mapping[DetailCell, Counts]) -> bytes:
    """Return the cells as bytes: a JSON header with the length of each section, then the sections."""
    parts: dict[Section, DetailCells] = {}
    for cell, counts in counted.items():
        parts.setdefault((cell.dimension, cell.late), {})[cell] = list(counts)
    sections = {section: encode(parts[section], LAYOUT) for section in sorted(parts)}
    header = {"format": FORMAT, "sections": [[*section, len(stored)] for section, stored in sections.items()]}
    head = json.dumps(header, separators=(",", ":")).encode()
    return len(head).to_bytes(_LENGTH, "little") + head + b"".join(sections.values())


def sections_of(stored: bytes) -> dict[Section, bytes]:
    """Return the encoded sections of a chunk, each as `column_codec` writes it."""
    start = _LENGTH + int.from_bytes(stored[:_LENGTH], "little")
    sections: dict[Section, bytes] = {}
    for dimension, late, length in json.loads(stored[_LENGTH:start])["sections"]:
        sections[dimension, late] = stored[start : start + length]
        start += length
    return sections


def decode_sections(stored: bytes) -> DetailCells:
    """Return the cells of a chunk."""
    counted: DetailCells = {}
    for section in sections_of(stored).values():
        counted |= decode(section, LAYOUT)
    return counted


def decode_section(section: bytes) -> Columns:
    """Return the columns of a section. The dimension's values are under its own name."""
    columns = decode_columns(section, LAYOUT)
    (dimension,) = columns.values["dimension"]
    names = {"value": dimension, **{name: name for name in _SHARED}}
    return Columns(
        columns.size,
        {name: columns.values[stored] for stored, name in names.items()},
        {name: columns.codes[stored] for stored, name in names.items()},
        columns.counts,
    )


def publishers_and_values(columns: Columns, dimension: str) -> set[tuple[str, str]]:
    """Return each publisher with each of their values in the columns of a section."""
    publishers, values = columns.values["publisher"], columns.values[dimension]
    pairs = set(zip(columns.codes["publisher"], columns.codes[dimension], strict=True))
    return {(publishers[publisher], values[value]) for publisher, value in pairs}


def places_of(chunks: Iterable[bytes], dimension: str | None = None) -> Places:
    """Return the places that are taken by the values in chunks: of one dimension, or of all."""
    places = Places()
    for chunk in chunks:
        for (name, late), section in sections_of(chunk).items():
            if not late and dimension in {None, name}:
                places.add(name, publishers_and_values(decode_section(section), name))
    return places
