"""The euro foreign exchange reference rates, as the European Central Bank publishes them in CSV.

Two files have this layout: the whole history (``eurofxref-hist.csv``, newest day first, dates such
as 2026-03-31) and the last day alone (``eurofxref.csv``, dates such as 31 March 2026). Both begin
with ``Date``, end every line with a comma, and write ``N/A`` where a currency has no rate that day.

Source: https://www.ecb.europa.eu/stats/policy_and_exchange_rates/euro_reference_exchange_rates/
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Sequence
from datetime import date, datetime
from typing import TypeAlias

from harmony_core.errors import HarmonyError, InputRejected, InvalidValue, NotFound, Problem
from harmony_core.finance import Rate, currency
from harmony_core.interchange._rate_feed import (
    RateFeed,
    csv_rows,
    expect_columns,
    header_rejected,
    iso_day,
)

ECB_SOURCE = "European Central Bank, euro foreign exchange reference rates"
Origin: TypeAlias = tuple[str, datetime | None]
"""The source of a file's rates, and when it was fetched."""

_BASE = "EUR"
_NOT_PUBLISHED = "N/A"
_NUMBER = re.compile(r"[+-]?\d+(\.\d+)?", re.ASCII)
_LONG_DAY = re.compile(r"(\d{1,2}) ([A-Z][a-z]+) (\d{4})", re.ASCII)
_MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September",
    "October", "November", "December",
)  # fmt: skip  # strptime would read them in the language of the machine


def read_ecb_csv(
    lines: Iterable[str],
    *,
    name: str = "ecb.csv",
    source: str = ECB_SOURCE,
    currencies: Collection[str] | None = None,
    retrieved_at: datetime | None = None,
) -> RateFeed:
    """Read reference rates: 1 euro = so much of each currency, of kind spot, exactly as written.

    A row with a bad date or number, a missing column or a day that an earlier row had is left out
    whole and reported. ``N/A`` and blank lines are no faults.

    Args:
        lines: of the file, or its whole text.
        name: of the file, for messages.
        source: to stand in each rate and its id.
        currencies: the ones wanted; without it all columns. The euro itself needs no column.
        retrieved_at: when the file was fetched, with its zone; kept on each rate for audit.

    Raises:
        InputRejected: the header is missing or odd, has an unknown currency among the wanted, or
            lacks a wanted one.

    >>> feed = read_ecb_csv(
    ...     ["Date,USD,JPY,CYP,", "2026-03-31,1.1498,183.39,N/A,", "2026-03-30,1.1484,x,N/A,"],
    ...     source="ECB",
    ... )
    >>> [(rate.id, str(rate.value)) for rate in feed.rates]
    [('ECB:EUR/USD:spot:2026-03-31', '5749/5000'), ('ECB:EUR/JPY:spot:2026-03-31', '18339/100')]
    >>> feed.rejected
    ("ecb.csv:3: JPY: a rate must be a number such as 1.0853, or N/A, got 'x'",)
    """
    rows = csv_rows(lines)
    line, header = next(rows, (1, []))
    columns = _columns(f"{name}:{line}", header, currencies)
    width = len(_without_tail(header))
    rates: list[Rate] = []
    rejected: list[Problem] = []
    line_of: dict[date, int] = {}
    for line, cells in rows:
        try:
            of_row = cells[:-1] if len(cells) == width + 1 and not cells[-1] else cells
            day = _day(expect_columns(of_row, width)[0])
            if day in line_of:
                raise InvalidValue(f"the day {day} is in line {line_of[day]} already")
        except InvalidValue as fault:
            rejected.append(Problem.at(f"{name}:{line}", str(fault)))
            continue
        found, faults = _rates_of_row(day, of_row, columns, (source, retrieved_at))
        if faults:
            rejected.extend(Problem.at(f"{name}:{line}", fault) for fault in faults)
        else:
            line_of[day] = line
            rates.extend(found)
    return RateFeed(tuple(rates), tuple(rejected))


def _columns(path: str, header: list[str], currencies: Collection[str] | None) -> dict[str, int]:
    """Find the wanted currencies' columns, in the file's order."""
    first, *codes = _without_tail(header) or [""]
    if first != "Date" or not codes:
        raise header_rejected(path, "Date,USD,JPY,... of the European Central Bank", header)
    faults = [f"the currency {code} has two columns" for code in _twice(codes)]
    if currencies is not None:
        missing = sorted(set(currencies) - {_BASE, *codes})
        faults += [f"there is no column for the currency {code}" for code in missing]
    wanted = {
        code: index
        for index, code in enumerate(codes, start=1)
        if currencies is None or code in currencies
    }
    for code in wanted:
        try:
            currency(code)
        except NotFound as unknown:
            faults.append(f"{unknown}; name the currencies you want, to read only those")
    if _BASE in codes:
        faults.append(f"{_BASE} is the base of every rate and has no column of its own")
    if faults:
        raise InputRejected(Problem.at(path, fault) for fault in faults)
    return wanted


def _rates_of_row(
    day: date, cells: list[str], columns: dict[str, int], origin: Origin
) -> tuple[list[Rate], list[str]]:
    rates, faults = [], []
    for code, index in columns.items():
        text = cells[index]
        if text == _NOT_PUBLISHED:
            continue
        try:
            rates.append(ecb_rate(code, day, text, origin, " or N/A,"))
        except HarmonyError as fault:
            faults.append(
                f"{code} {fault}" if str(fault).startswith("must") else f"{code}: {fault}"
            )
    return rates, faults


def ecb_rate(code: str, day: date, text: str, origin: Origin, other: str = "") -> Rate:
    """Make the rate of a currency from its text; ``other`` is what else could stand there."""
    if not _NUMBER.fullmatch(text):
        raise InvalidValue(f"a rate must be a number such as 1.0853,{other} got {text!r}")
    source, retrieved_at = origin
    return Rate(_BASE, code, day, text, source=source, retrieved_at=retrieved_at)


def _day(text: str) -> date:
    long = _LONG_DAY.fullmatch(text)
    if long and long[2] in _MONTHS:
        month = _MONTHS.index(long[2]) + 1
        return iso_day(f"{long[3]}-{month:02}-{int(long[1]):02}", "Date")
    return iso_day(text, "Date")


def _without_tail(header: list[str]) -> list[str]:
    return header[:-1] if header and not header[-1] else header


def _twice(codes: Sequence[str]) -> list[str]:
    return sorted({code for code in codes if codes.count(code) > 1})
