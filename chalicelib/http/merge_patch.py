"""JSON merge patches (RFC 7396): merged into a document, and compared with the fields of its model."""

from collections.abc import Iterator, Mapping
from types import UnionType
from typing import Any, Literal, get_args, get_origin

from pydantic import BaseModel

from chalicelib.http.error_details import Error, escape_step

_UNKNOWN = "is not a known field"


def merged(target: Any, changes: Any) -> Any:  # noqa: ANN401 - any JSON value
    """Return the target with the changes: objects are merged, null deletes, everything else replaces."""
    if not isinstance(changes, Mapping):
        return changes
    result = dict(target) if isinstance(target, Mapping) else {}
    for name, value in changes.items():
        if value is None:
            result.pop(name, None)
        else:
            result[name] = merged(result.get(name), value)
    return result


def unknown_nulls(model: type[BaseModel], changes: Mapping[str, Any], pointer: str = "") -> Iterator[Error]:
    """Yield an error for each null whose field the model does not have: a merge drops it without an error."""
    known = {field.alias or name: field.annotation for name, field in model.model_fields.items()}
    for name, value in changes.items():
        place = f"{pointer}/{escape_step(name)}"
        if value is None and name not in known:
            yield place, _UNKNOWN
        inner = _model_of(known.get(name))
        if inner and isinstance(value, Mapping):
            yield from unknown_nulls(inner, value, place)
        names = _names_of(known.get(name))
        if names and isinstance(value, Mapping):
            unknown = (each for each in value if value[each] is None and each not in names)
            yield from ((f"{place}/{escape_step(each)}", _UNKNOWN) for each in unknown)


def _names_of(annotation: Any) -> tuple[str, ...]:  # noqa: ANN401 - any annotation
    """Return the names that an annotation such as `dict[Literal["a", "b"], bool]` allows; none for any other."""
    key = get_args(annotation)[0] if get_origin(annotation) is dict else None
    return get_args(key) if get_origin(key) is Literal else ()


def _model_of(annotation: Any) -> type[BaseModel] | None:  # noqa: ANN401 - any annotation
    """Return the model of an annotation such as `Inner` or `Inner | None`; None for any other, such as a list."""
    options = get_args(annotation) if isinstance(annotation, UnionType) else (annotation,)
    return next((each for each in options if isinstance(each, type) and issubclass(each, BaseModel)), None)
