"""Renders the e-mail of a notification, in plain text and in HTML."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from html import escape
from urllib.parse import quote

from chalicelib.emails.templates import TEMPLATES, Template, interface_of
from chalicelib.notifications.notification import Notification

MAX_SUBJECT = 150
"""Maximum length of a subject in characters."""

_NAME = re.compile(r"\{(\w+)\}")


@dataclass(frozen=True, slots=True)
class Email:
    """An e-mail without its addresses. `subject` is one line."""

    subject: str
    text: str
    html: str


def render(notification: Notification, network: str, public_url: str) -> Email:
    """Return the e-mail of a notification.

    `network` is the network's name. `public_url` is the address of console and portal without a trailing slash; if it
    is empty, the e-mail has no link.
    """
    template = TEMPLATES[notification.kind]
    said = one_line(notification.text)
    url = _url(notification, template, public_url)
    footer = _footer(notification, template, one_line(network))
    return Email(
        subject=_shorten(said),
        text=_text(template, said, url, footer),
        html=_html(template, said, url, footer),
    )


def one_line(text: str) -> str:
    """Return the text as one line: what is not printable, such as a line break, becomes a space."""
    return " ".join("".join(each if each.isprintable() else " " for each in text).split())


def _shorten(line: str) -> str:
    return line if len(line) <= MAX_SUBJECT else f"{line[: MAX_SUBJECT - 1].rstrip()}…"


def _url(notification: Notification, template: Template, public_url: str) -> str | None:
    """Return the address of the template's place; None without a public URL."""
    if not public_url:
        return None
    place = _filled(template.place, notification.subject)
    return f"{public_url}/{interface_of(notification.kind)}#/{place}"


def _filled(place: str, subject: Mapping[str, str | None]) -> str:
    """Return the place with the IDs of the subject. Without an ID it is the list of the resources."""
    names = _NAME.findall(place)
    if not all(subject.get(name) for name in names):
        return place.partition("/")[0]
    return _NAME.sub(lambda match: quote(str(subject[match[1]]), safe=""), place)


def _footer(notification: Notification, template: Template, network: str) -> str:
    interface = interface_of(notification.kind)
    return (
        f"{network} sent you this e-mail because of your settings. To get no more e-mails of the kind "
        f"“{template.title}” ({notification.kind}), switch it off in your account in the {interface}, under "
        "E-mail notifications."
    )


def _text(template: Template, said: str, url: str | None, footer: str) -> str:
    link = [f"{template.label}: {url}"] if url else []
    return "\n\n".join([f"{template.title}.", said, template.advice, *link, f"-- \n{footer}"]) + "\n"


def _html(template: Template, said: str, url: str | None, footer: str) -> str:
    link = [f'<p><a href="{escape(url)}">{escape(template.label)}</a></p>'] if url else []
    return "\n".join(
        [
            '<!doctype html>\n<html lang="en">',
            f'<head><meta charset="utf-8"><title>{escape(template.title)}</title></head>',
            '<body style="font-family: sans-serif; font-size: 16px; line-height: 1.5; color: #1a1a1a">',
            f'<h1 style="font-size: 18px">{escape(template.title)}</h1>',
            f"<p>{escape(said)}</p>",
            f"<p>{escape(template.advice)}</p>",
            *link,
            f'<p style="font-size: 13px; color: #666666">{escape(footer)}</p>',
            "</body>\n</html>\n",
        ]
    )
