"""Warnings about single offers: offers that can take no click, and values of their targeting that have no effect."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from chalicelib.admin.smartlinks import reach
from chalicelib.admin.smartlinks.contradictions import KnownNetworks, nobody_reason, unknown_values
from chalicelib.admin.smartlinks.fixes import OfferFixes
from chalicelib.admin.smartlinks.reach import ClosedReason, Taker
from chalicelib.admin.smartlinks.warning_document import WarningCode, WarningDocument
from chalicelib.admin.targeting_values.countries import country_names
from chalicelib.admin.targeting_values.wording import listed
from chalicelib.domain.smartlink import Offer, OfferAccess
from chalicelib.routing import route_codec
from chalicelib.routing.route_codec import JsonObject

_SHOWN_COMPLAINTS = 3
_SHOWN_COUNTRIES = 5

_CLOSED = {
    ClosedReason.DISABLED: (WarningCode.OFFER_DISABLED, "enabled"),
    ClosedReason.WEIGHT_ZERO: (WarningCode.OFFER_WEIGHT_ZERO, "weight"),
    ClosedReason.NOT_ACTIVE: (WarningCode.CAMPAIGN_NOT_ACTIVE, "enabled"),
    ClosedReason.ENDED: (WarningCode.CAMPAIGN_ENDED, "enabled"),
    ClosedReason.NO_HOUR_LEFT: (WarningCode.CAMPAIGN_ENDED, "enabled"),
}
"""The code of the warning, and the field of the offer that can mend it."""


@dataclass(frozen=True, slots=True)
class _ListedOffer:
    """An offer with its position in the smartlink, its document and its campaign's."""

    position: int
    offer: Offer
    document: JsonObject
    campaign: JsonObject

    @property
    def label(self) -> str:
        return campaign_label(self.campaign)

    def pointer(self, field: str) -> str:
        return f"/offers/{self.position}/{field}"


def campaign_label(campaign: JsonObject) -> str:
    """Return how a warning names a campaign: `Game A (cmp_1)`."""
    return f"{campaign['name']} ({campaign['id']})"


def offer_warnings(
    settings: JsonObject, campaigns: Mapping[str, JsonObject], now: datetime, networks: KnownNetworks
) -> Iterator[WarningDocument]:
    """Yield the warnings about each offer whose campaign exists."""
    compiled = {key: route_codec.campaign(campaign) for key, campaign in campaigns.items()}
    offers = [
        _ListedOffer(n, route_codec.offer(each, compiled[key]), each, campaigns[key])
        for n, each in enumerate(settings["offers"])
        if (key := each["campaign_id"]) in campaigns
    ]
    fixes = OfferFixes(settings["offers"])
    takers = reach.takers([each.offer for each in offers], now)
    # Without approval a publisher's click passes an offer on.
    is_granted = settings["offer_access"] == OfferAccess.GRANT
    for each in offers:
        closed = list(_closed_warnings(each, fixes, now, networks))
        yield from closed
        if not closed:
            yield from _covered_warnings(each, takers, campaigns) if is_granted else ()
            yield from _country_warnings(each, fixes)
        yield from _value_warnings(each, fixes)


def _closed_warnings(
    each: _ListedOffer, fixes: OfferFixes, now: datetime, networks: KnownNetworks
) -> Iterator[WarningDocument]:
    """Yield the reason why the offer can never receive a click, if there is one."""
    closed = reach.closed_reason(each.offer, now)
    nobody = nobody_reason(each.offer.targeting, networks)
    if reason := closed or nobody:
        code, field = _CLOSED[closed] if closed else (WarningCode.CONTRADICTORY_TARGETING, "targeting")
        yield WarningDocument(
            code=code,
            pointer=each.pointer(field),
            detail=f"Offer {each.label} can never receive a click: {reason}.",
            fix=_closed_fix(each, fixes, closed, now, nobody),
        )


def _closed_fix(
    each: _ListedOffer, fixes: OfferFixes, closed: ClosedReason | None, now: datetime, nobody: str | None
) -> dict[str, object] | None:
    """Return the fix: a weight of 1, the offer enabled if it can take clicks then, or else disabled."""
    if closed is ClosedReason.WEIGHT_ZERO:
        return fixes.change(each.position, {"weight": 1})
    if closed is not ClosedReason.DISABLED:
        return fixes.change(each.position, {"enabled": False})
    is_useful = not nobody and not reach.closed_reason(replace(each.offer, enabled=True), now)
    return fixes.change(each.position, {"enabled": True}) if is_useful else None


def _covered_warnings(
    each: _ListedOffer, takers: Sequence[Taker], campaigns: Mapping[str, JsonObject]
) -> Iterator[WarningDocument]:
    above = reach.offer_above(each.offer, takers)
    if above is None:
        return
    code, finding = WarningCode.COVERED_BY_OFFER_ABOVE, "can never receive a click"
    what = "every click" if above.targeting.is_unrestricted else "every click that it accepts"
    if reach.leaves_bots(above, each.offer):
        code, finding = WarningCode.ONLY_BOTS_LEFT, "can receive only bots"
        what = "every click of a person that it accepts"
    yield WarningDocument(
        code=code,
        pointer=each.pointer("priority"),
        detail=f"Offer {each.label} {finding}: {campaign_label(campaigns[above.campaign.id])} has a higher priority "
        f"and accepts {what}, unless the terms of a publisher cap it.",
    )


def _country_warnings(each: _ListedOffer, fixes: OfferFixes) -> Iterator[WarningDocument]:
    """Yield a warning if the campaign takes only some of the countries that the offer lists."""
    taken, excluded = each.offer.campaign.targeting.countries, each.offer.campaign.targeting.exclude_countries
    own = each.document["targeting"]["countries"]
    useful = (frozenset(own) if taken is None else taken.intersection(own)) - excluded
    useless = [code for code in own if code in country_names() and code not in useful]
    if not useless or not useful:
        return
    detail = f"Campaign {each.label} itself {_takes(taken, excluded, useless)}, so clicks from {_names(useless)} "
    yield WarningDocument(
        code=WarningCode.COUNTRY_NOT_TAKEN_BY_CAMPAIGN,
        pointer=each.pointer("targeting/countries"),
        detail=detail + "will pass it by.",
        fix=fixes.change(each.position, {"targeting": {"countries": [code for code in own if code in useful]}}),
    )


def _takes(taken: frozenset[str] | None, excluded: frozenset[str], useless: Sequence[str]) -> str:
    if taken is None or not taken.isdisjoint(useless):
        return f"excludes {_codes(sorted(excluded.intersection(useless)))}"
    return f"takes {_codes(sorted(taken))} only"


def _codes(codes: Sequence[str]) -> str:
    return listed(codes) if len(codes) <= _SHOWN_COUNTRIES else f"{len(codes)} countries"


def _names(codes: Sequence[str]) -> str:
    names = [country_names()[code] for code in codes]
    if len(names) <= _SHOWN_COUNTRIES:
        return listed(names)
    return f"{', '.join(names[:_SHOWN_COUNTRIES])} and {len(names) - _SHOWN_COUNTRIES} more countries"


def _value_warnings(each: _ListedOffer, fixes: OfferFixes) -> Iterator[WarningDocument]:
    """Yield a warning for each list with values that no visitor has: the offer's, or its campaign's in its place."""
    own, of_campaign = each.document["targeting"], each.campaign["targeting"]
    for name, unknown in unknown_values(own).items():
        known = [value for value in own[name] if value not in unknown]
        # Without any value left the list would mean any visitor.
        is_mendable = known or name.startswith("exclude_")
        yield WarningDocument(
            code=WarningCode.UNKNOWN_TARGETING_VALUES,
            pointer=each.pointer(f"targeting/{name}"),
            detail=f"Offer {each.label} lists values that no visitor has: {_complaints(unknown)}.",
            fix=fixes.change(each.position, {"targeting": {name: known}}) if is_mendable else None,
        )
    elsewhere = {
        value: complaint
        for name, unknown in unknown_values(of_campaign).items()
        if name.startswith("exclude_") or not own[name]
        for value, complaint in unknown.items()
    }
    if elsewhere:
        yield WarningDocument(
            code=WarningCode.UNKNOWN_TARGETING_VALUES,
            pointer=each.pointer("campaign_id"),
            detail=f"Campaign {each.label} lists values that no visitor has: {_complaints(elsewhere)}.",
        )


def _complaints(unknown: Mapping[str, str]) -> str:
    return ". ".join([unknown[value] for value in sorted(unknown)][:_SHOWN_COMPLAINTS])
