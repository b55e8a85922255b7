"""Table of exchange rates."""

from pynamodb.attributes import JSONAttribute, UnicodeAttribute
from pynamodb.models import Model

from chalicelib.settings import table_prefix
from chalicelib.tables.base import IntegerAttribute, TableMeta

NETWORK = "network"
"""The only partition: the network's rates."""

BASE = "base"
"""Sort key of the row with the base currency and the version of all rates. It sorts after every day."""


class ExchangeRatesRow(Model):
    """The rates in force from one UTC day on, by currency code, as decimal strings; or the row of the base currency.

    One unit of a currency is its rate in units of `base`.
    """

    class Meta(TableMeta):
        table_name = table_prefix() + "exchange_rates"

    network = UnicodeAttribute(hash_key=True)
    day = UnicodeAttribute(range_key=True)
    format = IntegerAttribute(default=1)
    base = UnicodeAttribute()
    rates = JSONAttribute(null=True)
    version = IntegerAttribute(null=True)
    updated_at = UnicodeAttribute()
