"""CSV by its rows, read so that a fault spoils its own row and not the rest.

A stray quotation mark would let a plain reader take everything up to the next one for one cell.
Here a row goes on over the end of its line only if that gives as many cells as the header has;
otherwise the line is damaged by itself, and reading goes on with the next one.

Source: RFC 4180.
"""

from __future__ import annotations

import csv
from collections import deque
from collections.abc import Iterable, Iterator
from io import StringIO
from string import ascii_letters, digits

import attrs

from harmony_core.errors import InvalidValue
from harmony_core.interchange._text_lines import text_lines

_MOST_LINES = 200
"""How far a cell in quotation marks may reach; a stray mark makes no longer look-ahead."""


_NO_DELIMITERS = frozenset(f'"\r\n\ufeff{ascii_letters}{digits}')


@attrs.frozen
class CsvLine:
    """A row, the number of its first line, and its text; ``cells`` is empty if it is no CSV."""

    number: int
    cells: list[str]
    text: str


def csv_lines(
    lines: Iterable[str], *, one_line: bool = False, delimiter: str = ","
) -> Iterator[CsvLine]:
    """Give every row that is not blank; lines are counted from 1.

    Args:
        lines: of the file, or its whole text. A byte order mark is left out.
        one_line: no cell holds a line end, so that each line stands by itself.
        delimiter: the sign between two cells.

    Raises:
        InvalidValue: the lines are bytes, or the delimiter is no sign that may stand there.
    """
    if type(delimiter) is not str or len(delimiter) != 1 or delimiter in _NO_DELIMITERS:
        raise InvalidValue(
            f"delimiter must be one sign, such as ',', ';' or '\\t', got {delimiter!r}: a "
            "quotation mark, a line end, a letter or a digit cannot stand between cells"
        )
    source = text_lines(lines)
    ahead: deque[str] = deque()
    number, width = 0, 0
    while True:
        line = ahead.popleft() if ahead else next(source, None)
        if line is None:
            return
        number += 1
        text = (line.removeprefix("\ufeff") if number == 1 else line).rstrip("\r\n")
        if not text.strip():
            continue
        cells, first = _cells(text, delimiter), number
        if not cells and not one_line and text.count('"') % 2:
            cells, taken = _continued(text, source, ahead, width, delimiter)
            text = "\n".join([text, *(ahead.popleft().rstrip("\r\n") for _ in range(taken))])
            number += taken
        width = width or len(cells)
        yield CsvLine(first, cells, text)


def _cells(text: str, delimiter: str) -> list[str]:
    if '"' not in text and "\r" not in text and "\n" not in text:
        return text.split(delimiter)
    try:
        rows = list(csv.reader(StringIO(text, newline=""), delimiter=delimiter, strict=True))
    except csv.Error:
        return []
    return rows[0] if len(rows) == 1 else []


def _continued(
    text: str, source: Iterator[str], ahead: deque[str], width: int, delimiter: str
) -> tuple[list[str], int]:
    """Look for the end of an open cell in the lines ahead; gives the cells and the lines taken."""
    for taken in range(1, _MOST_LINES):
        if len(ahead) < taken:
            following = next(source, None)
            if following is None:
                return [], 0
            ahead.append(following)
        more = ahead[taken - 1]
        text = f"{text}\n" + more.rstrip("\r\n")
        if more.count('"') % 2:
            cells = _cells(text, delimiter)
            if cells and len(cells) == (width or len(cells)):
                return cells, taken
            return [], 0
    return [], 0
