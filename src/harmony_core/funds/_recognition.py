"""When the price of a block is earned.

Revenue follows use, cumulatively: what is earned by a day is the price times the used share,
settled once, less what was earned before. So the parts never drift from the price. What nobody
used is earned at the end of the block's last day, as breakage.

Source: IFRS 15.B44-B47 (customers' unexercised rights), at expiry.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from fractions import Fraction

import attrs

from harmony_core.errors import InvalidValue
from harmony_core.explanation import Explainer, Explanation
from harmony_core.finance import HALF_UP, Exact, Money, Rounding, exact
from harmony_core.funds._blocks import Block
from harmony_core.funds._statement import Allocation


@attrs.frozen
class BlockRecognition:
    """Where a block's price stands at the end of a day, all of it cumulative.

    ``used + breakage + deferred`` is the price. ``explanation`` is that of ``used``.
    """

    used: Money
    breakage: Money
    deferred: Money
    explanation: Explanation


def recognise_block(
    block: Block,
    allocations: Iterable[Allocation],
    through: date,
    rounding: Rounding = HALF_UP,
) -> BlockRecognition:
    """Split a block's price into used, breakage and deferred as of the end of ``through``.

    Args:
        block: has a price.
        allocations: of a statement; those to other blocks and of later days are passed over.
        through: the last day that counts. On the block's last day the rest becomes breakage.
        rounding: how the earned share is settled.

    Raises:
        InvalidValue: the block has no price.
    """
    if block.price is None:
        raise InvalidValue(f"block {block.id!r} has no price, so nothing of it can be earned")
    drawn = sum(
        (
            part.quantity
            for part in allocations
            if part.block_id == block.id and part.day <= through
        ),
        Fraction(0),
    )
    why = _earned(block.price, block.quantity, drawn, block.unit, rounding)
    used = Money.of(why.value, block.price.currency)
    left = block.price - used
    nothing = Money.zero(block.price.currency)
    expired = block.last_day is not None and block.last_day <= through
    return BlockRecognition(used, left if expired else nothing, nothing if expired else left, why)


def drawn_value(
    block: Block,
    allocations: Iterable[Allocation],
    through: date,
    rounding: Rounding = HALF_UP,
) -> Money:
    """Give what use alone has earned of a block's price by the end of ``through``, cumulatively.

    Subtract what was booked before to get a period's revenue; see :func:`recognise_block`.

    Raises:
        InvalidValue: the block has no price.
    """
    return recognise_block(block, allocations, through, rounding).used


@attrs.frozen
class FundUse:
    """One period's use of a block, in units; ``expires`` when the block ends in this period."""

    used: Fraction
    expires: bool = False

    @classmethod
    def of(cls, used: Exact, expires: bool = False) -> FundUse:
        """Make it from any exact number."""
        return cls(exact(used, "a used quantity"), expires)


@attrs.frozen
class RecognisedPeriod:
    """One period's revenue by use and by breakage, and what is still deferred after it."""

    recognised: Money
    breakage: Money
    deferred: Money


def fund_recognition(
    price: Money, quantity: Exact, periods: Iterable[FundUse], rounding: Rounding = HALF_UP
) -> tuple[RecognisedPeriod, ...]:
    """Recognise a block's price over consecutive periods of use.

    Use beyond ``quantity`` earns nothing more: there is no price left. Use that becomes known
    after the expiry moves revenue from breakage to use.

    Raises:
        InvalidValue: ``quantity`` is not above zero, or a use is below zero.

    >>> months = [FundUse.of(7), FundUse.of(11), FundUse.of(5, expires=True)]
    >>> for month in fund_recognition(Money.of("2500.00", "EUR"), 30, months):
    ...     print(month.recognised, month.breakage, month.deferred)
    583.33 EUR 0.00 EUR 1916.67 EUR
    916.67 EUR 0.00 EUR 1000.00 EUR
    416.67 EUR 583.33 EUR 0.00 EUR
    """
    bought = exact(quantity, "a quantity")
    if bought <= 0:
        raise InvalidValue(f"a block must hold more than nothing, got {quantity}")
    drawn, expired = Fraction(0), False
    used_before = breakage_before = Money.zero(price.currency)
    result = []
    for period in periods:
        if period.used < 0:
            raise InvalidValue(f"a used quantity must not be below zero, got {period.used}")
        drawn, expired = drawn + period.used, expired or period.expires
        used = Money.of(_earned(price, bought, drawn, "", rounding).value, price.currency)
        breakage = price - used if expired else Money.zero(price.currency)
        deferred = price - used - breakage
        result.append(RecognisedPeriod(used - used_before, breakage - breakage_before, deferred))
        used_before, breakage_before = used, breakage
    return tuple(result)


def _earned(
    price: Money, quantity: Fraction, drawn: Fraction, unit: str, rounding: Rounding
) -> Explanation:
    why = Explainer("recognition of a prepaid block", 1)
    why.given("price", "price of the block", price.exact.value, price.currency)
    why.given("quantity", "units bought", quantity, unit)
    why.given("drawn", "units drawn so far", drawn, unit)
    why.given("step", "smallest unit", _smallest(price, rounding), price.currency)
    why.step("within", "at most what was bought", "least", "drawn", "quantity")
    why.step("part", "price of the units drawn", "multiply", "price", "within")
    why.step("share", "share of the price", "divide", "part", "quantity")
    why.step("used", "settled", f"round_{rounding.mode.value}", "share", "step")
    return why.explanation("used")


def _smallest(price: Money, rounding: Rounding) -> Fraction:
    return rounding.step or Money(1, price.currency).exact.value
