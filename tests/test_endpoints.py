import ast
import re
from pathlib import Path

import pytest

from chalicelib.endpoints import ENDPOINTS, Endpoint

ROOT = Path(__file__).parent.parent
each_call = pytest.mark.parametrize("call", ENDPOINTS, ids=lambda call: f"{call.method} {call.path}")


def _function(call: Endpoint) -> ast.FunctionDef:
    """The definition of the call's view, read and not imported."""
    module, _, name = call.view.partition(":")
    tree = ast.parse((ROOT / module.replace(".", "/")).with_suffix(".py").read_text())
    return next(node for node in tree.body if isinstance(node, ast.FunctionDef) and node.name == name)


def test_every_call_is_listed_once() -> None:
    calls = [(call.method, re.sub(r"{\w+}", "{}", call.path)) for call in ENDPOINTS]

    assert sorted(calls) == sorted(set(calls))


def test_a_view_serves_one_path_of_an_audience() -> None:
    paths = {(each.view, each.audience, each.path) for each in ENDPOINTS}
    views = {(each.view, each.audience) for each in ENDPOINTS}

    assert len(paths) == len(views)


@each_call
def test_a_views_arguments_are_those_of_its_path_and_method(call: Endpoint) -> None:
    arguments = [argument.arg for argument in _function(call).args.args]
    steps = re.findall(r"{(\w+)}", call.path)
    bodies = {"GET": [], "DELETE": [], "POST": ["body"], "PATCH": ["body"]}

    assert arguments[: 1 + len(steps)] == ["request", *steps]
    assert set(arguments[1 + len(steps) :]) <= {"query", *bodies[call.method]}


@each_call
def test_a_view_says_in_one_line_what_the_call_does(call: Endpoint) -> None:
    said = ast.get_docstring(_function(call))

    assert said
    assert said.partition("\n")[0].endswith(".")


@each_call
def test_a_sides_views_stand_on_its_side_of_the_house(call: Endpoint) -> None:
    houses = {"admin": "chalicelib.admin.", "publisher": "chalicelib.publisher."}
    open_houses = ("chalicelib.api_docs.", "chalicelib.conversions.")

    shared_houses = ("chalicelib.reporting.", "chalicelib.optimizer.", "chalicelib.inbox.")

    assert call.view.startswith((houses[call.audience], *shared_houses) if call.audience in houses else open_houses)


@pytest.mark.parametrize(
    ("path", "side"),
    [
        pytest.param("/admin/campaigns/{campaign_id}", "admin", id="admin"),
        pytest.param("/publisher/me", "publisher", id="publisher"),
        pytest.param("/health", "health", id="open"),
    ],
)
def test_a_calls_side_is_the_first_step_of_its_path(path: str, side: str) -> None:
    assert Endpoint("GET", path, "getCampaign", "chalicelib.admin.campaigns.views:find").audience == side
