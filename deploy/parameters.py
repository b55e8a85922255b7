"""Values of the stack's parameters. CloudFormation shows no secret ones, so their digests are stored as an output."""

import hashlib
import json
import re
import secrets
from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from mypy_boto3_cloudformation.type_defs import ParameterTypeDef, StackTypeDef

DIGESTS = "ParameterDigests"
"""Output of the stack: a JSON object of digests by parameter."""

_GENERATED = ("VisitorHashKey",)
"""Parameters with a random value, which every deployment after the first one keeps."""

_UNKNOWN = ""
_LONGEST = 4096
"""Characters of a parameter without a length of its own.
https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cloudformation-limits.html"""


def parameters_of(
    stack: "StackTypeDef | None", values: Mapping[str, str], declared: Collection[str]
) -> "list[ParameterTypeDef]":
    """Return `values` as parameters; the stack's other parameters that are still declared keep their values."""
    names = names_of(stack) & set(declared)
    previous: list[ParameterTypeDef] = [
        {"ParameterKey": name, "UsePreviousValue": True} for name in sorted(names - values.keys())
    ]
    changed: list[ParameterTypeDef] = [
        {"ParameterKey": name, "ParameterValue": value} for name, value in values.items()
    ]
    return previous + changed


def problems(values: Mapping[str, str], declared: Mapping[str, Mapping[str, Any]]) -> list[str]:
    """Return a sentence for each value that its parameter does not take. Values of secret parameters are not shown."""
    expected = {name: _expected(value, declared[name]) for name, value in values.items()}
    shown = {name: "" if declared[name].get("NoEcho") else f", not {values[name] or 'empty'}" for name in values}
    return [f"{name} must be {text}{shown[name]}." for name, text in expected.items() if text]


def _expected(value: str, parameter: Mapping[str, Any]) -> str:
    """Return what the value must be, or an empty text if it is that."""
    allowed = parameter.get("AllowedValues", [value])
    if value not in allowed:
        return " or ".join(allowed)
    if parameter["Type"] == "Number":
        return _expected_number(value, parameter)
    shortest, longest = parameter.get("MinLength", 0), parameter.get("MaxLength", _LONGEST)
    if not shortest <= len(value) <= longest:
        return f"a text of {shortest} to {longest} characters"
    is_accepted = re.fullmatch(parameter.get("AllowedPattern", ".*"), value, re.DOTALL)
    description: str = parameter.get("ConstraintDescription", "")
    return "" if is_accepted else description.removeprefix("must be ")


def _expected_number(value: str, parameter: Mapping[str, Any]) -> str:
    """Return the bounds of the number if the value is outside. Conditions compare texts, so 00 is no way to write 0."""
    least, most = parameter["MinValue"], parameter.get("MaxValue")
    is_number = re.fullmatch(r"0|-?[1-9]\d*", value, re.ASCII)
    if is_number and least <= int(value) and (most is None or int(value) <= most):
        return ""
    return f"a whole number of at least {least}" if most is None else f"a whole number from {least} to {most}"


def missing_secrets(stack: "StackTypeDef | None") -> dict[str, str]:
    """Return random values for the generated parameters that the stack does not have yet."""
    return {name: secrets.token_urlsafe(32) for name in _GENERATED if name not in names_of(stack)}


def names_of(stack: "StackTypeDef | None") -> set[str]:
    """Return the names of the stack's parameters."""
    return {parameter["ParameterKey"] for parameter in stack.get("Parameters", [])} if stack else set()


def values_of(stack: "StackTypeDef | None") -> dict[str, str]:
    """Return the values of the stack's parameters. CloudFormation shows asterisks for a secret one."""
    parameters = stack.get("Parameters", []) if stack else []
    return {each["ParameterKey"]: each.get("ParameterValue", "") for each in parameters}


def digests(
    stack: "StackTypeDef | None", values: Mapping[str, str], declared: Mapping[str, Mapping[str, Any]]
) -> dict[str, str]:
    """Return the digest of the value that each declared parameter gets by passing `values`.

    A kept value has its stored digest. A value of an earlier release, which stored none, counts as unchanged.
    """
    stored: dict[str, str] = _stored_digests(stack)
    kept = dict.fromkeys(names_of(stack), _UNKNOWN) | stored
    new = {name: _digest(str(each["Default"])) for name, each in declared.items() if "Default" in each}
    passed = {name: _digest(value) for name, value in values.items()}
    known = new | kept | passed
    return {name: known[name] for name in sorted(declared) if name in known}


def _stored_digests(stack: "StackTypeDef | None") -> dict[str, str]:
    outputs = stack.get("Outputs", []) if stack else []
    return next((json.loads(each["OutputValue"]) for each in outputs if each["OutputKey"] == DIGESTS), {})


def _digest(value: str) -> str:
    """Return 8 hexadecimal digits, slow to compute and too short to confirm a guessed secret."""
    return hashlib.scrypt(value.encode(), salt=b"smartlink", n=2**12, r=8, p=1, dklen=4).hex()
