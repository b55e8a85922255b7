"""Supplies the currency of clicks that were counted before cells of clicks had one: that of their campaign today."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace

from chalicelib.counters.column_codec import Columns

ReadCurrencies = Callable[[set[str]], Mapping[str, str]]
"""Returns the currencies of campaigns by ID."""


def with_currencies(pieces: Iterable[Columns], read: ReadCurrencies) -> Iterator[Columns]:
    """Yield the pieces with a currency in every cell that has a campaign. Each campaign is read once, if it must be."""
    known: dict[str, str] = {}
    for piece in pieces:
        campaigns = _without_currency(piece)
        if unknown := campaigns - known.keys():
            known |= {**dict.fromkeys(unknown, ""), **read(unknown)}
        yield _complete(piece, known) if campaigns else piece


def _without_currency(piece: Columns) -> set[str]:
    """Return the campaigns of cells without a currency."""
    if not piece.size or "" not in piece.values["currency"]:
        return set()
    missing = piece.values["currency"].index("")
    pairs = set(zip(piece.codes["campaign"], piece.codes["currency"], strict=True))
    campaigns = {piece.values["campaign"][campaign] for campaign, currency in pairs if currency == missing}
    return campaigns - {""}


def _complete(piece: Columns, known: Mapping[str, str]) -> Columns:
    """Return the piece with currencies: those of its cells, and of the campaigns of cells without one."""
    currencies = list(piece.values["currency"])
    missing = currencies.index("")
    by_campaign = [known.get(campaign, "") for campaign in piece.values["campaign"]]
    values = list(dict.fromkeys([*currencies, *by_campaign]))
    places = [values.index(currency) for currency in by_campaign]
    pairs = zip(piece.codes["campaign"], piece.codes["currency"], strict=True)
    codes = [places[campaign] if currency == missing else currency for campaign, currency in pairs]
    return replace(piece, values={**piece.values, "currency": values}, codes={**piece.codes, "currency": codes})
