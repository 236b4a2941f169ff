"""Months played without the tracer of coverage, which would make them four times as long.

The lines that they run are run by shorter tests as well.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from coverage import Coverage


@contextmanager
def untraced() -> Iterator[None]:
    """Stop measuring within the block; where nothing is measured, do nothing."""
    tracer = Coverage.current()
    if tracer is None:
        yield
        return
    tracer.stop()
    try:
        yield
    finally:
        tracer.start()
