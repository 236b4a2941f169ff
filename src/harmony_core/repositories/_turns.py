"""Units of one store take turns."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock

from harmony_core.errors import RuleBroken


class Turns:
    """One unit at a time; who waits for more than ``wait_seconds`` is told so."""

    def __init__(self, wait_seconds: int) -> None:
        self._lock, self._wait_seconds = Lock(), wait_seconds

    @contextmanager
    def taken(self) -> Iterator[None]:
        """Wait for a turn, and give it up at the end of the block."""
        if not self._lock.acquire(timeout=self._wait_seconds):
            raise RuleBroken(
                f"another unit of work is still open after {self._wait_seconds} s: "
                "end it first, one writes at a time"
            )
        try:
            yield
        finally:
            self._lock.release()
