"""Checks of the retentions that a deployment sets."""

from collections.abc import Mapping

from chalicelib.settings import FEWEST_CLICK_DAYS, MOST_CLICK_DAYS
from deploy.errors import CommandError

_LONGEST_ARCHIVE = 36_500


def check(environment: Mapping[str, str]) -> None:
    """Raise CommandError if CLICK_DAYS or ARCHIVE_DAYS is set to something else than a possible number of days."""
    _check(environment, "CLICK_DAYS", FEWEST_CLICK_DAYS, MOST_CLICK_DAYS)
    _check(environment, "ARCHIVE_DAYS", 0, _LONGEST_ARCHIVE)


def _check(environment: Mapping[str, str], name: str, fewest: int, most: int) -> None:
    text = environment.get(name)
    # The template compares texts: it takes 00 for another number than 0.
    if text is not None and not (text.isdecimal() and text == str(int(text)) and fewest <= int(text) <= most):
        message = f"{name} is {text}. Set it to a number of days from {fewest} to {most:,}."
        raise CommandError(message)
