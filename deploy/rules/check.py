"""Check a template against every rule."""

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from deploy.rules import alarms, doors, functions, limits, mappings, permissions, queues, storage
from deploy.rules.resolving import longest_values, resolve
from deploy.rules.stack import Finding, Stack

RULES = (
    *functions.RULES,
    *mappings.RULES,
    *queues.RULES,
    *storage.RULES,
    *permissions.RULES,
    *doors.RULES,
    *alarms.RULES,
    *limits.RULES,
)


def findings(
    template: Mapping[str, Any], stack_name: str, today: date, values: Mapping[str, str] | None = None
) -> list[str]:
    """Return a line for each finding in the template after the serverless transform, without repetitions.

    The rules see the template twice: with `values` and the defaults of the other parameters, and with the longest
    value of every parameter, so that each condition is seen on both sides.
    """
    given = values or {}
    lines = (
        f"{finding.resource}: {finding.problem} ({rule})"
        for each in (given, {**longest_values(template), **given})
        for rule, finding in _findings(_stack(template, stack_name, today, each))
    )
    return list(dict.fromkeys(lines))


def _stack(template: Mapping[str, Any], name: str, today: date, values: Mapping[str, str]) -> Stack:
    return Stack(name, resolve(template, values)["Resources"], template, today)


def _findings(stack: Stack) -> Iterator[tuple[str, Finding]]:
    for rule in RULES:
        for finding in rule(stack):
            yield rule.__name__, finding
