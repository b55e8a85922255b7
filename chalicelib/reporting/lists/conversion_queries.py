"""Queries of conversions, newest arrival first."""

from collections.abc import Iterator, Sequence

from chalicelib.domain.conversion import complete_conversion
from chalicelib.http.transactions import get_or_404
from chalicelib.reporting.lists.conversion_days import clicks_of, narrowed, steps_of_clicks, steps_of_days
from chalicelib.reporting.lists.conversion_index import steps_of_index
from chalicelib.reporting.lists.conversion_search import ConversionSearch, cursor_of, cut_cursor_of
from chalicelib.reporting.lists.steps import Step, batches
from chalicelib.reporting.parallel import KEYS_PER_READ, in_batches
from chalicelib.tables.clicks import ClickRow
from chalicelib.tables.conversions import ConversionRow, indexed_since

MAX_COST = 2_000
"""Maximum cost of one page, in items read, of which a filter may drop most."""

_CLICKS_PER_READ = KEYS_PER_READ


def get_conversion_or_404(conversion_id: str) -> ConversionRow:
    """Return the conversion; raise `NotFound` if it does not exist."""
    return get_or_404(ConversionRow, "conversion", conversion_id)


def find_conversions(search: ConversionSearch, limit: int) -> tuple[list[ConversionRow], str | None]:
    """Return the newest matching conversions, at most `limit`, and the next page's cursor.

    A page that has read too much ends early: it may be empty and still have a next page.
    """
    page: list[Step] = []
    cost, reads_clicks = 0, "external_click_id" in search.filters
    for steps in batches(_steps(search, limit + 1), _CLICKS_PER_READ if reads_clicks else 1):
        matching = [step for step in steps if step.found and search.matches(step.found.fields)]
        page += _of_external_click(matching, search)
        if len(page) > limit:
            return _rows(search, page[:limit]), cursor_of(page[limit - 1].position)
        cost += sum(step.cost for step in steps) + (len(matching) if reads_clicks else 0)
        if cost >= MAX_COST:
            return _rows(search, page), cut_cursor_of(steps[-1].position)
    return _rows(search, page), None


def _steps(search: ConversionSearch, needed: int) -> Iterator[Step]:
    if "click_id" in search.filters:
        clicks = clicks_of(search)
        few = steps_of_clicks(search, clicks)
        if few is not None:
            yield from few
            return
        search = narrowed(search, clicks)
    newer, older = search.split(indexed_since())
    if newer.lowest < newer.before:
        yield from steps_of_index(newer, needed)
    if older.lowest < older.before:
        yield from steps_of_days(older, needed)


def _of_external_click(steps: list[Step], search: ConversionSearch) -> list[Step]:
    """Return the steps whose click has the external click ID of the search; all if it has none."""
    wanted = search.filters.get("external_click_id")
    if wanted is None or not steps:
        return steps
    of_step = {step.position: step.found.fields["click_id"] for step in steps if step.found}
    clicks = ClickRow.batch_get(sorted(set(of_step.values())), consistent_read=True)
    matching = {click.click_id for click in clicks if click.attribute_values.get("external_click_id") in wanted}
    return [step for step in steps if of_step[step.position] in matching]


def _rows(search: ConversionSearch, page: Sequence[Step]) -> list[ConversionRow]:
    """Return the conversions of the page. One that no longer matches is left out."""
    found = [step.found for step in page if step.found]
    missing = [each.conversion_id for each in found if each.row is None]
    read = {row.id: row for row in in_batches(_read, missing)}
    rows = [each.row or read.get(each.conversion_id) for each in found]
    return [row for row in rows if row is not None and search.matches(complete_conversion(row.attribute_values))]


def _read(conversion_ids: Sequence[str]) -> list[ConversionRow]:
    return list(ConversionRow.batch_get(conversion_ids, consistent_read=True))
