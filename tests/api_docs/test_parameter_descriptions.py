import pytest

from chalicelib.api_docs.parameter_descriptions import DESCRIPTIONS, description_of
from tests.api_docs.support import nodes, served_document


def test_id_of_any_resource_is_described() -> None:
    assert description_of("tracking_domain_id") == "The ID of the tracking domain."


def test_any_sub_id_is_described() -> None:
    assert description_of("sub10") == "The publisher's sub-ID 10."


def test_own_description_of_an_id_precedes() -> None:
    assert description_of("smartlink_id") == "The ID of a smartlink: `sml_…`."


def test_new_name_must_be_described() -> None:
    with pytest.raises(KeyError, match="colour"):
        description_of("colour")


def test_every_description_is_used() -> None:
    described = " ".join(str(node["description"]) for _, node in nodes(served_document()["paths"]) if "in" in node)
    assert [name for name, description in DESCRIPTIONS.items() if description not in described] == []
