"""Learned weights as a route stores them: segments and campaigns → bytes → segments and campaigns."""

import json
import zlib
from collections.abc import Iterable, Mapping
from functools import lru_cache
from math import isfinite

from chalicelib.domain.route import LearnedWeights

MAX_WEIGHTS_BYTES = 50_000
"""Of the 400 KB that DynamoDB takes for a route, beside its snapshot. Who publishes weights leaves out segments, the
least of all those that back off to a wider one, until the rest fits."""

Segments = Mapping[str, Mapping[str, float]]
"""Weights by segment name, then by campaign ID."""


def packed(segments: Segments) -> bytes:
    """What is stored of the weights, each rounded to 6 significant digits: JSON, zlib. Equal weights, equal bytes.

    `ValueError` for weights that are none: below 0, infinite or not a number.
    """
    campaign_ids = sorted(set().union(*segments.values()))
    rows = {name: _row(_checked(weights), campaign_ids) for name, weights in segments.items()}
    document = {"campaigns": campaign_ids, "segments": rows}
    return zlib.compress(json.dumps(document, separators=(",", ":"), sort_keys=True).encode())


def _row(weights: Mapping[str, float], campaign_ids: Iterable[str]) -> list[float | None]:
    """The segment's weights in the order of the campaigns, None for those that it does not name."""
    found = map(weights.get, campaign_ids)
    return [None if weight is None else float(f"{weight:.6g}") for weight in found]


@lru_cache(maxsize=64)
def unpacked(stored: bytes, version: int) -> LearnedWeights:
    """The weights of what `packed` stored; some error, mostly `ValueError`, for what it did not.

    Remembered, as a route is read every two seconds and its weights change every few minutes.
    """
    document = json.loads(zlib.decompress(stored))
    campaign_ids, rows = document["campaigns"], document["segments"]
    return LearnedWeights(version, {name: _checked(_named(campaign_ids, row)) for name, row in rows.items()})


def _named(campaign_ids: list[str], row: list[float | None]) -> dict[str, float]:
    return {each: weight for each, weight in zip(campaign_ids, row, strict=True) if weight is not None}


def _checked(weights: Mapping[str, float]) -> Mapping[str, float]:
    # The redirect reads them: looked at by the whole row, as one by one takes it three times as long.
    if not isfinite(sum(weights.values())) or min(weights.values(), default=0) < 0:
        message = f"weights must be 0 or more and finite, not {dict(weights)}"
        raise ValueError(message)
    return weights
