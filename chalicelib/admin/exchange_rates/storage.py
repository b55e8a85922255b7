"""Storage of exchange rates."""

from itertools import islice
from typing import Any

from chalicelib.admin.exchange_rates.schemas import NewRates
from chalicelib.http.audit_change import AuditChange
from chalicelib.http.error_details import Error
from chalicelib.http.references import texts_at
from chalicelib.http.request import Request
from chalicelib.http.transactions import transaction
from chalicelib.tables.base import get_or_none
from chalicelib.tables.exchange_rates import BASE, NETWORK, ExchangeRatesRow

SUBJECT = "exchange-rates"
"""The subject of changes in the audit log."""


def base_row() -> ExchangeRatesRow | None:
    """Return the row of the base currency, or None if no rates were ever set."""
    return get_or_none(ExchangeRatesRow, NETWORK, BASE)


def newest_days(limit: int) -> list[ExchangeRatesRow]:
    """Return the rows of the newest days, newest first."""
    is_day = ExchangeRatesRow.day < BASE
    rows = ExchangeRatesRow.query(NETWORK, is_day, scan_index_forward=False, consistent_read=True)
    return list(islice(rows, limit))


def base_errors(row: ExchangeRatesRow | None, sent: Any) -> list[Error]:  # noqa: ANN401 - any JSON value
    """Return an error if the base currency of sent rates is another than the stored one."""
    if row is None:
        return []
    error = f"must be {row.base}: the base currency cannot change once it is set"
    return [(pointer, error) for pointer, base in texts_at(sent, "base", max_length=3).items() if base != row.base]


def save(request: Request, base: ExchangeRatesRow | None, new: NewRates, day: str) -> None:
    """Write the rates of a day, unless they are stored."""
    version = base.version if base else 0
    before = get_or_none(ExchangeRatesRow, NETWORK, day)
    if before and before.rates == new.rates:
        return
    row = ExchangeRatesRow(NETWORK, day, base=new.base, rates=new.rates, updated_at=request.timestamp)
    head = ExchangeRatesRow(NETWORK, BASE, base=new.base, version=version + 1, updated_at=request.timestamp)
    change = AuditChange(SUBJECT, _audited(before) if before else None, _audited(row))
    is_unchanged = ExchangeRatesRow.version == version if version else ExchangeRatesRow.day.does_not_exist()
    with transaction(request, change=change) as write:
        write.save(head, is_unchanged)
        write.save(row)


def _audited(row: ExchangeRatesRow) -> dict[str, Any]:
    return {"from": row.day, "base": row.base, "rates": row.rates}
