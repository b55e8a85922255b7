"""Click IDs in order, out of lists that overlap in time."""

from collections.abc import Iterable, Iterator


def newest_first(lists: Iterable[tuple[str, Iterable[str]]], before: str) -> Iterator[str]:
    """The IDs below `before`, falling, of lists that come by their greatest IDs, falling.

    No more lists are read than it takes to know the next ID: one is given out once no later list can hold a
    greater one.
    """
    waiting: list[str] = []
    for greatest, click_ids in lists:
        while waiting and waiting[-1] > greatest:
            yield waiting.pop()
        waiting = sorted([*waiting, *(click_id for click_id in click_ids if click_id < before)])
    yield from reversed(waiting)
