"""Questions to the person at the terminal. A script answers them by environment variables."""

import os
import sys

from deploy.errors import CommandError

_YES = "yes"


def confirm(question: str) -> None:
    """Return if the answer is yes, or `CONFIRM=yes` is set. Raise CommandError otherwise, also without a terminal."""
    if os.environ.get("CONFIRM") == _YES:
        return
    if not sys.stdin.isatty():
        message = "Nothing was changed: there is no terminal to confirm at. Set CONFIRM=yes."
        raise CommandError(message)
    if input(f"{question} Type yes to continue: ").strip() != _YES:
        message = "Nothing was changed."
        raise CommandError(message)


def ask(question: str) -> str:
    """Return the answer, or an empty string without a terminal."""
    return input(f"{question} ").strip() if sys.stdin.isatty() else ""
