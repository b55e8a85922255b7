from datetime import timedelta
from functools import partial

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pynamodb.exceptions import UpdateError

from chalicelib.http.request import Request
from chalicelib.inbox import reading
from chalicelib.lists import counting
from chalicelib.notifications.notification import Notification, NotificationKind
from chalicelib.notifications.send import ADMIN, send_once
from chalicelib.tables.notifications import NotificationRow
from tests.builders import NOW
from tests.conftest import dynamodb, empty_tables
from tests.http.support import a_request

pytestmark = pytest.mark.usefixtures("tables")

olga = partial(a_request, owner=ADMIN, actor="usr_1")
max_ = partial(a_request, owner=ADMIN, actor="usr_2")
ann = partial(a_request, owner="pub_1", actor="key_1")


def notify(number: int, owner: str = ADMIN, first: int = 0) -> list[NotificationRow]:
    """Send `number` notifications, a millisecond apart, and return all of the owner, oldest first."""
    for n in range(first, first + number):
        notification = Notification(NotificationKind.CAP_REACHED, {}, str(n))
        send_once(owner, notification, once=str(n), now=NOW + timedelta(milliseconds=n))
    return list(NotificationRow.query(f"{owner}#2026"))


def unread(request: Request, rows: list[NotificationRow]) -> list[str]:
    """Return the texts of the unread notifications; check that they are as many as are counted."""
    reader = reading.reader_of(request)
    for row in rows:
        row.refresh(consistent_read=True)
    found = [row.text for row in rows if not reader.has_read(row)]
    assert reading.unread_count(request) == len(found)
    return found


def test_each_user_reads_for_themselves() -> None:
    rows = notify(3)
    reading.mark_as_read(olga(), rows[1])
    assert unread(olga(), rows) == ["0", "2"]
    assert unread(max_(), rows) == ["0", "1", "2"]


def test_publisher_is_one_reader_whatever_their_key() -> None:
    rows = notify(2, "pub_1")
    reading.mark_as_read(ann(), rows[0])
    assert unread(ann(actor="key_2"), rows) == ["1"]


def test_notification_that_an_earlier_release_marked_is_read_for_all() -> None:
    rows = notify(2)
    rows[0].update([NotificationRow.read_at.set("2026-11-04T12:00:00.000Z")])
    assert (unread(olga(), rows), unread(max_(), rows)) == (["1"], ["1"])


def test_all_are_read_until_the_next_one_comes() -> None:
    rows = notify(3)
    reading.mark_all_as_read(olga())
    assert (unread(olga(), rows), unread(max_(), rows)) == ([], ["0", "1", "2"])
    assert unread(olga(), notify(1, first=3)) == ["3"]


def test_all_are_marked_in_one_write(monkeypatch: pytest.MonkeyPatch) -> None:
    notify(20)
    writes, update = [], NotificationRow.update

    def counted(row: NotificationRow, *arguments: object) -> object:
        writes.append(row.owner_year)
        return update(row, *arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(NotificationRow, "update", counted)
    reading.mark_all_as_read(olga())
    assert writes == ["reader#usr_1"]


def test_nothing_is_written_without_notifications() -> None:
    reading.mark_all_as_read(olga())
    assert list(NotificationRow.scan()) == []


def test_notifications_of_last_year_are_read_too() -> None:
    rows = notify(2)
    january = NOW + timedelta(days=70)
    reading.mark_all_as_read(olga(now=january))
    assert (unread(olga(now=january), rows), reading.unread_count(max_(now=january))) == ([], 2)


def test_older_request_does_not_make_notifications_unread(monkeypatch: pytest.MonkeyPatch) -> None:
    rows = notify(2)
    reading.mark_all_as_read(olga())
    monkeypatch.setattr(reading, "_newest", lambda _: rows[0].id)
    reading.mark_all_as_read(olga())
    assert unread(olga(), rows) == []


def test_error_of_the_table_is_raised(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "_newest", lambda _: "ntf_1")
    dynamodb().delete_table(TableName="smartlink-notifications")
    with pytest.raises(UpdateError):
        reading.mark_all_as_read(olga())


def test_expired_notification_is_not_created_again() -> None:
    (row,) = notify(1)
    row.delete()
    with pytest.raises(UpdateError):
        reading.mark_as_read(olga(), row)


def test_what_a_reader_has_read_expires_no_earlier_than_the_notifications() -> None:
    (row,) = notify(1)
    reading.mark_all_as_read(olga(now=NOW))
    reader = NotificationRow.get("reader#usr_1", "-")
    assert reader.expires_at >= row.expires_at


def test_count_is_null_if_too_many_would_have_to_be_read(monkeypatch: pytest.MonkeyPatch) -> None:
    notify(3)
    monkeypatch.setattr(counting, "MAX_ITEMS", 2)
    assert reading.unread_count(olga()) is None
    reading.mark_all_as_read(olga())
    assert reading.unread_count(olga()) == 0


STEPS = st.lists(
    st.tuples(st.sampled_from(["olga", "max", "all olga", "all max", "new"]), st.integers(0, 5)), max_size=6
)


@settings(max_examples=10, deadline=None)
@given(STEPS)
def test_unread_are_those_that_the_reader_has_not_marked(steps: list[tuple[str, int]]) -> None:
    empty_tables()
    rows, readers = notify(3), {"olga": olga(), "max": max_()}
    expected = {name: {row.text for row in rows} for name in readers}
    for what, n in steps:
        if what == "new":
            rows = notify(1, first=len(rows))
            for texts in expected.values():
                texts.add(rows[-1].text)
        elif what.startswith("all "):
            reading.mark_all_as_read(readers[what.removeprefix("all ")])
            expected[what.removeprefix("all ")] = set()
        else:
            row = rows[n % len(rows)]
            reading.mark_as_read(readers[what], row)
            expected[what].discard(row.text)
    assert {name: set(unread(request, rows)) for name, request in readers.items()} == expected
