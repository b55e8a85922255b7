import pytest
from pydantic import ValidationError

from chalicelib.http.models import validate
from chalicelib.http.problems import ValidationFailed
from chalicelib.reporting.lists.conversion_document import COLUMNS
from chalicelib.reporting.lists.schemas import (
    ClickListQuery,
    ConversionDocument,
    ConversionListQuery,
    OwnConversionDocument,
)


def test_filters_that_are_not_set_are_left_out() -> None:
    assert validate(ConversionListQuery, {"status": ["pending"], "goal": []}).filters == {"status": ("pending",)}
    assert validate(ClickListQuery, {"outcome": ["no_offer"]}).filters == {"outcome": ("no_offer",)}


def test_repeated_values_are_kept_once() -> None:
    assert validate(ConversionListQuery, {"goal": ["sale", "install", "sale"]}).filters == {"goal": ("sale", "install")}


def test_filter_has_at_most_20_values() -> None:
    with pytest.raises(ValidationFailed, match="goal"):
        validate(ConversionListQuery, {"goal": ["sale"] * 21})


def test_format_is_json_by_default() -> None:
    assert validate(ClickListQuery, {}).format == "json"


def test_document_has_the_columns_of_a_file() -> None:
    assert sorted(ConversionDocument.model_fields) == sorted(COLUMNS)


def test_publisher_sees_neither_revenue_nor_who_decided() -> None:
    assert set(COLUMNS) - OwnConversionDocument.model_fields.keys() == {"revenue", "decided_by"}


@pytest.mark.parametrize("field", sorted(ConversionDocument.model_fields))
def test_every_field_of_a_conversion_is_required(field: str) -> None:
    with pytest.raises(ValidationError, match=field):
        ConversionDocument(**{name: "approved" for name in COLUMNS if name != field})
