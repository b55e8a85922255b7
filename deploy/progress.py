"""A progress bar that needs nothing installed; one plain line where the output is not a terminal."""

import sys
import time
from types import TracebackType
from typing import Self

_WIDTH = 30
_SECONDS_BETWEEN_DRAWINGS = 0.1


class Progress:
    """Shows how far a long step is: `with Progress("Converting", total) as bar: bar.advance()`."""

    def __init__(self, title: str, total: int) -> None:
        """`total` is how many advances to expect; more are shown as full."""
        self._title, self._total, self._done = title, max(total, 1), 0
        self._began = self._drawn = time.monotonic()
        self._live = sys.stderr.isatty()

    def advance(self, count: int = 1) -> None:
        """Count `count` more as done."""
        self._done += count
        now = time.monotonic()
        if self._live and now - self._drawn >= _SECONDS_BETWEEN_DRAWINGS:
            self._drawn = now
            self._draw()

    def __enter__(self) -> Self:
        """Show the empty bar, or the title alone."""
        if self._live:
            self._draw()
        else:
            print(f"{self._title} …", file=sys.stderr, flush=True)
        return self

    def __exit__(self, kind: type[BaseException] | None, _: object, __: TracebackType | None) -> None:
        """Close the line with the time taken, or leave the bar where it stopped."""
        if self._live:
            self._done = self._total if kind is None else self._done
            self._draw()
        seconds = time.monotonic() - self._began
        ended = "done" if kind is None else "stopped"
        print(f" {ended} in {seconds:.0f} s" if self._live else f"… {ended} in {seconds:.0f} s", file=sys.stderr)

    def _draw(self) -> None:
        share = min(self._done / self._total, 1)
        bar = "█" * int(share * _WIDTH)
        print(f"\r{self._title:<36} {bar:<{_WIDTH}} {share:4.0%}", end="", file=sys.stderr, flush=True)
