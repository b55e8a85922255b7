import re
from typing import Any

import pytest

from chalicelib.api_docs.definitions import Definitions
from chalicelib.http.models import RequestModel, ResponseModel
from tests.api_docs.support import body_schema, nodes, schema_errors, served_document

SCHEMAS: dict[str, dict[str, Any]] = served_document()["components"]["schemas"]


def test_every_schema_has_a_name_of_its_own() -> None:
    """Two models of one name are published under their modules: rename one of them."""
    assert [name for name in SCHEMAS if not re.fullmatch(r"[A-Z][A-Za-z0-9]+", name)] == []


def test_page_of_a_list_is_called_after_its_items() -> None:
    assert {"CampaignList", "SmartlinkList", "MarketplaceList"} <= SCHEMAS.keys()


def test_every_schema_has_a_description_and_no_title() -> None:
    assert [name for name, schema in SCHEMAS.items() if not schema.get("description")] == []
    assert [path for path, node in nodes(SCHEMAS) if isinstance(node.get("title"), str)] == []


def test_every_union_of_types_can_be_told_apart() -> None:
    """A client must know which of several types it got: add a discriminator, or return one type."""
    for path, node in nodes(served_document()):
        options = [each for key in ("anyOf", "oneOf") for each in node.get(key, []) if each != {"type": "null"}]
        assert len(options) <= 1 or "discriminator" in node, path


class Measured(RequestModel):
    """A measure."""

    length: int | float | None = None


def test_number_that_may_be_an_integer_is_one_type() -> None:
    assert Definitions([Measured]).schema(Measured)["properties"]["length"]["anyOf"] == [
        {"type": "number"},
        {"type": "null"},
    ]


class Leaf(ResponseModel):
    """A leaf."""

    size: int


class Tree(ResponseModel):
    """A tree."""

    leaves: list[Leaf]
    crown: "Tree | None"


def test_only_used_schemas_are_published() -> None:
    definitions = Definitions([Tree, Measured])
    used = definitions.used_by({"schema": definitions.reference(Tree)})
    assert list(used) == ["Leaf", "Tree"]


VALID = {"name": "A", "destination_url": "https://a.example/"}
BODIES: dict[str, tuple[str, str, dict[str, Any], bool]] = {
    "a campaign": ("/admin/campaigns", "POST", VALID, True),
    "a campaign without a name": ("/admin/campaigns", "POST", {"destination_url": "https://a.example/"}, False),
    "a campaign with something unknown": ("/admin/campaigns", "POST", {**VALID, "colour": "red"}, False),
    "a campaign with money for a number": ("/admin/campaigns", "POST", {**VALID, "payout": 1.5}, False),
    "a campaign with negative money": ("/admin/campaigns", "POST", {**VALID, "payout": "-1"}, False),
    "a patch of one field": ("/admin/campaigns/{campaign_id}", "PATCH", {"name": "B"}, True),
    "a patch of nothing": ("/admin/campaigns/{campaign_id}", "PATCH", {}, True),
    "a patch that takes a field back": ("/admin/campaigns/{campaign_id}", "PATCH", {"payout": None}, True),
    "a patch of a part": ("/admin/campaigns/{campaign_id}", "PATCH", {"duplicate_filter": {"identity": "ip_ua"}}, True),
    "a patch with something unknown": ("/admin/campaigns/{campaign_id}", "PATCH", {"colour": "red"}, False),
    "a smartlink": ("/admin/smartlinks", "POST", {"name": "S", "offers": [{"campaign_id": "cmp_1"}]}, True),
    "a seat with a negative weight": (
        "/admin/smartlinks",
        "POST",
        {"name": "S", "offers": [{"campaign_id": "cmp_1", "weight": -1}]},
        False,
    ),
    "a simulation": ("/admin/smartlinks/{smartlink_id}/simulate", "POST", {"draw": 0}, True),
    "a simulation with a draw of 1": ("/admin/smartlinks/{smartlink_id}/simulate", "POST", {"draw": 1}, False),
}


@pytest.mark.parametrize(("path", "method", "body", "is_valid"), BODIES.values(), ids=BODIES)
def test_schema_accepts_the_bodies_that_the_endpoint_accepts(
    path: str, method: str, body: dict[str, Any], *, is_valid: bool
) -> None:
    assert (schema_errors(body_schema(path, method), body) == []) == is_valid


@pytest.mark.parametrize(
    "body",
    [
        pytest.param({"targeting": {"os_versions": {"ios": None}}}, id="a version rule is removed"),
        pytest.param({"targeting": {"sub_ids": {"sub1": None}}}, id="the patterns of a sub-ID are removed"),
        pytest.param({"targeting": {"os_versions": {"ios": ">=16"}, "sub_ids": {"sub1": ["a*"]}}}, id="both are set"),
    ],
)
def test_document_allows_the_patches_that_the_api_takes(body: Any) -> None:
    assert schema_errors(body_schema("/admin/campaigns/{campaign_id}", "PATCH"), body) == []


@pytest.mark.parametrize("weight", [0, 1, 0.001, 1.001, 2.675, 1_000_000])
def test_document_allows_every_weight_that_the_api_takes(weight: float) -> None:
    body = {"name": "a", "offers": [{"campaign_id": "cmp_1", "weight": weight}]}

    assert schema_errors(body_schema("/admin/smartlinks", "POST"), body) == []
