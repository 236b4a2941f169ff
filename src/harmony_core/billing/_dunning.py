"""Reminding late payers: stages as a table, promises to pay, interest for the days of delay.

A stage is a function of the item's age, of the reminders that were sent and of the promises that
were made. Nothing is sent here: :func:`dunning` says which reminder is due, and who keeps the
:class:`Reminder` has sent it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from fractions import Fraction
from itertools import pairwise

import attrs

from harmony_core.billing._ageing import days_overdue
from harmony_core.billing._ledger import ReceivablesLedger
from harmony_core.billing._open_items import OpenItem
from harmony_core.errors import InvalidValue, NotFound, Word
from harmony_core.explanation import Explainer, Explanation
from harmony_core.finance import Exact, Money, exact


def _percent(value: Exact | None) -> Fraction | None:
    if value is None:
        return None
    number = exact(value, "interest")
    if number < 0:
        raise InvalidValue(f"interest is zero or more per cent a year, got {value}")
    return number


def _fees(fees: Iterable[Money]) -> tuple[Money, ...]:
    found = tuple(fees)
    if len({fee.currency for fee in found}) < len(found) or any(fee.minor < 0 for fee in found):
        raise InvalidValue("a stage has one fee a currency, and none below zero")
    return found


@attrs.frozen
class DunningStage:
    """One row of the table.

    Args:
        name: what the house calls it; the key of its wording.
        from_days: days overdue from which on it may be sent.
        fees: asked with it, one a currency; in other currencies it is free.
        interest_percent: a year, on what was open on each day of delay; ``None`` asks none.
    """

    name: str
    from_days: int
    fees: tuple[Money, ...] = attrs.field(default=(), converter=_fees)
    interest_percent: Fraction | None = attrs.field(default=None, converter=_percent)


def _stages(stages: Iterable[DunningStage]) -> tuple[DunningStage, ...]:
    return tuple(stages)


@attrs.frozen
class DunningTable:
    """The stages of a house or of a customer, in their order.

    Args:
        stages: ``from_days`` rises from one on.
        grace_days: days that must lie between two reminders of one item.
        least: open amounts below these, one a currency, are let be.

    Raises:
        InvalidValue: no stages, two of one name, or days that do not rise.
    """

    stages: tuple[DunningStage, ...] = attrs.field(converter=_stages)
    grace_days: int = 0
    least: tuple[Money, ...] = attrs.field(default=(), converter=_fees)

    def __attrs_post_init__(self) -> None:
        days = [0, *(stage.from_days for stage in self.stages)]
        if not self.stages or any(later <= earlier for earlier, later in pairwise(days)):
            raise InvalidValue(f"dunning stages rise from day 1 on, got {days[1:]}")
        if len({stage.name for stage in self.stages}) < len(self.stages):
            raise InvalidValue("two dunning stages have one name")
        if self.grace_days < 0:
            raise InvalidValue(f"days between reminders are from 0, got {self.grace_days}")

    def reached(self, overdue: int) -> int:
        """The number of stages whose day has come."""
        return sum(stage.from_days <= overdue for stage in self.stages)

    def place(self, name: str) -> int:
        """The place of a stage, counted from zero; raises ``NotFound``."""
        for number, stage in enumerate(self.stages):
            if stage.name == name:
                return number
        raise NotFound(f"the dunning table has no stage {name!r}")


@attrs.frozen
class Reminder:
    """A reminder that was sent: which item, which stage, when."""

    item_id: str
    stage: str
    day: date


@attrs.frozen
class PromiseToPay:
    """What a customer promised on a day: to pay so much of an item by another day."""

    item_id: str
    made_on: date
    pay_by: date
    amount: Money

    def __attrs_post_init__(self) -> None:
        if self.pay_by < self.made_on or self.amount.minor <= 0:
            raise InvalidValue(
                f"a promise is of an amount above zero and of a day to come, got {self.amount} "
                f"by {self.pay_by}, promised on {self.made_on}"
            )


class PromiseState(Word):
    """What became of a promise."""

    RUNNING = "running"
    """its day has not passed, and it is not paid yet: reminders wait"""
    KEPT = "kept"
    """so much was paid or credited since, by the day"""
    BROKEN = "broken"
    """the day has passed"""


def promise_state(promise: PromiseToPay, ledger: ReceivablesLedger, as_of: date) -> PromiseState:
    """Say what became of a promise by the end of a day.

    Raises:
        NotFound: the ledger has no such item.
    """
    before, now = (
        _open_on(ledger, promise.item_id, day)
        for day in (promise.made_on, min(promise.pay_by, as_of))
    )
    if not now or before - now >= promise.amount:
        return PromiseState.KEPT
    return PromiseState.RUNNING if as_of <= promise.pay_by else PromiseState.BROKEN


def _open_on(ledger: ReceivablesLedger, item_id: str, day: date) -> Money:
    rows = ledger.history(item_id)
    return next((left for since, left in reversed(rows) if since <= day), rows[0][1])


@attrs.frozen
class DueReminder:
    """A reminder that is due; with ``explanation`` where interest is asked."""

    item: OpenItem
    stage: DunningStage
    days_overdue: int
    fee: Money
    interest: Money
    explanation: Explanation | None

    @property
    def total(self) -> Money:
        """What is asked: the open part, the fee and the interest."""
        return self.item.open + self.fee + self.interest

    def sent(self, day: date) -> Reminder:
        """What to keep once it went out."""
        return Reminder(self.item.id, self.stage.name, day)


def dunning(
    ledger: ReceivablesLedger,
    table: DunningTable,
    as_of: date,
    reminders: Iterable[Reminder] = (),
    promises: Iterable[PromiseToPay] = (),
) -> tuple[DueReminder, ...]:
    """Say which reminders are due on a day, in the order of the items.

    An item goes one stage at a time, however old it is: the next one after the highest that was
    sent, once its days overdue have come and ``grace_days`` lie between. While a promise runs,
    nothing is due; one that was broken stops nothing. A second run after the reminders were kept
    finds nothing.

    Raises:
        NotFound: a reminder names a stage that the table does not have.
    """
    sent: dict[str, list[Reminder]] = {}
    for reminder in reminders:
        sent.setdefault(reminder.item_id, []).append(reminder)
    there = {item.id for item in ledger.items(as_of)}
    waiting = {
        promise.item_id
        for promise in promises
        if promise.made_on <= as_of
        and promise.item_id in there
        and promise_state(promise, ledger, as_of) is PromiseState.RUNNING
    }
    least = {money.currency: money for money in table.least}
    found = []
    for item in ledger.open_items(as_of):
        code = item.open.currency
        if item.id in waiting or item.open < least.get(code, item.open):
            continue
        overdue = days_overdue(item.due_day, as_of)
        stage = _next_stage(table, overdue, sent.get(item.id, ()), as_of)
        if stage is not None:
            interest, why = late_interest(ledger, item.id, stage.interest_percent, as_of)
            fees = {fee.currency: fee for fee in stage.fees}
            fee = fees.get(code, Money.zero(code))
            found.append(DueReminder(item, stage, overdue, fee, interest, why))
    return tuple(found)


def _next_stage(
    table: DunningTable, overdue: int, sent: Sequence[Reminder], as_of: date
) -> DunningStage | None:
    place = max((table.place(one.stage) + 1 for one in sent), default=0)
    if place >= table.reached(overdue):
        return None
    last = max((one.day for one in sent), default=None)
    if last is not None and (as_of - last).days < table.grace_days:
        return None
    return table.stages[place]


def late_interest(
    ledger: ReceivablesLedger, item_id: str, percent: Exact | None, through: date
) -> tuple[Money, Explanation | None]:
    """Simple interest on what was open on each day after the due day, to the end of ``through``.

    A year has 365 days. What was paid in part stops its share from the day of payment on. Rounded
    once, half up; without a percentage it is zero, and there is nothing to explain.

    Raises:
        NotFound: the ledger has no such item.
    """
    rows = ledger.history(item_id)
    currency = rows[0][1].currency
    due_day = ledger.due_day(item_id)
    late = (through - due_day).days
    if not percent or late <= 0:
        return Money.zero(currency), None
    why = Explainer("interest for late payment", 1)
    why.given("percent", "interest a year, in per cent", exact(percent, "interest"), "%")
    why.given("year", "days of a year, times hundred", 36500)
    parts = []
    ends = [day for day, _ in rows[1:]]
    for number, ((since, left), until) in enumerate(zip(rows, [*ends, None], strict=True), start=1):
        first = max((since - due_day).days, 1)  # the first day of delay is the day after
        last = late if until is None else min(late, (until - due_day).days - 1)
        if left and last >= first:
            amount = why.given(f"open{number}", "open amount", left.exact.value, currency)
            days = why.given(f"days{number}", "days late", last - first + 1)
            label = "open amount times days late"
            parts.append(why.step(f"part{number}", label, "multiply", amount, days))
    if not parts:
        return Money.zero(currency), None
    why.step("sum", "all of them", "add", *parts, unit=currency)
    why.step("yearly", "at the interest of a year", "multiply", "sum", "percent", unit=currency)
    exactly = why.step("exact", "for the days of a year", "divide", "yearly", "year", unit=currency)
    why.given("step", "smallest unit", Money(1, currency).exact.value, currency)
    why.step("interest", "settled", "round_half_up", exactly, "step", unit=currency)
    return Money.of(why.value("interest"), currency), why.explanation("interest")
