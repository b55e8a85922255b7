import pytest
from botocore.exceptions import ClientError

from chalicelib.optimizer.job_message import JobMessage
from chalicelib.optimizer.scheduler import enqueue_pools
from chalicelib.tables.smartlinks import SmartlinkRow
from tests.conftest import Api
from tests.documents import good, new_smartlink
from tests.optimizer.pools import AT, NOW, a_pool
from tests.optimizer.queue import make_queue, queued


@pytest.fixture(autouse=True)
def queue(tables: None) -> None:
    make_queue()


def learning_pools() -> list[str]:
    """The pools that a round queues."""
    before = len(queued())
    enqueue_pools(NOW)
    return [pool for message in queued()[before:] for pool in message.pools]


def test_a_round_is_of_the_optimized_pools_of_every_year(admin: Api) -> None:
    new_smartlink(admin)
    (pool, _), (later, _) = a_pool(admin), a_pool(admin)
    SmartlinkRow(later).update([SmartlinkRow.optimized_year.set("2027")])
    assert enqueue_pools(NOW) == 1
    assert enqueue_pools(NOW.replace(year=2027)) == 2
    first, second = queued()
    assert first == JobMessage(AT, (pool,))
    assert second.pools == (pool, later)


def test_without_optimized_pools_nothing_is_queued(admin: Api) -> None:
    new_smartlink(admin)
    assert enqueue_pools(NOW) == 0
    assert queued() == []


def test_a_pool_is_in_rounds_as_long_as_it_is_active_and_optimized(admin: Api) -> None:
    pool = new_smartlink(admin)["id"]
    path = f"/admin/smartlinks/{pool}"
    assert learning_pools() == []
    good(admin.patch(path, {"rotation": "optimized"}))
    assert learning_pools() == [pool]
    good(admin.patch(path, {"name": "Another name"}))
    assert learning_pools() == [pool]
    good(admin.post(f"{path}/pause"))
    assert learning_pools() == []
    good(admin.patch(path, {"name": "Still paused"}))
    assert learning_pools() == []
    good(admin.post(f"{path}/resume"))
    assert learning_pools() == [pool]
    good(admin.patch(path, {"rotation": "weighted"}))
    assert learning_pools() == []
    good(admin.patch(path, {"rotation": "optimized"}))
    admin.delete(path)
    assert learning_pools() == []


def test_many_pools_are_several_messages(admin: Api) -> None:
    (pool, _) = a_pool(admin)
    row = SmartlinkRow.get(pool)
    for n in range(30):
        row.id = f"sml_{n}"
        row.save()
    assert enqueue_pools(NOW) == 31
    assert [len(message.pools) for message in queued()] == [25, 6]


def test_a_round_that_cannot_be_queued_is_an_error(admin: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    a_pool(admin)
    monkeypatch.setenv("LEARNING_QUEUE_URL", "https://sqs.us-east-1.amazonaws.com/123456789012/none")
    with pytest.raises(ClientError):
        enqueue_pools(NOW)
