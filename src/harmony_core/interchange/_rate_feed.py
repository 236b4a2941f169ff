"""Exchange rates from CSV, and what every reader of rates keeps to.

Readers take lines and open nothing. A row that cannot be true is reported with its line and left
out whole; the rows around it go on. Only a header that makes the rest unreadable stops the read.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime

import attrs

from harmony_core.errors import HarmonyError, InputRejected, InvalidValue, Problem
from harmony_core.finance import Rate, RateKind, exact
from harmony_core.interchange._csv_lines import csv_lines


@attrs.frozen
class RateFeed:
    """The rates of a file in its order, and every row that was left out, with its line and why."""

    rates: tuple[Rate, ...]
    rejected: tuple[Problem, ...] = ()


COLUMNS = ("day", "base", "quote", "rate", "source")
MORE_COLUMNS = ("known_from", "kind", "units", "retrieved_at")
_ISO_DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)


def read_rates_csv(
    lines: Iterable[str], *, name: str = "rates.csv", kind: RateKind = RateKind.SPOT
) -> RateFeed:
    """Read rates of any source, with the columns ``day,base,quote,rate,source``, in this order.

    Days are ISO dates and rates exact: ``1.0853`` or ``35/12``, 1 ``base`` = ``rate`` ``quote``.
    Any of these columns may follow, and their cells may be empty: ``known_from``, the day on which
    a correction became known; ``kind``, such as ``average``; ``units``, for a rate that is quoted
    for 100 of the base; ``retrieved_at``, an instant with its zone.

    Args:
        lines: of the file, or its whole text.
        name: of the file, for messages.
        kind: of rates without one of their own.

    Raises:
        InputRejected: the header is missing or another one.

    >>> feed = read_rates_csv(
    ...     [
    ...         "day,base,quote,rate,source,known_from",
    ...         "2026-03-31,EUR,KWD,0.35330,treasury,",
    ...         "2026-03-31,EUR,BHD,-1,treasury,",
    ...     ]
    ... )
    >>> feed.rates[0].id
    'treasury:EUR/KWD:spot:2026-03-31'
    >>> feed.rejected
    ('rates.csv:3: a rate must be above zero, got -1',)
    """
    rows = csv_rows(lines)
    line, header = next(rows, (1, []))
    more = header[len(COLUMNS) :]
    known = set(more) <= set(MORE_COLUMNS) and len(set(more)) == len(more)
    if tuple(header[: len(COLUMNS)]) != COLUMNS or not known:
        wanted = f"{','.join(COLUMNS)}, then any of {','.join(MORE_COLUMNS)}"
        raise header_rejected(f"{name}:{line}", wanted, header)
    rates: list[Rate] = []
    rejected: list[Problem] = []
    lines_of: dict[tuple[str, str, RateKind, date, date], int] = {}
    for line, cells in rows:
        try:
            rate = _rate(dict(zip(header, expect_columns(cells, len(header)), strict=True)), kind)
            key = (rate.base, rate.quote, rate.kind, rate.day, rate.known_on)
            if key in lines_of:
                raise InvalidValue(
                    f"{rate.base}/{rate.quote} of {rate.day} is in line {lines_of[key]} already: "
                    "give a correction the day in known_from on which it became known"
                )
        except HarmonyError as fault:
            rejected.append(Problem.at(f"{name}:{line}", str(fault)))
        else:
            lines_of[key] = line
            rates.append(rate)
    return RateFeed(tuple(rates), tuple(rejected))


def _rate(row: Mapping[str, str], kind: RateKind) -> Rate:
    known_from, retrieved_at = row.get("known_from"), row.get("retrieved_at")
    units = exact(row.get("units") or "1", "units")
    if units <= 0:
        raise InvalidValue(f"units must be above zero, got {row['units']!r}")
    return Rate(
        row["base"],
        row["quote"],
        iso_day(row["day"], "day"),
        exact(row["rate"], "rate") / units,
        RateKind(row.get("kind") or kind),
        source=row["source"],
        retrieved_at=_instant(retrieved_at) if retrieved_at else None,
        known_from=iso_day(known_from, "known_from") if known_from else None,
    )


def _instant(text: str) -> datetime:
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        raise InvalidValue(
            f"retrieved_at must be an instant such as 2026-03-31T16:05:00+02:00, got {text!r}"
        ) from None


def csv_rows(lines: Iterable[str]) -> Iterator[tuple[int, list[str]]]:
    """Give each line that is not blank with its number, counted from 1, and its trimmed cells.

    Lines are read one by one, so that a stray quotation mark spoils its own row and not the rest.
    A line that is no CSV comes as no cells at all.
    """
    for line in csv_lines(lines, one_line=True):
        yield line.number, [cell.strip() for cell in line.cells]


def expect_columns(cells: list[str], count: int) -> list[str]:
    """Give the cells back if there are as many as the header has."""
    if not cells:
        raise InvalidValue("the line is no CSV: see its quotation marks and line end")
    if len(cells) != count:
        raise InvalidValue(f"expected {count} columns as in the header, got {len(cells)}")
    return cells


def iso_day(text: str, what: str) -> date:
    """Read a day written as 2026-03-31, and in no other of the forms of ISO 8601."""
    try:
        if _ISO_DAY.fullmatch(text):
            return date.fromisoformat(text)
    except ValueError:
        pass  # such as the 30th of February
    raise InvalidValue(f"{what} must be a date such as 2026-03-31, got {text!r}")


def header_rejected(path: str, expected: str, header: Iterable[str]) -> InputRejected:
    """Say which header was expected in that line, and which one is there."""
    got = ",".join(header) or "none"
    return InputRejected([Problem.at(path, f"expected the header {expected}, got {got}")])
