"""Lambdas of learning: they do not import `app.py`."""

from datetime import UTC, datetime
from typing import Any

from chalice.app import Blueprint, CloudWatchEvent, Rate, SQSEvent

from chalicelib.settings import learning_minutes

blueprint = Blueprint(__name__)


@blueprint.schedule(Rate(learning_minutes(), unit=Rate.MINUTES), name="learn")
def learn(event: CloudWatchEvent) -> dict[str, int]:  # noqa: ARG001 - its time may be late
    """Queues all active smartlinks in rotation `optimized` to be learned of, some in each message."""
    from chalicelib.optimizer.rounds.store import begin  # noqa: PLC0415 - the redirect only registers this

    pools = begin(datetime.now(UTC))
    print(f"{pools} smartlinks to learn of")
    return {"pools": pools}


@blueprint.on_sqs_message(queue="learning", batch_size=1, name="learn_pools")
def learn_pools(event: SQSEvent) -> dict[str, Any]:
    """Learns of the smartlinks of a message; answers with the messages that are to come again."""
    from chalicelib.optimizer.rounds import message  # noqa: PLC0415 - the redirect only registers this
    from chalicelib.optimizer.store import learn_all  # noqa: PLC0415

    failed = []
    for each in event.to_dict()["Records"]:
        try:
            asked = message.read(each["body"])
            learn_all(asked, lambda: datetime.now(UTC))
            print(f"{len(asked.pools)} smartlinks of message {each['messageId']} done")
        except Exception as error:  # noqa: BLE001 - whatever it holds, the others must not wait for it
            print(f"message {each['messageId']} not done: {error!r}")
            failed.append({"itemIdentifier": each["messageId"]})
    return {"batchItemFailures": failed}
