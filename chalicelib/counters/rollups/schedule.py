"""Schedule of roll-ups: each run of the merger rolls up new and changed days, newest first, for a limited time."""

import logging
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime

from chalicelib.counters.cells import SHARDS
from chalicelib.counters.rollups import keys, plan, storage
from chalicelib.counters.rollups.build import Builder
from chalicelib.counters.rollups.storage import HeadChanged, Key, Marker
from chalicelib.domain.timestamps import milliseconds
from chalicelib.settings import COUNTER_DAYS

_log = logging.getLogger("smartlink")

SECONDS = 20
"""Time after which one run does not start to roll up further days."""


@dataclass(frozen=True, slots=True)
class Run:
    """One run of the merger: its time, the day whose roll-up it checks, and whether there is time for more."""

    now: datetime
    checked: date
    has_time: Callable[[], bool]


def roll_up(run: Run) -> int:
    """Roll up days of the last `COUNTER_DAYS`; return their number, summed over the shards.

    A run ends after a month without cells, so that a new stack does not spend its time on days before its first click.
    """
    months = keys.months_until(run.now, COUNTER_DAYS)
    markers = {month: _by_place(storage.read_markers(month)) for month in months}
    heads = storage.read_heads((month, shard) for month in months for shard in range(SHARDS))
    total = 0
    for month in months:
        builders = [
            Builder((month, shard), heads[month, shard], markers[month].get(shard, {}), run.now)
            for shard in range(SHARDS)
        ]
        done = sum(_advance(builder, run) for builder in builders)
        total += done
        is_empty = not any(span.cells for builder in builders for span in builder.head.spans)
        if not run.has_time() or (done and is_empty):
            break
    return total


def _by_place(markers: Iterable[Marker]) -> dict[int, dict[date, list[Key]]]:
    """Return the keys of markers by shard and day."""
    places: dict[int, dict[date, list[Key]]] = {}
    for marker in markers:
        day, shard = marker.place
        places.setdefault(shard, {}).setdefault(day, []).append(marker.key)
    return places


def _advance(builder: Builder, run: Run) -> int:
    """Roll up the due days of one month and shard while there is time; return their number."""
    month, _ = builder.place
    done = 0
    try:
        builder.delete_garbage()
        changed = _changed(builder, run.checked) | builder.markers.keys()
        for days in plan.runs(builder.head, keys.settled_days(month, run.now), changed, milliseconds(run.now)):
            if not run.has_time():
                break
            done += builder.roll_up(days, run.has_time)
    except HeadChanged:
        _log.info("another merger rolls up %s of shard %s", month, builder.place[1])
    return done


def _changed(builder: Builder, checked: date) -> set[date]:
    return {checked} if builder.has_changed(checked) else set()
