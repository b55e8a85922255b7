"""The queue of imports in moto, and an import that is processed at once."""

from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

from chalicelib import sqs
from chalicelib.conversions.imports.job import process_message
from tests.conftest import Api
from tests.documents import good

PATH = "/admin/conversions/imports"


def create_queue() -> None:
    """Create the queue of the settings, empty."""
    sqs.client().create_queue(QueueName="imports")


def take_messages() -> list[str]:
    """Return the messages in the queue, delayed ones too, in order, and empty it."""
    from moto.sqs.models import sqs_backends

    queue = sqs_backends["123456789012"]["us-east-1"].queues["imports"]
    bodies = [message.body for message in queue._messages]
    queue._messages.clear()
    return bodies


def work(clock: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
    """Process every message in the queue."""
    for body in take_messages():
        process_message(body, clock)


def post_rows(admin: Api, rows: Iterable[Mapping[str, Any]], **headers: str) -> str:
    """Post an import as JSON; return its ID."""
    response = admin.post(PATH, {"rows": list(rows)}, **headers)
    assert response.status == 202, response.text
    import_id: str = response.json["id"]
    return import_id


def results(admin: Api, import_id: str) -> list[dict[str, Any]]:
    """Return the results of all rows of a finished import."""
    document = good(admin.get(f"{PATH}/{import_id}"))
    assert document["state"] == "done"
    found: list[dict[str, Any]] = document["results"]
    return found


def imported(admin: Api, *rows: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Import the rows at once; return their results."""
    create_queue()
    import_id = post_rows(admin, rows)
    work()
    return results(admin, import_id)
