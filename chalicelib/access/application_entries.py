"""List entries of applications: by smartlink and by publisher. They say only that the application exists."""

from chalicelib.tables.lists import ListEntryRow
from chalicelib.tables.publishers import ApplicationRow


def application_list(owner_id: str) -> str:
    """Return the list of the applications for a smartlink, or of a publisher."""
    return f"applications of {owner_id}"


def application_entries(row: ApplicationRow) -> list[ListEntryRow]:
    """Return the entries of an application, not written yet."""
    return [ListEntryRow(application_list(owner), row.id) for owner in (row.pool_id, row.publisher_id)]
