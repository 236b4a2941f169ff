"""What covers work, layer after layer: an allowance, blocks, and what is billed by the hour.

A layer may be for some kinds of draws only, and may hold another unit than the draw is in: then a
tariff states how many of its units one unit of the draw takes. Without a tariff units never meet.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from fractions import Fraction
from typing import TypeAlias

import attrs

from harmony_core.errors import InvalidValue, kinds_checked
from harmony_core.explanation import exact_text
from harmony_core.finance import Exact, ExactAmount, exact
from harmony_core.funds._blocks import Block
from harmony_core.periods import Schedule
from harmony_core.products import DrawOrder, Rollover


def _units(value: Exact) -> Fraction:
    return exact(value, "a granted quantity")


def _blocks(blocks: Iterable[Block]) -> tuple[Block, ...]:
    return tuple(blocks)


@attrs.frozen
class Allowance:
    """``quantity`` units for each period of ``schedule``, from its anchor on."""

    unit: str
    quantity: Fraction = attrs.field(converter=_units)
    schedule: Schedule
    rollover: Rollover = attrs.field(factory=Rollover)

    def __attrs_post_init__(self) -> None:
        if self.quantity < 0:
            raise InvalidValue(
                f"an allowance grants zero or more units, got {exact_text(self.quantity)}"
            )


@attrs.frozen(field_transformer=kinds_checked)
class BlockPool:
    """Blocks of one unit, and which of them is drawn first."""

    blocks: tuple[Block, ...] = attrs.field(converter=_blocks)
    order: DrawOrder = DrawOrder.EXPIRY

    def __attrs_post_init__(self) -> None:
        if len(units := sorted({block.unit for block in self.blocks})) > 1:
            raise InvalidValue(
                f"a pool of blocks has one unit, found {', '.join(units)}: make one layer of each"
            )


@attrs.frozen
class Unlimited:
    """No end to it: time and materials, billed as it comes. An empty ``unit`` takes any."""

    unit: str = ""


Pool: TypeAlias = Allowance | BlockPool | Unlimited
"""What a layer holds."""


def _tariffs(
    tariffs: Mapping[str, Exact] | Iterable[tuple[str, Exact]],
) -> tuple[tuple[str, Fraction], ...]:
    pairs = tariffs.items() if isinstance(tariffs, Mapping) else tariffs
    return tuple((unit, exact(value, "a tariff")) for unit, value in pairs)


def _kinds(kinds: Iterable[str]) -> tuple[str, ...]:
    return (kinds,) if isinstance(kinds, str) else tuple(kinds)


@attrs.frozen
class Layer:
    """One layer of a cascade.

    Args:
        pool: what it holds.
        rate: price of one unit taken from it; without one the layer covers and bills nothing.
        kinds: which kinds of draws it is for; none stated: all of them.
        tariffs: by unit of the draw, how many units of the layer one of them takes.
        apply_multiplier: bill the units taken, the multiplier included; without it clock units.

    Raises:
        InvalidValue: a layer without end has no rate, or a tariff is not above zero.

    >>> Layer.of("allowance", 5).pool.blocks[0].quantity
    Fraction(5, 1)
    """

    id: str
    pool: Pool
    rate: ExactAmount | None = attrs.field(default=None, kw_only=True)
    kinds: tuple[str, ...] = attrs.field(default=(), converter=_kinds, kw_only=True)
    tariffs: tuple[tuple[str, Fraction], ...] = attrs.field(
        default=(), converter=_tariffs, kw_only=True
    )
    apply_multiplier: bool = attrs.field(default=False, kw_only=True)

    def __attrs_post_init__(self) -> None:
        if isinstance(self.pool, Unlimited) and self.rate is None:
            raise InvalidValue(
                f"layer {self.id!r} has no end and no rate: give it a rate, zero if it is free"
            )
        if any(value <= 0 for _, value in self.tariffs):
            raise InvalidValue(f"layer {self.id!r} has a tariff of zero or less: leave it out")

    @classmethod
    def of(
        cls,
        id: str,  # noqa: A002  the field's own name
        quantity: Exact | None = None,
        rate: ExactAmount | None = None,
        unit: str = "",
    ) -> Layer:
        """Make a layer of so many units that never expire, or of no end without a quantity."""
        if quantity is None:
            return cls(id, Unlimited(unit), rate=rate)
        empty = exact(quantity, "a quantity") == 0
        blocks = () if empty else (Block(id, unit, quantity, date.min),)
        return cls(id, BlockPool(blocks), rate=rate)

    @property
    def unit(self) -> str:
        """What it holds; empty where that was not stated."""
        if isinstance(self.pool, BlockPool):
            return self.pool.blocks[0].unit if self.pool.blocks else ""
        return self.pool.unit

    def units_for(self, unit: str) -> Fraction | None:
        """How many of its units one unit of a draw takes; ``None`` where nobody said."""
        if (tariff := dict(self.tariffs).get(unit)) is not None:
            return tariff
        return Fraction(1) if not unit or not self.unit or unit == self.unit else None
