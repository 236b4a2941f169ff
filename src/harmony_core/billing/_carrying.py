"""What is left of a prepaid fund on a day, and what of it goes to another contract, block by block.

A fund that is followed is closed. Of each block, the price divides into what was drawn, what goes
along and what lapses, cumulatively, so that the parts add up to the price.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from fractions import Fraction
from urllib.parse import quote

import attrs

from harmony_core.billing._charge import ChargeKind, charge_key
from harmony_core.billing._facts import Facts
from harmony_core.billing._fund_draws import as_bought, fund_line
from harmony_core.billing._funds import LineFund, fund_of
from harmony_core.billing._plan import trigger_of
from harmony_core.contracts import (
    Amendment,
    Contract,
    ContractLine,
    MigratedLot,
    UnitsRefunded,
)
from harmony_core.errors import CurrencyMismatch, InvalidValue, NotFound, RuleBroken, Word
from harmony_core.explanation import exact_text
from harmony_core.finance import Exact, Money, allocate, exact, money_sum
from harmony_core.funds import Block
from harmony_core.periods import Span, add_months
from harmony_core.pricing import scheme_on
from harmony_core.products import FundUnit


class CarriedValidity(Word):
    """How long carried units can be drawn under the new contract."""

    ANEW = "anew"
    """as long as a block that is bought on the day on which they are carried; the default"""
    KEPT = "kept"
    """until the last day of the block that they come from"""


def _units(value: Exact | None) -> Fraction | None:
    units = None if value is None else exact(value, "carried units")
    if units is not None and units <= 0:
        raise InvalidValue(f"carried units are above zero, got {value}: leave out an empty balance")
    return units


def _validity(value: CarriedValidity) -> CarriedValidity:
    return CarriedValidity(value)


@attrs.frozen
class CarriedBalance:
    """What of a prepaid line goes to the new contract, and at which value.

    Args:
        line_id: the prepaid line of the old contract.
        value: credited on the old contract and charged on the new one, zero or more; ``None`` is
            what the units cost.
        into: the prepaid line of the new contract whose fund it joins; ``None`` pays it back.
        units: of the old fund; ``None`` is all that is left.
        buys: units of the new fund that they become; ``None`` is as many of them where both funds
            have one unit, and the value where the new one is of money.
        validity: how long they can be drawn there.
    """

    line_id: str
    value: Money | None = None
    into: str | None = None
    units: Fraction | None = attrs.field(default=None, converter=_units)
    buys: Fraction | None = attrs.field(default=None, converter=_units)
    validity: CarriedValidity = attrs.field(default=CarriedValidity.ANEW, converter=_validity)

    def __attrs_post_init__(self) -> None:
        if self.value is not None and self.value.minor < 0:
            raise InvalidValue(f"a balance is carried at zero or more, got {self.value}")


@attrs.define
class _Left:
    """A block with what is left of it: ``gone`` units were drawn, or are carried already.

    ``price`` is what was billed for it and not credited; ``billed`` is that less what was given
    up for units that are carried already.
    """

    block: Block
    quantity: Fraction
    gone: Fraction
    price: Money
    billed: Money
    booked_on: date
    paid_by: str
    times: int

    @property
    def units(self) -> Fraction:
        return self.quantity - self.gone

    def worth(self, units: Fraction) -> Money:
        """What so many more units of it cost, settled as the use of it is; no more than is left."""
        return min(self._earned(self.gone + units) - self._earned(self.gone), self.billed)

    def _earned(self, units: Fraction) -> Money:
        return (self.price.exact * units / self.quantity).settle()


class FundLeft:
    """What is left of the fund of a prepaid line at the beginning of a day; it is carried in parts.

    Args:
        contract: with the amendments that are known.
        line_id: a prepaid line of it.
        day: the first on which it can be drawn no more.
        known: the day on which it was agreed; what became known later only lowers it.
        facts: everything known.
    """

    def __init__(
        self, contract: Contract, line_id: str, day: date, known: date, facts: Facts
    ) -> None:
        line = contract.line(line_id)
        _refuse_what_is_no_fund(contract, line)
        self._contract, self._line, self._day = contract, line, day
        ended = fund_line(contract, line_id)
        self._blocks: list[_Left] = []
        if ended is None:
            return
        fund = fund_of(contract, ended, facts)
        refunded = [lot for _, one in contract.refunds(line_id) for lot in one.lots]
        as_agreed = {block.id: units for block, units in fund.left_on(day, known)}
        for block, units in fund.left_on(day, date.max):
            left = min(units, as_agreed.get(block.id, Fraction(0)))
            if left > 0:
                price, booked_on, paid_by = self._paid(fund, block, facts)
                before = [lot.value for lot in refunded if lot.block_id == block.id]
                billed = max(price - money_sum(before, price.currency), price * 0)
                gone, times = block.quantity - left, len(before)
                self._blocks.append(
                    _Left(block, block.quantity, gone, price, billed, booked_on, paid_by, times)
                )

    @property
    def units(self) -> Fraction:
        """All that is left."""
        return sum((one.units for one in self._blocks), Fraction(0))

    def lots(self, balance: CarriedBalance) -> tuple[MigratedLot, ...]:
        """Take a balance out, from the blocks in the order in which work would draw them.

        Raises:
            RuleBroken: it is of more units than are left, or at more than they cost.
            CurrencyMismatch: its value is in another currency.
        """
        wanted = self.units if balance.units is None else balance.units
        named = f"line {self._line.id!r} of contract {self._contract.id!r}"
        if wanted > self.units or not self.units:
            unit = fund_unit(self._line)
            asked = "the balance" if balance.units is None else f"{exact_text(wanted)} {unit}"
            raise RuleBroken(
                f"{asked} of {named} cannot be carried on {self._day}: {exact_text(self.units)} "
                f"{unit} are left then; carry no more, and leave out what is empty"
            )
        taken: list[tuple[_Left, Fraction]] = []
        for one in self._blocks:
            if part := min(wanted, one.units):
                taken.append((one, part))
                wanted -= part
        worth = [one.worth(part) for one, part in taken]
        values = worth if balance.value is None else self._shared(balance.value, worth, named)
        found = []
        for (one, part), value in zip(taken, values, strict=True):
            one.gone += part
            one.billed -= value
            one.times += 1
            lot_id, last_day = self._lot_id(one), one.block.last_day
            found.append(
                MigratedLot(
                    lot_id,
                    one.block.id,
                    part,
                    value,
                    self._day,
                    one.booked_on,
                    last_day,
                    one.paid_by,
                )
            )
        return tuple(found)

    def _shared(self, value: Money, worth: list[Money], named: str) -> tuple[Money, ...]:
        whole = money_sum(worth, self._contract.currency)
        if value.currency != whole.currency:
            raise CurrencyMismatch(value.currency, whole.currency)
        if value > whole:
            raise RuleBroken(
                f"the balance of {named} cannot be carried at {value} on {self._day}: what is "
                f"carried cost {whole}; carry no more, and grant the rest as a discount"
            )
        if not whole:
            return tuple(worth)
        return allocate(value, [one.minor for one in worth])

    def _lot_id(self, left: _Left) -> str:
        own = left.block.id.removeprefix(f"{self._line.id}/")
        name = "/".join(quote(one, safe="") for one in (self._contract.id, self._line.id, own))
        return name if left.times == 1 else f"{name}/{left.times}"

    def _paid(self, fund: LineFund, block: Block, facts: Facts) -> tuple[Money, date, str]:
        """What a block cost, the day whose rates booked it, and the key of the charge for it.

        What credit notes gave back of it, it did not cost.
        """
        line, contract_id = self._line, self._contract.id
        for lot in line.opening:
            if lot.id == block.id:
                day, kind = lot.first_day, ChargeKind.CARRIED
                key = charge_key(contract_id, line.id, kind, day, part=lot.id)
                return _kept(lot.value, facts.given_back(key)), lot.booked_on, key
        bought = fund.statement(date.max)
        for one in bought.top_ups:
            if one.block.id == block.id:
                month = next(it.span for it in line.months() if one.day in it.span)
                key = charge_key(contract_id, line.id, ChargeKind.TOP_UP, month.start)
                nothing = Money.zero(self._contract.currency)
                costs = {it.block.id: it.amount or nothing for it in bought.top_ups_in(month)}
                whole = money_sum(costs.values(), nothing.currency)
                price = costs[block.id]
                if whole and (credited := facts.given_back(key)) is not None:
                    weights = [cost.minor for cost in costs.values()]
                    shares = allocate(_kept(whole, credited), weights)
                    price = dict(zip(costs, shares, strict=True))[block.id]
                return price, min(month.last_day, self._day), key
        period = next(one for one in line.periods() if one.span.start == block.start)
        then = as_bought(self._contract, line, block.start) or line
        price = scheme_on(then.scheme, block.start).price(then.quantity).settle()
        key = charge_key(contract_id, line.id, ChargeKind.SERVICE, block.start)
        booked_on = min(trigger_of(line, ChargeKind.SERVICE, period), self._day)
        return _kept(price, facts.given_back(key)), booked_on, key


def _kept(price: Money, credited: Money | None) -> Money:
    return price if credited is None else max(price - credited, price * 0)


def opened_with(
    line: ContractLine, balance: CarriedBalance, lots: Iterable[MigratedLot], unit_before: str
) -> tuple[MigratedLot, ...]:
    """Give the lots as the fund of a line of the new contract holds them.

    Args:
        line: of the new contract, prepaid.
        balance: what was agreed.
        lots: of the old fund.
        unit_before: of the old fund.

    Raises:
        InvalidValue: the funds differ in their unit, and nobody said what the balance buys.
    """
    given = list(lots)
    units = sum((lot.units for lot in given), Fraction(0))
    buys, unit = balance.buys, fund_unit(line)
    if buys is None and unit == unit_before:
        buys = units
    if buys is None and line.fund is not None and line.fund.unit is FundUnit.CASH:
        buys = sum((lot.value.exact.value for lot in given), Fraction(0))
    if buys is None:
        raise InvalidValue(
            f"the balance of line {balance.line_id!r} is in {unit_before}, but line {line.id!r} "
            f"holds {unit}: say in buys how many {unit} it becomes"
        )
    return tuple(
        attrs.evolve(
            lot,
            units=lot.units * buys / units,
            last_day=_last_day(line, lot, balance.validity),
        )
        for lot in given
    )


def fund_unit(line: ContractLine) -> str:
    """Give what the fund of a line counts: hours, tokens, or a currency."""
    if line.fund is None or line.fund.unit is FundUnit.CASH:
        return line.scheme.currency
    return line.fund.unit.value


def refund(
    contract: Contract,
    line_id: str,
    day: date,
    facts: Facts,
    *,
    id: str,  # noqa: A002  the field's own name
    agreed_on: date,
    units: Exact | None = None,
    value: Money | None = None,
    evidence: Iterable[str] = (),
) -> Amendment:
    """Give units of a prepaid line back: what is paid out is credited when ``day`` has come.

    The units come from the blocks in the order in which work would draw them. What they cost is
    deferred no longer; paid out is as much, or less. Work that becomes known later finds them gone.

    Args:
        contract: with the amendments that are known.
        line_id: a line that buys blocks.
        day: from which they are gone; work of that day finds them gone already.
        facts: the work that drew the line.
        id: of the amendment that says so.
        agreed_on: the day on which both sides agreed.
        units: of the fund; ``None`` is all that is left.
        value: paid out for them; ``None`` is what they cost.
        evidence: ids of what it rests on.

    Raises:
        NotFound: there is no such line.
        InvalidValue: the line has no fund of blocks.
        RuleBroken: fewer units are left, or they cost less.
        CurrencyMismatch: the value is in another currency.
    """
    balance = CarriedBalance(line_id, value, units=None if units is None else exact(units, "units"))
    lots = FundLeft(contract, line_id, day, agreed_on, facts).lots(balance)
    changes = [UnitsRefunded(line_id, lots)]
    return Amendment(id, contract.id, agreed_on, day, changes, evidence=tuple(evidence))


def line_to_join(contract: Contract, line_id: str) -> ContractLine:
    """Give the line of a new contract whose fund a balance joins.

    Raises:
        NotFound: it is not among the lines that the contract begins with.
        InvalidValue: it has no fund of blocks.
    """
    for line in contract.lines:
        if line.id == line_id:
            _refuse_what_is_no_fund(contract, line)
            return line
    names = ", ".join(line.id for line in contract.lines)
    raise NotFound(f"contract {contract.id!r} begins with no line {line_id!r}; it has {names}")


def _last_day(line: ContractLine, lot: MigratedLot, validity: CarriedValidity) -> date | None:
    if validity is CarriedValidity.KEPT or line.fund is None:
        return lot.last_day
    return Span(lot.first_day, add_months(lot.first_day, line.fund.valid_months)).last_day


def _refuse_what_is_no_fund(contract: Contract, line: ContractLine) -> None:
    if line.fund is None:
        raise InvalidValue(
            f"line {line.id!r} of contract {contract.id!r} is not prepaid: it has no balance"
        )
    if line.fund.rollover is not None:
        raise InvalidValue(
            f"line {line.id!r} of contract {contract.id!r} is an allowance, which grants and "
            "lapses by its own periods: carry the balance of a block, or credit what is left"
        )
