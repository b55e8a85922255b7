import json
from typing import Any

import pytest

from chalicelib.tables.clicks import Click
from chalicelib.tracking.handlers import write_clicks
from tests.conftest import dynamodb

pytestmark = pytest.mark.usefixtures("tables")


def a_message(click_id: str) -> str:
    """A click as the queue carries it."""
    row = Click(
        click_id,
        at=1_795_000_000_000,
        expires_at=1_829_560_000,
        code="abcde12345",
        route_id="sml_1",
        route_version=7,
        epoch=1,
        publisher_id="pub_1",
        outcome="offer",
        arm="weighted",
        device="mobile",
        os="ios",
    )
    return json.dumps(row.serialize())


def handled(*bodies: str) -> list[str]:
    """The messages, by number, that the handler asks to get again."""
    records = [{"messageId": str(n), "body": body} for n, body in enumerate(bodies)]
    answer: dict[str, Any] = write_clicks({"Records": records}, None)
    assert set(answer) == {"batchItemFailures"}
    return [each["itemIdentifier"] for each in answer["batchItemFailures"]]


def written() -> set[str]:
    return {row.click_id for row in Click.scan()}


def test_every_click_of_a_batch_is_written() -> None:
    assert handled(*(a_message(f"click {n}") for n in range(10))) == []
    assert written() == {f"click {n}" for n in range(10)}


def test_a_batch_delivered_twice_is_written_once() -> None:
    batch = [a_message("a"), a_message("b")]
    assert [handled(*batch), handled(*batch)] == [[], []]
    assert written() == {"a", "b"}


def test_an_empty_batch_is_no_failure() -> None:
    assert handled() == []


POISON = {
    "no JSON": "not json",
    "nothing": "",
    "a list": "[]",
    "a number": "7",
    "null": "null",
    "an object of nothing": "{}",
    "a click without its fields": '{"click_id": {"S": "poison"}}',
    "a field without its type": '{"click_id": "poison"}',
    "a field of another type": '{"click_id": {"N": "7"}}',
    "a time that is no number": a_message("poison").replace("1795000000000", "soon"),
}


@pytest.mark.parametrize("poison", POISON.values(), ids=POISON)
def test_a_message_that_is_no_click_holds_nobody_else_up(poison: str) -> None:
    assert handled(a_message("a"), poison, a_message("b")) == ["1"]
    assert written() == {"a", "b"}


def test_what_the_table_refuses_again_comes_again_and_says_so(capsys: pytest.CaptureFixture[str]) -> None:
    dynamodb().delete_table(TableName="smartlink-clicks")
    assert handled(a_message("a"), a_message("b")) == ["0", "1"]
    assert capsys.readouterr().out.count("not written") == 2
