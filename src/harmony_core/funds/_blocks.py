"""What is bought, what is taken, and the policies in between."""

from __future__ import annotations

from datetime import date
from datetime import time as clock_time
from fractions import Fraction

import attrs

from harmony_core.errors import InvalidValue, Word, kinds_checked
from harmony_core.explanation import exact_text
from harmony_core.finance import HALF_UP, Exact, ExactAmount, Money, Rounding, exact
from harmony_core.periods import Span
from harmony_core.products import OverageMode


class Process(Word):
    """In which order draws are served."""

    WORK_DATE = "work_date"
    """by work day, start time (missing first) and id: the answer does not depend on when a draw was
    keyed; the default"""
    ARRIVAL = "arrival"
    """by the day of recording (missing first), and within one day in the order given"""


def _quantity(value: Exact) -> Fraction:
    return exact(value, "a quantity")


def _multiplier(value: Exact) -> Fraction:
    return exact(value, "a multiplier")


@attrs.frozen
class Block:
    """One purchase: ``quantity`` units that may be drawn from ``start`` until before ``end``.

    ``end`` is the first day on which the block can no longer be drawn, ``None`` for a block that
    never expires; people say the day before, see :meth:`of_days`. ``unit`` is a word such as
    ``hours`` or ``tokens``, or a currency code for a fund of money. ``price`` is what the customer
    paid for the whole block, if that is known here.

    >>> Block.of_days("B-1", "hours", "10", date(2026, 3, 1), date(2026, 3, 31)).end
    datetime.date(2026, 4, 1)
    """

    id: str
    unit: str
    quantity: Fraction = attrs.field(converter=_quantity)
    start: date
    end: date | None = None
    price: Money | None = None

    def __attrs_post_init__(self) -> None:
        if self.quantity <= 0:
            raise InvalidValue(
                f"block {self.id!r} must hold more than nothing, got {exact_text(self.quantity)}"
            )
        if self.end is not None and self.end <= self.start:
            raise InvalidValue(
                f"block {self.id!r} ends on {self.end} before its first day {self.start} is over"
            )

    @classmethod
    def of_days(
        cls,
        id: str,  # noqa: A002  the field's own name
        unit: str,
        quantity: Exact,
        first_day: date,
        last_day: date | None = None,
        *,
        price: Money | None = None,
    ) -> Block:
        """Make a block from its first and last day, both of them days on which it can be drawn."""
        end = None if last_day is None else Span.of_days(first_day, last_day).end
        return cls(id, unit, quantity, first_day, end, price)

    @property
    def last_day(self) -> date | None:
        """The last day on which the block can be drawn, or ``None``."""
        return None if self.end is None else Span(self.start, self.end).last_day

    def covers(self, day: date) -> bool:
        """Tell whether work of ``day`` may be drawn from this block."""
        return self.start <= day and (self.end is None or day < self.end)

    def lapsed_by(self, day: date) -> bool:
        """Tell whether the block can no longer be drawn on ``day``."""
        return self.end is not None and self.end <= day


@attrs.frozen
class Draw:
    """One consumption: takes ``quantity`` x ``multiplier`` units for work of ``day``.

    Args:
        quantity: in clock units: the hours worked, the services delivered, the money spent.
        multiplier: the tariff: 1.5 for a senior, 3 tokens for a visit, 0 for work that is free.
        recorded_on: the day on which the draw became known; without it that is ``day``.
        unit: what the units are, ``hours`` or ``EUR``; empty where only one thing can be meant.
        kind: what it is for, ``time`` or ``kit``: a cascade may
            send kinds to different funds.
    """

    id: str
    day: date
    quantity: Fraction = attrs.field(converter=_quantity)
    multiplier: Fraction = attrs.field(default=Fraction(1), converter=_multiplier)
    time: clock_time | None = None
    recorded_on: date | None = None
    unit: str = ""
    kind: str = ""

    def __attrs_post_init__(self) -> None:
        if self.quantity < 0 or self.multiplier < 0:
            raise InvalidValue(
                f"draw {self.id!r} must not be below zero, got {exact_text(self.quantity)} x "
                f"{exact_text(self.multiplier)}: leave a withdrawn draw out and replay"
            )

    @classmethod
    def of_money(
        cls,
        id: str,  # noqa: A002  the field's own name
        day: date,
        amount: Money,
        *,
        recorded_on: date | None = None,
        kind: str = "",
    ) -> Draw:
        """Make a draw on a fund of money: an expense, a kit, an incident at its price.

        >>> Draw.of_money("E-1", date(2026, 3, 10), Money.of("49.90", "EUR"), kind="kit").unit
        'EUR'
        """
        quantity, unit = amount.exact.value, amount.currency
        return cls(id, day, quantity, recorded_on=recorded_on, unit=unit, kind=kind)

    @property
    def units(self) -> Fraction:
        """What it takes from a block."""
        return self.quantity * self.multiplier

    @property
    def known_on(self) -> date:
        """The day on which it became known."""
        return self.recorded_on or self.day


@attrs.frozen
class Refund:
    """``quantity`` units of a block that were given back on ``day``; they can never be drawn again.

    ``amount`` is the money paid back; without it, what the units cost, see
    :func:`recognise_block`.

    It gives back what is left of the block on that day, as known when the refund became known, and
    no more. One that is ``agreed`` stands whatever was drawn, as where a balance goes along to
    another contract: draws find those units gone.
    """

    id: str
    block_id: str
    day: date
    quantity: Fraction = attrs.field(converter=_quantity)
    amount: Money | None = None
    recorded_on: date | None = None
    agreed: bool = False

    def __attrs_post_init__(self) -> None:
        if self.quantity <= 0:
            raise InvalidValue(
                f"refund {self.id!r} gives back more than nothing, got {exact_text(self.quantity)}"
            )

    @property
    def known_on(self) -> date:
        """The day on which it became known."""
        return self.recorded_on or self.day


@attrs.frozen(field_transformer=kinds_checked)
class Overage:
    """What happens beyond the blocks, and at which price.

    With ``apply_multiplier`` the rest is billed in block units, without it in clock units: 3 h at
    1.5 on a block of 3 leave 1.5 units or 1 hour. Which of them is a term of the contract. ``rate``
    is the price of one such unit; a fund of money needs none, since its unit is the price. Each
    draw's overage is settled by itself, by ``rounding``.
    """

    mode: OverageMode = OverageMode.DENY
    rate: ExactAmount | None = None
    apply_multiplier: bool = False
    rounding: Rounding = HALF_UP


REFUSE_OVERAGE = Overage()
"""No policy was agreed: a draw that the blocks do not cover is refused, and listed as refused."""
