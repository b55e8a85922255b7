import pytest

from chalicelib.domain.browsers import BROWSER_ALIASES, BROWSERS, browser_of_family, fold_browser


@pytest.mark.parametrize(
    ("family", "browser"),
    [
        *(("Chrome", "chrome"), ("Chrome Mobile", "chrome"), ("Chrome Mobile iOS", "chrome"), ("Chromium", "chrome")),
        *(("Chrome Mobile WebView", "chrome"), ("Mobile Safari", "safari"), ("Firefox iOS", "firefox")),
        *(("Edge Mobile", "edge"), ("Opera Mini", "opera"), ("Samsung Internet", "samsung"), ("IE Mobile", "ie")),
        *(("Mobile Safari UI/WKWebView", "mobile safari ui/wkwebview"), ("Steam GameOverlay", "steam")),
        *(("Googlebot", "other"), ("Tenta Browser", "other"), ("", "other")),
    ],
)
def test_family_of_the_parser_has_a_listed_name(family: str, browser: str) -> None:
    assert browser_of_family(family) == browser


@pytest.mark.parametrize(
    ("name", "browser"),
    [
        *(("Samsung Internet", "samsung"), ("google chrome", "chrome"), ("Internet Explorer", "ie"), ("MSIE", "ie")),
        *(("mobile safari", "safari"), ("Microsoft Edge", "edge"), ("fb", "facebook"), ("Opera Mini", "opera")),
        *(("Mozilla Firefox", "firefox"), ("UCBrowser", "uc browser"), ("WeChat", "wechat browser")),
        *((" Chrome ", "chrome"), ("CHROME MOBILE", "chrome"), ("safari", "safari"), ("Netscape 4", "netscape 4")),
    ],
)
def test_usual_name_folds_to_the_listed_one(name: str, browser: str) -> None:
    assert fold_browser(name) == browser


def test_aliases_lead_to_listed_names_and_are_none() -> None:
    assert set(BROWSER_ALIASES.values()) <= BROWSERS
    assert not BROWSERS & set(BROWSER_ALIASES)


def test_names_are_in_small_letters() -> None:
    assert all(name == name.strip().lower() for name in [*BROWSERS, *BROWSER_ALIASES])


def test_listed_names_fold_to_themselves() -> None:
    assert {fold_browser(name) for name in BROWSERS} == BROWSERS
