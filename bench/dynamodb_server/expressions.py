"""The subset of DynamoDB's condition and update expressions that the application uses.

Attributes are at the top level of the item (no paths into maps). Any other expression raises `UnsupportedError`.
"""

import operator
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from bench.dynamodb_server.values import TypedItem, TypedValue, plain, same_kind


class UnsupportedError(ValueError):
    """An expression, or a part of one, is not supported."""


@dataclass(frozen=True, slots=True)
class Bindings:
    """Operands of an expression: the item (empty if there is none), names by `#name`, values by `:value`."""

    item: TypedItem
    names: Mapping[str, str]
    values: Mapping[str, TypedValue]

    def attribute(self, name: str) -> str:
        """Return the attribute's real name."""
        return self.names[name] if name.startswith("#") else name

    def value(self, operand: str) -> TypedValue | None:
        """Return the value of a `:value` or of an attribute; None if the item lacks it."""
        return self.values[operand] if operand.startswith(":") else self.item.get(self.attribute(operand))


Condition = Callable[[Bindings], bool]
Change = Callable[[Bindings], dict[str, TypedValue | None]]
"""New values of attributes; None removes the attribute."""

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
    tokens, position, text = [], 0, text.rstrip()
    while position < len(text):
        match = _TOKEN.match(text, position)
        if match is None:
            message = f"cannot parse {text[position:]!r}"
            raise UnsupportedError(message)
        tokens.append(match[1])
        position = match.end()
    return tokens


class _Reader:
    """A reader of the tokens of one expression, from left to right."""

    def __init__(self, text: str) -> None:
        self._tokens = _tokens(text)
        self._position = 0

    @property
    def next(self) -> str:
        """The next token; empty at the end."""
        return self._tokens[self._position] if self._position < len(self._tokens) else ""

    def take(self) -> str:
        """Read one token."""
        token = self.next
        self._position += 1
        return token

    def accept(self, token: str) -> bool:
        """Read the token if it is next, and return whether it was."""
        if self.next.upper() != token:
            return False
        self.take()
        return True

    def expect(self, token: str) -> None:
        """Read the token. Raise UnsupportedError if it is not next."""
        if not self.accept(token):
            message = f"expected {token!r}, found {self.next!r}"
            raise UnsupportedError(message)

    def read_list(self, read: Callable[["_Reader"], Any]) -> Iterator[Any]:
        """Read elements separated by commas."""
        yield read(self)
        while self.accept(","):
            yield read(self)


@lru_cache(maxsize=256)
def condition(text: str) -> Condition:
    """Compile a condition to a function of its bindings."""
    reader = _Reader(text)
    read = _or(reader)
    reader.expect("")
    return read


def _or(reader: _Reader) -> Condition:
    parts = [_and(reader)]
    while reader.accept("OR"):
        parts.append(_and(reader))
    return parts[0] if len(parts) == 1 else lambda bindings: any(part(bindings) for part in parts)


def _and(reader: _Reader) -> Condition:
    parts = [_term(reader)]
    while reader.accept("AND"):
        parts.append(_term(reader))
    return parts[0] if len(parts) == 1 else lambda bindings: all(part(bindings) for part in parts)


def _term(reader: _Reader) -> Condition:
    if reader.accept("NOT"):
        operand = _term(reader)
        return lambda bindings: not operand(bindings)
    if reader.accept("("):
        inner = _or(reader)
        reader.expect(")")
        return inner
    first = reader.take()
    return _existence(reader, first) if reader.accept("(") else _comparison(reader, first)


def _existence(reader: _Reader, function: str) -> Condition:
    name = reader.take()
    reader.expect(")")
    if function == "attribute_exists":
        return lambda bindings: bindings.attribute(name) in bindings.item
    if function == "attribute_not_exists":
        return lambda bindings: bindings.attribute(name) not in bindings.item
    message = f"unsupported function {function!r}"
    raise UnsupportedError(message)


def _comparison(reader: _Reader, left: str) -> Condition:
    sign = reader.take()
    if sign not in _COMPARISONS:
        message = f"unsupported comparison {sign!r}"
        raise UnsupportedError(message)
    compare, right = _COMPARISONS[sign], reader.take()

    def holds(bindings: Bindings) -> bool:
        first, second = bindings.value(left), bindings.value(right)
        if first is None or second is None or not same_kind(first, second):
            return False
        return bool(compare(plain(first), plain(second)))

    return holds


@lru_cache(maxsize=256)
def update(text: str) -> Change:
    """Compile an update to a function from its bindings to the new values of the attributes."""
    reader = _Reader(text)
    changes: list[Change] = []
    while reader.next:
        clause = reader.take().upper()
        if clause not in _CLAUSES:
            message = f"unsupported clause {clause!r}"
            raise UnsupportedError(message)
        changes += reader.read_list({"SET": _set, "ADD": _add, "REMOVE": _remove}[clause])
    return lambda bindings: {name: value for change in changes for name, value in change(bindings).items()}


def _set(reader: _Reader) -> Change:
    name = reader.take()
    reader.expect("=")
    left = _operand(reader)
    sign = reader.take() if reader.next in {"+", "-"} else ""
    right = _operand(reader) if sign else left
    return lambda bindings: {
        bindings.attribute(name): _sum(left(bindings), right(bindings), sign) if sign else left(bindings)
    }


def _operand(reader: _Reader) -> Callable[[Bindings], TypedValue]:
    if not reader.accept("IF_NOT_EXISTS"):
        name = reader.take()
        return lambda bindings: _require(bindings.value(name), name)
    reader.expect("(")
    name = reader.take()
    reader.expect(",")
    default = _operand(reader)
    reader.expect(")")
    return lambda bindings: bindings.value(name) or default(bindings)


def _require(value: TypedValue | None, name: str) -> TypedValue:
    if value is None:
        message = f"the item has no {name}"
        raise UnsupportedError(message)
    return value


def _add(reader: _Reader) -> Change:
    name, amount = reader.take(), reader.take()
    return lambda bindings: {
        bindings.attribute(name): _sum(bindings.value(name) or {"N": "0"}, bindings.values[amount], "+")
    }


def _remove(reader: _Reader) -> Change:
    name = reader.take()
    return lambda bindings: {bindings.attribute(name): None}


def _sum(first: TypedValue, second: TypedValue, sign: str) -> TypedValue:
    if "N" not in first or "N" not in second:
        message = "only numbers can be added"
        raise UnsupportedError(message)
    return {"N": str(plain(first) + plain(second) if sign == "+" else plain(first) - plain(second))}
