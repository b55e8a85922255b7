"""Reads conversions from their lists: month by month, from the lists of the filter that selects the fewest."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import chain, islice

from chalicelib.domain.conversion import Reporter
from chalicelib.domain.conversion_lists import LIST_FIELDS, keys_of_value, month_start
from chalicelib.reporting.lists.conversion_search import ConversionSearch, position_of
from chalicelib.reporting.lists.steps import READ_COST, Found, Step, merged
from chalicelib.reporting.parallel import parallel
from chalicelib.tables.conversions import ConversionListRow

_PROBE_ITEMS = 100
"""Items read of the lists of each filter, to see how far back they reach."""

_READ_ITEMS = 500
_MIN_PAGE_SIZE = 25
_EVERY_CONVERSION = ("reported_by", tuple(Reporter))
"""A filter that every conversion passes."""


def steps_of_index(search: ConversionSearch, needed: int) -> Iterator[Step]:
    """Yield the steps of a search whose conversions all have entries. `needed` conversions fill the page."""
    for month in search.months:
        choices = sorted(_choices(search, month), key=len)
        if len(choices) == 1:
            yield from _read(search, choices[0], needed if len(search.filters) <= 1 else _READ_ITEMS)
        else:
            yield from _read_best(search, choices)


def _choices(search: ConversionSearch, month: str) -> list[list[str]]:
    """Return, for each filter, the keys of the month's lists that together have all its conversions."""
    filters = {name: values for name, values in search.filters.items() if name in LIST_FIELDS}
    return [
        [key for value in values for key in keys_of_value(name, value, month, search.publisher_ids)]
        for name, values in (filters or dict([_EVERY_CONVERSION])).items()
    ]


@dataclass(frozen=True, slots=True)
class _Probe:
    """The newest steps of the lists of one filter, up to the end of a read or of all lists. `end` is its position."""

    keys: Sequence[str]
    steps: Sequence[Step]
    end: str
    is_all: bool

    @property
    def cost(self) -> int:
        """The cost of a probe that is not used."""
        return _PROBE_ITEMS + READ_COST * len(self.keys)


def _read_best(search: ConversionSearch, choices: Sequence[Sequence[str]]) -> Iterator[Step]:
    """Yield the steps of the lists that reach back the farthest with the same number of items."""
    probes: list[_Probe] = []
    for keys in choices:
        probes.append(_probe(search, keys))
        if probes[-1].is_all:
            break
    best = min(probes, key=lambda probe: probe.end)
    yield from best.steps
    # After the steps, so that a page that ends because of this cost has made progress.
    yield Step(best.end, cost=sum(probe.cost for probe in probes if probe is not best))
    if not best.is_all:
        yield from _read(replace(search, before=best.end), best.keys, _READ_ITEMS)


def _probe(search: ConversionSearch, keys: Sequence[str]) -> _Probe:
    """Read the newest entries of the lists."""
    steps, bottom = list[Step](), _bottom(search, keys[0])
    for step in _read(search, keys, _PROBE_ITEMS):
        steps.append(step)
        if step.found is None and step.position != bottom:
            return _Probe(keys, steps, step.position, is_all=False)
    return _Probe(keys, steps, bottom, is_all=True)


def _bottom(search: ConversionSearch, key: str) -> str:
    """Return the position below all entries of a list in the range."""
    return max(search.lowest, position_of(month_start(key)))


def _read(search: ConversionSearch, keys: Sequence[str], items: int) -> Iterator[Step]:
    """Yield the steps of the lists. Each read of all of them has about this number of items."""
    page_size = max(_MIN_PAGE_SIZE, items // len(keys))

    def start_reading(key: str) -> Iterator[Step]:
        steps = _steps_of_list(search, key, page_size)
        return chain(list(islice(steps, 1)), steps)

    return merged(parallel(start_reading, keys))


def _steps_of_list(search: ConversionSearch, key: str, page_size: int) -> Iterator[Step]:
    moments = ConversionListRow.moment.between(search.lowest, max(search.lowest, search.before))
    results = ConversionListRow.query(key, moments, scan_index_forward=False, page_size=page_size, consistent_read=True)
    for page in results.page_iter:
        rows = map(ConversionListRow.from_raw_data, page["Items"])
        # `between` includes both ends, so the last entry of the previous page is read again.
        yield from (_step(row) for row in rows if row.moment != search.before)
        last = page.get("LastEvaluatedKey")
        position = last["moment"]["S"] if last else _bottom(search, key)
        yield Step(position, cost=READ_COST + page["ScannedCount"])


def _step(row: ConversionListRow) -> Step:
    return Step(row.moment, Found(row.moment.partition("#")[2], row.attribute_values))
