"""Resolve a template: parameters and conditions become literal values, so that a rule sees what is deployed."""

import re
from collections.abc import Mapping
from typing import Any

Template = dict[str, Any]

_NO_VALUE = {"Ref": "AWS::NoValue"}
_VARIABLE = re.compile(r"\$\{([^!}][^}]*)\}")


def resolve(template: Mapping[str, Any], values: Mapping[str, str] | None = None) -> Template:
    """Return the template with every parameter replaced by its value in `values`, or by its default.

    Resources and outputs whose condition is false are left out. Parameters and conditions are left out too. A
    parameter with neither value nor default gets its longest value.
    """
    parameters = {name: _value(declared) for name, declared in template.get("Parameters", {}).items()}
    resolver = _Resolver(parameters | dict(values or {}), template.get("Conditions", {}))
    resolved = {name: part for name, part in template.items() if name not in {"Parameters", "Conditions"}}
    for section in ("Resources", "Outputs"):
        resolved[section] = {
            name: _without_condition(resolver.of(part))
            for name, part in template.get(section, {}).items()
            if "Condition" not in part or resolver.condition(part["Condition"])
        }
    return resolved


def longest_values(template: Mapping[str, Any]) -> dict[str, str]:
    """Return the longest value of each parameter that declares none of its own values."""
    parameters = template.get("Parameters", {}).items()
    return {name: longest_value(declared) for name, declared in parameters}


def longest_value(declared: Mapping[str, Any]) -> str:
    """Return the longest value that a parameter's declaration allows: 4,096 characters if it has no limit."""
    if "AllowedValues" in declared:
        return max(map(str, declared["AllowedValues"]), key=len)
    if declared["Type"] == "Number":
        return str(declared.get("MaxValue", declared.get("MinValue", 0)))
    return "x" * int(declared.get("MaxLength", 4096))


def _value(declared: Mapping[str, Any]) -> str:
    return str(declared["Default"]) if "Default" in declared else longest_value(declared)


def _without_condition(part: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in part.items() if name != "Condition"}


class _Resolver:
    """Values of parameters, and the conditions on them."""

    def __init__(self, parameters: Mapping[str, str], conditions: Mapping[str, Any]) -> None:
        self._parameters, self._conditions = parameters, conditions

    def condition(self, name: str) -> bool:
        """Return whether a condition of the template is true."""
        return self._holds(self._conditions[name])

    def of(self, value: Any) -> Any:  # noqa: ANN401 - JSON
        """Return a part of the template with parameters and conditions resolved."""
        if isinstance(value, list):
            return [part for part in map(self.of, value) if part != _NO_VALUE]
        if not isinstance(value, dict):
            return value
        if value.keys() == {"Ref"}:
            return self._parameters.get(value["Ref"], value)
        if value.keys() == {"Fn::If"}:
            name, chosen, other = value["Fn::If"]
            return self.of(chosen if self.condition(name) else other)
        if value.keys() == {"Fn::Sub"} and isinstance(value["Fn::Sub"], str):
            return self._substituted(value["Fn::Sub"])
        parts = {name: self.of(part) for name, part in value.items()}
        return {name: part for name, part in parts.items() if part != _NO_VALUE}

    def _substituted(self, text: str) -> Any:  # noqa: ANN401 - a text, or a function of what is not known yet
        known = _VARIABLE.sub(lambda found: self._parameters.get(found[1], found[0]), text)
        return {"Fn::Sub": known} if _VARIABLE.search(known) else known

    def _holds(self, condition: Mapping[str, Any]) -> bool:
        ((function, argument),) = condition.items()
        match function:
            case "Fn::Equals":
                one, other = map(self.of, argument)
                return str(one) == str(other)
            case "Fn::Not":
                return not self._holds(argument[0])
            case "Fn::And":
                return all(map(self._holds, argument))
            case "Fn::Or":
                return any(map(self._holds, argument))
            case _:
                return self.condition(argument)
