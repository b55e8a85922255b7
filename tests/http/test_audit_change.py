import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.http.audit_change import MAX_BYTES, AuditChange, truncate

LONG = "x" * 120_000


def test_change_is_found_by_the_id_of_its_subject() -> None:
    assert AuditChange("sml_1", None, {}).subjects == ("sml_1",)


def test_change_of_a_pair_is_found_by_the_pair_and_both_ids() -> None:
    assert AuditChange("sml_1/pub_1", None, {}).subjects == ("sml_1/pub_1", "sml_1", "pub_1")


def test_change_that_fits_is_unchanged() -> None:
    change = AuditChange("sml_1", {"name": "a", "tags": []}, {"name": "b", "tags": []})
    assert truncate(change) is change


def test_large_documents_keep_only_changed_fields() -> None:
    change = AuditChange("sml_1", {"name": "a", "long": LONG, "removed": 1}, {"name": "b", "long": LONG, "new": None})
    truncated = truncate(change)
    assert truncated.before == {"truncated": True, "name": "a", "removed": 1}
    assert truncated.after == {"truncated": True, "new": None, "name": "b"}


def test_large_changed_fields_keep_only_their_names() -> None:
    truncated = truncate(AuditChange("sml_1", {"name": "a", "long": LONG}, {"name": "a", "long": f"{LONG}y"}))
    assert truncated.before == truncated.after == {"truncated": True, "changed": ["long"]}


@pytest.mark.parametrize("is_deleted", [True, False])
def test_missing_document_stays_missing_in_a_large_change(is_deleted: bool) -> None:
    large = {"a": LONG, "b": LONG}
    truncated = truncate(AuditChange("sml_1", large, None) if is_deleted else AuditChange("sml_1", None, large))
    assert [truncated.before, truncated.after].count(None) == 1
    assert {"truncated": True, "changed": ["a", "b"]} in (truncated.before, truncated.after)


documents = st.none() | st.dictionaries(
    st.sampled_from("abcd"), st.integers(0, MAX_BYTES).map(lambda length: "x" * length)
)


@given(before=documents, after=documents)
def test_truncated_change_always_fits(before: dict[str, Any] | None, after: dict[str, Any] | None) -> None:
    truncated = truncate(AuditChange("sml_1", before, after))
    assert len(json.dumps([truncated.before, truncated.after])) <= MAX_BYTES
