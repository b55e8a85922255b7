"""Queue message that requests the e-mail of one notification to one person."""

import json
from dataclasses import asdict, dataclass


@dataclass(frozen=True, slots=True)
class EmailMessage:
    """`owner_year` and `notification_id` are the key of the notification, `person` the ID of a user or publisher."""

    owner_year: str
    notification_id: str
    person: str

    @property
    def owner(self) -> str:
        """The owner of the notification: `admin` or a publisher's ID."""
        return self.owner_year.rpartition("#")[0]


def encode(message: EmailMessage) -> str:
    """Return the message as JSON."""
    return json.dumps(asdict(message), separators=(",", ":"))


def decode(body: str) -> EmailMessage:
    """Parse a message from JSON; raise `ValueError` or `TypeError` if it is invalid."""
    message = EmailMessage(**json.loads(body))
    if not all(isinstance(value, str) and value for value in asdict(message).values()):
        error = "The body is not an e-mail message."
        raise ValueError(error)
    return message
