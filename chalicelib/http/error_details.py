"""The errors of a document in words for people, each with its JSON pointer, in the order of the document."""

from collections.abc import Iterable, Mapping
from difflib import get_close_matches
from typing import Any

from pydantic import ValidationError

Error = tuple[str, str]
"""The JSON pointer (RFC 6901) of a value, and a detail that continues the name of its field."""


def validation_errors(error: ValidationError) -> list[Error]:
    """Return pointer and detail of each error that pydantic found."""
    details = error.errors(include_url=False)
    return [(_pointer(detail["loc"]), _detail(detail)) for detail in details]


def escape_step(step: str) -> str:
    """Return a name escaped for a JSON pointer."""
    return step.replace("~", "~0").replace("/", "~1")


def below(prefix: str, errors: Iterable[Error]) -> list[Error]:
    """Return the errors of a nested document with the pointers of the outer one, which has it at `prefix`."""
    return [(f"{prefix}{pointer}", detail) for pointer, detail in errors]


def in_document_order(errors: Iterable[Error], document: Any) -> list[Error]:  # noqa: ANN401 - any JSON value
    """Return each error once, in the order of the document's values.

    Errors of a value come before those inside it, and missing fields before the others of their object.
    """
    positions: dict[str, dict[str, int]] = {}
    return sorted(dict.fromkeys(errors), key=lambda error: _place(error[0], document, positions))


def _place(pointer: str, document: Any, positions: dict[str, dict[str, int]]) -> tuple[int, ...]:  # noqa: ANN401 - likewise
    """Return the position of each step of a pointer in the document; -1 ends it at the first missing value.

    `positions` caches the positions of an object's fields by its pointer: a document may have very many errors.
    """
    place: list[int] = []
    value, here = document, ""
    for step in pointer.split("/")[1:]:
        name = step.replace("~1", "/").replace("~0", "~")
        if isinstance(value, list) and name.isdecimal() and int(name) < len(value):
            place.append(int(name))
            value = value[int(name)]
        elif isinstance(value, Mapping) and name in value:
            if here not in positions:
                positions[here] = {each: n for n, each in enumerate(value)}
            place.append(positions[here][name])
            value = value[name]
        else:
            return (*place, -1)
        here = f"{here}/{step}"
    return tuple(place)


def _pointer(steps: Iterable[int | str]) -> str:
    """Return the pointer of a location. Pydantic adds the step `[key]` if a name in an object is wrong."""
    return "".join(f"/{escape_step(str(step))}" for step in steps if step != "[key]")


_DETAILS = {
    "missing": "is required",
    "extra_forbidden": "is not a known field",
    "greater_than": "must be more than {gt}",
    "greater_than_equal": "must be {ge} or more",
    "less_than": "must be less than {lt}",
    "less_than_equal": "must be {le} or less",
    "enum": "must be {expected}",
    "literal_error": "must be {expected}",
    "string_type": "must be a string",
    "int_type": "must be a whole number",
    "int_from_float": "must be a whole number",
    "float_type": "must be a number",
    "bool_type": "must be true or false",
    "list_type": "must be a list",
    "dict_type": "must be an object",
    "model_type": "must be an object",
    "string_too_long": "must have at most {max_length} characters",
    "string_too_short": "must have at least {min_length} characters",
    "too_long": "must have at most {max_length} entries",
    "too_short": "must have at least {min_length} entries",
    "json_invalid": "is nested too deeply",
}
"""The detail by pydantic's type of error. A test breaks every field of every request in every way."""

_SIZES = {"string_too_short": "min_length", "too_short": "min_length"}
_MAX_COMPARED = 100
UNKNOWN = "is not valid"
"""The detail of an error that is not in the table."""


def _detail(error: Any) -> str:  # noqa: ANN401 - pydantic's own shape
    kind, context = error["type"], error.get("ctx", {})
    if kind == "value_error":
        return str(context["error"])
    if context.get(_SIZES.get(kind)) == 1:
        return "must not be empty"
    detail = _DETAILS.get(kind, UNKNOWN).format(**{name: _plain(value) for name, value in context.items()})
    return detail + _suggestion(error["input"], context.get("expected", ""))


def _plain(limit: Any) -> Any:  # noqa: ANN401 - pydantic's own shape
    """Return a limit as people write it: 1, not 1.0."""
    return int(limit) if isinstance(limit, float) and limit.is_integer() else limit


def _suggestion(value: Any, expected: str) -> str:  # noqa: ANN401 - any JSON value
    """Return a question for the allowed value that is nearest to the text; `expected` names them in quotes."""
    allowed = expected.split("'")[1::2]
    is_comparable = allowed and isinstance(value, str) and len(value) <= _MAX_COMPARED
    near = get_close_matches(value.strip().lower(), allowed, n=1) if is_comparable else []
    return f"; did you mean '{near[0]}'?" if near else ""
