from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.http.references import EACH, MAX_REFERENCES, texts_at


@pytest.mark.parametrize(
    "document",
    [
        *(None, 3, "cmp_1", [], {}, {"offers": None}, {"offers": "cmp_1"}, {"offers": {"campaign_id": "cmp_1"}}),
        *({"offers": [{}]}, {"offers": ["cmp_1"]}, {"offers": [{"campaign_id": 3}]}),
    ],
    ids=str,
)
def test_malformed_document_has_no_references(document: Any) -> None:
    assert texts_at(document, "offers", EACH, "campaign_id", max_length=64) == {}


def test_text_that_has_an_error_of_its_own_is_no_reference() -> None:
    ids = ["cmp_1", "", "x" * 65, "x" * 64, "a\ud800"]
    document = {"offers": [{"campaign_id": each} for each in ids]}

    assert texts_at(document, "offers", EACH, "campaign_id", max_length=64) == {
        "/offers/0/campaign_id": "cmp_1",
        "/offers/3/campaign_id": "x" * 64,
    }


def test_field_of_the_document_itself_is_read() -> None:
    assert texts_at({"a/b": "cmp_1"}, "a/b", max_length=9) == {"/a~1b": "cmp_1"}


def test_number_of_references_is_limited() -> None:
    assert len(texts_at(["a"] * (MAX_REFERENCES + 1), EACH, max_length=9)) == MAX_REFERENCES


documents = st.recursive(
    st.none() | st.integers() | st.text(max_size=3),
    lambda inner: st.lists(inner) | st.dictionaries(st.sampled_from(["a", "b"]), inner),
)


@given(documents)
def test_any_document_can_be_read(document: Any) -> None:
    assert all(isinstance(text, str) for text in texts_at(document, "a", EACH, "b", max_length=2).values())
