from chalicelib.admin.applications.list_entry import INDEXED
from tests.builders import NOW
from tests.conftest import Api
from tests.documents import apply, new_publisher, new_smartlink


def test_rows_are_read_in_order_with_two_entries_each(admin: Api) -> None:
    smartlink = new_smartlink(admin)
    for name in ("Ann", "Bob"):
        apply(new_publisher(admin, name), smartlink)
    rows = list(INDEXED.rows("2026", None, 5))
    assert [row.id for row in rows] == sorted(row.id for row in rows)
    assert [row.id for row in INDEXED.rows("2026", rows[0].id, 5)] == [rows[1].id]
    assert [len(entries) for entries in INDEXED.entries(rows, NOW)] == [2, 2]
