from chalicelib.admin.publishers.list_entry import INDEXED, list_entry
from chalicelib.lists import summary_codec
from chalicelib.tables.publishers import PublisherRow
from tests.builders import NOW
from tests.conftest import Api
from tests.documents import good, listed, new_publisher

PUBLISHERS = "/admin/publishers"


def test_rows_are_read_in_order_with_an_entry_each(admin: Api) -> None:
    made = [new_publisher(admin, name).id for name in ("Ann", "Bob")]
    rows = list(INDEXED.rows("2026", None, 5))
    assert [row.id for row in rows] == made
    assert [row.id for row in INDEXED.rows("2026", made[0], 5)] == made[1:]
    assert [[entry.id for entry in entries] for entries in INDEXED.entries(rows, NOW)] == [[each] for each in made]


def test_entry_is_the_row_of_the_list(admin: Api) -> None:
    publisher = new_publisher(admin)
    summary = summary_codec.decode(list_entry(PublisherRow.get(publisher.id)).summary)
    assert good(admin.get(PUBLISHERS))["items"] == [summary]


def test_publishers_are_found_by_their_fields(admin: Api) -> None:
    ann, bob = new_publisher(admin, "Annika").id, new_publisher(admin, "Bob").id
    good(admin.patch(f"{PUBLISHERS}/{bob}", {"status": "suspended", "tags": ["news"]}))
    assert listed(admin, f"{PUBLISHERS}?status=suspended") == [bob]
    assert listed(admin, f"{PUBLISHERS}?tag=news&tag=blog") == [bob]
    assert listed(admin, f"{PUBLISHERS}?q=ANNI") == [ann]
    assert listed(admin, f"{PUBLISHERS}?q={bob[-8:]}") == [bob]
    assert listed(admin, f"{PUBLISHERS}?sort=name") == [ann, bob]
