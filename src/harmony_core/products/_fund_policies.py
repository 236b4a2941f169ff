"""How a prepaid fund goes on: what is carried over, when more is bought, what follows beyond it.

All are terms of the contract. The same use of the same hours differs by hundreds in money when
carried units are used first or last, so the choice is written down and not left to a program.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from fractions import Fraction

import attrs

from harmony_core.errors import InvalidValue, PriceNotFound, Word
from harmony_core.explanation import exact_text
from harmony_core.finance import Exact, ExactAmount, exact


class CarryMode(Word):
    """Which unused units of a periodic allowance go on into the next period."""

    NONE = "none"
    """none of them"""
    UNLIMITED = "unlimited"
    """all of them"""
    CAP = "cap"
    """at most so many in all; beyond that the oldest lapse first"""
    FRACTION = "fraction"
    """that share of everything unused, carried before or not"""


class UseFirst(Word):
    """Which units a draw takes first."""

    CARRIED = "carried"
    """those carried over, the oldest first: kind to the customer, and the default"""
    CURRENT = "current"
    """those of the period itself, then those carried over, the oldest first"""


class OverageMode(Word):
    """What happens to the part of a draw that no block covers."""

    BILL = "bill"
    """it is billed at the overage rate"""
    DENY = "deny"
    """the whole draw is refused and takes nothing"""
    NEGATIVE = "negative"
    """the last block in order goes below zero; with no block that day the draw is refused"""


class LeftOver(Word):
    """What becomes of blocks with units left when their line ends."""

    KEPT = "kept"
    """they can be drawn until they end by themselves"""
    LAPSED = "lapsed"
    """nobody can draw them after the line's last day"""
    REFUNDED = "refunded"
    """the same, and the price of the part that was not drawn is given back"""


def _mode(value: CarryMode) -> CarryMode:
    return CarryMode(value)


def _use_first(value: UseFirst) -> UseFirst:
    return UseFirst(value)


def _most(value: Exact | None) -> Fraction | None:
    return None if value is None else exact(value, "a cap")


def _share(value: Exact | None) -> Fraction | None:
    return None if value is None else exact(value, "a fraction")


@attrs.frozen
class Rollover:
    """What happens to the unused units of a period when it ends.

    At the end of each period, in this order: what was used is taken, lots that were carried before
    age by one period, lots whose lifetime is over lapse, and then ``mode`` decides about the rest.

    Args:
        mode: which units go on.
        cap: the most that is carried; given with ``CAP`` and only then.
        fraction: the share that is carried, 0 to 1; given with ``FRACTION`` and only then.
        lifetime_periods: after how many further periods carried units lapse; ``None`` is never.
        use_first: which units a draw takes first.

    Raises:
        InvalidValue: the numbers do not go with the mode.

    >>> Rollover("cap", cap=3).use_first.value
    'carried'
    """

    mode: CarryMode = attrs.field(default=CarryMode.NONE, converter=_mode)
    cap: Fraction | None = attrs.field(default=None, converter=_most)
    fraction: Fraction | None = attrs.field(default=None, converter=_share)
    lifetime_periods: int | None = None
    use_first: UseFirst = attrs.field(default=UseFirst.CARRIED, converter=_use_first)

    def __attrs_post_init__(self) -> None:
        for mode, value in ((CarryMode.CAP, self.cap), (CarryMode.FRACTION, self.fraction)):
            if (self.mode is mode) != (value is not None):
                raise InvalidValue(
                    f"carry mode {self.mode.value!r} and {mode.value}="
                    f"{None if value is None else exact_text(value)} contradict each other: "
                    f"a {mode.value} belongs to the mode {mode.value!r}, and to no other"
                )
        if self.cap is not None and self.cap < 0:
            raise InvalidValue(f"a cap must be zero or more, got {exact_text(self.cap)}")
        if self.fraction is not None and not 0 <= self.fraction <= 1:
            raise InvalidValue(
                f"a carried fraction lies between 0 and 1, got {exact_text(self.fraction)}"
            )
        if self.lifetime_periods is not None and self.lifetime_periods < 1:
            raise InvalidValue(
                f"carried units live for one further period or more, got {self.lifetime_periods}: "
                "take the mode 'none' to carry nothing"
            )


def _threshold(value: Exact) -> Fraction:
    return exact(value, "a threshold")


def _quantity(value: Exact | None) -> Fraction | None:
    return None if value is None else exact(value, "a quantity")


def _prices(prices: ExactAmount | Iterable[ExactAmount]) -> tuple[ExactAmount, ...]:
    return (prices,) if isinstance(prices, ExactAmount) else tuple(prices)


@attrs.frozen
class TopUp:
    """Buys more when a draw leaves less than ``threshold`` units; exactly that many are enough.

    Args:
        threshold: in units of the fund.
        by: so many units are bought, once for a draw; or
        to: as many as bring the fund to this balance.
        prices: of one unit, one a currency.
        valid_months: how long what was bought can be drawn; ``None`` does not expire.
        last_day: nothing is bought for a draw of a later day.

    Raises:
        InvalidValue: neither or both of ``by`` and ``to``, or a quantity that restores nothing.

    >>> TopUp(2, by=10, prices=ExactAmount.of("85.00", "EUR")).bought_at(1)
    Fraction(10, 1)
    """

    threshold: Fraction = attrs.field(converter=_threshold)
    by: Fraction | None = attrs.field(default=None, converter=_quantity, kw_only=True)
    to: Fraction | None = attrs.field(default=None, converter=_quantity, kw_only=True)
    prices: tuple[ExactAmount, ...] = attrs.field(default=(), converter=_prices, kw_only=True)
    valid_months: int | None = attrs.field(default=None, kw_only=True)
    last_day: date | None = attrs.field(default=None, kw_only=True)

    def __attrs_post_init__(self) -> None:
        if (self.by is None) == (self.to is None):
            raise InvalidValue("a top-up goes either by a quantity or to a balance: give one")
        if self.by is not None and self.by <= 0:
            raise InvalidValue(f"a top-up buys more than nothing, got by={exact_text(self.by)}")
        if self.to is not None and self.to < self.threshold:
            raise InvalidValue(
                f"a top-up to {exact_text(self.to)} stays below its own threshold "
                f"{exact_text(self.threshold)}: raise it"
            )
        if self.valid_months is not None and self.valid_months < 1:
            raise InvalidValue(f"a block is valid for a month or more, got {self.valid_months}")

    def bought_at(self, balance: Exact) -> Fraction:
        """Give how many units are bought at a balance; none unless it is below the threshold."""
        left = exact(balance, "a balance")
        if left >= self.threshold:
            return Fraction(0)
        return self.by if self.by is not None else (self.to or Fraction(0)) - left

    def price_in(self, currency: str) -> ExactAmount:
        """Price of one unit.

        Raises:
            PriceNotFound: no price in that currency was agreed.
        """
        for price in self.prices:
            if price.currency == currency:
                return price
        raise PriceNotFound(f"the top-up has no price in {currency}: add one")


def _level(value: Exact | None) -> Fraction | None:
    return None if value is None else exact(value, "a level")


@attrs.frozen
class WarningLevel:
    """Reached when so many per cent are used, or when at most so many units are left.

    >>> WarningLevel(percent_used=80).units_left is None
    True
    """

    percent_used: Fraction | None = attrs.field(default=None, converter=_level, kw_only=True)
    units_left: Fraction | None = attrs.field(default=None, converter=_level, kw_only=True)

    def __attrs_post_init__(self) -> None:
        if (self.percent_used is None) == (self.units_left is None):
            raise InvalidValue("a level is a percentage used or a number of units left: give one")
        if self.percent_used is not None and self.percent_used <= 0:
            raise InvalidValue(
                f"a level of {exact_text(self.percent_used)} % used is always reached: raise it"
            )

    def reached(self, bought: Fraction, left: Fraction) -> bool:
        """Tell whether a fund of ``bought`` units, of which ``left`` are left, is at the level."""
        if self.units_left is not None:
            return left <= self.units_left
        return bought > 0 and (bought - left) * 100 >= (self.percent_used or 0) * bought
