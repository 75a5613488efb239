"""Counts of what just happened, kept in memory only."""

import time
from threading import Lock


class RecentCounts:
    """How often each key was seen in the present window; everything is forgotten when a window ends."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._counts: dict[str, int] = {}
        self._window = -1

    def count(self, key: str, seconds: int, now: float | None = None) -> tuple[int, int]:
        """How often this key was seen in the window, this time included, and in how many seconds it ends."""
        now = time.monotonic() if now is None else now
        window = int(now // seconds)
        with self._lock:
            if window != self._window:
                self._counts, self._window = {}, window
            n = self._counts[key] = self._counts.get(key, 0) + 1
        return n, int((window + 1) * seconds - now) + 1

    def clear(self) -> None:
        with self._lock:
            self._counts = {}
