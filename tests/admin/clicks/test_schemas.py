import pytest
from pydantic import ValidationError

from chalicelib.admin.clicks.schemas import ClickDocument, ClickQuery
from chalicelib.http.models import validate
from chalicelib.routing.click_document import click_document
from chalicelib.routing.click_record import record
from chalicelib.routing.decision import decide
from tests.builders import a_click_context, a_route, an_offer
from tests.documents import an_explained_offer

CLICK_ID = "01kmvx0000000000000000000a"
ROUTE = a_route(an_offer("cmp_1", weight=3), an_offer("cmp_2", enabled=False))
ARRIVAL = a_click_context()
CLICK = click_document(record(CLICK_ID, ARRIVAL, ROUTE, decide(ROUTE, ARRIVAL, lambda _: True, lambda _: None)), ROUTE)


def test_document_is_serialized_unchanged() -> None:
    written = ClickDocument(**CLICK).model_dump(mode="json")

    assert written == CLICK
    assert written["decision"]["considered"] == [
        an_explained_offer("cmp_1", weight=3, chance=1.0),
        an_explained_offer("cmp_2", refused="disabled", refused_by="offer"),
    ]


@pytest.mark.parametrize("field", sorted(ClickDocument.model_fields))
def test_every_field_of_a_click_is_required(field: str) -> None:
    with pytest.raises(ValidationError):
        ClickDocument(**{name: value for name, value in CLICK.items() if name != field})


def test_filters_are_those_of_the_contract() -> None:
    parameters = {"smartlink_id": "sml_1", "publisher_id": "pub_1", "campaign_id": "cmp_1", "outcome": "fallback"}
    several = {name: [value] for name, value in parameters.items()}
    expected = {name: (value,) for name, value in parameters.items()}
    assert validate(ClickQuery, several).filters == expected
