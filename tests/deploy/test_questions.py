import builtins
import sys

import pytest

from deploy import questions
from deploy.errors import CommandError


def _terminal(monkeypatch: pytest.MonkeyPatch, answer: str) -> None:
    monkeypatch.setattr(sys.stdin, "isatty", lambda: True, raising=False)
    monkeypatch.setattr(builtins, "input", lambda _: answer)


@pytest.fixture(autouse=True)
def unset(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CONFIRM", raising=False)


def test_yes_confirms(monkeypatch: pytest.MonkeyPatch) -> None:
    _terminal(monkeypatch, " yes ")
    questions.confirm("Delete it?")


@pytest.mark.parametrize("answer", ["", "y", "no", "YES"])
def test_any_other_answer_stops(monkeypatch: pytest.MonkeyPatch, answer: str) -> None:
    _terminal(monkeypatch, answer)
    with pytest.raises(CommandError, match=r"Nothing was changed\."):
        questions.confirm("Delete it?")


def test_script_confirms_by_a_variable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys.stdin, "isatty", lambda: False, raising=False)
    with pytest.raises(CommandError, match="Set CONFIRM=yes"):
        questions.confirm("Delete it?")
    monkeypatch.setenv("CONFIRM", "yes")
    questions.confirm("Delete it?")


def test_question_without_a_terminal_has_an_empty_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys.stdin, "isatty", lambda: False, raising=False)
    assert questions.ask("Who?") == ""
    _terminal(monkeypatch, " ops@network.example ")
    assert questions.ask("Who?") == "ops@network.example"
