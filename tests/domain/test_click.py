import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.domain.click import (
    CLICK_FIELDS,
    RejectionReason,
    complete_click,
    decode_rejections,
    encode_rejections,
    is_unique,
)

FIRST_CODES = "xphacrdobls" + "tukw"
ADDED_CODES = "inevmg"


def test_rejection_codes_of_the_first_release_have_not_changed() -> None:
    codes = "".join(reason.code for reason in RejectionReason)

    assert "".join(code for code in codes if code not in ADDED_CODES) == FIRST_CODES


def test_rejection_codes_differ() -> None:
    assert sorted(reason.code for reason in RejectionReason) == sorted(FIRST_CODES + ADDED_CODES)


@given(st.lists(st.none() | st.sampled_from(RejectionReason), max_size=60))
def test_rejections_are_decoded_as_they_were_encoded(reasons: list[RejectionReason | None]) -> None:
    assert decode_rejections({"refusals": encode_rejections(reasons)}) == reasons


@pytest.mark.parametrize("click", [{}, {"refusals": None}, {"refusals": ""}])
def test_click_that_considered_no_offer_has_no_rejections(click: dict[str, str | None]) -> None:
    assert decode_rejections(click) == []


def test_stored_names_of_fields_differ() -> None:
    assert len({field.stored for field in CLICK_FIELDS.values()}) == len(CLICK_FIELDS)


def test_click_without_a_format_has_format_1() -> None:
    assert complete_click({"click_id": "a", "city": None}) == {"click_id": "a", "format": 1}


def test_stored_values_take_precedence_over_defaults() -> None:
    assert complete_click({"format": 2}) == {"format": 2}


def test_unique_click_is_neither_bot_nor_duplicate() -> None:
    assert [is_unique(each) for each in ({}, {"is_bot": True}, {"is_duplicate": True})] == [True, False, False]
