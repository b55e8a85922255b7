"""Clicks while table and queue fail: none is lost, whatever fails. `python -m bench.refused` measures the waits."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product

import pytest

from bench.faulty_server import Fault, FaultyServer, Request, faulty_server, http_error
from bench.refused import CASES, Case, Queue, Result
from chalicelib.aws_json import transport
from chalicelib.clicks.write import write_click
from chalicelib.dynamodb import wait_limit

CLICKS = 4
QUICK = tuple(fault for fault in Fault if fault is not Fault.HANG)
BOTH = [*product(QUICK, QUICK), (Fault.HANG, Fault.NONE), (Fault.HANG, Fault.HANG), (Fault.THROTTLE, Fault.HANG)]


@dataclass(frozen=True, slots=True)
class Stubs:
    """A table and a queue that fail, and the click IDs that they applied."""

    table: FaultyServer
    queue: FaultyServer
    written: list[str]
    queued: Queue


@pytest.fixture(scope="module")
def servers() -> Iterator[Stubs]:
    written, queued = list[str](), Queue()

    def write(request: Request) -> bytes:
        written.append(json.loads(request.body)["Item"]["click_id"]["S"])
        return http_error(200, b"{}")

    with faulty_server(write) as table, faulty_server(queued.accept) as queue:
        yield Stubs(table, queue, written, queued)


@pytest.fixture
def stubs(servers: Stubs, monkeypatch: pytest.MonkeyPatch) -> Iterator[Stubs]:
    servers.written.clear()
    servers.queued.click_ids.clear()
    monkeypatch.setenv("AWS_ENDPOINT_URL_DYNAMODB", servers.table.url)
    monkeypatch.setenv("AWS_ENDPOINT_URL_SQS", servers.queue.url)
    transport.reset()
    yield servers
    transport.reset()


def a_click(number: int) -> dict[str, object]:
    return {"click_id": f"click-{number}", "at": 1_795_262_400_123, "code": "abcde12345", "route_id": "sml_1"}


def write_all(monkeypatch: pytest.MonkeyPatch) -> None:
    """Write the clicks with shorter limits: a server that hangs would take most of the time of this test."""
    monkeypatch.setattr(wait_limit, "click_seconds", lambda: 0.06)
    for number in range(CLICKS):
        wait_limit.one_click(write_click)(a_click(number))


def printed_ids(text: str) -> list[str]:
    lines = [line for line in text.splitlines() if line.startswith("CLICK_NOT_WRITTEN ")]
    return [json.loads(line.removeprefix("CLICK_NOT_WRITTEN "))["click_id"]["S"] for line in lines]


@pytest.mark.parametrize(("table", "queue"), BOTH, ids=lambda fault: fault.name)
def test_every_click_is_in_the_table_the_queue_or_the_log(
    stubs: Stubs, table: Fault, queue: Fault, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    stubs.table.fail_with(table)
    stubs.queue.fail_with(queue)
    write_all(monkeypatch)
    everywhere = {*stubs.written, *stubs.queued.click_ids, *printed_ids(capsys.readouterr().err)}
    assert everywhere == {f"click-{number}" for number in range(CLICKS)}


def test_lost_clicks_are_those_that_are_nowhere() -> None:
    result = Result(waits=[1.0, 2.0, 3.0, 4.0], table=["a", "b"], queue=["b", "b"], lines=["c"])
    assert result.lost == 1


def test_visitor_waits_longer_only_if_something_hangs() -> None:
    limits = {case.limit_ms for case in CASES if not case.hangs}, {case.limit_ms for case in CASES if case.hangs}
    assert limits == ({150}, {1200})


def test_cases_cover_every_fault_of_table_and_queue() -> None:
    faults = set(Fault) - {Fault.NONE}
    assert {case.table for case in CASES} == {case.queue for case in CASES if case.queue is not Fault.NONE} == faults
    assert Case(Fault.HANG, Fault.NONE, "capped").name == "table hangs, queue works, capped"
