"""Incidents paid from a fund of money by a price list; no timesheet is needed.

Time may be recorded for what it cost, but the customer pays by type of incident. The charges are
draws on the fund like any other, served by charge day and id, so that an incident which became
known late takes its own place.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import date

import attrs

from harmony_core.errors import Word, expect_word
from harmony_core.explanation import Explainer, Explanation
from harmony_core.finance import ExactAmount, Money, money_sum
from harmony_core.funds._blocks import Block, Draw, Overage, Refund
from harmony_core.funds._draw_down import draw_down, no_id_twice
from harmony_core.funds._statement import FundStatement
from harmony_core.periods import Month, Span
from harmony_core.products import (
    ChargeDay,
    DrawOrder,
    IncidentTerms,
    OverageMode,
    Shortfall,
    TopUp,
)


@attrs.frozen
class Incident:
    """A fact of the service desk, by its days.

    Args:
        type: the word that the price list knows it by.
        reopens: the id of the incident that this one reopens.
        excluded: somebody decided that it is not charged.
        recorded_on: the day on which its charge day became known; without it that day itself.
        contract_id, line_id: the prepaid line that pays for it.
    """

    id: str
    type: str
    opened: date
    resolved: date | None = None
    closed: date | None = None
    reopens: str | None = None
    excluded: bool = False
    recorded_on: date | None = None
    contract_id: str | None = None
    line_id: str | None = None

    def day(self, policy: ChargeDay) -> date | None:
        """The day on which it is charged; ``None`` while that day has not come."""
        days = {
            ChargeDay.OPENED: self.opened,
            ChargeDay.RESOLVED: self.resolved,
            ChargeDay.CLOSED: self.closed,
        }
        return days[policy]


class IncidentReason(Word):
    """Why an incident costs what it costs."""

    PRICED = "priced"
    """at the price of its type"""
    FREE = "free"
    """it is one of the free incidents of its month"""
    EXCLUDED = "excluded"
    """somebody decided so"""
    REOPENED = "reopened"
    """it reopens another incident, and the terms do not charge that"""


@attrs.frozen
class IncidentCharge:
    """What one incident takes from the fund and what of it is billed; explained: the bill."""

    incident_id: str
    day: date
    reason: IncidentReason
    from_fund: Money
    billed: Money
    explanation: Explanation


@attrs.frozen
class IncidentStatement:
    """Every incident after a replay: charged, waiting for its day, or without a price."""

    lines: tuple[IncidentCharge, ...]
    waiting: tuple[str, ...]
    not_priced: tuple[tuple[str, str], ...]
    """ids with their types: the price list does not know them, and they were charged nothing"""
    fund: FundStatement
    currency: str

    @property
    def remaining(self) -> Money:
        """What the fund still holds."""
        return Money.of(self.fund.total.remaining, self.currency)

    @property
    def billed(self) -> Money:
        """What is billed in all."""
        return money_sum((line.billed for line in self.lines), self.currency)


def charge_incidents(
    fund: Iterable[Block],
    incidents: Iterable[Incident],
    terms: IncidentTerms,
    order: DrawOrder = DrawOrder.EXPIRY,
    *,
    as_of: date | None = None,
    known: date | None = None,
    refunds: Iterable[Refund] = (),
    top_up: TopUp | None = None,
    opened_from: date | None = None,
    closed_from: date | None = None,
    pauses: Iterable[Span] = (),
) -> IncidentStatement:
    """Charge incidents to a fund of money by their type.

    Args:
        fund: blocks of the currency of the price list.
        incidents: the facts, in any order.
        terms: prices, free incidents, and what happens when the fund runs short.
        order: which block is drawn first.
        as_of: leave out incidents charged after this day, as in :func:`draw_down`.
        known: leave out what became known after this day.
        refunds, top_up, opened_from, closed_from, pauses: see :func:`draw_down`.

    Raises:
        InvalidValue: an id twice, or a fund of another currency.

    >>> terms = IncidentTerms({"server": Money.of("180.00", "GBP")}, charge_day=ChargeDay.OPENED)
    >>> fund = [Block("F", "GBP", 190, date(2026, 1, 1))]
    >>> servers = [Incident(name, "server", date(2026, 7, 1)) for name in ("a", "b")]
    >>> for line in charge_incidents(fund, servers, terms).lines:
    ...     print(line.incident_id, line.from_fund, line.billed)
    a 180.00 GBP 0.00 GBP
    b 10.00 GBP 170.00 GBP
    """
    order = expect_word(order, DrawOrder)
    facts = sorted(incidents, key=lambda one: one.id)
    no_id_twice("incident", [one.id for one in facts])
    waiting, not_priced = [], []
    due: list[tuple[date, Incident]] = []
    for one in facts:
        day = one.day(terms.charge_day)
        unknown = day is not None and known is not None and (one.recorded_on or day) > known
        if day is None or unknown or (as_of is not None and day > as_of):
            waiting.append(one.id)
        elif terms.price_of(one.type) is None:
            not_priced.append((one.id, one.type))
        else:
            due.append((day, one))
    reasons = list(_with_reasons(sorted(due, key=lambda pair: (pair[0], pair[1].id)), terms))
    draws = [
        Draw.of_money(one.id, day, price)
        for day, one, reason in reasons
        if reason is IncidentReason.PRICED and (price := terms.price_of(one.type)) is not None
    ]
    split = terms.shortfall is Shortfall.SPLIT
    mode = OverageMode.BILL if split else OverageMode.DENY
    overage = Overage(mode, ExactAmount.of(1, terms.currency))
    statement = draw_down(
        fund,
        draws,
        order,
        overage=overage,
        as_of=as_of,
        refunds=refunds,
        top_up=top_up,
        opened_from=opened_from,
        closed_from=closed_from,
        pauses=pauses,
    )
    lines = tuple(_charge(day, one, reason, terms, statement) for day, one, reason in reasons)
    return IncidentStatement(lines, tuple(waiting), tuple(not_priced), statement, terms.currency)


def _with_reasons(
    due: Iterable[tuple[date, Incident]], terms: IncidentTerms
) -> Iterator[tuple[date, Incident, IncidentReason]]:
    """The free ones of a month come first, in the order of their charge days."""
    so_far: Counter[Month] = Counter()
    for day, one in due:
        reason = IncidentReason.PRICED
        if one.excluded:
            reason = IncidentReason.EXCLUDED
        elif one.reopens is not None and not terms.charges_reopened:
            reason = IncidentReason.REOPENED
        else:
            month = Month.containing(day)
            so_far[month] += 1
            if so_far[month] <= terms.free_per_month:
                reason = IncidentReason.FREE
        yield day, one, reason


_WORDS = {
    IncidentReason.PRICED: "at the price of its type",
    IncidentReason.FREE: "one of the free incidents of the month",
    IncidentReason.EXCLUDED: "excluded by decision",
    IncidentReason.REOPENED: "reopens an earlier incident",
}


def _charge(
    day: date,
    one: Incident,
    reason: IncidentReason,
    terms: IncidentTerms,
    statement: FundStatement,
) -> IncidentCharge:
    currency = terms.currency
    why = Explainer("incident paid from a fund", 1)
    why.fact("incident", one.id)
    why.fact("type of incident", one.type)
    why.fact("charge day", day.isoformat())
    why.fact("charged on the day it was", terms.charge_day.value)
    why.fact("price", _WORDS[reason])
    if reason is not IncidentReason.PRICED:
        nothing = Money.zero(currency)
        why.given("billed", "nothing", 0, currency)
        return IncidentCharge(one.id, day, reason, nothing, nothing, why.explanation("billed"))
    price = terms.price_of(one.type) or Money.zero(currency)
    why.given("price", "price of the incident", price.exact.value, currency)
    refused = next((no for no in statement.denied if no.draw_id == one.id), None)
    if refused is not None:
        beyond = terms.overage_price_of(one.type) or price
        why.given("left", "left in the fund, too little", refused.available, currency)
        why.given("billed", "price beyond the fund", beyond.exact.value, currency)
        nothing = Money.zero(currency)
        return IncidentCharge(one.id, day, reason, nothing, beyond, why.explanation("billed"))
    parts = [
        why.given(f"from{number}", "paid by the fund", part.quantity, currency)
        for number, part in enumerate(
            (part for part in statement.allocations if part.draw_id == one.id), start=1
        )
    ]
    why.step("fund", "paid by the fund in all", "add", *parts, unit=currency)
    why.step("billed", "billed", "subtract", "price", "fund", unit=currency)
    return IncidentCharge(
        one.id,
        day,
        reason,
        Money.of(why.value("fund"), currency),
        Money.of(why.value("billed"), currency),
        why.explanation("billed"),
    )
