"""The rows of the unknown value of a detail dimension: clicks and conversions that have no value of it."""

from chalicelib.reporting.aggregation import Groups


def with_unknown(known: Groups, base: Groups, place: int) -> Groups:
    """Return the groups of all values of a detail dimension. Their sum is `base`, the groups without the dimension.

    `known` are the groups of the values that were counted, `place` is the index of the dimension in their keys. The
    group of the unknown value is the base less all known values.
    """
    unknown = {group: list(sums) for group, sums in base.items()}
    for group, sums in known.items():
        rest = unknown.setdefault((*group[:place], *group[place + 1 :]), [0] * len(sums))
        for n, count in enumerate(sums):
            rest[n] -= count
    return {**known, **{(*group[:place], "", *group[place:]): rest for group, rest in unknown.items() if any(rest)}}


def has_negative(groups: Groups, place: int) -> bool:
    """Return whether a count of the unknown value is negative: the base had changed since the details were read."""
    return any(count < 0 for group, sums in groups.items() if not group[place] for count in sums)
