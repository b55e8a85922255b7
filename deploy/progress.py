"""A progress bar without dependencies. Prints plain lines if the output is not a terminal."""

import sys
import time
from types import TracebackType
from typing import Self

_WIDTH = 30
_REDRAW_SECONDS = 0.1


class Progress:
    """Progress of a long step: `with Progress("Converting", total) as bar: bar.advance()`."""

    def __init__(self, title: str, total: int) -> None:
        """`total` is the expected number of advances. Further advances show as 100 %."""
        self._title, self._total, self._done = title, max(total, 1), 0
        self._began = self._drawn = time.monotonic()
        self._live = sys.stderr.isatty()

    def advance(self, count: int = 1) -> None:
        """Add `count` finished items."""
        self._done += count
        now = time.monotonic()
        if self._live and now - self._drawn >= _REDRAW_SECONDS:
            self._drawn = now
            self._draw()

    def __enter__(self) -> Self:
        """Show the empty bar, or only the title."""
        if self._live:
            self._draw()
        else:
            print(f"{self._title} …", file=sys.stderr, flush=True)
        return self

    def __exit__(self, kind: type[BaseException] | None, _: object, __: TracebackType | None) -> None:
        """End the line with the time taken. After an exception the bar stays where it stopped."""
        if self._live:
            self._done = self._total if kind is None else self._done
            self._draw()
        seconds = time.monotonic() - self._began
        outcome = "done" if kind is None else "stopped"
        print(f" {outcome} in {seconds:.0f} s" if self._live else f"… {outcome} in {seconds:.0f} s", file=sys.stderr)

    def _draw(self) -> None:
        share = min(self._done / self._total, 1)
        bar = "█" * int(share * _WIDTH)
        print(f"\r{self._title:<36} {bar:<{_WIDTH}} {share:4.0%}", end="", file=sys.stderr, flush=True)
