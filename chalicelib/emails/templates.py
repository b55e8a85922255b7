"""The template of each kind of notification: title, advice, and the link to the place where the recipient can act."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from chalicelib.notifications.notification import NotificationKind as Kind
from chalicelib.notifications.preferences import EMAIL_RULES, Audience


@dataclass(frozen=True, slots=True)
class Template:
    """`title` heads the e-mail, whose subject is the notification's text. `advice` follows the text.

    `label` and `place` are those of the link: a route of the console or portal, in which names in braces are those of
    the notification's subject.
    """

    title: str
    advice: str
    label: str
    place: str


_SMARTLINK = "smartlinks/{smartlink_id}"
_CAMPAIGN = "campaigns/{campaign_id}"

TEMPLATES: Mapping[Kind, Template] = MappingProxyType(
    {
        Kind.APPLICATION_RECEIVED: Template(
            "New application", "Approve or decline it. The publisher is notified.", "Open the approvals", "approvals"
        ),
        Kind.APPLICATION_DECIDED: Template(
            "Your application was decided",
            "If it was approved, your tracking link is on the page of the smartlink. If it was declined, you can apply "
            "again.",
            "Open the smartlink",
            _SMARTLINK,
        ),
        Kind.LINK_LIVE: Template(
            "Your link is live", "You can send traffic to it now.", "Open your tracking link", _SMARTLINK
        ),
        Kind.POSTBACK_FAILING: Template(
            "Your postback is failing",
            "Check that the URL answers with a status from 200 to 299. Failed deliveries are retried for a day.",
            "Open your postbacks",
            "postbacks",
        ),
        Kind.DELIVERY_DEAD: Template(
            "A postback was not delivered",
            "It is not retried any more. When your server works again, replay the delivery.",
            "Open your postbacks",
            "postbacks",
        ),
        Kind.CAP_NEARLY_REACHED: Template(
            "A cap is nearly reached",
            "At 100 % the campaign takes no more clicks until the cap's next window. Raise the cap if it should go on.",
            "Open the campaign",
            _CAMPAIGN,
        ),
        Kind.CAP_REACHED: Template(
            "A cap is reached",
            "The campaign takes no more clicks until the cap's next window. Raise the cap if it should go on.",
            "Open the campaign",
            _CAMPAIGN,
        ),
        Kind.FALLBACK_SHARE: Template(
            "Clicks reach no paying offer",
            "Look at the reasons of the lost clicks, and add an offer that accepts these visitors.",
            "Open the smartlink",
            _SMARTLINK,
        ),
        Kind.POSTBACKS_REFUSED: Template(
            "Postbacks are refused",
            "Refused postbacks record no conversion. Tell the advertiser the reason. Further ones of this campaign are "
            "not announced again today.",
            "Open the campaign",
            _CAMPAIGN,
        ),
        Kind.SMARTLINK_PAUSED: Template(
            "A smartlink is paused",
            "Clicks on your link go to the fallback page and earn nothing. You are notified when it is resumed.",
            "Open the smartlink",
            _SMARTLINK,
        ),
        Kind.SMARTLINK_RESUMED: Template(
            "A smartlink is resumed", "Your link works again.", "Open the smartlink", _SMARTLINK
        ),
        Kind.SMARTLINK_DELETED: Template(
            "A smartlink is deleted",
            "Your link to it has stopped. Replace it by a link to another smartlink.",
            "Find another smartlink",
            "smartlinks",
        ),
        Kind.FRAUD_RULE: Template(
            "A fraud rule applied", "Check the conversions that it names.", "Open the notifications", "notifications"
        ),
        Kind.POISON_RECORD: Template(
            "A click could not be counted",
            "It is in the queue of poison records with its reason. Tell the person who runs the service.",
            "Open the notifications",
            "notifications",
        ),
    }
)


def interface_of(kind: Kind) -> str:
    """Return the web interface of the kind's recipients: `console` or `portal`."""
    return "console" if EMAIL_RULES[kind].audience is Audience.STAFF else "portal"
