import pytest
from botocore.exceptions import ClientError

from chalicelib.optimizer.job_message import JobMessage
from chalicelib.optimizer.scheduler import enqueue_pools
from chalicelib.tables.smartlinks import SmartlinkRow
from tests.conftest import Api
from tests.documents import good, new_smartlink
from tests.optimizer.pools import AT, NOW, a_pool
from tests.optimizer.queue import create_queue, queued_messages


@pytest.fixture(autouse=True)
def queue(tables: None) -> None:
    create_queue()


def enqueue() -> list[str]:
    """Run the scheduler and return the pools that it queued."""
    before = len(queued_messages())
    enqueue_pools(NOW)
    return [pool for message in queued_messages()[before:] for pool in message.pools]


def test_optimized_pools_of_every_year_are_queued(admin: Api) -> None:
    new_smartlink(admin)
    (pool, _), (later, _) = a_pool(admin), a_pool(admin)
    SmartlinkRow(later).update([SmartlinkRow.optimized_year.set("2027")])
    assert enqueue_pools(NOW) == 1
    assert enqueue_pools(NOW.replace(year=2027)) == 2
    first, second = queued_messages()
    assert first == JobMessage(AT, (pool,))
    assert second.pools == (pool, later)


def test_nothing_is_queued_without_optimized_pools(admin: Api) -> None:
    new_smartlink(admin)
    assert enqueue_pools(NOW) == 0
    assert queued_messages() == []


def test_pool_is_queued_while_it_is_active_and_optimized(admin: Api) -> None:
    pool = new_smartlink(admin)["id"]
    path = f"/admin/smartlinks/{pool}"
    assert enqueue() == []
    good(admin.patch(path, {"rotation": "optimized"}))
    assert enqueue() == [pool]
    good(admin.patch(path, {"name": "Another name"}))
    assert enqueue() == [pool]
    good(admin.post(f"{path}/pause"))
    assert enqueue() == []
    good(admin.patch(path, {"name": "Still paused"}))
    assert enqueue() == []
    good(admin.post(f"{path}/resume"))
    assert enqueue() == [pool]
    good(admin.patch(path, {"rotation": "weighted"}))
    assert enqueue() == []
    good(admin.patch(path, {"rotation": "optimized"}))
    admin.delete(path)
    assert enqueue() == []


def test_many_pools_are_queued_in_several_messages(admin: Api) -> None:
    (pool, _) = a_pool(admin)
    row = SmartlinkRow.get(pool)
    for n in range(30):
        row.id = f"sml_{n}"
        row.save()
    assert enqueue_pools(NOW) == 31
    assert [len(message.pools) for message in queued_messages()] == [25, 6]


def test_queue_failure_is_an_error(admin: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    a_pool(admin)
    monkeypatch.setenv("LEARNING_QUEUE_URL", "https://sqs.us-east-1.amazonaws.com/123456789012/none")
    with pytest.raises(ClientError):
        enqueue_pools(NOW)
