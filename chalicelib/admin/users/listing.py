"""The list of users, searched and sorted in memory: a network has at most 200."""

from collections.abc import Iterator, Sequence
from typing import Any

from chalicelib.admin.users.schemas import UserDocument, UserQuery
from chalicelib.lists.entries import order_of
from chalicelib.lists.entry_search import any_of, matching
from chalicelib.lists.merge import Entry
from chalicelib.lists.query_schemas import SearchPage
from chalicelib.lists.reads import Reads
from chalicelib.lists.search import Search, find
from chalicelib.notifications.preferences import Audience, email_choices
from chalicelib.tables.users import UserRow


def list_users(users: Sequence[UserRow], query: UserQuery) -> SearchPage[UserDocument]:
    """Return the page of the users that the query asks for."""
    order = order_of(query.sort)

    def position(entry: Entry) -> str:
        return order.position({**entry, "updated_at": entry["updated_at"] or ""})

    entries = sorted((_fields(row) for row in users), key=position, reverse=order.is_descending)

    def rows(after: str | None, _: Reads) -> Iterator[Entry]:
        for entry in entries:
            is_after = after is None or (position(entry) < after if order.is_descending else position(entry) > after)
            if is_after:
                yield entry

    found = find(Search("users", rows, position, matching(query, any_of("role", query.role))), query)
    return found.page([UserDocument(**entry) for entry in found.items])


def document(row: UserRow) -> UserDocument:
    """Return the document of a user."""
    return UserDocument(**_fields(row))


def _fields(row: UserRow) -> dict[str, Any]:
    choices = email_choices(row.email_notifications, Audience.STAFF)
    return {**{name: getattr(row, name) for name in UserDocument.model_fields}, "email_notifications": choices}
