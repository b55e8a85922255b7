from chalicelib.domain.browsers import BROWSER_ALIASES, BROWSERS


def test_aliases_lead_to_browsers_and_are_none() -> None:
    assert set(BROWSER_ALIASES.values()) <= BROWSERS
    assert BROWSER_ALIASES.keys() & BROWSERS == set()
