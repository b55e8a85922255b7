"""Groups by advertiser, from groups by campaign: cells have no advertiser, and a campaign may get another one."""

from collections.abc import Mapping

from chalicelib.reporting.aggregation import Groups


def by_advertiser(
    groups: Groups, place: int | None, advertisers: Mapping[str, str], wanted: frozenset[str] | None = None
) -> Groups:
    """Return the groups without the campaign, the last value of their key, and with its advertiser at `place`.

    Campaigns of one advertiser are summed. The advertiser is left out if `place` is None; it is empty without a
    campaign, and for a campaign that has none. Only groups of the `wanted` advertisers are returned, if there are any.
    """
    merged: Groups = {}
    for (*rest, campaign), sums in groups.items():
        advertiser = advertisers.get(campaign, "")
        if wanted is None or advertiser in wanted:
            key = tuple(rest) if place is None else (*rest[:place], advertiser, *rest[place:])
            totals = merged.setdefault(key, [0] * len(sums))
            for n, count in enumerate(sums):
                totals[n] += count
    return merged
