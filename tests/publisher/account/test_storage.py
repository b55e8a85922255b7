import pytest

from chalicelib.lists import counting
from chalicelib.publisher.account import storage
from tests.admin.deliveries.test_queries import write


def test_dead_deliveries_of_the_publisher_are_counted(tables: None) -> None:
    for n, (status, publisher_id) in enumerate([("dead", "pub_1"), ("dead", "pub_2"), ("failed", "pub_1")]):
        write(n, status, publisher_id)
    assert [storage.dead_deliveries(each) for each in ("pub_1", "pub_2", "pub_3")] == [1, 1, 0]


def test_count_is_null_if_too_many_would_have_to_be_read(tables: None, monkeypatch: pytest.MonkeyPatch) -> None:
    write(1)
    monkeypatch.setattr(counting, "MAX_ITEMS", 0)
    assert storage.dead_deliveries("pub_1") is None
