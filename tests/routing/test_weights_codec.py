import json
import zlib
from math import inf, nan
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.domain.route import LearnedWeights
from chalicelib.routing.weights_codec import MAX_WEIGHTS_BYTES, decode, encode

SEGMENTS = {"US|mobile": {"cmp_1": 0.25, "cmp_2": 0.75}, "*": {"cmp_2": 1.0}}
NAMES = st.text(max_size=12)


def _stored(document: Any) -> bytes:
    return zlib.compress(json.dumps(document).encode())


def test_campaigns_are_encoded_once_and_weights_in_their_order() -> None:
    assert json.loads(zlib.decompress(encode(SEGMENTS))) == {
        "format": 1,
        "campaigns": ["cmp_1", "cmp_2"],
        "segments": {"US|mobile": [0.25, 0.75], "*": [None, 1.0]},
    }


def test_weights_are_decoded_with_their_version() -> None:
    assert decode(encode(SEGMENTS), 1_793_795_100) == LearnedWeights(1_793_795_100, SEGMENTS)


def test_decoded_weights_are_cached() -> None:
    assert decode(encode(SEGMENTS), 7) is decode(encode(SEGMENTS), 7)
    assert decode(encode(SEGMENTS), 8).version == 8


@given(st.dictionaries(NAMES, st.dictionaries(NAMES, st.floats(0, 1), max_size=5), max_size=5))
def test_weight_is_decoded_within_a_few_millionths(segments: dict[str, dict[str, float]]) -> None:
    decoded = decode(encode(segments), 1).segments

    assert {name: set(row) for name, row in decoded.items()} == {name: set(row) for name, row in segments.items()}
    for name, row in segments.items():
        assert decoded[name] == pytest.approx(row, rel=5.001e-6, abs=1e-300)


def test_weights_are_rounded_to_six_significant_digits() -> None:
    rounded = decode(encode({"*": {"cmp_1": 2 / 3, "cmp_2": 1 / 3e6, "cmp_3": 0.1}}), 1).segments

    assert rounded == {"*": {"cmp_1": 0.666667, "cmp_2": 3.33333e-07, "cmp_3": 0.1}}


def test_equal_weights_are_encoded_as_equal_bytes() -> None:
    reversed_segments = {name: dict(reversed(row.items())) for name, row in reversed(SEGMENTS.items())}

    assert encode(reversed_segments) == encode(SEGMENTS)


def test_weights_may_have_no_segments() -> None:
    assert decode(encode({}), 1) == LearnedWeights(1, {})


def test_sixty_segments_of_twenty_offers_take_a_fifth_of_the_maximum() -> None:
    campaign_ids = [f"cmp_01m7y0t0bjzdjrh2pcx7v6ep{n:02}" for n in range(20)]
    segments = {f"C{n}|mobile": {each: (7 * n + k) / 3001 for k, each in enumerate(campaign_ids)} for n in range(60)}

    assert len(encode(segments)) < MAX_WEIGHTS_BYTES / 5


@pytest.mark.parametrize("weight", [nan, inf, -0.1])
def test_invalid_weight_is_neither_encoded_nor_decoded(weight: float) -> None:
    row = {"cmp_1": weight, "cmp_2": 0.5}
    with pytest.raises(ValueError, match="weights must be 0 or more and finite"):
        encode({"*": row})
    with pytest.raises(ValueError, match="weights must be 0 or more and finite"):
        decode(_stored({"campaigns": list(row), "segments": {"*": list(row.values())}}), 1)


@pytest.mark.parametrize(
    "stored",
    [
        pytest.param(b"", id="nothing"),
        pytest.param(b"rubbish", id="not compressed"),
        pytest.param(zlib.compress(b"{"), id="no JSON"),
        pytest.param(_stored({}), id="nothing in it"),
        pytest.param(_stored({"campaigns": ["cmp_1"], "segments": {"*": [0.5, 0.5]}}), id="a weight too many"),
        pytest.param(_stored({"campaigns": ["cmp_1"], "segments": {"*": ["much"]}}), id="a word"),
    ],
)
def test_other_bytes_are_not_decoded(stored: bytes) -> None:
    with pytest.raises((ValueError, KeyError, TypeError, zlib.error)):
        decode(stored, 1)
