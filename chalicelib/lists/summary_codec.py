"""Codec of the summaries in list entries: JSON, compressed with a dictionary of what summaries usually contain.

A summary is some 400 bytes of JSON, mostly names of fields, which compress to about 150. A search reads up to 2,000 of
them, and DynamoDB returns at most 1 MB at a time.
"""

import json
import zlib
from collections.abc import Mapping
from typing import Any

_USUAL = (
    b'"smartlinks","campaigns","publishers","weighted","optimized","profit","conversion_rate","private","public","ask",'
    b'"archived","paused","suspended","declined","pixel","manual","conversions","clicks","payout","revenue","total","month",'
    b'"week","hour","day","publisher","campaign","EUR","GBP","USD","GB","DE","CA","US"]},"window":"day","limit":"1000",'
    b'"scope":"campaign","timezone":"UTC"}],"caps":[{"metric":"clicks",'
    b'{"id":"sml_01{"id":"pub_01{"id":"cmp_01","version":1,"created_at":"2026-11-01T00:00:00.000Z",'
    b'"updated_at":"2026-11-01T00:00:00.000Z","name":"","email":"@","status":"active","created_year":"2026",'
    b'"description":"","tags":[],"visibility":"ask","rotation":"weighted","goal":"epc","on_pool_change":"keep",'
    b'"offer_count":1,"warning_count":0,"offers":{},"campaign_ids":[],"countries":[]}'
    b'"advertiser":"","tags":[],"status":"active","payout":"1.50","revenue":"2.00","payout_percent":"0",'
    b'"revenue_percent":"0","currency":"USD","tracking":"postback","approval":"auto","caps":[],"goal_count":0,"countries":["US"]}'
)
"""Stored summaries cannot be read with another text: to change it, raise `FORMAT` in `lists/entries.py`."""

_RAW = -zlib.MAX_WBITS
"""Without the header and the checksum of zlib, which would be ten of a hundred bytes."""


def encode(summary: Mapping[str, Any]) -> bytes:
    """Return a summary as entries store it."""
    compressor = zlib.compressobj(zlib.Z_BEST_COMPRESSION, zlib.DEFLATED, _RAW, zdict=_USUAL)
    text = json.dumps(summary, separators=(",", ":"), ensure_ascii=False)
    return compressor.compress(text.encode()) + compressor.flush()


def decode(stored: bytes) -> dict[str, Any]:
    """Return the summary of an entry."""
    summary: dict[str, Any] = json.loads(zlib.decompressobj(_RAW, zdict=_USUAL).decompress(stored))
    return summary
