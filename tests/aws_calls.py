"""Calls of AWS in tests: each is attributed to the Lambda function whose code makes it, and checked against its policy.

A call that the policy of its function does not allow fails the test that makes it. `RECORD_CALLS` names a folder into
which each process writes its calls; `python -m tests.aws_calls <folder>` then compares them with the inventory.
"""

import ast
import atexit
import json
import os
import sys
import threading
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from functools import cache
from pathlib import Path
from types import FrameType
from typing import Any, NamedTuple

ROOT = Path(__file__).resolve().parent.parent
INVENTORY = ROOT / "tests" / "fixtures" / "aws_calls.txt"
_PACKAGE = "chalicelib."
_API, _REDIRECT = "api_handler", "redirect"
_INNER = {
    "postbacks.delivery:deliver": "deliver_postbacks",
    "emails.delivery:deliver": "send_emails",
    "optimizer.job:optimize_pool": "learn_pools",
}
"""Functions below those that `lambdas.py` calls: tests call them with their dependencies."""

_PARTS = {"Put": "PutItem", "Update": "UpdateItem", "Delete": "DeleteItem", "Get": "GetItem"}
_PARTS["ConditionCheck"] = "ConditionCheckItem"
"""The actions that IAM checks for the parts of a transaction."""

_thread = threading.local()


class Call(NamedTuple):
    """A function (as its policy file is named), an action of IAM, and a table, index or queue."""

    function: str
    action: str
    resource: str


class NotAllowed(BaseException):
    """The policy of a function does not allow a call. No code catches it."""


recorded: set[Call] = set()


@cache
def install() -> None:
    """Check and record every call from now on, by the SDK and by the client of the redirect."""
    from botocore.client import BaseClient

    from chalicelib.dynamodb import client

    _wrap(BaseClient, "_make_api_call", lambda sdk, name, sent: (sdk.meta.service_model.service_name, name, sent))
    _wrap(client, "_call_with_retries", lambda _, name, body, **__: ("dynamodb", name, json.loads(body)))
    _wrap_threads()
    if folder := os.environ.get("RECORD_CALLS"):
        atexit.register(_write, Path(folder))


def _wrap(owner: Any, name: str, parse: Callable[..., tuple[str, str, Mapping[str, Any]]]) -> None:
    original = getattr(owner, name)

    def checked(*arguments: Any, **options: Any) -> Any:
        _note(*parse(*arguments))
        return original(*arguments, **options)

    setattr(owner, name, checked)


def _wrap_threads() -> None:
    """Let the threads of a pool belong to the function that started them."""
    original = ThreadPoolExecutor.submit

    def submit(pool: ThreadPoolExecutor, act: Callable[..., Any], /, *given: Any, **named: Any) -> "Future[Any]":
        function = _function(sys._getframe(1))

        def run(*arguments: Any, **options: Any) -> Any:
            _thread.function = function
            return act(*arguments, **options)

        return original(pool, run, *given, **named)

    setattr(ThreadPoolExecutor, "submit", submit)  # noqa: B010 - its type is generic


def _note(service: str, operation: str, sent: Mapping[str, Any]) -> None:
    function = _function(sys._getframe(2))
    for action, resource in _actions(service, operation, sent) if function else ():
        call = Call(str(function), action, resource)
        if call not in allowed():
            message = f"{call.function} may not {call.action} on {call.resource}: see .chalice and {INVENTORY.name}"
            raise NotAllowed(message)
        recorded.add(call)


def _actions(service: str, operation: str, sent: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    if service == "sqs" and operation == "SendMessage":
        queue = "".join(part.title() for part in sent["QueueUrl"].rpartition("/")[2].split("-"))
        if queue in _queues():
            yield "sqs:SendMessage", queue
    if service != "dynamodb":
        return
    if "TransactItems" in sent:
        for item in sent["TransactItems"]:
            for part in _PARTS.keys() & item.keys():
                yield f"dynamodb:{_PARTS[part]}", _table(item[part]["TableName"])
    elif "RequestItems" in sent:
        yield from ((f"dynamodb:{operation}", _table(name)) for name in sent["RequestItems"])
    else:
        index = f"/index/{sent['IndexName']}" if sent.get("IndexName") else ""
        yield f"dynamodb:{operation}", _table(sent["TableName"]) + index


def _table(name: str) -> str:
    return name.removeprefix("smartlink-")


def _function(frame: FrameType | None) -> str | None:
    """Return the function whose code is running: the frames up to the test that called it. A test's own calls: None."""
    names, entry = [], None
    while frame:
        module = frame.f_globals.get("__name__", "")
        if module.startswith(_PACKAGE):
            names.append(f"{module.removeprefix(_PACKAGE)}:{frame.f_code.co_name}")
        elif "/tests/" in frame.f_code.co_filename and frame.f_code.co_filename != __file__:
            break
        frame = frame.f_back
    if "http.dispatch:dispatch" in names:
        return _API
    for name in names:
        entry = _REDIRECT if name.startswith("routing.redirect:") else entries().get(name, entry)
    return entry or (getattr(_thread, "function", None) if names else None)


@cache
def entries() -> dict[str, str]:
    """Return the Lambda function of each function with which its work begins, by `lambdas.py`."""
    found = dict(_INNER)
    for handler in ast.parse((ROOT / "chalicelib" / "lambdas.py").read_text()).body:
        if isinstance(handler, ast.FunctionDef) and handler.decorator_list:
            found[f"lambdas:{handler.name}"] = handler.name
            found |= dict.fromkeys(_called(handler), handler.name)
    return found


def _called(handler: ast.FunctionDef) -> Iterator[str]:
    """Yield what a handler imports from the package: functions, and those that it calls of imported modules."""
    nodes = list(ast.walk(handler))
    calls = {
        (node.value.id, node.attr)
        for node in nodes
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name)
    }
    for node in (each for each in nodes if isinstance(each, ast.ImportFrom)):
        for name in node.names:
            place = f"{node.module}."
            yield f"{place.removeprefix(_PACKAGE)[:-1]}:{name.name}"
            yield from (
                f"{place.removeprefix(_PACKAGE)}{name.name}:{called}" for owner, called in calls if owner == name.name
            )


@cache
def allowed() -> frozenset[Call]:
    """Return what the policies of `.chalice/` allow on tables, indexes and queues, streams and sources left out."""
    return frozenset(call for path in (ROOT / ".chalice").glob("policy-*.json") for call in _allowed(path))


def _allowed(path: Path) -> Iterator[Call]:
    function = path.stem.removeprefix("policy-")
    for statement in json.loads(path.read_text())["Statement"]:
        for resource in _as_list(statement["Resource"]):
            for action in _as_list(statement["Action"]):
                name = _name(resource)
                if name and (action.startswith("dynamodb:") or action == "sqs:SendMessage"):
                    yield Call(function, action, name)


def _name(resource: Any) -> str | None:
    """Return the table, `table/index/name` or queue of a resource of a policy."""
    match resource:
        case {"Fn::GetAtt": [str(name), "Arn"]}:
            return _tables().get(name, name)
        case {"Fn::Sub": str(text)} if "/index/" in text:
            name, _, index = text.removeprefix("${").partition(".Arn}")
            return f"{_tables()[name]}{index}"
    return None


@cache
def _tables() -> dict[str, str]:
    resources = json.loads((ROOT / ".chalice" / "resources.json").read_text())["Resources"]
    tables = {name: each for name, each in resources.items() if each.get("Type") == "AWS::DynamoDB::Table"}
    return {name: each["Properties"]["TableName"]["Fn::Sub"].partition("}-")[2] for name, each in tables.items()}


@cache
def _queues() -> frozenset[str]:
    resources = json.loads((ROOT / ".chalice" / "resources.json").read_text())["Resources"]
    return frozenset(name for name, each in resources.items() if each.get("Type") == "AWS::SQS::Queue")


def _as_list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def inventory() -> dict[Call, str]:
    """Return the calls of the inventory, each with the reason why no test of the whole function makes it, or ""."""
    lines = (line.partition("  # ") for line in INVENTORY.read_text().splitlines())
    return {Call(*line.split()): reason for line, _, reason in lines if line}


def _write(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{os.getpid()}.json").write_text(json.dumps(sorted(recorded)))


def main(folder: Path) -> int:
    """Print calls of the inventory that no process of a complete run recorded, and return 1 if there are any."""
    made = {Call(*call) for file in folder.glob("*.json") for call in json.loads(file.read_text())}
    missing = sorted(call for call, reason in inventory().items() if not reason and call not in made)
    lines = (
        f"no test makes {each.function} call {each.action} on {each.resource}: narrow its policy\n" for each in missing
    )
    sys.stdout.writelines(lines)
    return 1 if missing else 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
