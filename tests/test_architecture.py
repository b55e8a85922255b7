"""The house of the design, section 3: what is pure, what is an adapter, and which way imports point."""

import ast
import sys
from collections.abc import Iterator
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
FILES = [ROOT / "app.py", *sorted((ROOT / "chalicelib").rglob("*.py"))]

ADAPTERS = {
    "chalicelib.access.api_keys",
    "chalicelib.access.applications",
    "chalicelib.access.campaign_approvals",
    "chalicelib.access.membership",
    "chalicelib.admin.applications.api",
    "chalicelib.admin.applications.store",
    "chalicelib.admin.audit.api",
    "chalicelib.admin.audit.store",
    "chalicelib.admin.campaigns.api",
    "chalicelib.admin.campaigns.store",
    "chalicelib.admin.clicks.api",
    "chalicelib.admin.clicks.store",
    "chalicelib.admin.conversions.api",
    "chalicelib.admin.conversions.store",
    "chalicelib.admin.publishers.api",
    "chalicelib.admin.publishers.store",
    "chalicelib.admin.publishing.store",
    "chalicelib.admin.smartlinks.api",
    "chalicelib.admin.smartlinks.store",
    "chalicelib.alerts.cap_alerts",
    "chalicelib.alerts.fallback_alerts",
    "chalicelib.api_docs.views",
    "chalicelib.caps.reservation",
    "chalicelib.clicks.backlog",
    "chalicelib.clicks.write",
    "chalicelib.conversions.recording",
    "chalicelib.conversions.views",
    "chalicelib.counters.aggregator",
    "chalicelib.counters.blocks",
    "chalicelib.counters.compaction",
    "chalicelib.counters.learning_blocks",
    "chalicelib.dynamodb.client",
    "chalicelib.dynamodb.sdk_client",
    "chalicelib.dynamodb.transport",
    "chalicelib.http.authentication",
    "chalicelib.http.blueprint",
    "chalicelib.http.dispatch",
    "chalicelib.http.idempotency",
    "chalicelib.http.pagination",
    "chalicelib.http.request_parsing",
    "chalicelib.http.responses",
    "chalicelib.http.transactions",
    "chalicelib.inbox.views",
    "chalicelib.lambdas",
    "chalicelib.notifications.send",
    "chalicelib.optimizer.history.store",
    "chalicelib.optimizer.replay.api",
    "chalicelib.optimizer.replay.store",
    "chalicelib.optimizer.rounds.store",
    "chalicelib.optimizer.store",
    "chalicelib.optimizer.uplift.api",
    "chalicelib.optimizer.uplift.store",
    "chalicelib.optimizer.weights.api",
    "chalicelib.optimizer.weights.store",
    "chalicelib.postbacks.delivery",
    "chalicelib.postbacks.fan_out",
    "chalicelib.postbacks.http_client",
    "chalicelib.postbacks.queue",
    "chalicelib.postbacks.subscriptions",
    "chalicelib.publisher.account.api",
    "chalicelib.publisher.clicks.api",
    "chalicelib.publisher.clicks.store",
    "chalicelib.publisher.postbacks.api",
    "chalicelib.publisher.smartlinks.api",
    "chalicelib.publisher.smartlinks.store",
    "chalicelib.reporting.api",
    "chalicelib.reporting.store",
    "chalicelib.routing.api",
    "chalicelib.routing.geo",
    "chalicelib.routing.past.store",
    "chalicelib.routing.store",
    "chalicelib.settings",
    "chalicelib.tables.base",
    "chalicelib.tables.campaigns",
    "chalicelib.tables.clicks",
    "chalicelib.tables.conversions",
    "chalicelib.tables.counters",
    "chalicelib.tables.notifications",
    "chalicelib.tables.postbacks",
    "chalicelib.tables.publishers",
    "chalicelib.tables.requests",
    "chalicelib.tables.routes",
    "chalicelib.tables.smartlinks",
}
"""Modules that reach AWS, network, environment, files, clock, threads, logging or chance, or import one that does.

Every other module is pure. The list is checked both ways, so that it cannot go stale.
"""

THIRD_PARTY = {
    "chalicelib.routing.visitor": {"ua_parser"},
    "chalicelib.api_docs.openapi": {"pydantic"},
    "chalicelib.admin.fields": {"pydantic"},
    "chalicelib.http.fields": {"pydantic"},
    "chalicelib.http.models": {"pydantic"},
    "chalicelib.http.time_range": {"pydantic"},
}
"""Third-party packages that a pure module may import. Modules of schemas may import pydantic."""


OUTSIDE = (
    *("asyncio", "concurrent", "ctypes", "fileinput", "ftplib", "getpass", "glob", "http.client", "http.server"),
    *("importlib", "io", "locale", "logging", "mmap", "multiprocessing", "os", "pathlib", "platform", "pwd", "random"),
    *("resource", "sched", "secrets", "select", "selectors", "shelve", "shutil", "signal", "site", "smtplib", "socket"),
    *(
        "sqlite3",
        "ssl",
        "subprocess",
        "sys",
        "sysconfig",
        "tempfile",
        "threading",
        "time",
        "traceback",
        "urllib.request",
    ),
    *("uuid", "warnings"),
)
"""The standard library's ways to environment, clock, chance, files and network."""

OUTSIDE_CALLS = {"__import__", "breakpoint", "eval", "exec", "hash", "id", "input", "open", "print"}
CLOCKS = {"now", "today", "utcnow"}

LADDER = (
    {"app"},
    {"lambdas"},
    {"optimizer"},
    {"admin"},
    {"alerts", "api_docs", "conversions", "publisher", "reporting"},
    {"access", "contract", "counters", "inbox", "postbacks", "routing"},
    {"caps", "clicks", "http", "notifications"},
    {"dynamodb", "tables"},
    {"domain", "endpoints", "settings"},
)
"""Each may import what stands below it; neighbours on one step do not import each other."""


def _name(file: Path) -> str:
    """`chalicelib.routing.store` of its file, `chalicelib.routing` of a package's."""
    return ".".join(file.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


MODULES = {_name(file): file.read_text() for file in FILES}
PURE = sorted(MODULES.keys() - ADAPTERS - {"app"})


def _imported(source: str) -> Iterator[str]:
    """What a source imports, at its head or inside a function: `from a import b` is `a.b`."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def _module(imported: str) -> str | None:
    """The module of ours that an import reaches; None for what is not ours."""
    steps = imported.split(".")
    prefixes = (".".join(steps[:length]) for length in range(len(steps), 0, -1))
    return next((prefix for prefix in prefixes if prefix in MODULES), None)


def _reaches_outside(imported: str) -> bool:
    return any(imported == each or imported.startswith(f"{each}.") for each in OUTSIDE)


def _impure_import(importer: str, imported: str) -> bool:
    ours, top = _module(imported), imported.partition(".")[0]
    allowed = {"pydantic"} if importer.endswith(("schema", "schemas")) else THIRD_PARTY.get(importer, set())
    if ours:
        return ours == "app" or ours in ADAPTERS
    return top not in allowed and (top not in sys.stdlib_module_names or _reaches_outside(imported))


def _impure_call(node: ast.AST) -> bool:
    if not isinstance(node, ast.Call):
        return False
    called = node.func
    if isinstance(called, ast.Attribute):
        return called.attr in CLOCKS
    return isinstance(called, ast.Name) and called.id in OUTSIDE_CALLS


def _impurities(name: str, source: str) -> list[str]:
    """All by which a module that should be pure is not."""
    calls = [ast.unparse(node) for node in ast.walk(ast.parse(source)) if _impure_call(node)]
    return [*(each for each in _imported(source) if _impure_import(name, each)), *calls]


def _step(name: str) -> int:
    """The module's step on the ladder, counted from above."""
    part = name.removeprefix("chalicelib.").partition(".")[0]
    return next(n for n, step in enumerate(LADDER) if part in step)


def _part(name: str) -> str:
    return ".".join(name.split(".")[:2])


def _upward(name: str, source: str) -> list[str]:
    """The imports of ours that do not point down the ladder, and those of the project's tools and tests."""
    tools = [each for each in _imported(source) if each.partition(".")[0] in {"bench", "local", "tests"}]
    ours = [each for each in map(_module, _imported(source)) if each and each != "chalicelib"]
    return [*tools, *(each for each in ours if _part(each) != _part(name) and _step(each) <= _step(name))]


def _relative(source: str) -> list[str]:
    nodes = ast.walk(ast.parse(source))
    return [ast.unparse(node) for node in nodes if isinstance(node, ast.ImportFrom) and node.level]


@pytest.mark.parametrize("name", PURE)
def test_a_pure_module_imports_and_calls_nothing_from_outside(name: str) -> None:
    assert _impurities(name, MODULES[name]) == []


@pytest.mark.parametrize("name", sorted(ADAPTERS))
def test_a_listed_adapter_is_one(name: str) -> None:
    assert _impurities(name, MODULES[name]) != []


@pytest.mark.parametrize("name", MODULES)
def test_imports_point_down_the_ladder(name: str) -> None:
    assert _upward(name, MODULES[name]) == []


@pytest.mark.parametrize(
    "name", [name for name in MODULES if _part(name) in {"chalicelib.routing", "chalicelib.tracking"}]
)
def test_the_redirect_never_needs_the_contract(name: str) -> None:
    needed = [each for each in map(_module, _imported(MODULES[name])) if each]

    assert [each for each in needed if _part(each) == "chalicelib.http"] == []


def test_no_module_needs_itself() -> None:
    graph = {name: {ours for each in _imported(source) if (ours := _module(each))} for name, source in MODULES.items()}

    assert len(list(TopologicalSorter(graph).static_order())) == len(MODULES)


@pytest.mark.parametrize("name", MODULES)
def test_imports_are_absolute(name: str) -> None:
    assert _relative(MODULES[name]) == []


def test_packages_are_packages_and_empty() -> None:
    folders = {file.parent for file in FILES if file.parent != ROOT}

    assert [folder for folder in folders if (folder / "__init__.py").read_text()] == []


@pytest.mark.parametrize(
    ("source", "found"),
    [
        pytest.param("import os", ["os"], id="environment"),
        pytest.param("from os import environ", ["os.environ"], id="environment, by name"),
        pytest.param("import urllib.request", ["urllib.request"], id="network"),
        pytest.param("from urllib import request", ["urllib.request"], id="network, by name"),
        pytest.param("import boto3", ["boto3"], id="AWS"),
        pytest.param("import pydantic", ["pydantic"], id="third party"),
        pytest.param("from chalicelib.tables import base", ["chalicelib.tables.base"], id="an adapter"),
        pytest.param(
            "from chalicelib.caps.reservation import reserve", ["chalicelib.caps.reservation.reserve"], id="its name"
        ),
        pytest.param("import app", ["app"], id="the application"),
        pytest.param("def f():\n    import random", ["random"], id="inside a function"),
        pytest.param("if TYPE_CHECKING:\n    import boto3", ["boto3"], id="for types only"),
        pytest.param("now = datetime.now(UTC)", ["datetime.now(UTC)"], id="clock"),
        pytest.param("today = date.today()", ["date.today()"], id="calendar"),
        pytest.param("text = open('a').read()", ["open('a')"], id="file"),
        pytest.param("print(1)", ["print(1)"], id="output"),
        pytest.param("shard = hash('a') % 4", ["hash('a')"], id="a hash that differs in each process"),
    ],
)
def test_the_checker_sees_what_is_impure(source: str, found: list[str]) -> None:
    assert _impurities("chalicelib.routing.rotation", source) == found


@pytest.mark.parametrize(
    ("name", "source"),
    [
        pytest.param("chalicelib.routing.rotation", "from urllib.parse import quote", id="a pure part of a package"),
        pytest.param(
            "chalicelib.routing.rotation", "from chalicelib.domain.smartlink import Offer", id="a pure module"
        ),
        pytest.param("chalicelib.routing.visitor", "import ua_parser", id="the parser in its place"),
        pytest.param("chalicelib.admin.clicks.schema", "from pydantic import Field", id="pydantic in a schema"),
        pytest.param("chalicelib.routing.rotation", "late = now >= ends_at", id="a clock's reading as an argument"),
    ],
)
def test_the_checker_lets_through_what_is_pure(name: str, source: str) -> None:
    assert _impurities(name, source) == []


@pytest.mark.parametrize(
    ("name", "source"),
    [
        pytest.param("chalicelib.caps.reservation", "from chalicelib.routing import record", id="upward"),
        pytest.param(
            "chalicelib.domain.smartlink", "from chalicelib.dynamodb import client", id="upward from the ground"
        ),
        pytest.param("chalicelib.conversions.conversion", "import chalicelib.reporting.table", id="to a neighbour"),
        pytest.param("chalicelib.routing.api", "from app import app", id="to the application"),
        pytest.param(
            "chalicelib.routing.api", "def f():\n    from chalicelib.approvals import store", id="in a function"
        ),
        pytest.param("chalicelib.routing.api", "from local import cloud", id="to a tool"),
    ],
)
def test_the_checker_sees_what_does_not_point_down(name: str, source: str) -> None:
    assert len(_upward(name, source)) == 1


def test_the_checker_sees_a_relative_import() -> None:
    assert _relative("from . import store\nfrom ..smartlink import Offer") == [
        "from . import store",
        "from ..smartlink import Offer",
    ]
