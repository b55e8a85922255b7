"""All alarms of the stack. `docs/runbook.md` has an entry for each kind."""

from collections.abc import Iterator
from typing import Any

from deploy.template import data_alarms, door_alarms, function_alarms
from deploy.template.alarm import Alarm, Resources, resource


def add_alarms(template: dict[str, Any]) -> None:
    """Add the alarms of all functions, queues, tables and doors that the template has."""
    resources = template["Resources"]
    for alarm in list(all_alarms(resources)):
        resources[alarm.name] = resource(alarm)


def all_alarms(resources: Resources) -> Iterator[Alarm]:
    """Yield the alarms for the resources. Functions, queues and tables are found by their type."""
    yield from door_alarms.alarms(resources)
    yield from function_alarms.alarms(resources)
    yield from data_alarms.alarms(resources)
