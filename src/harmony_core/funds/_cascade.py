"""Send draws through layers in their stated order: each covers what it can, the next the rest.

The layers' order is a term of the contract. The replay is that of :func:`draw_down`: by work day,
start time and id, so that neither the order of keying nor that of the list changes the answer.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date
from fractions import Fraction
from typing import Protocol

import attrs

from harmony_core.errors import NotFound, Word
from harmony_core.explanation import Explainer, Explanation
from harmony_core.finance import HALF_UP, Money, Rounding
from harmony_core.funds._allowance import AllowanceLedger
from harmony_core.funds._blocks import Block, Draw
from harmony_core.funds._draw_down import block_order, by_work_date, no_id_twice
from harmony_core.funds._layers import Allowance, BlockPool, Layer, Unlimited
from harmony_core.funds._overage import settle
from harmony_core.funds._statement import Balance


class PassedOver(Word):
    """Why a layer took nothing of a draw."""

    KIND = "kind"
    """the layer is for other kinds of draws"""
    UNIT = "unit"
    """the draw is in another unit, and no tariff says how many units of the layer that is"""
    DAY = "day"
    """nothing of the layer can be drawn for work of that day"""
    USED_UP = "used_up"
    """nothing was left"""


_PASSED_OVER = {
    PassedOver.KIND: "passed over, is for another kind",
    PassedOver.UNIT: "passed over, no tariff for this unit",
    PassedOver.DAY: "passed over, holds nothing for this day",
    PassedOver.USED_UP: "passed over, is used up",
}


@attrs.frozen
class Coverage:
    """The part of a draw that a layer took, for work of ``day``.

    ``units`` are units of the layer; ``quantity`` is what it bills or covers, in clock units where
    the layer is rated so. ``lots`` say which blocks, or which part of an allowance (``current``,
    ``carried``), gave how much. ``amount`` is ``None`` where the layer bills nothing. The
    explanation, of the amount or else of the units, also names each layer that was passed over.
    """

    draw_id: str
    layer_id: str
    day: date
    quantity: Fraction
    units: Fraction
    lots: tuple[tuple[str, Fraction], ...]
    amount: Money | None
    explanation: Explanation


@attrs.frozen
class NotCovered:
    """The part of a draw that no layer took, in units of the draw, and why each of them did not."""

    draw_id: str
    day: date
    quantity: Fraction
    passed_over: tuple[tuple[PassedOver, str], ...]


@attrs.frozen
class CoverageStatement:
    """Every draw after a cascade. ``parts`` stand in the order in which draws were served."""

    as_of: date | None
    parts: tuple[Coverage, ...]
    not_covered: tuple[NotCovered, ...]
    balances: tuple[tuple[str, Balance], ...]

    @property
    def remaining(self) -> dict[str, Fraction]:
        """What is left of each layer that has an end."""
        return {layer_id: balance.remaining for layer_id, balance in self.balances}

    def balance(self, layer_id: str) -> Balance:
        """Give the balance of a layer that has an end.

        Raises:
            NotFound: there is no such layer, or it has no end.
        """
        for known, balance in self.balances:
            if known == layer_id:
                return balance
        raise NotFound(f"no layer {layer_id!r} with an end in this cascade")


def cover(
    layers: Iterable[Layer],
    draws: Iterable[Draw],
    *,
    as_of: date | None = None,
    known: date | None = None,
    rounding: Rounding = HALF_UP,
) -> CoverageStatement:
    """Cover every draw by the first layers that have something for it.

    Args:
        layers: in the order in which they are asked.
        draws: the consumption, in any order.
        as_of: the day of the statement, as in :func:`draw_down`; ``None`` is after the last draw,
            with nothing of a block lapsed.
        known: leave out draws that became known after this day. ``None``: use all of them.
        rounding: how each amount is settled.

    Raises:
        InvalidValue: an id twice.

    >>> from harmony_core.finance import ExactAmount
    >>> hourly = Layer.of("tm", rate=ExactAmount.of("120.00", "EUR"))
    >>> visit = Draw("w", date(2026, 4, 20), 9)
    >>> for part in cover([Layer.of("block", "7.5"), hourly], [visit]).parts:
    ...     print(part.layer_id, part.quantity, part.amount)
    block 15/2 None
    tm 3/2 180.00 EUR
    """
    stack = list(layers)
    no_id_twice("layer", [layer.id for layer in stack])
    queue = [
        draw
        for draw in draws
        if (as_of is None or draw.day <= as_of) and (known is None or draw.known_on <= known)
    ]
    no_id_twice("draw", [draw.id for draw in queue])
    standings = [_Standing(layer, _state_of(layer)) for layer in stack]
    parts: list[Coverage] = []
    rests: list[NotCovered] = []
    for draw in sorted(queue, key=by_work_date):
        rest = draw.units
        passed: list[tuple[PassedOver, str]] = []
        for standing in standings:
            if not rest:
                break
            if (reason := standing.unfit(draw)) is not None:
                passed.append((reason, standing.layer.id))
                continue
            part = standing.take(draw, rest, passed, rounding)
            parts.append(part)
            rest -= part.units / standing.factor(draw)
        if rest:
            rests.append(NotCovered(draw.id, draw.day, rest, tuple(passed)))
    balances = [(one.layer.id, one.state.balance(as_of)) for one in standings]
    limited = tuple((name, balance) for name, balance in balances if balance is not None)
    return CoverageStatement(as_of, tuple(parts), tuple(rests), limited)


@attrs.frozen
class _Standing:
    """A layer and what is left of it."""

    layer: Layer
    state: _State

    def unfit(self, draw: Draw) -> PassedOver | None:
        """Why it has nothing for a draw, if so."""
        if self.layer.kinds and draw.kind not in self.layer.kinds:
            return PassedOver.KIND
        if self.layer.units_for(draw.unit) is None:
            return PassedOver.UNIT
        if self.state.left(draw.day) != 0:  # None has no end
            return None
        return PassedOver.USED_UP if self.state.covers(draw.day) else PassedOver.DAY

    def take(
        self,
        draw: Draw,
        rest: Fraction,
        passed: Iterable[tuple[PassedOver, str]],
        rounding: Rounding,
    ) -> Coverage:
        """Take what it can of the rest of a draw, and price what was taken."""
        layer, factor = self.layer, self.factor(draw)
        why = Explainer("coverage of a draw", 1)
        why.fact("draw", draw.id)
        why.fact("day of work", draw.day.isoformat())
        why.fact("covered by", layer.id)
        for reason, layer_id in passed:
            why.fact(_PASSED_OVER[reason], layer_id)
        units = why.given("rest", "still to cover", rest, draw.unit)
        if factor != 1:
            why.given("tariff", "units of the layer for one unit", factor)
            label, unit = "still to cover, in its units", layer.unit
            units = why.step("wanted", label, "multiply", units, "tariff", unit=unit)
        if (left := self.state.left(draw.day)) is not None:
            why.given("left", "left in the layer", left, layer.unit)
            units = why.step("taken", "units taken", "least", units, "left")
        taken = why.value(units)
        lots = tuple(self.state.take(draw.day, taken))
        billed, amount, result = units, None, units
        if layer.rate is not None:
            if not layer.apply_multiplier:
                billed = self._in_clock_units(why, units, draw)
            why.given("rate", "unit price", layer.rate.value, layer.rate.currency)
            label, currency = "quantity at the unit price", layer.rate.currency
            why.step("exact", label, "multiply", billed, "rate", unit=currency)
            amount, result = settle(why, "exact", currency, rounding), "amount"
        quantity, explained = why.value(billed), why.explanation(result)
        return Coverage(draw.id, layer.id, draw.day, quantity, taken, lots, amount, explained)

    def factor(self, draw: Draw) -> Fraction:
        """Units of the layer for one unit of a draw that it can take."""
        return self.layer.units_for(draw.unit) or Fraction(1)

    def _in_clock_units(self, why: Explainer, units: str, draw: Draw) -> str:
        if self.factor(draw) != 1:
            label = "in units of the draw"
            units = why.step("back", label, "divide", units, "tariff", unit=draw.unit)
        if draw.multiplier != 1:
            why.given("multiplier", "multiplier", draw.multiplier)
            units = why.step("clock", "in clock units", "divide", units, "multiplier")
        return units


class _State(Protocol):
    """What is left of one layer while draws are served in the order of their days."""

    def covers(self, day: date) -> bool: ...
    def left(self, day: date) -> Fraction | None: ...
    def take(self, day: date, units: Fraction) -> Iterator[tuple[str, Fraction]]: ...
    def balance(self, as_of: date | None) -> Balance | None: ...


def _state_of(layer: Layer) -> _State:
    match layer.pool:
        case Allowance() as allowance:
            return _AllowanceState(allowance)
        case BlockPool() as pool:
            return _BlockState(pool)
        case Unlimited():
            return _NoEnd()


class _NoEnd:
    def covers(self, day: date) -> bool:  # noqa: ARG002  of the shared form
        return True

    def left(self, day: date) -> Fraction | None:  # noqa: ARG002  of the shared form
        return None

    def take(self, day: date, units: Fraction) -> Iterator[tuple[str, Fraction]]:  # noqa: ARG002  of the shared form
        return iter(())

    def balance(self, as_of: date | None) -> Balance | None:  # noqa: ARG002  of the shared form
        return None


class _BlockState:
    def __init__(self, pool: BlockPool) -> None:
        self._blocks = sorted(pool.blocks, key=block_order(pool.order))
        no_id_twice("block", [block.id for block in self._blocks])
        self._left = {block.id: block.quantity for block in self._blocks}

    def covers(self, day: date) -> bool:
        return any(block.covers(day) for block in self._blocks)

    def _open(self, day: date) -> Iterator[Block]:
        return (block for block in self._blocks if block.covers(day))

    def left(self, day: date) -> Fraction | None:
        return sum((self._left[block.id] for block in self._open(day)), Fraction(0))

    def take(self, day: date, units: Fraction) -> Iterator[tuple[str, Fraction]]:
        for block in self._open(day):
            if took := min(units, self._left[block.id]):
                self._left[block.id] -= took
                units -= took
                yield block.id, took

    def balance(self, as_of: date | None) -> Balance | None:
        total = Balance(*(Fraction(0),) * 5)
        for block in self._blocks:
            left = self._left[block.id]
            lapsed = left if as_of is not None and block.lapsed_by(as_of) else Fraction(0)
            usable = as_of is None or block.covers(as_of)
            available = left if usable else Fraction(0)
            drawn = block.quantity - left
            total += Balance(block.quantity, drawn, left - lapsed, lapsed, available)
        return total


class _AllowanceState:
    """An allowance, moved on to the period of each draw in turn."""

    def __init__(self, allowance: Allowance) -> None:
        self._allowance = allowance
        self._ledger = AllowanceLedger(allowance.rollover)
        self._period = -1  # none has begun
        self._granted = self._drawn = self._lapsed = Fraction(0)

    def covers(self, day: date) -> bool:
        return self._allowance.schedule.index_at(day) >= 0

    def _move_to(self, day: date) -> None:
        index = self._allowance.schedule.index_at(day)
        while self._period < index:
            if self._period >= 0:
                self._lapsed += self._ledger.end(Fraction(0)).lapsed
            self._ledger.grant(self._allowance.quantity)
            self._granted += self._allowance.quantity
            self._period += 1

    def left(self, day: date) -> Fraction | None:
        if not self.covers(day):
            return Fraction(0)
        self._move_to(day)
        return self._ledger.left

    def take(self, day: date, units: Fraction) -> Iterator[tuple[str, Fraction]]:
        self._move_to(day)
        self._drawn += units
        sources: dict[str, Fraction] = {}
        for source, _, took in self._ledger.take(units):
            sources[source.value] = sources.get(source.value, Fraction(0)) + took
        return iter(sources.items())

    def balance(self, as_of: date | None) -> Balance | None:
        if as_of is not None:
            self._move_to(as_of)
        elif self._period < 0:
            self._move_to(self._allowance.schedule.boundary(0))
        left = self._ledger.left
        return Balance(self._granted, self._drawn, left, self._lapsed, left)
