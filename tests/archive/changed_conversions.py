"""Records of the conversions' stream."""

from typing import Any

from tests.counters.test_aggregator import AT
from tests.postbacks.rows import a_conversion


def a_changed_conversion(n: int, *, conversion: int = 0, removed: bool = False, **changes: Any) -> dict[str, Any]:
    """Return record `n` of the stream: a change of the conversion of this number, or its removal."""
    image = {} if removed else a_conversion(f"cnv_{conversion:026d}", **changes).serialize()
    change = {
        "SequenceNumber": f"{100_000_000_000_000_000_000 + n}",
        "ApproximateCreationDateTime": AT / 1000,
        "Keys": {"id": {"S": f"cnv_{conversion:026d}"}},
        **({"NewImage": image} if image else {}),
    }
    return {"eventID": str(n), "eventName": "REMOVE" if removed else "MODIFY", "dynamodb": change}
