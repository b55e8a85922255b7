import pytest

from chalicelib.api_docs.info import tag_of
from tests.api_docs.support import OPERATIONS, operation, served_document


def test_every_tag_is_defined_once_with_a_description() -> None:
    used = {tag for each in OPERATIONS for tag in operation(*each)["tags"]}
    assert [tag["name"] for tag in served_document()["tags"]] == sorted(used)
    assert all(tag["description"].endswith(".") for tag in served_document()["tags"])


@pytest.mark.parametrize(
    ("path", "tag"),
    [
        ("/admin/campaigns/{campaign_id}", "Campaigns"),
        ("/publisher/campaigns", "My campaigns"),
        ("/publisher/deliveries/{delivery_id}/replay", "My postbacks"),
        ("/docs/{asset}", "Documentation"),
        ("/s/{code}", "Links"),
    ],
)
def test_tag_is_that_of_the_resource(path: str, tag: str) -> None:
    assert tag_of(path) == tag


def test_new_resource_needs_a_tag() -> None:
    with pytest.raises(KeyError, match="admin/colours"):
        tag_of("/admin/colours/{colour_id}")


def test_licence_and_contact_are_named() -> None:
    info = served_document()["info"]
    assert info["license"] == {"name": "MIT", "identifier": "MIT"}
    assert info["contact"]["name"]
