import ast
import re
from pathlib import Path

import pytest

from chalicelib.endpoint import Endpoint
from chalicelib.endpoints import ENDPOINTS

ROOT = Path(__file__).parent.parent
for_each_endpoint = pytest.mark.parametrize(
    "endpoint", ENDPOINTS, ids=lambda endpoint: f"{endpoint.method} {endpoint.path}"
)


def _function(endpoint: Endpoint) -> ast.FunctionDef:
    """The definition of the endpoint's view, parsed without an import."""
    module, _, name = endpoint.view.partition(":")
    tree = ast.parse((ROOT / module.replace(".", "/")).with_suffix(".py").read_text())
    return next(node for node in tree.body if isinstance(node, ast.FunctionDef) and node.name == name)


def test_every_method_and_path_is_listed_once() -> None:
    endpoints = [(endpoint.method, re.sub(r"{\w+}", "{}", endpoint.path)) for endpoint in ENDPOINTS]

    assert sorted(endpoints) == sorted(set(endpoints))


def test_view_serves_one_path_per_audience() -> None:
    paths = {(each.view, each.audience, each.path) for each in ENDPOINTS}
    views = {(each.view, each.audience) for each in ENDPOINTS}

    assert len(paths) == len(views)


@for_each_endpoint
def test_arguments_of_a_view_match_path_and_method(endpoint: Endpoint) -> None:
    arguments = [argument.arg for argument in _function(endpoint).args.args]
    steps = re.findall(r"{(\w+)}", endpoint.path)
    bodies = {"GET": [], "DELETE": [], "POST": ["body"], "PATCH": ["body"], "PUT": ["body"]}

    assert arguments[: 1 + len(steps)] == ["request", *steps]
    assert set(arguments[1 + len(steps) :]) <= {"query", *bodies[endpoint.method]}


@for_each_endpoint
def test_first_line_of_a_views_docstring_is_a_sentence(endpoint: Endpoint) -> None:
    docstring = ast.get_docstring(_function(endpoint))

    assert docstring
    assert docstring.partition("\n")[0].endswith(".")


@for_each_endpoint
def test_view_is_in_a_package_of_its_audience(endpoint: Endpoint) -> None:
    shared = ("chalicelib.reporting.", "chalicelib.inbox.")
    packages = {"admin": ("chalicelib.admin.", *shared), "publisher": ("chalicelib.publisher.", *shared)}
    open_packages = ("chalicelib.api_docs.", "chalicelib.conversions.")

    assert endpoint.view.startswith(packages.get(endpoint.audience, open_packages))


@pytest.mark.parametrize(
    ("path", "audience"),
    [
        pytest.param("/admin/campaigns/{campaign_id}", "admin", id="admin"),
        pytest.param("/publisher/me", "publisher", id="publisher"),
        pytest.param("/health", "health", id="open"),
    ],
)
def test_audience_is_the_first_segment_of_the_path(path: str, audience: str) -> None:
    assert Endpoint("GET", path, "getCampaign", "chalicelib.admin.campaigns.views:find").audience == audience
