"""The packaged template after the serverless transform, to be broken by tests of rules."""

from collections.abc import Callable
from copy import deepcopy
from datetime import date
from functools import cache
from typing import Any

from deploy.rules.check import findings
from deploy.serverless import transformed
from tests.deploy import packaged

TODAY = date(2026, 11, 28)
Change = Callable[[dict[str, Any]], object]


@cache
def _transformed() -> dict[str, Any]:
    return transformed(packaged.template())


def template() -> dict[str, Any]:
    """Return a copy of the transformed template."""
    return deepcopy(_transformed())


def broken(change: Change, *, today: date = TODAY, name: str = "smartlink-prod") -> list[str]:
    """Return the findings in the template after `change`, which receives its resources."""
    document = template()
    change(document["Resources"])
    return findings(document, name, today)
