"""What facts take from prepaid lines, and what one line leaves for the next."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, time, timedelta
from fractions import Fraction
from itertools import pairwise, takewhile
from typing import TypeAlias

import attrs

from harmony_core.billing._facts import Facts
from harmony_core.contracts import (
    Amendment,
    Change,
    Contract,
    ContractLine,
    LineEnds,
    LineRunsOn,
    NewQuantity,
    left_over,
    line_end,
    running_days,
)
from harmony_core.funds import Draw, Incident, IncidentStatement, OverageLine
from harmony_core.periods import InstantSpan, Span, add_months
from harmony_core.products import FundTerms, FundUnit, LeftOver, TimeWorked
from harmony_core.work import Expense, TimeEntry

_DAY = timedelta(days=1)
_HOUR = timedelta(hours=1) // timedelta(microseconds=1)
_EVER = Span(date.min, date.max)


@attrs.frozen
class ChargedIncident:
    """An incident with the day on which its terms charge it."""

    incident: Incident
    day: date

    @property
    def id(self) -> str:
        """Of the incident."""
        return self.incident.id

    @property
    def known_on(self) -> date:
        """The day on which that day became known."""
        return self.incident.recorded_on or self.day


Drawing: TypeAlias = TimeEntry | Expense | ChargedIncident
"""A fact that can draw a fund."""


def drawings(contract: Contract, line: ContractLine, facts: Facts) -> Sequence[Drawing]:
    """Every fact of a prepaid line that can draw its fund."""
    terms = None if line.fund is None else line.fund.incidents_in(contract.currency)
    day = None if terms is None else terms.charge_day

    def made() -> Sequence[Drawing]:
        worked = facts.time_of(contract.id, line.id, _EVER)
        spent = facts.expenses_of(contract.id, line.id, _EVER)
        if day is None:
            return (*worked, *spent)
        charged = ((one, one.day(day)) for one in facts.incidents_of(contract.id, line.id))
        return tuple(ChargedIncident(one, when) for one, when in charged if when is not None)

    return facts.remember(("drawings", contract.id, line.id, day), made)


def takes_back(fact: Drawing) -> bool:
    """Whether it takes back what was drawn before."""
    if isinstance(fact, TimeEntry):
        return fact.hours < 0
    return isinstance(fact, Expense) and fact.amount.minor < 0


def draw_id(fact: Drawing) -> str:
    """The id of its draw: an expense and a time entry may have one id."""
    return f"expense {fact.id}" if isinstance(fact, Expense) else fact.id


def units_of(terms: FundTerms, currency: str, fact: Drawing) -> Fraction | None:
    """The units of a fund that one of a fact takes: an hour, an expense; ``None`` where none.

    Raises:
        PriceNotFound: hours draw the fund, but nobody said how many units in that currency.
    """
    if terms.incidents or isinstance(fact, ChargedIncident):
        return None  # they are priced one by one
    if isinstance(fact, TimeEntry):
        return fact.multiplier * terms.units_for(currency) if terms.units_per_hour else None
    kit = dict(terms.units_per_kit).get(fact.category)
    if kit is not None:
        return kit
    per_spent = terms.units_for_spent(currency) if fact.amount.currency == currency else None
    return None if per_spent is None else abs(fact.amount.exact.value) * per_spent


@attrs.frozen
class Taken:
    """What is still to be taken for a fact, and the lines that are asked next.

    ``quantity`` is in hours of a time entry, and a share of an expense.
    """

    fact: Drawing
    quantity: Fraction
    path: tuple[ContractLine, ...] = ()

    @property
    def id(self) -> str:
        """Of the draw."""
        return draw_id(self.fact)

    def passed_on(self, contract: Contract) -> Taken | None:
        """The same with the line first that takes it; ``None`` where none does."""
        for number, line in enumerate(self.path):
            if takes(contract, line, self.fact):
                return attrs.evolve(self, path=self.path[number:])
        return None

    def draw(self, units: Fraction) -> Draw:
        """The draw on a fund of which one of the fact takes so many units."""
        fact = self.fact
        at = fact.started_at if isinstance(fact, TimeEntry) else None
        return Draw(self.id, fact.day, self.quantity, units, at, fact.known_on)

    def in_money(self, terms: FundTerms, units: Fraction) -> Fraction | None:
        """What so many units of an expense that a fund does not cover are worth, if anything."""
        if not isinstance(self.fact, Expense):
            return None
        if terms.unit is FundUnit.CASH:
            return units
        spent = terms.units_for_spent(self.fact.amount.currency)
        return (
            None
            if spent is None or self.fact.category in dict(terms.units_per_kit)
            else units / spent
        )

    def as_entry(self) -> TimeEntry | None:
        """The rest of a time entry: its last hours."""
        if not isinstance(self.fact, TimeEntry):
            return None
        entry, worked = self.fact, self.fact.worked
        if worked is not None:
            length = self.quantity * _HOUR
            # Instants have no less than a microsecond, and rounding may have made it longer.
            whole = length.denominator == 1 and self.quantity <= entry.hours
            start = worked.end - timedelta(microseconds=int(length))
            worked = InstantSpan(start, worked.end) if whole else None
        return attrs.evolve(entry, hours=self.quantity, worked=worked)


def takes(contract: Contract, line: ContractLine, fact: Drawing) -> bool:
    """Whether a line is asked for what a fund left: its kind, its days and its cover allow it."""
    if isinstance(fact, ChargedIncident):
        return False
    if line.fund is None:
        if not (isinstance(line.source, TimeWorked) and isinstance(fact, TimeEntry)):
            return False
    elif units_of(line.fund, contract.currency, fact) is None:
        return False
    if contract.line_on(line.id, fact.day) is None and not _outlived(contract, line, fact.day):
        return False
    if (cover := line.cover) is None:
        return True
    if isinstance(fact, Expense):
        return cover.holds_on(fact.day) and cover.types.admits(fact.category)
    admitted = cover.roles.admits(fact.role) and cover.types.admits(fact.work_type)
    return admitted and cover.holds_on(fact.day)


def _outlived(contract: Contract, line: ContractLine, day: date) -> bool:
    """Whether a prepaid line has ended, and a block that it bought before can still be drawn."""
    if line.fund is None or line.fund.rollover is not None or day < line.start:
        return False
    ended = fund_line(contract, line.id)
    if ended is None or ended.fund is None or ended.fund.at_end is not LeftOver.KEPT:
        return False
    return any(
        period.span.start <= day < add_months(period.span.start, line.fund.valid_months)
        for period in takewhile(lambda one: one.span.start <= day, ended.periods())
    )


def fund_line(contract: Contract, line_id: str) -> ContractLine | None:
    """A prepaid line with the end that was agreed for it; ``None`` where it buys nothing.

    A block is bought once: an end stops further ones. Those that are there stay, unless what is
    left of them lapses or is paid back: its terms have what was agreed for that end.
    """
    return as_ended(contract, contract.line(line_id))


def as_ended(contract: Contract, line: ContractLine) -> ContractLine | None:
    """A line as anybody holds it, with the end that its contract gives it, as ``fund_line``."""
    last_day = line_end(contract, line.id).last_day
    if last_day is not None and last_day < line.start:
        return None
    terms, at_end = line.fund, left_over(contract, line.id)
    if terms is not None and terms.at_end is not at_end:
        terms = attrs.evolve(terms, at_end=at_end)
    if last_day == line.last_day and terms is line.fund:
        return line
    return attrs.evolve(line, last_day=last_day, fund=terms)


def as_bought(contract: Contract, line: ContractLine, start: date) -> ContractLine | None:
    """A prepaid line at the units and price of the block that it buys on the first day of a period.

    ``None`` where it does not run that day. A block is bought whole: what was agreed for a later
    day is for the blocks of later periods.
    """
    if line.is_billed_once or not contract.amendments:
        return line
    agreed = contract.line_on(line.id, start)
    if agreed is None:
        return None
    if agreed.quantity == line.quantity and agreed.scheme == line.scheme:
        return line
    return attrs.evolve(line, quantity=agreed.quantity, scheme=agreed.scheme)


def pauses_of(contract: Contract, line: ContractLine) -> tuple[Span, ...]:
    """The days on which a line that buys anew is suspended; the last may be open."""
    if line.is_billed_once or not any(
        isinstance(change, LineEnds) for _, change in what_buys(contract, line)
    ):
        return ()
    stretches = running_days(contract, line.id)
    pauses = [
        Span(one.last_day + _DAY, then.first_day)
        for one, then in pairwise(stretches)
        if one.last_day is not None
    ]
    if stretches and line_end(contract, line.id).is_suspension:
        last = stretches[-1].last_day
        if last is not None:
            pauses.append(Span(last + _DAY, date.max))
    return tuple(pauses)


def what_buys(contract: Contract, line: ContractLine) -> tuple[tuple[Amendment, Change], ...]:
    """What was agreed later about the blocks that a prepaid line buys anew: how many, and when."""
    if line.is_billed_once:
        return ()
    return tuple(
        (amendment, change)
        for amendment in contract.amendments
        for change in amendment.changes
        if change.line_id == line.id and isinstance(change, NewQuantity | LineEnds | LineRunsOn)
    )


def block_end(line: ContractLine, start: date) -> date:
    """The last day on which the block that a prepaid line bought on ``start`` can be drawn."""
    terms = line.fund
    if terms is None:
        return start
    last = Span(start, add_months(start, terms.valid_months)).last_day
    cut = line.last_day is not None and terms.at_end is not LeftOver.KEPT
    return min(last, line.last_day) if cut and line.last_day is not None else last


def is_cut(line: ContractLine) -> bool:
    """Whether the end of a prepaid line ends its blocks too."""
    return line.fund is not None and line.fund.at_end is not LeftOver.KEPT


def outlives(line: ContractLine, start: date) -> bool:
    """Whether a prepaid line ends while the block that it bought on ``start`` could be drawn."""
    if line.fund is None or line.fund.rollover is not None or line.last_day is None:
        return False
    by_itself = Span(start, add_months(start, line.fund.valid_months)).last_day
    return start <= line.last_day < by_itself


def is_refunded(line: ContractLine, start: date) -> bool:
    """Whether the end of a prepaid line pays back what is left of the block of ``start``."""
    terms = line.fund
    return terms is not None and terms.at_end is LeftOver.REFUNDED and outlives(line, start)


def worked(
    facts: Iterable[Drawing], terms: FundTerms, path: tuple[ContractLine, ...]
) -> list[Taken]:
    """What is left to take after facts below zero took some back: the latest before them first."""
    done: list[Drawing] = []
    taken_back: list[Drawing] = []
    for fact in sorted(facts, key=_place):
        (taken_back if takes_back(fact) else done).append(fact)
    left = {draw_id(fact): _whole(fact, terms) for fact in done}
    for back in taken_back:
        weight = _weight(back)
        units = -_whole(back, terms) * weight
        for fact in reversed(done):
            if _alike(fact, back) and fact.day <= back.day and (of_one := _weight(fact)):
                part = min(units, left[draw_id(fact)] * of_one)
                left[draw_id(fact)] -= part / of_one
                units -= part
    return [Taken(fact, left[draw_id(fact)], path) for fact in done]


def _place(fact: Drawing) -> tuple[date, time, str]:
    at = fact.started_at if isinstance(fact, TimeEntry) else None
    return fact.day, at or time.min, fact.id


def _whole(fact: Drawing, terms: FundTerms) -> Fraction:
    if isinstance(fact, TimeEntry):
        return terms.drawn_hours(fact.hours)
    return Fraction(-1 if takes_back(fact) else 1)


def _weight(fact: Drawing) -> Fraction:
    if isinstance(fact, TimeEntry):
        return fact.multiplier
    return abs(fact.amount.exact.value) if isinstance(fact, Expense) else Fraction(1)


def _alike(fact: Drawing, back: Drawing) -> bool:
    if isinstance(fact, Expense) and isinstance(back, Expense):
        return (fact.category, fact.amount.currency) == (back.category, back.amount.currency)
    return isinstance(fact, TimeEntry) and isinstance(back, TimeEntry)


def shortfalls(charged: IncidentStatement) -> Iterator[OverageLine]:
    """What the fund did not pay of incidents, as overage in its unit of money."""
    for one in charged.lines:
        if one.billed:
            billed = one.billed.exact.value
            yield OverageLine(one.incident_id, one.day, billed, billed, one.billed, one.explanation)
