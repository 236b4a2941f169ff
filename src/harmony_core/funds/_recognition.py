"""When the price of a block is earned.

Revenue follows use, cumulatively: what is earned by a day is the price times the used share,
settled once, less what was earned before. So the parts never drift from the price. What nobody
used is earned at the end of the block's last day, as breakage; or, where experience says how much
will never be used, in proportion to what is. What was paid back is not earned at all.

Source: IFRS 15.B44-B47 (customers' unexercised rights).
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from fractions import Fraction

import attrs

from harmony_core.errors import InvalidValue
from harmony_core.explanation import Explainer, Explanation
from harmony_core.finance import HALF_UP, Exact, Money, Rounding, exact
from harmony_core.funds._blocks import Block, Refund
from harmony_core.funds._statement import Allocation


@attrs.frozen
class BlockRecognition:
    """Where a block's price stands at the end of a day, all of it cumulative.

    ``used + breakage + deferred + refunded`` is the price. ``explanation`` is that of ``used``.
    """

    used: Money
    breakage: Money
    deferred: Money
    explanation: Explanation
    refunded: Money


def recognise_block(
    block: Block,
    allocations: Iterable[Allocation],
    through: date,
    rounding: Rounding = HALF_UP,
    *,
    refunds: Iterable[Refund] = (),
) -> BlockRecognition:
    """Split a block's price into used, breakage, deferred and refunded at the end of ``through``.

    Args:
        block: has a price.
        allocations: of a statement; those to other blocks and of later days are passed over.
        through: the last day that counts. On the block's last day the rest becomes breakage.
        rounding: how the earned share is settled.
        refunds: of this block or others. The money paid back leaves what is deferred; where more
            was paid back than that, use has earned so much less.

    Raises:
        InvalidValue: the block has no price, or more than the price was paid back.
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
    price, nothing = block.price, Money.zero(block.price.currency)
    back = sum(
        (
            refund_value(block, one.quantity, rounding) if one.amount is None else one.amount
            for one in refunds
            if one.block_id == block.id and one.day <= through
        ),
        nothing,
    )
    if back > price:
        raise InvalidValue(
            f"{back} of block {block.id!r} were paid back, but it cost {price}: book what goes "
            "beyond the price as goodwill"
        )
    why = _earned(price, block.quantity, drawn, block.unit, rounding, back)
    used = Money.of(why.value, price.currency)
    left = price - back - used
    expired = block.last_day is not None and block.last_day <= through
    return BlockRecognition(
        used, left if expired else nothing, nothing if expired else left, why, back
    )


def refund_value(block: Block, units: Exact, rounding: Rounding = HALF_UP) -> Money:
    """Give the share of a block's price that so many of its units cost.

    Raises:
        InvalidValue: the block has no price.

    >>> block = Block("B", "hours", 30, date(2026, 1, 1), price=Money.of("2500.00", "EUR"))
    >>> refund_value(block, 7)
    Money.of('583.33', 'EUR')
    """
    if block.price is None:
        raise InvalidValue(f"block {block.id!r} has no price, so its units are worth nothing here")
    return (block.price.exact * exact(units, "a quantity") / block.quantity).settle(rounding)


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


@attrs.frozen
class ExpectedUse:
    """One period's use, and how many units customers are now expected to use in all."""

    used: Fraction
    expected: Fraction

    @classmethod
    def of(cls, used: Exact, expected: Exact) -> ExpectedUse:
        """Make it from any exact numbers.

        Raises:
            InvalidValue: the use is below zero, or nothing is expected.
        """
        parts = exact(used, "a used quantity"), exact(expected, "an expected quantity")
        if parts[0] < 0 or parts[1] <= 0:
            raise InvalidValue(
                f"use is zero or more of an expectation above zero, got {used} of {expected}"
            )
        return cls(*parts)


def proportional_recognition(
    price: Money, periods: Iterable[ExpectedUse], rounding: Rounding = HALF_UP
) -> tuple[RecognisedPeriod, ...]:
    """Recognise a price in proportion to use of what is expected to be used, breakage with it.

    Each period's expectation is applied to everything used so far, so that a new one catches up
    with what was recognised before. Use beyond the expectation earns nothing more. The breakage is
    within ``recognised``.

    Source: IFRS 15.B46, breakage in proportion to the rights that customers exercise.

    >>> years = [ExpectedUse.of(4500, 9700), ExpectedUse.of(4000, 9200)]
    >>> for year in proportional_recognition(Money.of("9000.00", "USD"), years):
    ...     print(year.recognised, year.deferred)
    4175.26 USD 4824.74 USD
    4139.96 USD 684.78 USD
    """
    used, before = Fraction(0), Money.zero(price.currency)
    result = []
    for period in periods:
        used += period.used
        why = _earned(price, period.expected, used, "", rounding)
        earned = Money.of(why.value, price.currency)
        nothing = Money.zero(price.currency)
        result.append(RecognisedPeriod(earned - before, nothing, price - earned))
        before = earned
    return tuple(result)


def _earned(  # noqa: PLR0917  the numbers of one formula
    price: Money,
    quantity: Fraction,
    drawn: Fraction,
    unit: str,
    rounding: Rounding,
    back: Money | None = None,
) -> Explanation:
    why = Explainer("recognition of a prepaid block", 1)
    why.given("price", "price of the block", price.exact.value, price.currency)
    why.given("quantity", "units bought", quantity, unit)
    why.given("drawn", "units drawn so far", drawn, unit)
    why.given("step", "smallest unit", _smallest(price, rounding), price.currency)
    why.step("within", "at most what was bought", "least", "drawn", "quantity")
    why.step("part", "price of the units drawn", "multiply", "price", "within")
    why.step("share", "share of the price", "divide", "part", "quantity")
    used = why.step("used", "settled", f"round_{rounding.mode.value}", "share", "step")
    if back:  # what was paid back cannot have been earned
        why.given("back", "paid back", back.exact.value, back.currency)
        why.step("kept", "price less what was paid back", "subtract", "price", "back")
        used = why.step("earned", "at most what was kept", "least", "used", "kept")
    return why.explanation(used)


def _smallest(price: Money, rounding: Rounding) -> Fraction:
    return rounding.step or Money(1, price.currency).exact.value
