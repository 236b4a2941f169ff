"""How much a transfer costs: cost plus, a part of the customer's amount, or agreed rates.

Cost plus and agreed rates follow the hours worked, so work that a contract covers (customer price
zero) still transfers; a percentage of sell, and resale minus, follow the customer's amount as
rounded on the invoice. A credit mirrors every sign.

Source: OECD transfer pricing guidelines, chapter II, for cost plus and resale price.
"""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import TypeAlias

import attrs

from harmony_core.errors import CurrencyMismatch, InvalidValue, NotFound, kinds_checked
from harmony_core.explanation import Explainer, Explanation, exact_text
from harmony_core.finance._currencies import minor_digits
from harmony_core.finance._exact import Exact, exact
from harmony_core.finance._money import ExactAmount, Money
from harmony_core.finance._rates import FoundRate
from harmony_core.finance._rounding import HALF_UP, Rounding

Rates: TypeAlias = tuple[tuple[str, ExactAmount], ...]


def _percent(value: Exact) -> Fraction:
    return exact(value, "a percentage")


def _not_negative(_: object, field: attrs.Attribute[Fraction], value: Fraction) -> None:
    if value < 0:
        raise InvalidValue(f"{field.name} must be zero or more, got {value}")


@attrs.frozen(field_transformer=kinds_checked)
class CostPlus:
    """The performer's cost and a mark-up: ``CostPlus(8)`` is cost plus 8 %.

    ``round_cost_first`` settles the cost before the mark-up, for groups whose agreement refers to
    the cost as booked; without it the one rounding is at the end.
    """

    markup_percent: Fraction = attrs.field(converter=_percent, validator=_not_negative)
    round_cost_first: bool = False

    @classmethod
    def of_share(cls, share: Exact, *, round_cost_first: bool = False) -> CostPlus:
        """Take the mark-up as a share of the cost: 0.08 for 8 %."""
        return cls(exact(share, "a mark-up") * 100, round_cost_first)


@attrs.frozen(field_transformer=kinds_checked)
class PercentOfSell:
    """A part of what the customer pays: ``PercentOfSell(60)`` is 60 % of the invoiced amount."""

    percent: Fraction = attrs.field(converter=_percent, validator=_not_negative)

    @classmethod
    def of_share(cls, share: Exact) -> PercentOfSell:
        """Take the part as a share of the customer's amount: 0.7 for 70 %."""
        return cls(exact(share, "a share") * 100)


PASS_THROUGH = CostPlus(0)
"""The performer's cost as it is, as usual for expenses."""


@attrs.frozen(field_transformer=kinds_checked)
class ResaleMinus:
    """What the customer pays less the seller's margin: ``ResaleMinus(30)`` leaves 70 %."""

    margin_percent: Fraction = attrs.field(converter=_percent, validator=_not_negative)

    def __attrs_post_init__(self) -> None:
        if self.margin_percent > 100:
            raise InvalidValue(
                f"a margin on the customer's amount is up to 100 %, got "
                f"{exact_text(self.margin_percent)}"
            )


@attrs.frozen(field_transformer=kinds_checked)
class FixedRate:
    """An agreed price for each hour worked, in its own currency."""

    rate: ExactAmount


def _sorted_rates(rates: Mapping[str, ExactAmount] | Rates) -> Rates:
    pairs = rates.items() if isinstance(rates, Mapping) else rates
    return tuple(sorted(pairs, key=lambda pair: pair[0]))


@attrs.frozen(field_transformer=kinds_checked)
class TransferRateCard:
    """Agreed prices for each hour by the role in which it was worked: senior, junior ...

    ``other`` is for every other role; without it such a role is refused.

    Raises:
        InvalidValue: there is no rate at all, or a role stands twice.
    """

    rates: Rates = attrs.field(converter=_sorted_rates)
    other: ExactAmount | None = None

    def __attrs_post_init__(self) -> None:
        roles = [role for role, _ in self.rates]
        if len(set(roles)) != len(roles):
            raise InvalidValue(f"a role stands twice on the rate card: {', '.join(roles)}")
        if not roles and self.other is None:
            raise InvalidValue("a rate card needs a rate: give one by role, or other=")

    def rate(self, role: str) -> ExactAmount:
        """Give the rate of a role.

        Raises:
            NotFound: the card has none, and none for other roles.
        """
        found = dict(self.rates).get(role, self.other)
        if found is None:
            known = ", ".join(name for name, _ in self.rates)
            raise NotFound(
                f"the rate card has no rate for the role {role!r}, only for {known}: add it, or "
                "give other="
            )
        return found


TransferMethod: TypeAlias = CostPlus | PercentOfSell | ResaleMinus | FixedRate | TransferRateCard


@attrs.frozen(field_transformer=kinds_checked)
class TransferBasis:
    """The facts a transfer price is worked out from.

    Made by :meth:`of_time` or :meth:`of_expense`. ``sell`` is the customer's amount for the same
    work as it stands on the invoice: rounded, after write-downs, zero when covered. ``role`` is the
    capacity in which the hours were worked.
    """

    hours: Fraction | None
    cost_rate: ExactAmount | None
    cost: ExactAmount | None
    sell: Money | None
    role: str = ""

    @classmethod
    def of_time(
        cls,
        hours: Exact,
        cost_rate: ExactAmount | None = None,
        sell: Money | None = None,
        *,
        role: str = "",
    ) -> TransferBasis:
        """Hours worked (below zero for a credit) at the performer's hourly cost rate."""
        worked = exact(hours, "hours")
        cost = None if cost_rate is None else cost_rate * worked
        return cls(worked, cost_rate, cost, sell, role)

    @classmethod
    def of_expense(cls, amount: Money | ExactAmount, sell: Money | None = None) -> TransferBasis:
        """An amount that the performer has spent (below zero for a refund)."""
        return cls(None, None, amount.exact if isinstance(amount, Money) else amount, sell)


def explain_transfer(
    method: TransferMethod,
    basis: TransferBasis,
    rate: FoundRate | None = None,
    rounding: Rounding = HALF_UP,
    rule_id: str = "",
) -> Explanation:
    """Work out a transfer price by one method, step by step; the value is the rounded price.

    Also the rule by which an expense is passed on to a customer: cost plus, in his currency.

    Raises:
        InvalidValue: the method needs a fact that the basis lacks.
        CurrencyMismatch: ``rate`` starts from another currency than the amount it converts.
    """
    match method:
        case CostPlus():
            why = Explainer("transfer price: cost plus", 1)
            part = _cost(why, basis)
            if method.round_cost_first:
                part = part.rounded("cost_rounded", "cost, rounded", rounding)
            part = part.converted(rate)
            if method.markup_percent:
                part = part.marked_up(method.markup_percent)
        case PercentOfSell():
            why = Explainer("transfer price: percentage of sell", 1)
            part = _sell(why, basis, "a percentage of sell").converted(rate)
            why.given("share", "share of the customer's amount", method.percent / 100)
            part = part.times("part", "the performer's part", "share")
        case ResaleMinus():
            why = Explainer("transfer price: resale minus", 1)
            part = _sell(why, basis, "resale minus").converted(rate)
            why.given("margin", "the seller's margin as a share", method.margin_percent / 100)
            kept = part.times("kept", "kept by the seller", "margin")
            part = part.less(kept, "part", "the performer's part")
        case FixedRate() | TransferRateCard():
            why = Explainer("transfer price: fixed rate", 1)
            if basis.hours is None:
                raise InvalidValue(
                    "a fixed rate is paid for hours, but this is an expense: "
                    "give expenses a rule of their own, such as PASS_THROUGH"
                )
            if isinstance(method, TransferRateCard):
                agreed = method.rate(basis.role)
                why.fact("role", basis.role)
            else:
                agreed = method.rate
            part = _given(why, "agreed", "agreed rate", agreed)
            why.given("hours", "hours worked", basis.hours, "h")
            part = part.times("work", "hours at the agreed rate", "hours").converted(rate)
    if rule_id:
        why.fact("transfer rule", rule_id)
    return why.explanation(part.rounded("price", "transfer price", rounding).name)


@attrs.frozen
class _Part:
    """A named amount of an explanation under way, with its currency."""

    why: Explainer
    name: str
    currency: str

    def times(self, name: str, label: str, factor: str) -> _Part:
        self.why.step(name, label, "multiply", self.name, factor, unit=self.currency)
        return attrs.evolve(self, name=name)

    def less(self, other: _Part, name: str, label: str) -> _Part:
        self.why.step(name, label, "subtract", self.name, other.name)
        return attrs.evolve(self, name=name)

    def marked_up(self, percent: Fraction) -> _Part:
        self.why.given("markup", "mark-up as a share", percent / 100)
        surcharge = self.times("surcharge", "mark-up", "markup")
        self.why.step("marked_up", "cost with mark-up", "add", self.name, surcharge.name)
        return attrs.evolve(self, name="marked_up")

    def converted(self, rate: FoundRate | None) -> _Part:
        if rate is None:
            return self
        if rate.base != self.currency:
            raise CurrencyMismatch(self.currency, rate.base)
        if rate.quote == self.currency:
            return self
        for rate_id in rate.ids:
            self.why.fact("exchange rate", rate_id)
        self.why.given("rate", "exchange rate", rate.value)
        step = "in {currency}, at the rate of {day}"
        details = {"currency": rate.quote, "day": rate.day.isoformat()}
        self.why.step("converted", step, "multiply", self.name, "rate", unit=rate.quote, **details)
        return attrs.evolve(self, name="converted", currency=rate.quote)

    def rounded(self, name: str, label: str, rounding: Rounding) -> _Part:
        step = rounding.step or Fraction(1, 10 ** minor_digits(self.currency))
        self.why.given(f"{name}_step", "smallest unit", step, self.currency)
        operation = f"round_{rounding.mode.value}"
        self.why.step(name, label, operation, self.name, f"{name}_step", unit=self.currency)
        return attrs.evolve(self, name=name)


def _given(why: Explainer, name: str, label: str, amount: ExactAmount) -> _Part:
    return _Part(why, why.given(name, label, amount.value, amount.currency), amount.currency)


def _sell(why: Explainer, basis: TransferBasis, method: str) -> _Part:
    if basis.sell is None:
        raise InvalidValue(
            f"{method} needs the customer's amount: pass sell=, such as its share of a charge"
        )
    return _given(why, "sell", "customer's amount", basis.sell.exact)


def _cost(why: Explainer, basis: TransferBasis) -> _Part:
    if basis.cost is None:
        raise InvalidValue("cost plus needs the performer's cost: pass a cost rate or an amount")
    if basis.hours is None or basis.cost_rate is None:
        return _given(why, "cost", "amount spent", basis.cost)
    part = _given(why, "cost_rate", "cost per hour", basis.cost_rate)
    why.given("hours", "hours worked", basis.hours, "h")
    return part.times("cost", "cost of the hours", "hours")
