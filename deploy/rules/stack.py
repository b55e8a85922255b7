"""The resolved template as the rules read it, and the physical names that CloudFormation would give."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any

Properties = Mapping[str, Any]
Json = Any

REGION, ACCOUNT = "ap-southeast-3", "123456789012"
"""A region with a long name, and an account: physical names are at most as long as with these."""

_VARIABLE = re.compile(r"\$\{([^!}][^}]*)\}")
_PSEUDO = {"Region": REGION, "AccountId": ACCOUNT, "Partition": "aws", "URLSuffix": "amazonaws.com"}
_SUFFIX = "-" + "X" * 12


@dataclass(frozen=True, slots=True)
class Finding:
    """A resource, or a section of the template, and what is wrong with it."""

    resource: str
    problem: str


@dataclass(frozen=True)
class Stack:
    """The template after the serverless transform, with parameters and conditions resolved.

    `document` is the template before the resolution, `today` the day of the deployment.
    """

    name: str
    resources: Mapping[str, Mapping[str, Any]]
    document: Mapping[str, Any]
    today: date

    def of_type(self, *types: str) -> dict[str, Properties]:
        """Return the properties of all resources of these types, by logical ID."""
        found = {name: each for name, each in self.resources.items() if each["Type"] in types}
        return {name: each.get("Properties", {}) for name, each in found.items()}

    @cached_property
    def functions(self) -> dict[str, Properties]:
        """The properties of all Lambda functions."""
        return self.of_type("AWS::Lambda::Function")

    def kind(self, name: str) -> str:
        """Return the type of a resource, or an empty string if the stack has none of this name."""
        kind: str = self.resources.get(name, {}).get("Type", "")
        return kind

    def function_of(self, value: Json) -> str | None:
        """Return the function to which `value` refers, directly or by an alias or version."""
        for name in references(value):
            kind = self.kind(name)
            if kind == "AWS::Lambda::Function":
                return name
            if kind in {"AWS::Lambda::Alias", "AWS::Lambda::Version"}:
                return self.function_of(self.resources[name]["Properties"]["FunctionName"])
        return None

    def resource_of(self, value: Json, kind: str) -> str | None:
        """Return the resource of type `kind` to which `value` refers."""
        return next((name for name in references(value) if self.kind(name) == kind), None)

    def mappings(self, source: str) -> Iterator[tuple[str, Properties, str, str]]:
        """Yield ID and properties of each event source mapping of a resource of type `source`, its source, function."""
        for name, mapping in self.of_type("AWS::Lambda::EventSourceMapping").items():
            read = self.resource_of(mapping["EventSourceArn"], source)
            function = self.function_of(mapping["FunctionName"])
            if read and function:
                yield name, mapping, read, function

    def text(self, value: Json) -> str:
        """Return `value` as text, with the longest value of each parameter."""
        if isinstance(value, dict):
            ((function, argument),) = value.items()
            return self._text_of_function(function, argument)
        return str(value)

    def _text_of_function(self, function: str, argument: Json) -> str:
        match function:
            case "Ref":
                return self._reference(argument)
            case "Fn::GetAtt":
                name, attribute = argument.split(".", 1) if isinstance(argument, str) else argument
                return self._attribute(name, attribute)
            case "Fn::Sub":
                return _VARIABLE.sub(lambda found: self._variable(found[1]), argument)
            case "Fn::Join":
                return str(argument[0]).join(map(self.text, argument[1]))
            case _:
                return str(argument)

    def _variable(self, name: str) -> str:
        resource, _, attribute = name.partition(".")
        return self._attribute(resource, attribute) if attribute else self._reference(name)

    def _reference(self, name: str) -> str:
        if name.startswith("AWS::"):
            return self.name if name == "AWS::StackName" else _PSEUDO[name.removeprefix("AWS::")]
        kind = self.resources[name]["Type"]
        if kind == "AWS::SQS::Queue":
            return f"https://sqs.{REGION}.amazonaws.com/{ACCOUNT}/{self._physical(name, 80)}"
        return self._attribute(name, "Arn") if kind == "AWS::SNS::Topic" else self._physical(name, 64)

    def _attribute(self, name: str, attribute: str) -> str:
        service = self.resources[name]["Type"].split("::")[1].lower()
        return f"arn:aws:{service}:{REGION}:{ACCOUNT}:table/{self._physical(name, 80)}" if "Arn" in attribute else name

    def _physical(self, name: str, limit: int) -> str:
        given = self.resources[name].get("Properties", {}).get("TableName")
        return self.text(given) if given else f"{self.name[: limit - len(name) - len(_SUFFIX)]}-{name}{_SUFFIX}"[:limit]


def references(value: Json) -> Iterator[str]:
    """Yield the logical IDs to which a part of the template refers."""
    if isinstance(value, list):
        for part in value:
            yield from references(part)
    if not isinstance(value, dict):
        return
    for function, argument in value.items():
        match function:
            case "Ref":
                yield argument
            case "Fn::GetAtt":
                yield argument.partition(".")[0] if isinstance(argument, str) else argument[0]
            case "Fn::Sub":
                text, values = (argument, {}) if isinstance(argument, str) else argument
                yield from (found.partition(".")[0] for found in _VARIABLE.findall(text) if found not in values)
                yield from references(list(values.values()))
            case _:
                yield from references(argument)


def statements(stack: Stack, function: str) -> Iterator[tuple[set[str], list[Json]]]:
    """Yield actions and resources of each statement of a function's role."""
    role = stack.resource_of(stack.functions[function]["Role"], "AWS::IAM::Role")
    for policy in stack.resources[role]["Properties"].get("Policies", ()) if role else ():
        for statement in policy["PolicyDocument"]["Statement"]:
            yield set(as_list(statement["Action"])), as_list(statement["Resource"])


def as_list(value: Json) -> list[Json]:
    """Return a list as it is, and any other value as a list of one."""
    return value if isinstance(value, list) else [value]
