"""The layout of `docs/architecture.md`: which modules are adapters, which way imports point, where tests are."""

import ast
import sys
from collections.abc import Iterator, Sequence
from collections.abc import Set as AbstractSet
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
FILES = [ROOT / "app.py", *sorted((ROOT / "chalicelib").rglob("*.py"))]


def _in(package: str, *names: str) -> list[str]:
    """Full names of modules of a package; `""` is the module of that name itself."""
    return [f"chalicelib.{package}.{name}".rstrip(".") for name in names]


ADAPTERS = {
    *_in(
        "access",
        "api_keys",
        "application_entries",
        "applications",
        "applying",
        "campaign_approvals",
        "key_owners",
        "grants",
        "membership",
        "membership_writes",
        "past_deletions",
        "publisher_links",
        "task_rows",
        "task_runner",
        "task_steps",
        "terms",
        "visibility",
    ),
    *_in(
        "admin",
        "applications.decisions",
        "applications.list_entry",
        "applications.listing",
        "applications.rows",
        "applications.views",
        "audit.views",
        "campaigns.cap_usage",
        "campaigns.list_entry",
        "campaigns.listing",
        "campaigns.pixel_urls",
        "campaigns.storage",
        "campaigns.token_rotation",
        "campaigns.views",
        "clicks.views",
        "conversions.decisions",
        "counts.queries",
        "counts.views",
        "deliveries.queries",
        "deliveries.views",
        "conversions.imports",
        "conversions.views",
        "evaluation.replay",
        "evaluation.uplift",
        "exchange_rates.storage",
        "exchange_rates.views",
        "own_links",
        "publishers.approvals",
        "publishers.list_entry",
        "publishers.placements",
        "publishers.storage",
        "publishers.terms_storage",
        "publishers.terms_views",
        "publishers.views",
        "references",
        "refused_postbacks.queries",
        "refused_postbacks.views",
        "route_publishing",
        "settings.in_use",
        "settings.views",
        "smartlinks.campaign_links",
        "smartlinks.copied_settings",
        "smartlinks.document",
        "smartlinks.editing",
        "smartlinks.figure_order",
        "smartlinks.figures_reader",
        "smartlinks.list_entry",
        "smartlinks.listing",
        "smartlinks.members",
        "smartlinks.references",
        "smartlinks.republishing",
        "smartlinks.simulation_views",
        "smartlinks.status_views",
        "smartlinks.storage",
        "smartlinks.surroundings",
        "smartlinks.version_views",
        "smartlinks.versions",
        "smartlinks.views",
        "tracking_domains.storage",
        "tracking_domains.uses",
        "tracking_domains.views",
        "users.key_views",
        "users.listing",
        "users.roster",
        "users.views",
        "weights.queries",
        "weights.views",
    ),
    *_in("alerts", "cap_alerts", "fallback_alerts"),
    *_in("api_docs", "document_file", "views"),
    *_in("archive", "objects"),
    *_in("aws_json", "connecting", "credentials", "endpoints", "transport"),
    *_in("caps", "reservation"),
    *_in("clicks", "backlog", "enqueue", "write"),
    *_in("conversions", "campaign_lookup", "changes", "list_entries", "past_conversions", "recording", "refused"),
    *_in("conversions", "archiving", "refusal_notifications", "scheduled_approval", "slots", "terms"),
    *_in("conversions", "imports.job", "imports.receipts", "imports.recorder", "imports.storage", "views"),
    *_in("counters", "aggregator", "batch_claims", "batch_rows", "blocks", "compaction", "earlier_batches"),
    *_in("counters", "detail_blocks", "detail_compaction", "learning_blocks", "merging"),
    *_in("counters", "rollups.build", "rollups.reader", "rollups.schedule", "rollups.storage"),
    *_in("dynamodb", "client", "sdk_client", "wait_limit"),
    *_in("emails", "delivery", "fan_out", "recipients", "ses"),
    *_in("evaluation", "replay.click_reader", "uplift.cell_reader"),
    *_in("exchange", "rate_reader"),
    *_in(
        "http",
        "authentication",
        "authorization",
        "background",
        "blueprint",
        "dispatch",
        "idempotency",
        "pagination",
        "request_parsing",
        "responses",
        "transactions",
    ),
    *_in("inbox", "reading", "views"),
    *_in("lambdas", ""),
    *_in("lists", "counting", "entries", "entry_search", "index_job", "kinds", "search"),
    *_in("notifications", "send"),
    *_in("observability", "logs", "metrics"),
    *_in("optimizer", "history.weight_history", "job", "scheduler"),
    *_in("postbacks", "delivery", "failures", "fan_out", "http_client", "queue", "rate_limit", "subscriptions"),
    *_in(
        "publisher",
        "account.storage",
        "account.views",
        "campaigns.queries",
        "campaigns.views",
        "clicks.views",
        "conversions.views",
        "postbacks.views",
        "smartlinks.documents",
        "smartlinks.held_campaigns",
        "smartlinks.marketplace",
        "smartlinks.queries",
        "smartlinks.views",
    ),
    *_in(
        "reporting",
        "cell_groups",
        "cell_reader",
        "counted_range",
        "detail_reader",
        "lost_clicks_view",
        "names",
        "parallel",
        "report_table",
        "row_names",
        "views",
    ),
    *_in("reporting.lists", "click_list", "click_lists", "click_quarters", "click_queries", "click_search"),
    *_in("reporting.lists", "conversion_days", "conversion_index", "conversion_list", "conversion_queries"),
    *_in("reporting.lists", "click_ids", "names", "steps"),
    *_in("routing", "geoip", "redirect", "route_cache", "route_history"),
    *_in("settings", ""),
    *_in("sqs", ""),
    *_in(
        "tables",
        "base",
        "campaigns",
        "clicks",
        "conversions",
        "counters",
        "exchange_rates",
        "lists",
        "names",
        "notifications",
        "postbacks",
        "publishers",
        "refused_postbacks",
        "requests",
        "routes",
        "settings",
        "smartlinks",
        "tracking_domains",
        "users",
    ),
    *_in("tracking_domains", "certificates", "dns", "domain_names", "job", "life"),
}
"""Modules that reach AWS, network, environment, files, clock, threads, logging or chance, or import one that does.

Every other module is pure. The list is checked both ways, so that it cannot go stale.
"""

THIRD_PARTY = {
    "chalicelib.routing.agent_patterns": {"ua_parser"},
    "chalicelib.routing.systems": {"ua_parser"},
    "chalicelib.routing.user_agent": {"ua_parser"},
    "chalicelib.api_docs.definitions": {"pydantic", "pydantic_core"},
    "chalicelib.api_docs.openapi": {"pydantic"},
    "chalicelib.admin.targeting_fields": {"pydantic"},
    "chalicelib.admin.targeting_values.countries": {"pycountry"},
    "chalicelib.admin.targeting_values.languages": {"pycountry"},
    "chalicelib.admin.targeting_values.region_index": {"pycountry"},
    "chalicelib.admin.smartlinks.warning_document": {"pydantic"},
    "chalicelib.admin.tracking_domains.hosts": {"idna"},
    "chalicelib.http.error_details": {"pydantic"},
    "chalicelib.http.fields": {"pydantic"},
    "chalicelib.http.merge_patch": {"pydantic"},
    "chalicelib.http.models": {"pydantic"},
    "chalicelib.http.time_range": {"pydantic"},
    "chalicelib.reporting.filter_fields": {"pydantic"},
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

FLOORS = (
    {"app"},
    {"admin"},
    {"evaluation", "publisher", "lambdas"},
    {"optimizer", "reporting", "conversions", "alerts", "api_docs", "inbox"},
    {"routing", "counters", "postbacks", "access", "exchange", "lists", "emails", "tracking_domains"},
    {"http", "caps", "clicks", "notifications", "archive"},
    {"tables", "dynamodb", "sqs", "observability"},
    {"aws_json"},
    {"endpoints"},
    {"staff_endpoints"},
    {"settings", "endpoint", "domain"},
)
"""From the top down. A package may import what is on a lower floor, and nothing on its own."""

WITHOUT_HTTP = {
    "routing",
    "caps",
    "clicks",
    "dynamodb",
    "aws_json",
    "counters",
    "optimizer",
    "notifications",
    "archive",
    "emails",
}
"""Packages of the redirect and of background Lambdas, which serve no API request."""

TABLE_READERS = {"routing": {"chalicelib.routing.route_history"}, "clicks": {"chalicelib.clicks.backlog"}}
"""Of these packages only these modules import PynamoDB models: the others are loaded by the redirect."""

OPTIMIZER = (
    {"scheduler"},
    {"job"},
    {"inputs", "history", "job_message"},
    {"model"},
)
"""The floors inside the optimizer."""

TESTED_ELSEWHERE = {
    "admin/evaluation/replay_schemas.py": "response models without rules; `test_replay.py` compares whole documents",
    "admin/evaluation/uplift_schemas.py": "likewise; `test_uplift.py`",
    "admin/weights/schemas.py": "likewise; `test_views.py`",
    "domain/publisher.py": "enums; `domain/test_smartlink.py` compares every enum with the API",
    "domain/tracking_domain.py": "enums and records; `tracking_domains/test_life.py` compares them",
    "domain/user.py": "enums; `admin/users` compares them with the API",
    "endpoint.py": "`api_docs/test_openapi.py` and `http/test_authorization.py` use each column",
    "staff_endpoints.py": "a table; `http/test_access_walk.py` calls every endpoint",
    "domain/route.py": "dataclasses without rules",
    "dynamodb/errors.py": "exceptions; `dynamodb/test_client.py` raises each",
    "optimizer/model/pool_statistics.py": "dataclasses; `optimizer/inputs/test_build_statistics.py` builds them",
    **{
        f"tables/{name}.py": "`tables/test_base.py` compares every model with the template"
        for name in (
            *(
                "campaigns",
                "clicks",
                "conversions",
                "counters",
                "exchange_rates",
                "lists",
                "notifications",
                "postbacks",
            ),
            *("publishers", "refused_postbacks", "requests", "routes", "settings", "smartlinks"),
            *("tracking_domains", "users"),
        )
    },
}
"""Modules without a test file of their own, and where they are tested."""

TESTS_OF_SEVERAL_MODULES = {
    "test_app.py": "events of both doors",
    "test_architecture.py": "the layout",
    "test_aws_calls.py": "the recorder of the calls of all tests",
    "test_cold_start.py": "what a redirect loads",
    "test_error_words.py": "every field of every request, broken in every way",
    "test_stored_documents.py": "rows of earlier releases",
    "test_added_fields.py": "rows of earlier releases, with a field more in each document",
    "access/test_membership_histories.py": "any history of requests for one smartlink, and what its tasks left",
    "archive/test_exactly_once.py": "kills, redeliveries, splits and two invocations at once",
    "api_docs/test_generators.py": "what linters and generators of clients say of the document",
    "api_docs/test_any_request.py": "any request that the document allows, and others",
    "conversions/test_money_model.py": "any story of reports and decisions, against a model in memory",
    "conversions/test_money_rules.py": "rules of money from pixel and postback to reports and caps",
    "routing/test_links.py": "damaged links and any destination, from the request to the redirect",
    "tracking_domains/test_kills.py": "runs that are killed at any call, requests in between, and what is left",
    "http/test_access_walk.py": "every endpoint, asked by callers of every kind",
    "dynamodb/test_contract.py": "both DynamoDB clients on the same requests",
}
"""Test files of no single module, and what they hold."""

TOOLS = {"acceptance", "bench", "demo", "deploy", "local", "manage", "tests"}
MAX_LINES = 250


def _name(file: Path) -> str:
    """`chalicelib.routing.route_cache` of its file, `chalicelib.routing` of a package's."""
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


def _package(name: str) -> str:
    """`routing` of `chalicelib.routing.route_cache`."""
    return name.removeprefix("chalicelib.").partition(".")[0]


def _floor(package: str, floors: Sequence[AbstractSet[str]] = FLOORS) -> int:
    """The package's floor, counted from the top."""
    return next(n for n, floor in enumerate(floors) if package in floor)


def _own_imports(source: str) -> list[str]:
    """The modules of ours that a source imports."""
    return [each for each in map(_module, _imported(source)) if each and each != "chalicelib"]


def _upward(name: str, source: str) -> list[str]:
    """The imports that do not point down to a lower floor, and those of the project's tools and tests."""
    tools = [each for each in _imported(source) if each.partition(".")[0] in TOOLS]
    packages = [(each, _package(each)) for each in _own_imports(source)]
    here = _package(name)
    return [*tools, *(each for each, there in packages if there != here and _floor(there) <= _floor(here))]


def _upward_in_optimizer(name: str, source: str) -> list[str]:
    steps = {each: each.split(".")[2] for each in _own_imports(source) if _package(each) == "optimizer"}
    here = name.split(".")[2]
    return [
        each for each, there in steps.items() if there != here and _floor(there, OPTIMIZER) <= _floor(here, OPTIMIZER)
    ]


def _relative(source: str) -> list[str]:
    nodes = ast.walk(ast.parse(source))
    return [ast.unparse(node) for node in nodes if isinstance(node, ast.ImportFrom) and node.level]


def _folders() -> list[Path]:
    return sorted({file.parent for file in FILES if file.parent != ROOT})


@pytest.mark.parametrize("name", PURE)
def test_a_pure_module_imports_and_calls_nothing_from_outside(name: str) -> None:
    assert _impurities(name, MODULES[name]) == []


@pytest.mark.parametrize("name", sorted(ADAPTERS))
def test_a_listed_adapter_is_one(name: str) -> None:
    assert _impurities(name, MODULES[name]) != []


@pytest.mark.parametrize("name", MODULES)
def test_imports_point_down(name: str) -> None:
    assert _upward(name, MODULES[name]) == []


@pytest.mark.parametrize("name", [name for name in MODULES if _package(name) in WITHOUT_HTTP])
def test_redirect_and_background_work_do_not_import_http(name: str) -> None:
    assert [each for each in _own_imports(MODULES[name]) if _package(each) == "http"] == []


@pytest.mark.parametrize("name", [name for name in MODULES if _package(name) in TABLE_READERS])
def test_only_listed_modules_of_the_redirect_packages_import_tables(name: str) -> None:
    imports = [each for each in _own_imports(MODULES[name]) if _package(each) == "tables"]
    assert bool(imports) == (name in TABLE_READERS[_package(name)])


@pytest.mark.parametrize("name", [name for name in MODULES if name.count(".") > 1 and _package(name) == "optimizer"])
def test_optimizer_imports_point_down(name: str) -> None:
    assert _upward_in_optimizer(name, MODULES[name]) == []


@pytest.mark.parametrize("name", [name for name in MODULES if name.startswith("chalicelib.optimizer.model.")])
def test_optimizer_model_imports_the_domain_and_two_modules_more(name: str) -> None:
    others = {each for each in _own_imports(MODULES[name]) if _package(each) not in ("domain", "optimizer")}
    assert others <= {"chalicelib.counters.delay_bins", "chalicelib.routing.segments"}


@pytest.mark.parametrize("name", [name for name in MODULES if _package(name) == "domain"])
def test_domain_imports_the_standard_library_only(name: str) -> None:
    assert [each for each in _own_imports(MODULES[name]) if _package(each) != "domain"] == []


def test_modules_have_no_cycle() -> None:
    graph = {name: set(_own_imports(source)) for name, source in MODULES.items()}
    assert len(list(TopologicalSorter(graph).static_order())) == len(MODULES)


@pytest.mark.parametrize("name", MODULES)
def test_imports_are_absolute(name: str) -> None:
    assert _relative(MODULES[name]) == []


@pytest.mark.parametrize("folder", _folders(), ids=str)
def test_a_package_says_in_one_docstring_what_it_holds(folder: Path) -> None:
    (only,) = ast.parse((folder / "__init__.py").read_text()).body
    assert isinstance(only, ast.Expr)
    assert isinstance(only.value, ast.Constant)
    assert isinstance(only.value.value, str)


@pytest.mark.parametrize("folder", _folders(), ids=str)
def test_a_package_holds_at_least_two_modules(folder: Path) -> None:
    modules = [each for each in folder.iterdir() if each.suffix == ".py" and each.stem != "__init__"]
    packages = [each for each in folder.iterdir() if (each / "__init__.py").is_file()]
    assert len(modules) + len(packages) >= 2


def _written() -> list[str]:
    """The Python files of the project, tests apart."""
    tops = ["app.py", "manage.py", "chalicelib", "acceptance", "bench", "demo", "deploy", "local"]
    found = (file for top in tops for file in ([ROOT / top] if top.endswith(".py") else (ROOT / top).rglob("*.py")))
    return sorted(str(file.relative_to(ROOT)) for file in found)


@pytest.mark.parametrize("file", _written())
def test_a_file_is_short(file: str) -> None:
    assert len((ROOT / file).read_text().splitlines()) <= MAX_LINES


def test_no_file_is_called_store() -> None:
    assert [file for file in _written() if file.endswith("/store.py")] == []


def _tested(top: str) -> dict[str, str]:
    """The test file that belongs to each module below a folder."""
    files = (ROOT / top).rglob("*.py")
    modules = sorted(file for file in files if file.stem not in ("__init__", "__main__"))
    return {
        str(file.relative_to(ROOT / top)): f"{file.parent.relative_to(ROOT / top)}/test_{file.name}" for file in modules
    }


def test_every_module_has_its_test_at_its_path_or_a_reason() -> None:
    missing = {module for module, test in _tested("chalicelib").items() if not (ROOT / "tests" / test).is_file()}
    assert missing == set(TESTED_ELSEWHERE)


def test_every_test_file_belongs_to_a_module() -> None:
    modules = {str(Path(test)) for test in _tested("chalicelib").values()}
    tests = {str(file.relative_to(ROOT / "tests")) for file in (ROOT / "tests").rglob("test_*.py")}
    of_product = {each for each in tests if each.partition("/")[0] not in TOOLS | {"stack"}}
    assert of_product - modules == set(TESTS_OF_SEVERAL_MODULES)


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
        pytest.param("chalicelib.routing.user_agent", "import ua_parser", id="the parser in its place"),
        pytest.param("chalicelib.admin.clicks.schemas", "from pydantic import Field", id="pydantic in a schema"),
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
        pytest.param("chalicelib.routing.redirect", "from app import app", id="to the application"),
        pytest.param(
            "chalicelib.routing.redirect", "def f():\n    from chalicelib.access import api_keys", id="in a function"
        ),
        pytest.param("chalicelib.routing.redirect", "from local import cloud", id="to a tool"),
    ],
)
def test_the_checker_sees_what_does_not_point_down(name: str, source: str) -> None:
    assert len(_upward(name, source)) == 1


def test_the_checker_sees_a_relative_import() -> None:
    assert _relative("from . import store\nfrom ..smartlink import Offer") == [
        "from . import store",
        "from ..smartlink import Offer",
    ]
