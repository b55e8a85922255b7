from chalicelib.admin.clicks.schemas import ClickDocument
from chalicelib.publisher.clicks.schemas import OwnClickDocument
from chalicelib.reporting.lists.click_columns import click_columns, flat_click

SUB_IDS = [f"sub{n}" for n in range(1, 11)]


def test_columns_are_the_fields_the_sub_ids_and_the_decision() -> None:
    columns = click_columns(ClickDocument)
    assert columns[:3] == ["click_id", "at", "smartlink_id"]
    assert columns[-18:] == [
        *SUB_IDS,
        *("segment", "arm", "route_version", "weights_version", "weights_at", "draw", "propensity", "considered"),
    ]
    assert len(columns) == len(set(columns))


def test_columns_of_a_publisher_have_no_weights() -> None:
    assert click_columns(OwnClickDocument)[-13:] == [*SUB_IDS, "segment", "arm", "considered"]


def test_values_are_by_column() -> None:
    decision = {"arm": "weighted", "considered": []}
    click = {"click_id": "a", "sub_ids": {"sub2": "b"}, "link": {"code": "c", "url": "https://c"}, "decision": decision}
    flat = flat_click(click)
    assert (flat["click_id"], flat["sub2"], flat["arm"], flat["considered"]) == ("a", "b", "weighted", [])
    assert (flat["link"], flat_click({**click, "link": None})["link"]) == ("https://c", None)
