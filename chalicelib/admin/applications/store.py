"""Applications as lists."""

from collections.abc import Iterable

from chalicelib.admin.applications.schema import ApplicationQuery
from chalicelib.http.pagination import Listing, page, years
from chalicelib.http.request import Request
from chalicelib.tables.publishers import Application, Publisher
from chalicelib.tables.smartlinks import Pool


def applications(request: Request, query: ApplicationQuery) -> tuple[list[Application], str | None]:
    """A page of the applications, oldest first, and the next page's cursor."""

    def rows(year: str, after: str | None, limit: int) -> Iterable[Application]:
        later = Application.id > after if after else None
        if query.status:
            return Application.by_status.query(f"{query.status}#{year}", later, limit=limit)
        return Application.by_year.query(year, later, limit=limit)

    name = f"applications {query.status or 'of any status'}"
    return page(Listing(name, years(request, newest_first=False), rows, lambda row: row.id), query)


def names(rows: Iterable[Application]) -> tuple[dict[str, str], dict[str, str]]:
    """The names of the applications' smartlinks and publishers, by ID."""
    found = list(rows)
    pools = Pool.batch_get(sorted({row.pool_id for row in found}))
    publishers = Publisher.batch_get(sorted({row.publisher_id for row in found}))
    return {row.id: row.settings["name"] for row in pools}, {row.id: row.name for row in publishers}
