"""Fiscal years and their periods, and which of them are closed for whom.

A fiscal year begins with the first of a month, which each company chooses for itself; its twelve
periods are calendar months (years of 52 or 53 weeks are not kept: all books here close by month).
A closed period is never touched: what belongs there is posted on the first open day after, and
the entry says to which day it belongs.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

import attrs

from harmony_core.errors import InvalidValue, expect, expect_each, expect_name
from harmony_core.finance._entities import LegalEntity
from harmony_core.finance._journal import JournalEntry
from harmony_core.periods import Month, Span


@attrs.frozen(order=True)
class FiscalPeriod:
    """One of the twelve periods of a fiscal year; the year is called by that in which it ends."""

    year: int
    number: int
    """1 for the month with which the year begins, to 12"""
    month: Month

    def __str__(self) -> str:
        return f"FY{self.year}-P{self.number:02}"


@attrs.frozen
class FiscalCalendar:
    """Fiscal years that begin with the first of a month, 1 to 12.

    Raises:
        InvalidValue: there is no such month.

    >>> from datetime import date
    >>> british = FiscalCalendar(4)
    >>> period = british.period(date(2026, 3, 31))
    >>> str(period), str(british.year(period.year))
    ('FY2026-P12', '2025-04-01..2026-03-31')
    """

    start_month: int = 1

    def __attrs_post_init__(self) -> None:
        expect(self.start_month, int, "the month with which a fiscal year begins")
        if not 1 <= self.start_month <= 12:
            raise InvalidValue(
                f"a fiscal year begins with a month from 1 to 12, got {self.start_month}"
            )

    @classmethod
    def of(cls, entity: LegalEntity) -> FiscalCalendar:
        """Give the calendar of a company."""
        return cls(entity.fiscal_year_start_month)

    def period(self, day: date) -> FiscalPeriod:
        """Give the period in which a day lies."""
        month = Month.containing(day)
        number = (month.month - self.start_month) % 12 + 1
        return FiscalPeriod((month + (12 - number)).year, number, month)

    def periods(self, year: int) -> tuple[FiscalPeriod, ...]:
        """Give the twelve periods of a fiscal year, named by the year in which it ends."""
        first = Month(year, self.start_month) + (0 if self.start_month == 1 else -12)
        return tuple(FiscalPeriod(year, number + 1, first + number) for number in range(12))

    def year(self, year: int) -> Span:
        """Give the days of a fiscal year, named by the year in which it ends."""
        periods = self.periods(year)
        return Span.of_days(periods[0].month.first_day, periods[-1].month.last_day)


def _months(months: Iterable[Month]) -> tuple[Month, ...]:
    return tuple(sorted(set(expect_each(months, Month, "months that are closed"))))


def _pairs(pairs: Iterable[tuple[str, Month]]) -> tuple[tuple[str, Month], ...]:
    found = expect_each(pairs, tuple, "months that are closed for one company")
    for pair in found:
        if len(pair) != 2:
            raise InvalidValue(f"a company's closed month is its id and the month, got {pair!r}")
        expect_name(pair[0], "the company that closed a month")
        expect(pair[1], Month, f"the month that {pair[0]!r} closed", "Month(2026, 1)")
    return tuple(sorted(set(found)))


@attrs.frozen
class ClosedPeriods:
    """Which months are closed: for the whole group, and for single companies beside.

    Args:
        months: closed for everybody.
        of_entities: closed for one company: its id, and the month.

    >>> from datetime import date
    >>> closed = ClosedPeriods([Month(2026, 1)]).closing(Month(2026, 2), "GB")
    >>> for company in ("DE", "GB"):
    ...     print(closed.first_open_day(company, date(2026, 1, 20)))
    2026-02-01
    2026-03-01
    """

    months: tuple[Month, ...] = attrs.field(default=(), converter=_months)
    of_entities: tuple[tuple[str, Month], ...] = attrs.field(default=(), converter=_pairs)

    def closing(self, month: Month, entity_id: str | None = None) -> ClosedPeriods:
        """Close a month too, for one company or for all."""
        if entity_id is None:
            return attrs.evolve(self, months=(*self.months, month))
        return attrs.evolve(self, of_entities=(*self.of_entities, (entity_id, month)))

    def closing_year(self, entity: LegalEntity, year: int) -> ClosedPeriods:
        """Close the twelve periods of a company's fiscal year too."""
        closed = [(entity.id, one.month) for one in FiscalCalendar.of(entity).periods(year)]
        return attrs.evolve(self, of_entities=(*self.of_entities, *closed))

    def is_closed(self, entity_id: str, day: date) -> bool:
        """Whether nothing can be posted on a day in the books of a company."""
        month = Month.containing(day)
        return month in self.months or (entity_id, month) in self.of_entities

    def first_open_day(self, entity_id: str, day: date) -> date:
        """Give the day itself, or the first of the next month that is open."""
        while self.is_closed(entity_id, day):
            day = Month.containing(day).next().first_day
        return day

    def posted(self, entry: JournalEntry) -> JournalEntry:
        """Give the entry as it can be posted: in a closed month it moves, and its text says so.

        An entry between two companies moves where either has closed, so that both post their side
        on one day and the pair is taken out of the group's figures whole.
        """
        day = self.first_open_day(entry.entity, entry.day)
        while entry.pair is not None and entry.counterparty is not None:
            later = self.first_open_day(entry.counterparty, day)
            if later == day:
                break
            day = self.first_open_day(entry.entity, later)
        if day == entry.day:
            return entry
        note = f"belongs to {entry.day}, which is closed"
        text = f"{entry.text}; {note}" if entry.text else note
        return attrs.evolve(entry, day=day, text=text)
