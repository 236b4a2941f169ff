"""What a list shows of a contract without opening it: one flat record for a day.

The record is a function of the contract and the facts, so it is never out of date. A host adds
columns of its own by pure functions, see :class:`DerivedFields`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, MutableMapping
from datetime import date
from fractions import Fraction
from itertools import islice
from types import MappingProxyType
from typing import Any, TypeAlias

import attrs

from harmony_core.billing._coming import coming_charges
from harmony_core.billing._facts import Facts
from harmony_core.billing._fund_draws import fund_line
from harmony_core.billing._funds import fund_of
from harmony_core.contracts import (
    Contract,
    ContractLine,
    ContractState,
    contract_end,
    first_deadline,
    lines_from,
    state_on,
    term_at,
)
from harmony_core.errors import InvalidValue, expect, expect_name
from harmony_core.finance import ExactAmount
from harmony_core.periods import Interval
from harmony_core.pricing import scheme_on
from harmony_core.products import FundUnit


@attrs.frozen
class ContractFacts:
    """A contract on a day, flat; before its first day, with the terms and the value it will have.

    Attributes:
        term_end: the last day of the term that runs; of several lines', the first.
        next_possible_end: of the whole contract, for a notice received on that day.
        deadline: the last day on which a notice to that end can be received; ``None`` where it
            ends by itself, or not at all.
        first_deadline: the first day by which a notice has to be received for any line's next end.
        next_invoice: the next day, that day included, on which a period of a line is billed or
            trued up, or overage and top-ups of its fund are.
        interval: at which its lines are billed; ``None`` for several, or where all is billed once.
        value_per_period: what its fixed lines cost in an interval, at the prices of that day;
            ``None`` without one interval.
        value_per_year: the same in a year; of days, a year has 365.
        measured_lines: how many lines have no value here, since what they cost is measured.
        balance: units left in its funds; ``None`` without a fund, or with funds of several units.
        balance_unit: what these units are.
    """

    contract_id: str
    party_id: str
    entity_id: str
    as_of: date
    state: ContractState
    first_day: date
    term_end: date | None
    next_possible_end: date | None
    deadline: date | None
    first_deadline: date | None
    next_invoice: date | None
    interval: Interval | None
    currency: str
    value_per_period: ExactAmount | None
    value_per_year: ExactAmount
    measured_lines: int
    balance: Fraction | None
    balance_unit: str | None


def contract_facts(contract: Contract, as_of: date, facts: Facts | None = None) -> ContractFacts:
    """Give one flat record of a contract on a day.

    Args:
        contract: with its amendments; ask :meth:`Contract.known_by` for what was known on a day.
        as_of: the day.
        facts: what drew its funds; without them nothing did.

    Raises:
        InvalidValue: the contract is none, or the day no plain date.
        PriceNotFound: a line has no price on that day, since an index is not published yet.
    """
    expect(contract, Contract, "what a record is of")
    expect(as_of, date, "the day of a record")
    agreed = lines_from(contract, as_of)
    running = [one for one in agreed if one.start <= max(as_of, contract.start)]
    fixed = [one for one in running if one.is_fixed and one.billing.interval is not None]
    rates = [(one.billing.interval, _price(one, max(as_of, one.start))) for one in fixed]
    intervals = {one.billing.interval for one in running if one.billing.interval is not None}
    interval = intervals.pop() if len(intervals) == 1 else None
    nothing = ExactAmount(Fraction(0), contract.currency)
    per_year = sum((price * _a_year(one) for one, price in rates if one is not None), nothing)
    per_period = None if interval is None else sum((price for _, price in rates), nothing)
    balance, unit = _balance(contract, as_of, facts or Facts())
    end = contract_end(contract, as_of)
    return ContractFacts(
        contract.id,
        contract.party_id,
        contract.entity_id,
        as_of,
        state_on(contract, as_of),
        contract.start,
        min(_term_ends(running, as_of), default=None),
        end.ends_on,
        end.deadline,
        first_deadline(contract, as_of),
        min(_next_triggers(contract, facts or Facts(), as_of), default=None),
        interval,
        contract.currency,
        per_period,
        per_year,
        sum(not one.is_fixed for one in running),
        balance,
        unit,
    )


def _price(line: ContractLine, day: date) -> ExactAmount:
    return scheme_on(line.scheme, day).price(line.quantity)


def _a_year(interval: Interval) -> Fraction:
    """How many intervals a year has."""
    return Fraction(12 if interval.unit == "month" else 365, interval.count)


def _term_ends(lines: list[ContractLine], day: date) -> Iterator[date]:
    for line in lines:
        on = max(day, line.start)
        term = None if line.renewal is None else term_at(line.renewal, line.anchor, on)
        ends = [None if term is None else term.last_day, line.last_day]
        if known := [one for one in ends if one is not None]:
            yield min(known)


def _next_triggers(contract: Contract, facts: Facts, day: date) -> Iterator[date]:
    """The next day on which each line is billed: triggers rise with the periods of a series."""
    for series in coming_charges(contract, facts, day):
        for planned in islice(series, 1):
            yield planned.trigger


def _balance(contract: Contract, day: date, facts: Facts) -> tuple[Fraction | None, str | None]:
    left: dict[str, Fraction] = {}
    for line in contract.lines_ever:
        agreed = fund_line(contract, line.id) if line.fund is not None else None
        if agreed is not None and agreed.fund is not None and line.start <= day:
            cash = agreed.fund.unit is FundUnit.CASH
            unit = contract.currency if cash else agreed.fund.unit.value
            found = fund_of(contract, agreed, facts).balance(day)
            left[unit] = left.get(unit, Fraction(0)) + found
    if len(left) != 1:
        return None, None
    ((unit, units),) = left.items()
    return units, unit


DerivedField: TypeAlias = Callable[[Contract, ContractFacts], Any]
"""A column of the host's own: a pure function of the contract and its record."""


def _read_only(functions: Mapping[str, DerivedField]) -> Mapping[str, DerivedField]:
    such_as = '{"margin": lambda contract, found: ...}'
    expect(functions, Mapping, "the derived fields", such_as)
    return MappingProxyType(dict(functions))


@attrs.frozen
class DerivedFields:
    """Columns of a host, by name, each computed once for each content of a contract and day.

    Args:
        functions: pure functions by the name of their column.
        fingerprint: names the content of a contract, so that two equal ones have one name and a
            changed one another: :func:`harmony_core.interchange.content_hash`.

    Raises:
        InvalidValue: a column that every record has already, or one that is no function; of a
            row, a function that fails, or a record of another contract.
    """

    functions: Mapping[str, DerivedField] = attrs.field(converter=_read_only)
    fingerprint: Callable[[Contract], str]

    def __attrs_post_init__(self) -> None:
        own = {field.name for field in attrs.fields(ContractFacts)}
        if taken := sorted(own & self.functions.keys()):
            raise InvalidValue(
                f"every record has {', '.join(taken)} already: give the derived field another name"
            )
        such_as = "harmony_core.interchange.content_hash"
        expect(self.fingerprint, Callable, "the fingerprint of derived fields", such_as)  # type: ignore[arg-type]  # no class
        for name, make in self.functions.items():
            expect_name(name, "the name of a derived field")
            expect(make, Callable, f"derived field {name!r}", "lambda contract, found: ...")  # type: ignore[arg-type]  # as above

    def row(
        self,
        contract: Contract,
        found: ContractFacts,
        cache: MutableMapping[tuple[str, ContractFacts], Mapping[str, Any]] | None = None,
    ) -> dict[str, Any]:
        """Give the record as a row, with the host's columns after its own.

        Args:
            contract: the contract.
            found: its record.
            cache: kept by the host; the same content and record are not computed twice.
        """
        expect(contract, Contract, "what a row is of")
        expect(found, ContractFacts, "the record of a row", "contract_facts(contract, day)")
        if found.contract_id != contract.id:
            raise InvalidValue(
                f"a row of contract {contract.id!r} needs its own record, got that of "
                f"{found.contract_id!r}: give contract_facts(contract, day)"
            )
        own = {field.name: getattr(found, field.name) for field in attrs.fields(ContractFacts)}
        key = (self.fingerprint(contract), found)
        derived = None if cache is None else cache.get(key)
        if derived is None or derived.keys() != self.functions.keys():
            derived = {name: self._made(name, contract, found) for name in self.functions}
            if cache is not None:
                cache[key] = derived
        return {**own, **derived}

    def _made(self, name: str, contract: Contract, found: ContractFacts) -> Any:
        try:
            return self.functions[name](contract, found)
        except Exception as fault:
            raise InvalidValue(
                f"derived field {name!r} fails for contract {contract.id!r} on {found.as_of}: "
                f"{type(fault).__name__}: {fault}; let it answer for every contract"
            ) from fault
