"""The lines of a text, whether it comes whole, line by line or as a file; never bytes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from io import StringIO

from harmony_core.errors import InvalidValue


def text_lines(lines: Iterable[str]) -> Iterator[str]:
    """Give one line after the other.

    Raises:
        InvalidValue: they are bytes, or no lines at all.
    """
    source = StringIO(lines, newline=None) if isinstance(lines, str) else lines
    if isinstance(source, bytes | bytearray | memoryview) or not isinstance(source, Iterable):
        raise _no_text("a table", source)
    for number, line in enumerate(source, start=1):
        if not isinstance(line, str):
            raise _no_text(f"line {number}", line)
        yield line


def _no_text(what: str, got: object) -> InvalidValue:
    return InvalidValue(
        f"{what} must be text, got {type(got).__name__}: decode it (data.decode('utf-8-sig')), or "
        "open the file as text (encoding='utf-8-sig', newline='')"
    )
