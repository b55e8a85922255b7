"""Table of the network's settings."""

from pynamodb.attributes import JSONAttribute, UnicodeAttribute
from pynamodb.models import Model

from chalicelib.domain.publisher import SignUp
from chalicelib.settings import table_prefix
from chalicelib.tables.base import IntegerAttribute, TableMeta, get_or_none

NETWORK = "network"
"""The ID of the only row."""


class NetworkSettingsRow(Model):
    """The settings of the network. Without a row they have their defaults and version 0."""

    class Meta(TableMeta):
        table_name = table_prefix() + "settings"

    id = UnicodeAttribute(hash_key=True, default=NETWORK)
    format = IntegerAttribute(default=1)
    version = IntegerAttribute(default=0)
    name = UnicodeAttribute(default="Smartlink network")
    contact = UnicodeAttribute(default="")
    timezone = UnicodeAttribute(default="UTC")
    publisher_sign_up = UnicodeAttribute(default=SignUp.CLOSED.value)
    sign_up_questions = JSONAttribute(default=list)
    updated_at = UnicodeAttribute(null=True)


def network_settings() -> NetworkSettingsRow:
    """Return the settings of the network, read consistently."""
    return get_or_none(NetworkSettingsRow, NETWORK) or NetworkSettingsRow()
