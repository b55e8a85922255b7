"""The dimensions of reports, and which of them were counted together."""

from collections.abc import Iterable, Iterator, Mapping

from chalicelib.counters.detail_cells import DETAILS

TIMES = ("hour", "day", "week", "month")
VISITOR = ("country", "device", "os", "sub1")
"""Dimensions that are not counted together with detail dimensions."""

ADVERTISER = "advertiser"
ADMIN_ONLY = (ADVERTISER, "publisher")
ALL = (*TIMES, "smartlink", "campaign", *ADMIN_ONLY, *VISITOR, "goal", "currency", *DETAILS)
OWN = tuple(name for name in ALL if name not in ADMIN_ONLY)
"""The dimensions of publishers' reports."""

NAMED = ("smartlink", "campaign", "publisher")
"""Dimensions whose values are IDs. Rows have a name beside each."""

_BESIDE_DETAILS = "time, smartlink, campaign, advertiser, publisher, goal and currency"
_OWN_BESIDE_DETAILS = "time, smartlink, campaign, goal and currency"
_GROUP_BY = "group_by"


def detail_of(dimensions: Iterable[str], filters: Iterable[str]) -> str | None:
    """Return the detail dimension of a report, None if it has none."""
    return next((name for name in (*dimensions, *filters) if name in DETAILS), None)


def combination_errors(
    dimensions: Iterable[str], filters: Mapping[str, str], allowed: Iterable[str] = ALL
) -> list[tuple[str, str]]:
    """Return an error for each parameter with a dimension that was not counted together with the detail dimension.

    `filters` are the dimensions by parameter. `allowed` are the dimensions of the caller's reports.
    """
    detail = detail_of(dimensions, filters.values())
    if detail is None:
        return []
    beside = _BESIDE_DETAILS if ADVERTISER in allowed else _OWN_BESIDE_DETAILS
    advice = f"{detail} is counted beside {beside} only; query the archive of clicks, which comes with the next release"
    return [(f"/{parameter}", f"{clash}: {advice}") for parameter, clash in _clashes(detail, dimensions, filters)]


def _clashes(detail: str, dimensions: Iterable[str], filters: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """Yield the parameters with dimensions that are not counted together with the detail, and the error of each."""
    apart = {*VISITOR, *DETAILS} - {detail}
    if grouped := [name for name in dimensions if name in apart]:
        yield _GROUP_BY, f"must not contain {' or '.join(grouped)} together with {detail}"
    for parameter, dimension in filters.items():
        if dimension in apart:
            yield parameter, f"must not be combined with {detail}"


def validate_dimensions(text: str, allowed: tuple[str, ...]) -> str:
    """Return the comma-separated dimensions if all are allowed and none is repeated, else raise `ValueError`."""
    names = text.split(",")
    if unknown := [name for name in names if name not in allowed]:
        message = f"must contain only {', '.join(allowed)}; not {', '.join(map(repr, unknown))}"
        raise ValueError(message)
    if repeated := sorted({name for name in names if names.count(name) > 1}):
        message = f"must contain each dimension once; repeated: {', '.join(repeated)}"
        raise ValueError(message)
    return text
