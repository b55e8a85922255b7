"""Codec of the learned weights in a route: weights by segment and campaign, as compressed JSON."""

import json
import zlib
from collections.abc import Iterable, Mapping
from functools import lru_cache
from math import isfinite

from chalicelib.domain.route import LearnedWeights

MAX_WEIGHTS_BYTES = 50_000
"""Maximum size of encoded weights: they share the 400 KB of a DynamoDB item with the snapshot. The optimizer leaves out
segments that fall back to a wider one, the smallest first, until the rest fits."""

FORMAT = 1
"""The format that is written. Weights without a number are of the first release, which has this shape."""

Segments = Mapping[str, Mapping[str, float]]
"""Weights by segment name, then by campaign ID."""


def encode(segments: Segments) -> bytes:
    """Encode weights, rounded to 6 significant digits, as JSON compressed by zlib. Equal weights give equal bytes.

    Raise `ValueError` for a weight that is below 0, infinite or not a number.
    """
    campaign_ids = sorted(set().union(*segments.values()))
    rows = {name: _row(_validate(weights), campaign_ids) for name, weights in segments.items()}
    document = {"format": FORMAT, "campaigns": campaign_ids, "segments": rows}
    return zlib.compress(json.dumps(document, separators=(",", ":"), sort_keys=True).encode())


def _row(weights: Mapping[str, float], campaign_ids: Iterable[str]) -> list[float | None]:
    """Return the segment's weights in the order of the campaigns; None for a campaign without a weight."""
    ordered = map(weights.get, campaign_ids)
    return [None if weight is None else float(f"{weight:.6g}") for weight in ordered]


@lru_cache(maxsize=64)
def decode(stored: bytes, version: int) -> LearnedWeights:
    """Decode weights of `encode`; raise some error, mostly `ValueError`, for other bytes.

    Cached because a route is read every two seconds, and its weights change every few minutes.
    """
    document = json.loads(zlib.decompress(stored))
    campaign_ids, rows = document["campaigns"], document["segments"]
    return LearnedWeights(version, {name: _validate(_by_campaign(campaign_ids, row)) for name, row in rows.items()})


def _by_campaign(campaign_ids: list[str], row: list[float | None]) -> dict[str, float]:
    return {campaign_id: weight for campaign_id, weight in zip(campaign_ids, row, strict=True) if weight is not None}


def _validate(weights: Mapping[str, float]) -> Mapping[str, float]:
    # The redirect decodes them: checking each weight instead of the whole row takes three times as long.
    if not isfinite(sum(weights.values())) or min(weights.values(), default=0) < 0:
        message = f"weights must be 0 or more and finite, not {dict(weights)}"
        raise ValueError(message)
    return weights
