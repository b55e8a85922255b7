"""Endpoints for admins: exchange rates."""

from chalicelib.admin.exchange_rates import storage
from chalicelib.admin.exchange_rates.schemas import NewRates, RatesDocument, RatesOfDay
from chalicelib.http.models import Body
from chalicelib.http.request import Request
from chalicelib.http.transactions import check_if_match

MAX_HISTORY = 250
"""Maximum number of days in the history. With a rate for every currency it has less than 1 MB."""


def show(request: Request) -> RatesDocument:
    """Show the exchange rates: those in force today, and their history."""
    return _document(request)


def replace(request: Request, body: Body[NewRates]) -> RatesDocument:
    """Set the exchange rates from a day on. Rates of the same day are replaced."""
    base = storage.base_row()
    check_if_match(request, base.version if base else 0)
    new = body.validated(lambda sent: storage.base_errors(base, sent))
    storage.save(request, base, new, new.from_ or request.now.date().isoformat())
    return _document(request)


def _document(request: Request) -> RatesDocument:
    base, today = storage.base_row(), request.now.date().isoformat()
    history = [RatesOfDay(from_=row.day, rates=row.rates) for row in storage.newest_days(MAX_HISTORY)]
    in_force = next((each for each in history if each.from_ <= today), None)
    return RatesDocument(
        base=base.base if base else None,
        from_=in_force.from_ if in_force else None,
        rates=in_force.rates if in_force else {},
        history=history,
        version=base.version if base else 0,
        updated_at=base.updated_at if base else None,
    )
