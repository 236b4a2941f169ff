"""The list of the night: what is due within some days, and key figures with the ids behind them."""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable, Iterator
from datetime import date, timedelta
from fractions import Fraction
from itertools import takewhile

import attrs

from harmony_core.billing._coming import coming_charges
from harmony_core.billing._contract_facts import ContractFacts
from harmony_core.billing._facts import Facts
from harmony_core.billing._fund_draws import fund_line
from harmony_core.billing._funds import LineFund, fund_of
from harmony_core.billing._plan import PlannedCharge, plan
from harmony_core.billing._preview import expected_charge
from harmony_core.billing._terms import BillingTerms
from harmony_core.contracts import Contract, lines_from, possible_end, upcoming_renewals
from harmony_core.culture import Culture
from harmony_core.errors import HarmonyError, InvalidValue, Word, expect, expect_each, expect_name
from harmony_core.funds import WarningLevel
from harmony_core.periods import Span

_DAY = timedelta(days=1)


class DueKind(Word):
    """Why a contract is on the list."""

    DEADLINE = "deadline"
    """the last day on which a notice to a line's next possible end can be received"""
    INVOICE = "invoice"
    """a period is billed"""
    RENEWAL = "renewal"
    """a term ends and the next begins on this day"""
    END = "end"
    """the last day of a line"""
    EXPIRY = "expiry"
    """the last day on which a prepaid block with units left can be drawn"""
    WARNING = "warning"
    """a fund has reached a level, as became known on this day"""


@attrs.frozen
class DueItem:
    """One thing to see to, and the day of it.

    Attributes:
        charge_key: of an invoice, the charge that the night will make.
        period: of an invoice the service period, of an expiry the days of the block.
        units: of an expiry or a warning, how many units are left.
    """

    day: date
    kind: DueKind
    contract_id: str
    line_id: str
    charge_key: str | None = None
    period: Span | None = None
    units: Fraction | None = None


def due_items(
    contracts: Iterable[Contract],
    day: date,
    within: int,
    facts: Facts | None = None,
    *,
    levels: Iterable[WarningLevel] = (),
    terms: BillingTerms | None = None,
    charged: Container[str] = frozenset(),
) -> tuple[DueItem, ...]:
    """List what is due from a day on within so many days, the nearest first.

    Every period of every line that is billed on one of these days is an item of its own: services,
    true-ups, and the overage and top-ups that facts brought about. Without ``terms`` that is the
    calendar of what is agreed; with them it is what a night would bill, corrections and the nights
    that were missed included, on the days on which they fell due.

    Args:
        contracts: with their amendments.
        day: of the list.
        within: days after ``day``; zero lists that day alone.
        facts: what drew funds and what was measured; without them nothing was.
        levels: warnings for every fund, beside those that its terms state.
        terms: group, rates, policies. What they cannot bill, for want of a rate or a price, is
            listed all the same.
        charged: with ``terms``, keys of the charges that exist.

    Raises:
        InvalidValue: an argument of another kind, fewer than no days, or more than the calendar
            has.
    """
    if isinstance(contracts, Contract):
        raise InvalidValue(f"contracts of the list must be a list: give [contract {contracts.id}]")
    all_contracts = expect_each(contracts, Contract, "contracts of the list")
    watched = list(expect_each(levels, WarningLevel, "levels of the list"))
    if facts is not None:
        expect(facts, Facts, "facts of the list", "Facts(time=[...])")
    if terms is not None:
        expect(terms, BillingTerms, "terms of the list", "BillingTerms(group, rates)")
    if isinstance(charged, str) or not isinstance(charged, Container):
        raise InvalidValue(f"charged is a set of charge keys, got {charged!r}: give {{key}}")
    happened, days = facts or Facts(), _days_ahead(day, within)
    found: list[DueItem] = []
    for contract in all_contracts:
        found += _ends(contract, days)
        if terms is None:
            found += _calendar(contract, happened, days)
        else:
            found += _unbilled(contract, happened, terms, days, charged)
        found += _funds(contract, happened, days, watched)
    for one in upcoming_renewals(all_contracts, Span(days.start - _DAY, days.end)):
        begins = one.ends_on + _DAY
        if one.renews and begins in days:
            found.append(DueItem(begins, DueKind.RENEWAL, one.contract_id, one.line_id))
    return tuple(sorted(found, key=_place))


def _days_ahead(day: date, within: int) -> Span:
    expect(day, date, "the day of the list", "date(2026, 3, 1)")
    expect(within, int, "the days that the list looks ahead", "30")
    if within < 0:
        raise InvalidValue(f"the list looks zero or more days ahead, got {within}")
    if day == date.min or within >= (date.max - day).days:
        raise InvalidValue(
            f"the list of {day} looks {within} days ahead, but the calendar goes from {date.min} "
            f"to {date.max}: take a day between them, and look ahead less"
        )
    return Span.of_days(day, day + timedelta(days=within))


def _place(item: DueItem) -> tuple[date, str, str, str, str]:
    return item.day, item.contract_id, item.line_id, item.kind.value, item.charge_key or ""


def _ends(contract: Contract, days: Span) -> Iterator[DueItem]:
    for line in lines_from(contract, days.start):
        end = possible_end(line, days.start, runs_on=True)
        if end.deadline is not None and end.deadline in days:
            yield DueItem(end.deadline, DueKind.DEADLINE, contract.id, line.id)
        if line.last_day is not None and line.last_day in days:
            yield DueItem(line.last_day, DueKind.END, contract.id, line.id)


def _calendar(contract: Contract, facts: Facts, days: Span) -> Iterator[DueItem]:
    for series in coming_charges(contract, facts, days.start):
        for planned in takewhile(lambda it: it.trigger < days.end, series):
            yield _invoice(planned)


def _unbilled(
    contract: Contract, facts: Facts, terms: BillingTerms, days: Span, charged: Container[str]
) -> Iterator[DueItem]:
    for line in contract.lines_ever:
        for planned in plan(contract, line, facts, terms.opening_day, days.last_day):
            if planned.key not in charged and _comes_to_something(planned, facts, terms):
                yield _invoice(planned)


def _comes_to_something(planned: PlannedCharge, facts: Facts, terms: BillingTerms) -> bool:
    try:
        return expected_charge(planned, facts, terms) is not None
    except HarmonyError:
        return True


def _invoice(planned: PlannedCharge) -> DueItem:
    contract_id, line_id = planned.contract.id, planned.line.id
    span = planned.period.span
    return DueItem(planned.trigger, DueKind.INVOICE, contract_id, line_id, planned.key, span)


def _funds(
    contract: Contract, facts: Facts, days: Span, levels: list[WarningLevel]
) -> Iterator[DueItem]:
    for one in contract.lines_ever:
        line = None if one.fund is None else fund_line(contract, one.id)
        if line is None or line.fund is None:
            continue
        fund = fund_of(contract, line, facts)
        if line.fund.rollover is None:  # what an allowance carries on is in its own terms
            yield from _expiries(contract.id, fund, days)
        for told, reached in fund.warnings(days.last_day, levels):
            if told in days:
                yield DueItem(told, DueKind.WARNING, contract.id, line.id, units=reached.left)


def _expiries(contract_id: str, fund: LineFund, days: Span) -> Iterator[DueItem]:
    """Blocks that end with units left, as far as work is known on the first day of the list."""
    statement = fund.statement(days.start)
    bought = (*fund.blocks(days.start), *(one.block for one in statement.top_ups))
    for block in bought:
        last = None if block.end is None else block.end - _DAY
        if fund.closed_from is not None:
            last = fund.closed_from - _DAY if last is None else min(last, fund.closed_from - _DAY)
        if last is None or last not in days or block.start > days.start:
            continue
        drawn = sum(
            (part.quantity for part in statement.allocations if part.block_id == block.id),
            Fraction(0),
        )
        drawn += sum((it.quantity for it in fund.given_up if it.block_id == block.id), Fraction(0))
        if drawn < block.quantity:
            left, period = block.quantity - drawn, Span.of_days(block.start, last)
            line_id = fund.line.id
            yield DueItem(last, DueKind.EXPIRY, contract_id, line_id, period=period, units=left)


@attrs.frozen
class KeyFigure:
    """A number on a page, and the contracts behind it: their ids, in order."""

    name: str
    label: str
    ids: tuple[str, ...]

    @property
    def number(self) -> int:
        """How many they are."""
        return len(self.ids)

    def in_words(self, culture: Culture) -> str:
        """The label in the reader's language, and the number."""
        return f"{culture.words(self.label)}: {culture.number(self.number)}"


def key_figure(
    name: str,
    label: str,
    records: Iterable[ContractFacts],
    counts: Callable[[ContractFacts], bool],
) -> KeyFigure:
    """Count the contracts that a question is true of, and keep their ids.

    Args:
        name: under which a host knows it.
        label: an English message; a language pack of the host has its translation.
        records: of :func:`contract_facts`.
        counts: the question.

    Raises:
        InvalidValue: an argument of another kind, or the question cannot be asked of a record.
    """
    expect_name(name, "the name of a key figure")
    expect_name(label, f"the label of key figure {name!r}")
    found = expect_each(records, ContractFacts, f"records of key figure {name!r}")
    if not callable(counts):
        raise InvalidValue(
            f"key figure {name!r} asks a question of each record, such as lambda found: "
            f"found.balance == 0, got {counts!r}"
        )
    return KeyFigure(
        name, label, tuple(sorted({one.contract_id for one in found if _counts(name, counts, one)}))
    )


def _counts(name: str, counts: Callable[[ContractFacts], bool], one: ContractFacts) -> bool:
    try:
        return bool(counts(one))
    except Exception as fault:
        raise InvalidValue(
            f"the question of key figure {name!r} fails for contract {one.contract_id!r}: "
            f"{type(fault).__name__}: {fault}; ask what every record can answer"
        ) from fault
