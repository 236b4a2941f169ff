"""A main article and its components: how many of each, and how they share the bundle's price.

Fixed amounts and percentages of the whole come first; ratios share what they leave, or one part
takes it as the residual. Nested bundles share what fell to them. The parts add up to the price in
every split: a price of whole minor units is shared in whole minor units, and those left over go
to the largest remainders.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from fractions import Fraction
from typing import TypeAlias

import attrs

from harmony_core.errors import InvalidValue, PriceNotFound, expect, expect_each
from harmony_core.explanation import Explainer, exact_text
from harmony_core.finance import Exact, ExactAmount, Money, exact, fit, minor_digits
from harmony_core.products._override import Override


def _quantity(value: Exact) -> Fraction:
    return exact(value, "a quantity")


def _percent(value: Exact) -> Fraction:
    return exact(value, "a percentage")


def _ratio(value: Exact) -> Fraction:
    return exact(value, "a ratio")


def _amounts(value: ExactAmount | Iterable[ExactAmount]) -> tuple[ExactAmount, ...]:
    if isinstance(value, ExactAmount):
        return (value,)
    return expect_each(value, ExactAmount, "amounts of a fixed share")


@attrs.frozen
class PercentShare:
    """So many percent of the whole price of the bundle."""

    percent: Fraction = attrs.field(converter=_percent)

    def __attrs_post_init__(self) -> None:
        if self.percent < 0:
            raise InvalidValue(
                f"a bundle shares no price below zero, got {exact_text(self.percent)} percent"
            )


@attrs.frozen
class FixedShare:
    """A fixed part of the price of one bundle, for each currency that it is sold in.

    Raises:
        InvalidValue: no amount, one below zero, or two in one currency.
    """

    amounts: tuple[ExactAmount, ...] = attrs.field(converter=_amounts)

    def __attrs_post_init__(self) -> None:
        codes = [amount.currency for amount in self.amounts]
        if not codes or len(set(codes)) != len(codes):
            raise InvalidValue(f"a fixed share has one amount for each currency, got {codes}")
        if any(amount.value < 0 for amount in self.amounts):
            raise InvalidValue(
                f"a bundle shares no price below zero, got {', '.join(map(str, self.amounts))}"
            )

    def amount(self, currency: str) -> ExactAmount:
        """The amount in a currency.

        Raises:
            PriceNotFound: there is none; it is never converted in silence.
        """
        for amount in self.amounts:
            if amount.currency == currency:
                return amount
        raise PriceNotFound(f"the fixed share has no amount in {currency}: add one")


@attrs.frozen
class RatioShare:
    """A share, in the ratio of these numbers, of what fixed amounts and percentages leave."""

    ratio: Fraction = attrs.field(converter=_ratio)

    def __attrs_post_init__(self) -> None:
        if self.ratio <= 0:
            raise InvalidValue(f"a ratio is above zero, got {exact_text(self.ratio)}")


@attrs.frozen
class ResidualShare:
    """All that fixed amounts and percentages leave."""


PriceShare: TypeAlias = PercentShare | FixedShare | RatioShare | ResidualShare
"""How a part shares in the price of its bundle."""


def _share(value: PriceShare | Exact) -> PriceShare:
    if isinstance(value, PercentShare | FixedShare | RatioShare | ResidualShare):
        return value
    return PercentShare(value)


@attrs.frozen
class Component:
    """A part of a bundle: how many of which product, and its share of the bundle's price.

    Args:
        product_id: which product; a bundle may hold bundles.
        quantity: how many of it are in one bundle.
        share: a plain number is a percentage of the whole.
        override: how the part behaves otherwise than its product, within this bundle.

    Raises:
        InvalidValue: a quantity that is not above zero, a share below zero, or a price of its own.

    >>> Component("MAIL", 10, "37.5").share
    PercentShare(percent=Fraction(75, 2))
    """

    product_id: str
    quantity: Fraction = attrs.field(converter=_quantity)
    share: PriceShare = attrs.field(converter=_share)
    override: Override | None = None

    def __attrs_post_init__(self) -> None:
        expect(self.product_id, str, "product_id of a component")
        if self.override is not None:
            expect(self.override, Override, f"the override of component {self.product_id!r}")
        if self.quantity <= 0:
            raise InvalidValue(
                f"a bundle holds more than nothing of {self.product_id!r}, "
                f"got {exact_text(self.quantity)}"
            )
        if self.override is not None and self.override.scheme is not None:
            raise InvalidValue(
                f"the price of {self.product_id!r} in a bundle is its share of the bundle's: "
                "override another behaviour, or change the share"
            )


def refuse_unsharable(bundle_id: str, components: Sequence[Component]) -> None:
    """Refuse shares that can add up to no price at all.

    Raises:
        InvalidValue: see the messages below.
    """
    shares = [component.share for component in components]
    residuals = sum(isinstance(share, ResidualShare) for share in shares)
    ratios = any(isinstance(share, RatioShare) for share in shares)
    fixed = any(isinstance(share, FixedShare) for share in shares)
    percent = sum((s.percent for s in shares if isinstance(s, PercentShare)), Fraction(0))
    if residuals > 1 or (residuals and ratios):
        raise InvalidValue(
            f"one part alone of bundle {bundle_id!r} can take what the others leave: "
            "give several parts ratios instead"
        )
    if percent > 100:
        raise InvalidValue(
            f"the components of bundle {bundle_id!r} share its price: their percentages must not "
            f"go above 100, got {exact_text(percent)}"
        )
    if shares and percent != 100 and not (residuals or ratios or fixed):
        raise InvalidValue(
            f"the components of bundle {bundle_id!r} share its price: their percentages must "
            f"add up to 100, got {exact_text(percent)}"
        )


@attrs.frozen
class Shared:
    """What falls to a component of one bundle, and the numbers that gave it."""

    component: Component
    times: Fraction
    whole: Fraction
    before: Fraction
    ratios: Fraction
    exactly: Fraction
    amount: Fraction
    currency: str

    def explain(self, why: Explainer, price: str, level: int) -> str:
        """Write the step from the bundle's price to this part of it; gives the step's name."""
        share, end, currency = self.component.share, f"_{level}", self.currency
        match share:
            case PercentShare():
                why.given(f"percent{end}", "share in percent", share.percent, "%")
                why.given(f"hundred{end}", "one hundred percent", 100, "%")
                why.step(f"of{end}", "price times percent", "multiply", price, f"percent{end}")
                name = why.step(
                    f"share{end}", "share of the price", "divide", f"of{end}", f"hundred{end}"
                )
            case FixedShare():
                why.given(
                    f"fixed{end}", "fixed share of one", share.amount(currency).value, currency
                )
                why.given(f"times{end}", "bundles of this kind in the whole", self.times)
                name = why.step(
                    f"share{end}", "share of the price", "multiply", f"fixed{end}", f"times{end}"
                )
            case RatioShare() | ResidualShare():
                label = "fixed shares and percentages of the others"
                why.given(f"before{end}", label, self.before, currency)
                label = "left for ratios or the residual"
                name = why.step(f"rest{end}", label, "subtract", price, f"before{end}")
                if isinstance(share, RatioShare):
                    why.given(f"ratio{end}", "ratio", share.ratio)
                    why.given(f"ratios{end}", "all ratios together", self.ratios)
                    label = "what is left times the ratio"
                    why.step(f"of{end}", label, "multiply", name, f"ratio{end}")
                    label = "share of the price"
                    name = why.step(f"share{end}", label, "divide", f"of{end}", f"ratios{end}")
        if self.amount != self.exactly:
            label = "to a whole minor unit, by the largest remainder"
            why.given(f"settling{end}", label, self.amount - self.exactly, currency)
            name = why.step(f"settled{end}", "settled share", "add", name, f"settling{end}")
        return name


def share_price(
    bundle_id: str,
    components: Sequence[Component],
    times: Fraction,
    whole: Fraction,
    currency: str,
) -> tuple[Shared, ...]:
    """Split what falls to ``times`` bundles among their components, so that nothing is lost.

    Raises:
        InvalidValue: fixed amounts and percentages take more than there is, or leave something
            that no part takes.
        PriceNotFound: a fixed share has no amount in the currency.
    """
    first = [_before_the_rest(component.share, times, whole, currency) for component in components]
    before = sum(first, Fraction(0))
    rest = whole - before
    weights = [_weight(component.share) for component in components]
    ratios = sum(weights, Fraction(0))
    if rest < 0 or (rest and not ratios):
        how = "leave nothing for the others" if rest < 0 else "leave a rest that no part takes"
        raise InvalidValue(
            f"bundle {bundle_id!r}: fixed shares and percentages come to {exact_text(before)} of "
            f"{exact_text(whole)} {currency} and {how}: change them or the price"
        )
    exactly = [
        taken + (rest * weight / ratios if ratios else 0)
        for taken, weight in zip(first, weights, strict=True)
    ]
    return tuple(
        Shared(component, times, whole, before, ratios, share, settled, currency)
        for component, share, settled in zip(
            components, exactly, _settled(exactly, whole, currency), strict=True
        )
    )


def _before_the_rest(
    share: PriceShare, times: Fraction, whole: Fraction, currency: str
) -> Fraction:
    match share:
        case PercentShare(percent=percent):
            return whole * percent / 100
        case FixedShare():
            return share.amount(currency).value * times
    return Fraction(0)


def _weight(share: PriceShare) -> Fraction:
    match share:
        case RatioShare(ratio=ratio):
            return ratio
        case ResidualShare():
            return Fraction(1)
    return Fraction(0)


def _settled(parts: Sequence[Fraction], whole: Fraction, currency: str) -> Sequence[Fraction]:
    """Settle the parts of a price of whole minor units; a finer price is shared exactly."""
    minor = whole * 10 ** minor_digits(currency)
    if minor.denominator != 1:
        return parts
    return [money.exact.value for money in fit(parts, Money(minor.numerator, currency))]
