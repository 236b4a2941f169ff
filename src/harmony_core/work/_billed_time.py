"""Hours worked into hours billed: split by label, summed in scope, rounded, weighed, priced.

Time that is priced alike is rounded together: within a scope each label, each multiplier and each
rate is summed apart. What a scope bills is shared among its entries by the time worked, exactly,
so that the figures of any grouping of entries add up to the whole.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from fractions import Fraction
from typing import TypeAlias

import attrs

from harmony_core.errors import CurrencyMismatch, InvalidValue, PriceNotFound
from harmony_core.explanation import Explainer, Explanation
from harmony_core.finance import HALF_UP, ExactAmount, Money, Rounding
from harmony_core.periods import InstantSpan, TimeLabels
from harmony_core.products import RateCard, RatedFor, TimeScope, TimeTerms
from harmony_core.work._facts import TimeEntry, hours_in
from harmony_core.work._once import each_once


@attrs.frozen
class WorkedPart:
    """The part of an entry that lies under one label; ``minutes`` have the sign of its hours."""

    entry: TimeEntry
    label: str
    minutes: Fraction
    span: InstantSpan | None = None


def split_time(
    entry: TimeEntry, calendar: TimeLabels | None, untimed: str = ""
) -> tuple[WorkedPart, ...]:
    """Split an entry where the label of the calendar changes; the parts are the whole of it.

    An entry without instants, or without a calendar, is one part, under the label ``untimed``.
    """
    if calendar is None or entry.worked is None or not entry.hours:
        return (WorkedPart(entry, untimed, entry.hours * 60, entry.worked),)
    sign = -60 if entry.hours < 0 else 60
    return tuple(
        WorkedPart(entry, part.label, sign * hours_in(part.span), part.span)
        for part in calendar.labelled(entry.worked)
    )


@attrs.frozen
class BilledTime:
    """What was rounded together, and what came of it.

    Attributes:
        scope: the entry, ticket or day summed, or ticket and day (``T-1@2026-02-03``).
        label: of the calendar; empty where there is none.
        multiplier: the label's times the entry's own.
        rate: the price of an hour; ``None`` where the line's scheme prices the hours.
        parts: of the entries, in order of day and id.
        minutes: billed, before the multiplier.
        explanation: of ``minutes``.
    """

    scope: str
    label: str
    multiplier: Fraction
    rate: ExactAmount | None
    parts: tuple[WorkedPart, ...]
    minutes: Fraction
    explanation: Explanation

    @property
    def worked_minutes(self) -> Fraction:
        """Minutes worked, before any rounding."""
        return sum((part.minutes for part in self.parts), Fraction(0))

    @property
    def hours(self) -> Fraction:
        """Hours to price: billed, times the multiplier."""
        return self.minutes / 60 * self.multiplier

    @property
    def amount(self) -> ExactAmount | None:
        """The exact price, unsettled; ``None`` without a rate."""
        return None if self.rate is None else self.rate * self.hours

    def hours_of(self, entry_id: str) -> Fraction:
        """The hours to price that fall to one entry, in proportion to the time worked."""
        return self.shares.get(entry_id, Fraction(0)) / 60 * self.multiplier

    @property
    def shares(self) -> Mapping[str, Fraction]:
        """Minutes billed of each entry, by id, in proportion to the time worked; they add up."""
        worked, shares = self.worked_minutes, dict[str, Fraction]()
        for part in self.parts:
            share = self.minutes * part.minutes / worked if worked else Fraction(0)
            shares[part.entry.id] = shares.get(part.entry.id, Fraction(0)) + share
        return shares


@attrs.frozen
class TimeBill:
    """Time billed, group by group, in the order of scope, label, multiplier and rate."""

    groups: tuple[BilledTime, ...]

    @property
    def worked_minutes(self) -> Fraction:
        """Minutes worked, before any rounding: those of the entries, each once."""
        return sum((group.worked_minutes for group in self.groups), Fraction(0))

    @property
    def billed_minutes(self) -> Fraction:
        """Minutes billed, before any multiplier."""
        return sum((group.minutes for group in self.groups), Fraction(0))

    @property
    def hours(self) -> Fraction:
        """Hours to price: billed, times their multipliers."""
        return sum((group.hours for group in self.groups), Fraction(0))

    def add_hours(self, why: Explainer) -> tuple[str, ...]:
        """Write the steps from time worked to hours to price; names each group's hours."""
        why.given("sixty", "minutes of an hour", 60, "min")
        return tuple(
            _hours(why, group, f"t{number}_") for number, group in enumerate(self.groups, start=1)
        )

    def explain(self, currency: str, rounding: Rounding = HALF_UP) -> Explanation:
        """Price each group at its rate and settle once, at the end; nothing costs nothing.

        Raises:
            CurrencyMismatch: a rate is in another currency.
            InvalidValue: a group has no rate.

        >>> from datetime import date
        >>> from harmony_core.products import TimeRounding
        >>> entry = TimeEntry.of_minutes("e1", "anna", date(2026, 2, 3), 80)
        >>> terms = TimeTerms(TimeRounding(increment=15))
        >>> bill = bill_time([entry], terms, price=ExactAmount.of("150.00", "EUR"))
        >>> print(bill.explain("EUR").as_text())
        time billed (v1)
          minutes of an hour: 60 min
          2026-02-03 e1: 80 min
          increment: 15 min
          price of an hour: 150 EUR
          smallest unit: 0.01 EUR
          minutes worked: e1: 80 = 80 min
          to the increment: round up (80; 15) = 90 min
          in hours: 90 ÷ 60 = 1.5 h
          hours at their price: 1.5 × 150 = 225 EUR
          time at its price: 225 = 225 EUR
          settled: round half up (225; 0.01) = 225 EUR
        """
        why = Explainer("time billed", 1)
        amounts = []
        for number, (name, group) in enumerate(
            zip(self.add_hours(why), self.groups, strict=True), start=1
        ):
            if group.rate is None:
                raise InvalidValue(
                    f"the time of {group.scope!r} has no price: bill it with a price or rates"
                )
            if group.rate.currency != currency:
                raise CurrencyMismatch(group.rate.currency, currency)
            rate = why.given(f"rate{number}", "price of an hour", group.rate.value, currency)
            label = "hours at their price"
            amounts.append(
                why.step(f"amount{number}", label, "multiply", name, rate, unit=currency)
            )
        why.step("exact", "time at its price", "add", *amounts, unit=currency)
        smallest = rounding.step or Money(1, currency).exact.value
        why.given("step", "smallest unit", smallest, currency)
        operation = f"round_{rounding.mode.value}"
        return why.explanation(why.step("amount", "settled", operation, "exact", "step"))

    def amount(self, currency: str, rounding: Rounding = HALF_UP) -> Money:
        """The price of it all, settled once."""
        return Money.of(self.explain(currency, rounding).value, currency)


def _hours(why: Explainer, group: BilledTime, at: str) -> str:
    parts = [
        why.given(f"{at}part{index}", f"{part.entry.day} {part.entry.id}", part.minutes, "min")
        for index, part in enumerate(group.parts, start=1)
    ]
    about = f"{group.scope}, {group.label}" if group.label else group.scope
    worked = why.step(f"{at}sum", "minutes worked: {about}", "add", *parts, about=about)
    minutes = why.adopt(group.explanation, at, {"worked": worked})
    hours = why.step(f"{at}hours", "in hours", "divide", minutes, "sixty", unit="h")
    if group.multiplier == 1:
        return hours
    times = why.given(f"{at}times", "multiplier", group.multiplier)
    return why.step(f"{at}weighed", "hours times their multiplier", "multiply", hours, times)


_Scope: TypeAlias = tuple[str, ...]
_Key: TypeAlias = tuple[_Scope, str, Fraction, ExactAmount | None]


def bill_time(
    entries: Iterable[TimeEntry],
    terms: TimeTerms,
    *,
    price: ExactAmount | None = None,
    rates: RateCard | None = None,
    currency: str = "",
    calendar: TimeLabels | None = None,
    customer: str | None = None,
    rest_by_scheme: bool = False,
) -> TimeBill:
    """Turn entries into time billed; their order plays no part, and each counts once.

    Args:
        entries: of one line and one period, or of any set that is to be rounded together.
        terms: rounding, calendar and multipliers.
        price: of an hour, the same for all; ``None`` where a line's scheme prices the hours.
        rates: in place of ``price``: by contract, customer, role, person, work type, site and time
            band, on the day of the entry.
        currency: of the rates.
        calendar: stands in for the calendar of the terms, with labels that these know.
        customer: whose rates, for entries that name no customer themselves.
        rest_by_scheme: time for which no rate holds has none, and a scheme prices its hours.

    Raises:
        PriceNotFound: no rate holds for an entry, and no scheme prices the rest.
        InvalidValue: a price and rates, rates without a currency, or two entries of one id.

    >>> from datetime import date
    >>> from harmony_core.products import TimeRounding
    >>> from harmony_core.work import WorkSubject
    >>> on_ticket = WorkSubject(ticket="T-1")
    >>> entries = [
    ...     TimeEntry(
    ...         f"e{number}", "anna", date(2026, 2, 3), Fraction(minutes, 60), subject=on_ticket
    ...     )
    ...     for number, minutes in enumerate([45, 45, 5])
    ... ]
    >>> for scope in ("entry", "ticket"):
    ...     print(scope, bill_time(entries, TimeTerms(TimeRounding(scope, 60))).billed_minutes)
    entry 180
    ticket 120
    """
    if rates is not None and (price is not None or not currency):
        raise InvalidValue("rates stand in place of a price, and need the currency to find")
    labels = terms.calendar if calendar is None else calendar
    groups: dict[_Key, list[WorkedPart]] = {}
    once = each_once(entries, "time entry")
    for entry in sorted(once, key=lambda one: (one.day, one.id)):
        for part in split_time(entry, labels, terms.untimed):
            weight = entry.multiplier * terms.multiplier(part.label)
            rate = price
            if rates is not None:
                rate = _rate(rates, rated_for(part, customer), currency, entry, rest_by_scheme)
            key = _scope(entry, terms.rounding.scope), part.label, weight, rate
            groups.setdefault(key, []).append(part)
    return TimeBill(tuple(_billed(key, groups[key], terms) for key in sorted(groups, key=_place)))


def _rate(
    rates: RateCard, asked: RatedFor, currency: str, entry: TimeEntry, rest_by_scheme: bool
) -> ExactAmount | None:
    try:
        return rates.find(asked, currency, entry.day).rate.price
    except PriceNotFound:
        if rest_by_scheme:
            return None
        raise


def _place(key: _Key) -> tuple[object, ...]:
    scope, label, weight, rate = key
    return scope, label, weight, rate is not None, Fraction(0) if rate is None else rate.value


def _scope(entry: TimeEntry, scope: TimeScope) -> _Scope:
    """What the entry is summed with; the first part keeps a ticket and an entry of one id apart."""
    day, ticket = entry.day.isoformat(), entry.subject.ticket
    if scope is TimeScope.DAY:
        return "day", day
    if scope is TimeScope.ENTRY or not ticket:
        return "entry", entry.id
    return ("ticket", ticket) if scope is TimeScope.TICKET else ("ticket", ticket, day)


def rated_for(part: WorkedPart, customer: str | None = None) -> RatedFor:
    """What a rate is looked up for; what the entry leaves empty is unknown.

    ``customer`` stands in where the entry names none.
    """
    entry = part.entry
    return RatedFor(
        contract=entry.contract_id or None,
        customer=entry.subject.customer_id or customer,
        role=entry.role or None,
        person=entry.person_id or None,
        work_type=entry.work_type or None,
        site=entry.subject.site or None,
        time_band=part.label or None,
    )


def _billed(key: _Key, parts: list[WorkedPart], terms: TimeTerms) -> BilledTime:
    scope, label, weight, rate = key
    why = terms.rounding.explain(sum((part.minutes for part in parts), Fraction(0)))
    return BilledTime("@".join(scope[1:]), label, weight, rate, tuple(parts), why.value, why)
