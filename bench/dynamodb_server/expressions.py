"""DynamoDB's condition and update expressions, as far as counters, marks and edits of single attributes use them.

Attributes stand at the top of the item (no paths into maps). What is not understood raises `UnsupportedError`, so that
nothing is ever taken as true or as done that was not looked at.
"""

import operator
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from bench.dynamodb_server.values import TypedItem, TypedValue, plain, same_kind


class UnsupportedError(ValueError):
    """An expression, or a part of one, that is not understood here."""


@dataclass(frozen=True, slots=True)
class Bindings:
    """What an expression speaks of: the item (empty where there is none), names by `#name`, values by `:value`."""

    item: TypedItem
    names: Mapping[str, str]
    values: Mapping[str, TypedValue]

    def attribute(self, name: str) -> str:
        """The attribute's own name."""
        return self.names[name] if name.startswith("#") else name

    def value(self, operand: str) -> TypedValue | None:
        """The value of a `:value` or of an attribute; None where the item has none."""
        return self.values[operand] if operand.startswith(":") else self.item.get(self.attribute(operand))


Condition = Callable[[Bindings], bool]
Change = Callable[[Bindings], dict[str, TypedValue | None]]
"""What becomes of attributes; None removes one."""

_TOKEN = re.compile(r"\s*([#:]?\w+|<=|>=|[=<>(),+\-])")
_COMPARISONS: Mapping[str, Callable[[Any, Any], bool]] = {
    "=": operator.eq,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}
_CLAUSES = {"SET", "ADD", "REMOVE"}


def _tokens(text: str) -> list[str]:
    found, at, text = [], 0, text.rstrip()
    while at < len(text):
        match = _TOKEN.match(text, at)
        if match is None:
            message = f"cannot read {text[at:]!r}"
            raise UnsupportedError(message)
        found.append(match[1])
        at = match.end()
    return found


class _Reader:
    """The tokens of one expression, read from left to right."""

    def __init__(self, text: str) -> None:
        self._tokens = _tokens(text)
        self._at = 0

    @property
    def next(self) -> str:
        """The token to come; empty at the end."""
        return self._tokens[self._at] if self._at < len(self._tokens) else ""

    def take(self) -> str:
        """Reads one token."""
        token = self.next
        self._at += 1
        return token

    def takes(self, token: str) -> bool:
        """Reads the token if it comes next."""
        if self.next.upper() != token:
            return False
        self.take()
        return True

    def expect(self, token: str) -> None:
        """Reads the token, which must come next."""
        if not self.takes(token):
            message = f"expected {token!r}, found {self.next!r}"
            raise UnsupportedError(message)

    def several(self, read: Callable[["_Reader"], Any]) -> Iterator[Any]:
        """Reads what is parted by commas."""
        yield read(self)
        while self.takes(","):
            yield read(self)


@lru_cache(maxsize=256)
def condition(text: str) -> Condition:
    """The condition as a function of a scope."""
    reader = _Reader(text)
    read = _either(reader)
    reader.expect("")
    return read


def _either(reader: _Reader) -> Condition:
    parts = [_both(reader)]
    while reader.takes("OR"):
        parts.append(_both(reader))
    return parts[0] if len(parts) == 1 else lambda scope: any(part(scope) for part in parts)


def _both(reader: _Reader) -> Condition:
    parts = [_single(reader)]
    while reader.takes("AND"):
        parts.append(_single(reader))
    return parts[0] if len(parts) == 1 else lambda scope: all(part(scope) for part in parts)


def _single(reader: _Reader) -> Condition:
    if reader.takes("NOT"):
        denied = _single(reader)
        return lambda scope: not denied(scope)
    if reader.takes("("):
        inner = _either(reader)
        reader.expect(")")
        return inner
    first = reader.take()
    return _existence(reader, first) if reader.takes("(") else _comparison(reader, first)


def _existence(reader: _Reader, function: str) -> Condition:
    name = reader.take()
    reader.expect(")")
    if function == "attribute_exists":
        return lambda scope: scope.attribute(name) in scope.item
    if function == "attribute_not_exists":
        return lambda scope: scope.attribute(name) not in scope.item
    message = f"no function {function!r}"
    raise UnsupportedError(message)


def _comparison(reader: _Reader, left: str) -> Condition:
    sign = reader.take()
    if sign not in _COMPARISONS:
        message = f"no comparison {sign!r}"
        raise UnsupportedError(message)
    compare, right = _COMPARISONS[sign], reader.take()

    def holds(scope: Bindings) -> bool:
        one, other = scope.value(left), scope.value(right)
        return one is not None and other is not None and same_kind(one, other) and compare(plain(one), plain(other))

    return holds


@lru_cache(maxsize=256)
def update(text: str) -> Change:
    """The update as a function from a scope to what becomes of the attributes that it names."""
    reader = _Reader(text)
    changes: list[Change] = []
    while reader.next:
        clause = reader.take().upper()
        if clause not in _CLAUSES:
            message = f"no clause {clause!r}"
            raise UnsupportedError(message)
        changes += reader.several({"SET": _set, "ADD": _add, "REMOVE": _remove}[clause])
    return lambda scope: {name: value for change in changes for name, value in change(scope).items()}


def _set(reader: _Reader) -> Change:
    name = reader.take()
    reader.expect("=")
    left = _operand(reader)
    sign = reader.take() if reader.next in {"+", "-"} else ""
    right = _operand(reader) if sign else left
    return lambda scope: {scope.attribute(name): _sum(left(scope), right(scope), sign) if sign else left(scope)}


def _operand(reader: _Reader) -> Callable[[Bindings], TypedValue]:
    if not reader.takes("IF_NOT_EXISTS"):
        name = reader.take()
        return lambda scope: _present(scope.value(name), name)
    reader.expect("(")
    name = reader.take()
    reader.expect(",")
    otherwise = _operand(reader)
    reader.expect(")")
    return lambda scope: scope.value(name) or otherwise(scope)


def _present(value: TypedValue | None, name: str) -> TypedValue:
    if value is None:
        message = f"the item has no {name}"
        raise UnsupportedError(message)
    return value


def _add(reader: _Reader) -> Change:
    name, amount = reader.take(), reader.take()
    return lambda scope: {scope.attribute(name): _sum(scope.value(name) or {"N": "0"}, scope.values[amount], "+")}


def _remove(reader: _Reader) -> Change:
    name = reader.take()
    return lambda scope: {scope.attribute(name): None}


def _sum(one: TypedValue, other: TypedValue, sign: str) -> TypedValue:
    if "N" not in one or "N" not in other:
        message = "only numbers are added"
        raise UnsupportedError(message)
    return {"N": str(plain(one) + plain(other) if sign == "+" else plain(one) - plain(other))}
