"""The list of smartlinks in the order of a figure: smartlinks with figures, and all others before or after them."""

import json
from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from operator import attrgetter
from typing import NamedTuple

from chalicelib.admin.smartlinks.figures import NetworkFigures
from chalicelib.admin.smartlinks.list_schemas import SmartlinkSort
from chalicelib.http.pagination import foreign_cursor
from chalicelib.http.problems import ValidationFailed
from chalicelib.lists.entries import ListKind, read_entries
from chalicelib.lists.merge import Entry
from chalicelib.lists.reads import Reads
from chalicelib.lists.search import Search
from chalicelib.lists.texts import created_year

_WITH_FIGURES, _OTHERS = "f", "o"
"""How the positions of both parts begin."""

_BATCH = 100

Rank = tuple[bool, int, str]
"""Sorts smartlinks by a figure: smartlinks without it last, equal ones by ID."""


class Placed(NamedTuple):
    """A position in the list, and the entry there; None if the list has the smartlink elsewhere, or not any more."""

    position: str
    entry: Entry | None


def figure_search(newest: Search[Entry, Entry], sort: SmartlinkSort, figures: NetworkFigures) -> Search[Placed, Entry]:
    """Return the search in the order of a figure. `newest` is the search of all smartlinks, newest first.

    Raise `ValidationFailed` if amounts in several currencies would be compared.
    """
    if sort.field in {"payout", "epc"} and len(figures.currencies) > 1:
        names = ", ".join(sorted(figures.currencies))
        message = f"must not compare amounts of several currencies ({names}). Set exchange rates for them."
        raise ValidationFailed(("/sort", message))
    ranks = _ranks(sort, figures)
    # Without clicks a count is 0 and a ratio is unknown.
    others_first = not sort.startswith("-") and sort.field in {"clicks", "payout"}

    def rows(after: str | None, reads: Reads) -> Iterator[Placed]:
        if after is not None and (after[0] not in (_WITH_FIGURES, _OTHERS) or len(after) == 1):
            raise foreign_cursor()
        parts = [(_WITH_FIGURES, partial(_ranked, ranks)), (_OTHERS, partial(_others, ranks, newest))]
        for mark, part in parts[::-1] if others_first else parts:
            if after is None or after.startswith(mark):
                yield from part(after and after[1:], reads)
                after = None
                if reads.is_cut:
                    return

    return Search(newest.name, rows, attrgetter("position"), partial(_match, newest), batch=_BATCH)


def _match(newest: Search[Entry, Entry], batch: Sequence[Placed], reads: Reads) -> list[Entry | None]:
    matched = iter(newest.match([each.entry for each in batch if each.entry], reads))
    return [next(matched) if each.entry else None for each in batch]


def _ranks(sort: SmartlinkSort, figures: NetworkFigures) -> dict[str, Rank]:
    """Return the rank of each smartlink with figures, in order."""
    sign = -1 if sort.startswith("-") else 1
    values = {key: getattr(each, sort.field) for key, each in figures.by_smartlink.items()}
    ranks: dict[str, Rank] = {key: (value is None, sign * (value or 0), key) for key, value in values.items()}
    return dict(sorted(ranks.items(), key=lambda item: item[1]))


def _rank(position: str) -> Rank:
    """Return the rank of a position after its mark; raise `ValidationFailed` if it has none."""
    try:
        is_unknown, value, key = json.loads(position)
    except (ValueError, TypeError) as error:
        raise foreign_cursor() from error
    if not (isinstance(is_unknown, bool) and isinstance(value, int) and isinstance(key, str)):
        raise foreign_cursor()
    return is_unknown, value, key


def _ranked(ranks: Mapping[str, Rank], after: str | None, reads: Reads) -> Iterator[Placed]:
    """Yield the smartlinks with a rank after a position."""
    last = None if after is None else _rank(after)
    ids = [key for key, rank in ranks.items() if last is None or rank > last]
    for n in range(0, len(ids), _BATCH):
        batch = ids[n : n + _BATCH]
        found = read_entries(ListKind.SMARTLINKS, [(created_year(key), key) for key in batch])
        reads.take(len(batch))
        yield from (Placed(_WITH_FIGURES + json.dumps(ranks[key]), found.get(key)) for key in batch)
        if n + _BATCH < len(ids) and not reads.may_go_on():
            return


def _others(
    ranks: Mapping[str, Rank], newest: Search[Entry, Entry], after: str | None, reads: Reads
) -> Iterator[Placed]:
    """Yield the smartlinks without figures after a position, newest first."""
    for entry in newest.rows(after, reads):
        yield Placed(_OTHERS + newest.position(entry), None if entry["id"] in ranks else entry)
