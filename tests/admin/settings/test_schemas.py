from chalicelib.admin.settings.schemas import NetworkSettings
from chalicelib.http.models import validate
from tests.http.support import errors_of


def test_settings_are_complete_without_any_field() -> None:
    assert validate(NetworkSettings, {}).model_dump(mode="json") == {
        "name": "Smartlink network",
        "contact": "",
        "timezone": "UTC",
        "publisher_sign_up": "closed",
        "sign_up_questions": [],
    }


def test_question_is_not_empty() -> None:
    assert errors_of(NetworkSettings, {"sign_up_questions": [""]}) == [("/sign_up_questions/0", "must not be empty")]
