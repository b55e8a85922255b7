import pytest

from chalicelib.routing import pages


@pytest.mark.parametrize(
    ("page", "title"),
    [
        pytest.param(pages.UNKNOWN_LINK, "Link not found", id="unknown link"),
        pytest.param(pages.NO_OFFER, "No offer available", id="no offer"),
        pytest.param(pages.UNAVAILABLE, "One moment, please", id="unavailable"),
    ],
)
def test_page_is_a_complete_document_with_its_title(page: str, title: str) -> None:
    assert page.startswith('<!doctype html><html lang="en">')
    assert f"<title>{title}</title>" in page
    assert f"<h1>{title}</h1>" in page
    assert page.endswith("</html>")


@pytest.mark.parametrize(
    "page",
    [
        pytest.param(pages.UNKNOWN_LINK, id="unknown link"),
        pytest.param(pages.NO_OFFER, id="no offer"),
        pytest.param(pages.UNAVAILABLE, id="unavailable"),
    ],
)
def test_page_loads_nothing_and_is_not_indexed(page: str) -> None:
    assert 'content="noindex"' in page
    assert not any(word in page for word in ("http", "src=", "href=", "<script", "<link"))
