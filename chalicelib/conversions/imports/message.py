"""Queue messages of imports: one for each chunk."""

import json
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta

_PATIENCE = timedelta(minutes=15)


@dataclass(frozen=True, slots=True)
class ImportMessage:
    """A chunk to process, queued at `at` (whole seconds since 1970), right before its import is stored."""

    import_id: str
    chunk: int
    at: int

    def is_abandoned(self, now: datetime) -> bool:
        """Return whether an import that is not stored at `now` never will be: its request failed."""
        return now - datetime.fromtimestamp(self.at, UTC) > _PATIENCE


def encode(message: ImportMessage) -> str:
    """Encode the message as a queue body."""
    return json.dumps(asdict(message), separators=(",", ":"))


def decode(text: str) -> ImportMessage:
    """Decode a queue body. Raise ValueError, TypeError or KeyError if it is not a message."""
    document = json.loads(text)
    return ImportMessage(str(document["import_id"]), int(document["chunk"]), int(document["at"]))
