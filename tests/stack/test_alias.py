"""The alias of the redirect moves between two published versions under load, and no click is lost or stored twice."""

import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit

import pytest

from deploy import cloud
from tests.stack.network import Network, run_concurrently

pytestmark = pytest.mark.alone

CLICKS = 300
MOVES = 8


class _Redirect:
    """The function of the redirect, with a second version that differs by its description."""

    def __init__(self) -> None:
        here = cloud.local()
        self.client: Any = here.session.client("lambda", endpoint_url=here.endpoint)
        functions = self.client.list_functions()["Functions"]
        self.name = next(each["FunctionName"] for each in functions if "-Redirect-" in each["FunctionName"])
        self.description = self.client.get_function_configuration(FunctionName=self.name)["Description"]
        self.present = self.client.get_alias(FunctionName=self.name, Name="live")["FunctionVersion"]
        self.client.update_function_configuration(FunctionName=self.name, Description="Second version")
        self.second = self.client.publish_version(FunctionName=self.name)["Version"]

    def move(self, version: str) -> None:
        self.client.update_alias(FunctionName=self.name, Name="live", FunctionVersion=version)

    def restore(self) -> None:
        self.move(self.present)
        self.client.update_function_configuration(FunctionName=self.name, Description=self.description)
        self.client.delete_function(FunctionName=self.name, Qualifier=self.second)


@pytest.fixture
def redirect(deployed: dict[str, Any]) -> Iterator[_Redirect]:
    """Provide the redirect with two versions. Leave it with the one that it had."""
    function = _Redirect()
    assert function.second != function.present
    yield function
    function.restore()


@contextmanager
def _moving(redirect: _Redirect, clicked: threading.Semaphore) -> Iterator[None]:
    """Move the alias back and forth, each time after a part of the clicks was answered."""

    def move() -> None:
        for turn in range(MOVES):
            for _ in range(CLICKS // (MOVES + 1)):
                clicked.acquire()
            redirect.move((redirect.second, redirect.present)[turn % 2])

    mover = threading.Thread(target=move)
    mover.start()
    yield
    mover.join(timeout=30)
    assert not mover.is_alive()


def _rows() -> set[str]:
    here = cloud.local()
    pages = here.session.client("dynamodb", endpoint_url=here.endpoint).get_paginator("scan")
    found = pages.paginate(TableName="smartlink-clicks", ProjectionExpression="click_id", ConsistentRead=True)
    return {item["click_id"]["S"] for page in found for item in page["Items"]}


def _versions_that_answered(redirect: _Redirect) -> set[str]:
    here = cloud.local()
    logs = here.session.client("logs", endpoint_url=here.endpoint)
    pages = logs.get_paginator("describe_log_streams").paginate(logGroupName=f"/aws/lambda/{redirect.name}")
    names = [stream["logStreamName"] for page in pages for stream in page["logStreams"]]
    return {name.partition("[")[2].partition("]")[0] for name in names}


def test_every_click_is_answered_and_stored_once_while_the_alias_moves(network: Network, redirect: _Redirect) -> None:
    printed = network.link(network.smartlink({"campaign_id": network.campaign("alias"), "weight": 1}))
    doors = (printed, f"{network.url}/s/{urlsplit(printed).path.rpartition('/')[2]}")
    clicked = threading.Semaphore(0)

    def click(number: int) -> tuple[int, str, str]:
        answer = network.click(doors[number % 2], address=f"203.0.113.{number % 250}")
        clicked.release()
        return answer.status, answer.host, answer.click_id

    before = _rows()
    with _moving(redirect, clicked):
        answers = run_concurrently(CLICKS, click, threads=4)
    ids = {click_id for _, _, click_id in answers}
    assert Counter((status, host) for status, host, _ in answers) == {(302, "alias.example"): CLICKS}
    assert len(ids) == CLICKS
    assert _rows() - before == ids
    assert {redirect.present, redirect.second} <= _versions_that_answered(redirect)
