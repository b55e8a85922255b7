import pytest

from chalicelib.http.models import ResponseModel
from chalicelib.reporting.lists import page
from chalicelib.reporting.lists.page import fitting_page


class Text(ResponseModel):
    """A document."""

    text: str


ITEMS = [Text(text="é" * 10) for _ in range(3)]
SIZE = len('{"text":""},') + 20


@pytest.mark.parametrize(
    ("limit", "count", "cursor"),
    [
        pytest.param(3 * SIZE, 3, "end", id="all"),
        pytest.param(3 * SIZE - 1, 2, "b", id="one byte too many"),
        pytest.param(1, 1, "a", id="not even the first"),
    ],
)
def test_page_has_the_documents_that_fit(monkeypatch: pytest.MonkeyPatch, limit: int, count: int, cursor: str) -> None:
    monkeypatch.setattr(page, "MAX_BYTES", limit)
    found = fitting_page(ITEMS, ["a", "b", "c"], "end")
    assert (len(found.items), found.next_cursor) == (count, cursor)


def test_page_may_be_empty() -> None:
    assert fitting_page([], [], None).model_dump() == {"items": [], "next_cursor": None}
