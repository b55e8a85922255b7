from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from tests import aws_calls
from tests.aws_calls import Call, NotAllowed
from tests.conftest import Api, dynamodb

_KEY = f"slk_admin_{'a' * 12}{'b' * 43}"


def test_entries_are_what_the_lambdas_call() -> None:
    found = aws_calls.entries()
    assert found["counters.aggregator:aggregate"] == "count_clicks"
    assert found["counters.rollups.schedule:roll_up"] == "merge_counters"
    assert found["emails.fan_out:queue_emails"] == found["lambdas:queue_emails"] == "queue_emails"


@pytest.mark.usefixtures("tables")
def test_calls_of_the_api_and_of_the_redirect_are_recorded() -> None:
    aws_calls.recorded.clear()
    assert (Api(_KEY).get("/admin/me").status, Api().get("/s/AbCd123456").status) == (401, 404)
    assert aws_calls.recorded == {
        Call("api_handler", "dynamodb:GetItem", "api_keys"),
        Call("redirect", "dynamodb:GetItem", "links"),
    }


@pytest.mark.usefixtures("tables")
def test_own_calls_of_a_test_are_not_recorded() -> None:
    aws_calls.recorded.clear()
    assert dynamodb().scan(TableName="smartlink-links")["Count"] == 0
    assert aws_calls.recorded == set()


@pytest.mark.usefixtures("tables")
def test_call_that_the_policy_lacks_fails_the_test(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(aws_calls, "allowed", frozenset)
    with pytest.raises(NotAllowed, match=r"api_handler may not dynamodb:GetItem on api_keys: see \.chalice"):
        Api(_KEY).get("/admin/me")


def test_thread_of_a_pool_belongs_to_the_function_that_started_it(monkeypatch: pytest.MonkeyPatch) -> None:
    aws_calls.install()
    monkeypatch.setattr(aws_calls, "_function", lambda _frame: "learn")
    with ThreadPoolExecutor(1) as pool:
        assert pool.submit(lambda: aws_calls._thread.function).result() == "learn"


@pytest.mark.parametrize(
    ("operation", "sent", "actions"),
    [
        (
            "TransactWriteItems",
            {
                "TransactItems": [
                    {"Put": {"TableName": "smartlink-a"}},
                    {"ConditionCheck": {"TableName": "smartlink-b"}},
                ]
            },
            [("dynamodb:PutItem", "a"), ("dynamodb:ConditionCheckItem", "b")],
        ),
        ("BatchGetItem", {"RequestItems": {"smartlink-a": {}}}, [("dynamodb:BatchGetItem", "a")]),
        ("Query", {"TableName": "smartlink-a", "IndexName": "i"}, [("dynamodb:Query", "a/index/i")]),
    ],
)
def test_actions_are_those_that_iam_checks(operation: str, sent: Any, actions: list[tuple[str, str]]) -> None:
    assert list(aws_calls._actions("dynamodb", operation, sent)) == actions


def test_inventory_without_a_record_is_reported(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    made, other = (Call("learn", "dynamodb:Query", name) for name in ("a", "b"))
    (tmp_path / "1.json").write_text(f'[["{made.function}", "{made.action}", "{made.resource}"]]')
    monkeypatch.setattr(aws_calls, "inventory", lambda: {made: "", other: "", Call("learn", "x", "c"): "by a thread"})
    assert aws_calls.main(tmp_path) == 1
    assert capsys.readouterr().out == "no test makes learn call dynamodb:Query on b: narrow its policy\n"
