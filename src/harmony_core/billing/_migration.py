"""A customer moves from one kind of contract to another: break/fix, prepaid, incidents, devices.

The old contract ends, the new one takes its place and names it, and what is left of a prepaid
balance goes along at a value that both sides state. Before anybody signs, both contracts are
forecast over the facts of last year.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from fractions import Fraction

import attrs

from harmony_core.billing._facts import Facts
from harmony_core.billing._forecast import Forecast, forecast
from harmony_core.billing._terms import BillingTerms
from harmony_core.contracts import (
    Amendment,
    Contract,
    ContractEvent,
    ContractLine,
    LineBegins,
    lines_ended,
)
from harmony_core.errors import CurrencyMismatch, InvalidValue, RuleBroken
from harmony_core.finance import Exact, Money, exact
from harmony_core.periods import Span
from harmony_core.pricing import Flat
from harmony_core.products import Billing, FixedQuantity, Recognition

_DAY = timedelta(days=1)


def _units(value: Exact) -> Fraction:
    units = exact(value, "carried units")
    if units <= 0:
        raise InvalidValue(f"carried units are above zero, got {value}: leave out an empty balance")
    return units


@attrs.frozen
class CarriedBalance:
    """What is left of a prepaid line, and the value at which it goes to the new contract.

    Args:
        line_id: the prepaid line of the old contract.
        value: credited on the old contract and charged on the new one, zero or more.
        into: the prepaid line of the new contract whose fund it joins; ``None`` pays it back.
        units: of that fund, bought for the value.
    """

    line_id: str
    value: Money
    into: str | None = None
    units: Fraction = attrs.field(default=Fraction(1), converter=_units)

    def __attrs_post_init__(self) -> None:
        if self.value.minor < 0:
            raise InvalidValue(f"a balance is carried at zero or more, got {self.value}")


@attrs.frozen
class Migration:
    """``ending`` ends the old contract; ``opened`` is the new one, which continues it."""

    ending: Amendment
    opened: Contract


@attrs.frozen
class MigrationForecast:
    """What the same days and facts come to under the old contract and under the new one."""

    before: Forecast
    after: Forecast

    @property
    def change(self) -> Money:
        """What the customer will pay more; below zero is less."""
        return self.after.total - self.before.total


def migrate(
    contract: Contract,
    to: Contract,
    on: date,
    *,
    id: str,  # noqa: A002  the field's own name
    agreed_on: date,
    balances: Iterable[CarriedBalance] = (),
    evidence: Iterable[str] = (),
) -> Migration:
    """End a contract with the day before ``on`` and open another in its place.

    Args:
        contract: with the amendments that are known.
        to: what takes its place; none of its lines begins before ``on``.
        on: first day of the new contract.
        id: of the amendment that ends the old one.
        agreed_on: the day on which both sides agreed.
        balances: of prepaid lines, at a stated value: a credit on the old contract, and where they
            go on, as much on the new one.
        evidence: ids of what it rests on.

    Raises:
        NotFound: a balance is of a line that there is not.
        InvalidValue: a line of the new contract begins earlier, or a balance is of a line that is
            not prepaid.
        CurrencyMismatch: a balance or the new contract is in another currency.
        RuleBroken: the state of the old contract forbids it, or both have one id.

    """
    if to.id == contract.id:
        raise RuleBroken(f"contract {to.id!r} cannot follow itself: give the new one its own id")
    if to.currency != contract.currency:
        raise CurrencyMismatch(contract.currency, to.currency)
    if early := [line.id for line in to.lines_ever if line.start < on]:
        raise InvalidValue(
            f"contract {to.id!r} takes over on {on}, but line {early[0]!r} begins on "
            f"{to.line(early[0]).start}"
        )
    credited: list[LineBegins] = []
    bought: list[ContractLine] = []
    for balance in balances:
        if balance.value.currency != contract.currency:
            raise CurrencyMismatch(contract.currency, balance.value.currency)
        old = _prepaid(contract, balance.line_id)
        credited.append(LineBegins(_once(old, -balance.value, on)))
        if balance.into is not None:
            new = _prepaid(to, balance.into)
            bought.append(_refilled(new, balance, on))
    ending = lines_ended(
        contract,
        on - _DAY,
        id=id,
        agreed_on=agreed_on,
        event=ContractEvent.SUCCESSION,
        evidence=(to.id, *evidence),
    )
    changes = (*ending.changes, *credited)
    opened = attrs.evolve(to, lines=(*to.lines, *bought), continues=contract.id)
    return Migration(attrs.evolve(ending, changes=changes), opened)


def migration_forecast(
    contract: Contract,
    to: Contract,
    facts: Facts,
    terms: BillingTerms,
    year: Span,
    *,
    lines: Mapping[str, str] | None = None,
) -> MigrationForecast:
    """Forecast both contracts over a year, on the facts of the year before.

    Args:
        contract: as it is now, as if it went on.
        to: what may take its place, as if it held on all of those days.
        facts: what happened, last year's among it.
        terms: group, rates, policies.
        year: the days to forecast, usually twelve months from the day of the migration.
        lines: where time and expenses go: line of the old contract to line of the new one.
    """
    moved = {(contract.id, old): (to.id, new) for old, new in (lines or {}).items()}
    return MigrationForecast(
        forecast(contract, facts.moved(1), terms, year),
        forecast(to, facts.moved(1, moved), terms, year),
    )


def _prepaid(contract: Contract, line_id: str) -> ContractLine:
    line = contract.line(line_id)
    if line.fund is None:
        raise InvalidValue(
            f"line {line_id!r} of contract {contract.id!r} is not prepaid: it has no balance"
        )
    return line


def _refilled(line: ContractLine, balance: CarriedBalance, day: date) -> ContractLine:
    """A block that is bought once for the value, for the fund of a prepaid line."""
    once = _once(line, balance.value, day)
    return attrs.evolve(once, fund=line.fund, quantity=balance.units, accounting=line.accounting)


def _once(like: ContractLine, amount: Money, day: date) -> ContractLine:
    """A line of one charge, named and accounted for like a prepaid one."""
    return attrs.evolve(
        like,
        id=f"{like.id}-carried",
        scheme=Flat(amount.exact),
        source=FixedQuantity(),
        billing=Billing(like.billing.timing, None),
        accounting=attrs.evolve(like.accounting, recognition=Recognition.AT_ONCE),
        start=day,
        last_day=None,
        renewal=None,
        fund=None,
        counts_from=None,
    )
