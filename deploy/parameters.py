"""Values of the stack's parameters. CloudFormation shows no secret ones, so their digests are stored as an output."""

import hashlib
import json
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
