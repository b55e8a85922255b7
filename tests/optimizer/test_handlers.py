from datetime import UTC, datetime
from typing import Any

import pytest

from chalicelib.optimizer.handlers import learn, learn_pools
from chalicelib.optimizer.rounds.message import Message, written
from chalicelib.tables.routes import Route
from tests.conftest import Api, dynamodb
from tests.optimizer.pools import AT, a_pool
from tests.optimizer.queue import make_queue, queued

TICK = {
    **dict.fromkeys(("version", "account", "region", "source", "id", "time", "detail-type"), ""),
    "detail": {},
    "resources": [],
}


def handled(*bodies: str) -> list[str]:
    """The messages, by number, that the handler asks to get again."""
    records = [{"messageId": str(n), "body": body} for n, body in enumerate(bodies)]
    answer: dict[str, Any] = learn_pools({"Records": records}, None)
    assert set(answer) == {"batchItemFailures"}
    return [each["itemIdentifier"] for each in answer["batchItemFailures"]]


def test_every_few_minutes_the_optimized_pools_are_queued(admin: Api) -> None:
    make_queue()
    pool, _ = a_pool(admin)
    assert learn(TICK, None) == {"pools": 1}
    (message,) = queued()
    assert message.pools == (pool,)
    assert abs(message.at - datetime.now(UTC).timestamp()) < 60


def test_a_message_is_learned_of(admin: Api, capsys: pytest.CaptureFixture[str]) -> None:
    pool, _ = a_pool(admin)
    assert handled(written(Message(AT, (pool,)))) == []
    assert Route.get(pool).weights_version
    assert capsys.readouterr().out == "1 smartlinks of message 0 done\n"


@pytest.mark.parametrize("poison", ["", "not json", "[]", "{}", "null"])
def test_a_message_that_is_none_holds_up_nobody_and_comes_again(admin: Api, poison: str) -> None:
    pool, _ = a_pool(admin)
    assert handled(poison, written(Message(AT, (pool,)))) == ["0"]
    assert Route.get(pool).weights_version


def test_a_message_that_aws_let_down_comes_again(tables: None) -> None:
    dynamodb().delete_table(TableName="smartlink-routes")
    assert handled(written(Message(AT, ("sml_1",)))) == ["0"]
    assert handled() == []
