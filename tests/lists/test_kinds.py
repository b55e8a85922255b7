import pytest

from chalicelib.lists.entries import ListKind
from chalicelib.lists.kinds import IndexedKind, indexed_kind


@pytest.mark.parametrize("kind", ListKind)
def test_every_kind_has_its_rows_and_entries(kind: ListKind) -> None:
    assert isinstance(indexed_kind(kind), IndexedKind)
