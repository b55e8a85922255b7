import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.admin.targeting_values.browsers import browser_error, meant_browser
from chalicelib.domain.browsers import BROWSER_ALIASES, BROWSERS, fold_browser
from tests import strategies as some

PREFIX = "must be a browser such as chrome; "


def test_every_browser_is_accepted_in_any_case() -> None:
    assert [name for name in BROWSERS if browser_error(name) or browser_error(name.upper())] == []


@pytest.mark.parametrize(
    ("text", "browser"),
    [
        pytest.param("Samsung Internet", "samsung", id="Samsung Internet"),
        pytest.param("samsung-internet", "samsung", id="hyphen"),
        pytest.param("Samsung_Internet", "samsung", id="underscore"),
        pytest.param("Google Chrome", "chrome", id="Google Chrome"),
        pytest.param("Microsoft Edge", "edge", id="Microsoft Edge"),
        pytest.param("Internet Explorer", "ie", id="Internet Explorer"),
        pytest.param("Internet Explorer 11", "ie", id="a version"),
        pytest.param("Chrome Mobile", "chrome", id="a mobile browser"),
        pytest.param("Chrome Mobile iOS", "chrome", id="a mobile browser on iOS"),
        pytest.param("Firefox for Android", "firefox", id="a browser for Android"),
        pytest.param("Safari/17.5", "safari", id="a version behind a slash"),
        pytest.param(" chrome ", "chrome", id="spaces"),
    ],
)
def test_complaint_names_the_right_browser(text: str, browser: str) -> None:
    assert browser_error(text) == f"{PREFIX}{text.strip()} is {browser}"


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        pytest.param("firefx", "firefx is not a browser that visitors have; did you mean firefox?", id="mistyped"),
        pytest.param(
            "samsung internett",
            "samsung internett is not a browser that visitors have; did you mean samsung?",
            id="another name, mistyped",
        ),
        pytest.param("0815", "0815 is not a browser that visitors have", id="like none"),
        pytest.param("", "an empty value is not a browser that visitors have", id="empty"),
        pytest.param("q" * 500, f"{'q' * 40}… is not a browser that visitors have", id="long"),
    ],
)
def test_complaint_says_what_is_wrong(text: str, complaint: str) -> None:
    assert browser_error(text) == PREFIX + complaint


def test_every_other_name_is_refused_with_its_browser() -> None:
    assert {name: meant_browser(name) for name in BROWSER_ALIASES} == dict(BROWSER_ALIASES)


@given(some.texts | st.sampled_from(sorted(BROWSERS | BROWSER_ALIASES.keys())).map(str.title))
def test_meant_browser_is_always_accepted(text: str) -> None:
    assert (meant := meant_browser(text)) is None or browser_error(meant) is None


@pytest.mark.parametrize("name", ["Opera Mini", "Firefox Focus", "Chrome Mobile iOS", "Steam Client"])
def test_name_that_detection_folds_is_the_browser_it_folds_to(name: str) -> None:
    assert meant_browser(name) == fold_browser(name)
