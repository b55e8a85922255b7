import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.http.audit_change import MAX_BYTES, AuditChange, truncate

LONG = "x" * 120_000


def test_a_thing_is_found_by_its_id() -> None:
    assert AuditChange("sml_1", None, {}).subjects == ("sml_1",)


def test_a_pair_is_found_by_both_its_ids_and_by_itself() -> None:
    assert AuditChange("sml_1/pub_1", None, {}).subjects == ("sml_1/pub_1", "sml_1", "pub_1")


def test_a_change_that_fits_is_kept_whole() -> None:
    change = AuditChange("sml_1", {"name": "a", "tags": []}, {"name": "b", "tags": []})
    assert truncate(change) is change


def test_of_large_documents_only_what_differs_is_kept() -> None:
    change = AuditChange("sml_1", {"name": "a", "long": LONG, "gone": 1}, {"name": "b", "long": LONG, "new": None})
    fitting = truncate(change)
    assert fitting.before == {"truncated": True, "gone": 1, "name": "a"}
    assert fitting.after == {"truncated": True, "new": None, "name": "b"}


def test_of_differences_too_large_only_the_names_are_kept() -> None:
    fitting = truncate(AuditChange("sml_1", {"name": "a", "long": LONG}, {"name": "a", "long": f"{LONG}y"}))
    assert fitting.before == fitting.after == {"truncated": True, "changed": ["long"]}


@pytest.mark.parametrize("gone", [True, False])
def test_what_is_new_or_gone_stays_so_however_large(gone: bool) -> None:
    large = {"a": LONG, "b": LONG}
    fitting = truncate(AuditChange("sml_1", large, None) if gone else AuditChange("sml_1", None, large))
    assert [fitting.before, fitting.after].count(None) == 1
    assert {"truncated": True, "changed": ["a", "b"]} in (fitting.before, fitting.after)


documents = st.none() | st.dictionaries(
    st.sampled_from("abcd"), st.integers(0, MAX_BYTES).map(lambda length: "x" * length)
)


@given(before=documents, after=documents)
def test_whatever_changed_fits(before: dict[str, Any] | None, after: dict[str, Any] | None) -> None:
    fitting = truncate(AuditChange("sml_1", before, after))
    assert len(json.dumps([fitting.before, fitting.after])) <= MAX_BYTES
