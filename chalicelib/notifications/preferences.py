"""Which kinds of notification are sent by e-mail: to whom each kind is addressed, and whether it is on by default."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

from chalicelib.notifications.notification import NotificationKind as Kind


class Audience(StrEnum):
    """The people to whom a kind of notification is addressed."""

    STAFF = "staff"
    PUBLISHER = "publisher"


@dataclass(frozen=True, slots=True)
class EmailRule:
    """The audience of a kind, and whether it is sent by e-mail to those who did not choose."""

    audience: Audience
    by_default: bool


_STAFF, _PUBLISHER = Audience.STAFF, Audience.PUBLISHER

EMAIL_RULES: Mapping[Kind, EmailRule] = MappingProxyType(
    {
        Kind.APPLICATION_RECEIVED: EmailRule(_STAFF, by_default=True),
        Kind.CAP_NEARLY_REACHED: EmailRule(_STAFF, by_default=True),
        Kind.CAP_REACHED: EmailRule(_STAFF, by_default=True),
        Kind.POSTBACKS_REFUSED: EmailRule(_STAFF, by_default=True),
        Kind.FRAUD_RULE: EmailRule(_STAFF, by_default=True),
        # Sent for each smartlink and hour: too many for people who did not ask for them.
        Kind.FALLBACK_SHARE: EmailRule(_STAFF, by_default=False),
        # The operator gets an alarm.
        Kind.POISON_RECORD: EmailRule(_STAFF, by_default=False),
        Kind.APPLICATION_DECIDED: EmailRule(_PUBLISHER, by_default=True),
        Kind.LINK_LIVE: EmailRule(_PUBLISHER, by_default=True),
        Kind.POSTBACK_FAILING: EmailRule(_PUBLISHER, by_default=True),
        Kind.DELIVERY_DEAD: EmailRule(_PUBLISHER, by_default=True),
        Kind.SMARTLINK_PAUSED: EmailRule(_PUBLISHER, by_default=True),
        Kind.SMARTLINK_RESUMED: EmailRule(_PUBLISHER, by_default=True),
        Kind.SMARTLINK_DELETED: EmailRule(_PUBLISHER, by_default=True),
    }
)


def wants_email(stored: Mapping[str, bool], kind: Kind) -> bool:
    """Return whether a person with these stored choices gets e-mails of a kind."""
    return stored.get(kind.value, EMAIL_RULES[kind].by_default)


def email_choices(stored: Mapping[str, bool], audience: Audience) -> dict[str, bool]:
    """Return for each kind that concerns the audience whether it is sent by e-mail. Documents show it."""
    return {kind.value: wants_email(stored, kind) for kind, rule in EMAIL_RULES.items() if rule.audience is audience}
