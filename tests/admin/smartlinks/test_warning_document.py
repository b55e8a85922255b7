import re

from chalicelib.admin.smartlinks.warning_document import WarningCode, WarningDocument


def test_codes_are_in_snake_case_and_documented() -> None:
    assert all(re.fullmatch("[a-z]+(_[a-z]+)*", code) for code in WarningCode)
    assert [code for code in WarningCode if f"`{code}`" not in (WarningCode.__doc__ or "")] == []


def test_warning_without_an_obvious_fix_has_null() -> None:
    warning = WarningDocument(code=WarningCode.NO_OFFERS, pointer="/offers", detail="There are no offers.")

    assert warning.model_dump(mode="json") == {
        "code": "no_offers",
        "pointer": "/offers",
        "detail": "There are no offers.",
        "fix": None,
    }
