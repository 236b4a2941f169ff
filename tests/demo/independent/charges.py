"""What is charged, for which days, and when: R0 to R4, and R14, R18, R19."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from fractions import Fraction
from functools import partial
from typing import NamedTuple

from tests.demo.independent.amendments import amended_amount, furthest_end, last_bill, served
from tests.demo.independent.amounts import (
    Fleet,
    Period,
    devices_amount,
    expenses_amount,
    fixed_amount,
    time_amount,
)
from tests.demo.independent.dated import on, parts
from tests.demo.independent.exact import (
    ONE_DAY,
    add_months,
    days_between,
    month_first,
    month_of,
    settle,
)
from tests.demo.independent.funds import Replay, blocks_of, replay
from tests.demo.independent.rates import RateTable
from tests.demo.independent.reading import Company, Expense, Line, Usage, Work
from tests.demo.independent.usage import recordings, usage_amount

ORIGINAL, CORRECTION, OVERAGE, TOP_UP = "original", "correction", "overage", "top_up"
CREDIT = "credit"


class Charge(NamedTuple):
    line: Line
    series: str  # main, overage or top_up
    kind: str
    period: Period
    trigger: date
    net: Fraction
    credit_id: str = ""  # of a credit note
    billed: Fraction = Fraction(0)  # what it gives back a part of
    billed_on: date = date.min


# --- R1 ------------------------------------------------------------------------------------------
# > Periods of a line: boundary(n) = add_months(line.start, n*interval) from the original start
# > (clipped to short months). Clipped at the line's end (inclusive last day). Lines measured from
# > time or expenses, and overage of funds, use calendar months [1st, 1st) from the month of
# > line.start, clipped to the line's own days.
# > (R2) Once-only lines (interval 0): one period of one day [start, start+1)
#
# Decision: time, expenses and overage use calendar months whatever interval the product names.


def calendar_months(line: Line, until: date) -> Iterator[Period]:
    """Calendar months that begin on or before ``until``."""
    number, first = 0, month_first(month_of(line.start))
    while first <= until and (line.end is None or first <= line.end):
        last = add_months(first, 1) - ONE_DAY
        clipped_last = last if line.end is None else min(last, line.end)
        yield Period(number, max(first, line.start), clipped_last, days_between(first, last))
        number, first = number + 1, add_months(first, 1)


def periods(line: Line, until: date) -> Iterator[Period]:
    """Periods of the line's own charges that begin on or before ``until``."""
    if line.product.source in {"time", "expenses"}:
        for month in calendar_months(line, until):
            yield from parts(line, month)
        return
    if line.product.interval == 0:
        if line.start <= until:
            yield Period(0, line.start, line.start, 1)
        return
    number, first, end = 0, line.start, furthest_end(line)
    while first <= until and (end is None or first <= end):
        last = add_months(line.start, (number + 1) * line.product.interval) - ONE_DAY
        clipped_last = last if end is None else min(last, end)
        yield from parts(line, Period(number, first, clipped_last, days_between(first, last)))
        number, first = number + 1, last + ONE_DAY


# --- R2 ------------------------------------------------------------------------------------------
# > Trigger: advance = period start - lead_days; arrears = day after the (clipped) period's last day
# > - lead_days. Once-only lines (interval 0): ... trigger = start.


def trigger_day(line: Line, period: Period) -> date:
    """Day on which the period's charge comes into being."""
    product = line.product
    if product.interval == 0 and product.source not in {"time", "expenses"}:
        return line.start
    lead = timedelta(days=product.lead_days)
    day = (period.first if product.timing == "advance" else period.last + ONE_DAY) - lead
    return last_bill(line, period, day) if line.changes else day


# --- R3, overage ---------------------------------------------------------------------------------
# > overage of a fund: a second charge series of the line (calendar months, arrears, lead 0) ...
# > priced at overage_prices of the contract's currency; settled once per charge. A month without
# > any overage makes no charge.


# > (R18) The overage of an allowance goes by the periods of its line.
# > (R19) What top-ups of a month cost is a third series, like overage.


def fund_periods(line: Line, until: date) -> Iterator[Period]:
    """Periods of what the draws of a fund bring about."""
    if (line.product.fund or {}).get("rollover"):
        return periods(line, until)
    return calendar_months(line, until)


# --- R4 ------------------------------------------------------------------------------------------
# > The charge at trigger T sees facts recorded on or before T. Every later day k on which a fact of
# > that line (for funds: of that fund) was recorded re-computes the whole period as known on k; the
# > difference to what was charged for the period so far is a correction charge with trigger k, same
# > service period; no charge when the difference is zero. A metered charge of zero exists.
#
# Decision: where the first charge lies before the opening day, the former system is taken to have
# charged what was known on its trigger; a later correction is only the difference to that.
# Decision: a correction of overage is a correction (kind), in the series "overage".


def with_corrections(
    first: Charge,
    amount_as_known: Callable[[date], Fraction],
    known_days: list[date],
    keep_zero: bool,
    days_charged: Callable[[date | None, date], Period] | None = None,
) -> Iterator[Charge]:
    """Yield the first charge and then one correction for each later day that changes the amount.

    ``days_charged`` gives the days of each from the day before and its own; else it is the period.
    """

    def period(before: date | None, day: date) -> Period:
        return first.period if days_charged is None else days_charged(before, day)

    currency = first.line.currency
    charged = settle(amount_as_known(first.trigger), currency)
    if charged or keep_zero:
        yield first._replace(net=charged, period=period(None, first.trigger))
    before = first.trigger
    for day in known_days:
        if day > first.trigger:
            amount = settle(amount_as_known(day), currency)
            if amount != charged:
                yield first._replace(
                    kind=CORRECTION, trigger=day, net=amount - charged, period=period(before, day)
                )
                charged = amount
            before = day


# > R25: what the blocks of a fund do not cover goes to the line that its fund names first, as clock
# > hours, and is no overage of its own. That line has work of its own and what is passed on to it.


def _feeders(lines: list[Line]) -> dict[tuple[str, str], list[Line]]:
    """By line, those that pass on to it directly."""
    found: dict[tuple[str, str], list[Line]] = defaultdict(list)
    for line in lines:
        if names := (line.product.fund or {}).get("passes_to"):
            found[line.contract, names[0]].append(line)
    return found


class Facts:
    """The facts of each line: which of them count for it."""

    def __init__(self, company: Company) -> None:
        self.work: dict[tuple[str, str], list[Work]] = defaultdict(list)
        for entry in company.work:
            self.work[entry.contract, entry.line].append(entry)
        self._feeders = _feeders(company.lines)
        self.expenses: dict[tuple[str, str], list[Expense]] = defaultdict(list)
        for expense in company.expenses:
            self.expenses[expense.contract, expense.line].append(expense)
        self.usage: dict[tuple[str, str], list[Usage]] = defaultdict(list)
        for record in company.usage:
            self.usage[record.customer, record.meter].append(record)
        self._fleets: dict[str, Fleet] = defaultdict(lambda: defaultdict(list))
        for event in sorted(company.device_events, key=lambda e: (e.day, e.known)):
            self._fleets[company.devices[event.device][1]][event.device].append(event)
        self._type_of = {device: type_ for device, (type_, _) in company.devices.items()}
        self._parent = company.type_parent

    def draws(self, line: Line, known: date) -> list[Work]:
        """The work of a line, with what other lines pass on to it as known on a day: R25."""
        own = list(self.work[line.contract, line.line])
        for feeder in self._feeders.get((line.contract, line.line), []):
            work = self.draws(feeder, known)
            last = max((entry.day for entry in work), default=feeder.start)
            own += replay(feeder, work, known, last).rest
        return own

    def recordings(self, line: Line) -> list[tuple[date, date]]:
        """(day, known) of the work of a line and of those that pass some on to it."""
        found = [(entry.day, entry.known) for entry in self.work[line.contract, line.line]]
        for feeder in self._feeders.get((line.contract, line.line), []):
            found += self.recordings(feeder)
        return found

    def _is_a(self, type_: str, wanted: tuple[str, ...]) -> bool:
        at: str | None = type_
        while at is not None:
            if at in wanted:
                return True
            at = self._parent[at]
        return False

    def fleets(self) -> dict[str, Fleet]:
        """Every customer's devices."""
        return self._fleets

    def picks_up(self, line: Line, device: str) -> bool:
        """Whether a line counts devices of this one's type."""
        return self._is_a(self._type_of[device], line.product.types)

    def fleet(self, line: Line) -> Fleet:
        wanted = line.product.types
        fleet = self._fleets[line.party]
        return {d: events for d, events in fleet.items() if self._is_a(self._type_of[d], wanted)}


def _measured(
    line: Line, facts: Facts, rates: RateTable
) -> tuple[Callable[[Period, date], Fraction], list[tuple[date, date]]]:
    """How a line's amount follows from its facts, and (day, known) of each of those facts."""
    source, key = line.product.source, (line.contract, line.line)
    if source == "devices":
        fleet = facts.fleet(line)
        return (
            lambda period, known: devices_amount(on(line, period.first), fleet, period, known),
            [(e.day, e.known) for events in fleet.values() for e in events],
        )
    if source == "usage":
        records = facts.usage[line.party, line.product.meter]
        return (
            lambda period, known: usage_amount(on(line, period.first), records, period, known),
            recordings(records),
        )
    if source == "time":
        return (
            lambda period, known: time_amount(
                on(line, period.first), facts.draws(line, known), period, known
            ),
            facts.recordings(line),
        )
    if source == "expenses":
        expenses = facts.expenses[key]
        return (
            lambda period, known: expenses_amount(line, expenses, rates, period, known),
            [(e.day, e.known) for e in expenses],
        )
    if line.changes:
        return (
            lambda period, known: amended_amount(line, period, known),
            [(change.first_day, change.known) for change in line.changes],
        )
    return (lambda period, _: fixed_amount(on(line, period.first), period)), []


def charges_of(line: Line, facts: Facts, rates: RateTable, until: date) -> Iterator[Charge]:
    """All charges of periods that begin on or before ``until``, with corrections until then."""
    amount, known_of = _measured(line, facts, rates)
    for period in periods(line, until + timedelta(days=max(0, line.product.lead_days))):
        trigger = trigger_day(line, period)
        late = sorted(
            {known for day, known in known_of if trigger < known <= until and day <= period.last}
        )
        first = Charge(line, "main", ORIGINAL, period, trigger, Fraction(0))
        days = partial(served, line, period) if line.changes else None
        yield from with_corrections(first, partial(amount, period), late, True, days)
    if line.product.type == "prepayment":
        draws = facts.work[line.contract, line.line]
        if not (line.product.fund or {}).get("passes_to"):
            yield from _by_draws(line, draws, until, OVERAGE, _overage_amount)
        if (line.product.fund or {}).get("top_up"):
            yield from _by_draws(line, draws, until, TOP_UP, _top_up_amount)


def _overage_amount(line: Line, replayed: Replay, period: Period) -> Fraction:
    prices = (line.product.fund or {}).get("overage_prices") or {}
    hours = [hours for day, hours in replayed.overage if period.first <= day <= period.last]
    return sum(hours, Fraction(0)) * Fraction(prices[line.currency]) if hours else Fraction(0)


def _top_up_amount(line: Line, replayed: Replay, period: Period) -> Fraction:
    policy = (line.product.fund or {})["top_up"]
    price = Fraction(policy["prices"][line.currency])
    bought = [block for block in replayed.top_ups if period.first <= block.first <= period.last]
    return sum((settle(block.units * price, line.currency) for block in bought), Fraction(0))


def _by_draws(
    line: Line,
    draws: list[Work],
    until: date,
    series: str,
    amount_of: Callable[[Line, Replay, Period], Fraction],
) -> Iterator[Charge]:
    known_days = sorted({entry.known for entry in draws if entry.known <= until})
    found: dict[date, Replay] = {}

    def replayed(day: date) -> Replay:
        if day not in found:
            found[day] = replay(line, draws, day, until)
        return found[day]

    for period in fund_periods(line, until):

        def amount(day: date, period: Period = period) -> Fraction:
            return amount_of(line, replayed(day), period)

        first = Charge(line, series, series, period, period.last + ONE_DAY, Fraction(0))
        yield from with_corrections(first, amount, known_days, keep_zero=False)


# --- R0 ------------------------------------------------------------------------------------------
# > Opening: a charge whose trigger day is before the group's opening_day does not exist (the former
# > system billed it).


def all_charges(company: Company, rates: RateTable, opening: date, until: date) -> list[Charge]:
    """Every charge triggered from ``opening`` on, of periods that begin on or before ``until``.

    Some triggers lie after ``until``: those charges are not made yet, but may accrue (R6).
    """
    facts = Facts(company)
    return [
        charge
        for line in company.lines
        for charge in charges_of(line, facts, rates, until)
        if charge.trigger >= opening
    ]


def block_last_day(charge: Charge) -> date:
    """Last day on which the block bought by this charge can be drawn."""
    return blocks_of(charge.line, charge.period.first)[-1].last
