import pytest

from chalicelib.domain.languages import LANGUAGE_ALIASES, fold_language


@pytest.mark.parametrize(
    ("code", "folded"), [("iw", "he"), ("in", "id"), ("nb", "no"), ("nn", "no"), ("en", "en"), ("gsw", "gsw")]
)
def test_old_and_regional_codes_are_folded(code: str, folded: str) -> None:
    assert fold_language(code) == folded


def test_folded_code_is_not_folded_again() -> None:
    assert {fold_language(code) for code in LANGUAGE_ALIASES.values()} == set(LANGUAGE_ALIASES.values())
