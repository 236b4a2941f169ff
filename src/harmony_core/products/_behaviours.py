"""How a thing that is sold behaves: measured, billed, recognised, renewed, delivered.

Each behaviour is a small value. A product carries them, an order line may override them, and the
contract line keeps what was agreed, so that a later change of the product leaves it alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction

import attrs

from harmony_core.errors import (
    InvalidValue,
    Word,
    expect,
)
from harmony_core.explanation import exact_text
from harmony_core.finance import Exact, Role, exact
from harmony_core.periods import Interval, Timing
from harmony_core.pricing import (
    Scheme,
    refuse_other_units,
    refuse_transactions_as_one,
    refuse_unbillable,
)
from harmony_core.products._fund_terms import FundTerms
from harmony_core.products._quantities import (
    CountPolicy,
    DevicesCounted,
    ExpensesIncurred,
    FixedQuantity,
    QuantitySource,
    TimeWorked,
    UnitsMetered,
    UsageMetered,
)


class ContractType(Word):
    """The four kinds of sale; each is a bundle of defaults, see :func:`defaults_of`."""

    TRANSACTIONAL = "transactional"
    RECURRING = "recurring"
    PREPAYMENT = "prepayment"
    CONSUMPTION = "consumption"


class Recognition(Word):
    """When what was charged becomes revenue (or, on the buy side, cost)."""

    AT_ONCE = "at_once"
    """whole, on the last day of the service period"""
    STRAIGHT_LINE = "straight_line"
    """in equal parts over the days of the service period"""
    AS_DRAWN = "as_drawn"
    """as a prepaid block is drawn; what lapses is recognised on the block's last day"""


class DeliveryMode(Word):
    """How the thing reaches the customer."""

    DIRECT = "direct"
    PROJECT = "project"


def _expectation(value: Exact) -> Fraction:
    return exact(value, "expected breakage")


def _timing(value: Timing) -> Timing:
    return Timing(value)


def _recognition(value: Recognition) -> Recognition:
    return Recognition(value)


@attrs.frozen
class Billing:
    """When a line is billed: in advance or in arrears, how often, and how many days early.

    ``interval`` ``None`` means once, on the line's first day.
    """

    timing: Timing = attrs.field(converter=_timing)
    interval: Interval | None
    lead_days: int = 0

    def __attrs_post_init__(self) -> None:
        if self.interval is not None:
            expect(self.interval, Interval, "a billing interval", "Interval.months(1)")
        expect(self.lead_days, int, "lead_days")
        if self.lead_days < 0:
            raise InvalidValue(f"lead days must be zero or more, got {self.lead_days}")


@attrs.frozen
class Accounting:
    """Which account roles a line's money meets, and when it is recognised.

    Args:
        revenue_role, cost_role: what the money is earned or spent as.
        recognition: when.
        expected_breakage: the share of a prepaid block that nobody is expected to draw, below 1. It
            is earned in proportion to what is drawn; without it when the block ends. A later
            expectation catches up with what was earned before.

    Source of the share: IFRS 15.B46.
    """

    revenue_role: str = Role.REVENUE
    cost_role: str = Role.COST_OF_SALES
    recognition: Recognition = attrs.field(default=Recognition.AT_ONCE, converter=_recognition)
    expected_breakage: Fraction = attrs.field(default=Fraction(0), converter=_expectation)

    def __attrs_post_init__(self) -> None:
        for name in ("revenue_role", "cost_role"):
            expect(getattr(self, name), str, f"{name} of an accounting")
        if not 0 <= self.expected_breakage < 1:
            raise InvalidValue(
                "the share of a block that nobody will draw lies from 0 to below 1, got "
                f"{exact_text(self.expected_breakage)}"
            )
        if self.expected_breakage and self.recognition is not Recognition.AS_DRAWN:
            raise InvalidValue(
                "only what is recognised as drawn has breakage: leave the expectation out"
            )


@attrs.frozen
class Defaults:
    """The bundle of behaviours that a type of contract starts from."""

    quantity: QuantitySource
    billing: Billing
    accounting: Accounting


def defaults_of(kind: ContractType) -> Defaults:
    """The behaviours that a product or line of this type has unless it says otherwise.

    >>> defaults_of(ContractType.RECURRING).accounting.recognition.value
    'straight_line'
    """
    return _DEFAULTS[ContractType(kind)]


_DEFAULTS: Mapping[ContractType, Defaults] = {
    ContractType.TRANSACTIONAL: Defaults(
        FixedQuantity(), Billing(Timing.ARREARS, None), Accounting()
    ),
    ContractType.RECURRING: Defaults(
        FixedQuantity(),
        Billing(Timing.ADVANCE, Interval.months(1)),
        Accounting(recognition=Recognition.STRAIGHT_LINE),
    ),
    ContractType.PREPAYMENT: Defaults(
        FixedQuantity(),
        Billing(Timing.ADVANCE, None),
        Accounting(recognition=Recognition.AS_DRAWN),
    ),
    ContractType.CONSUMPTION: Defaults(
        FixedQuantity(), Billing(Timing.ARREARS, Interval.months(1)), Accounting()
    ),
}


def expect_scheme(value: object, what: str) -> None:
    """Refuse what gives no price."""
    if not (hasattr(value, "price") and hasattr(value, "currency")):
        raise InvalidValue(
            f'{what} must be a scheme, such as PerUnit.of("9.50", "EUR"), got {value!r}'
        )


def refuse_unmeasurable(scheme: Scheme, quantity: QuantitySource) -> None:
    """Refuse a price that its source of quantity cannot feed.

    Raises:
        InvalidValue: it takes a quantity for each of several units and there is one, or the other
            way round; or it charges each transaction while the usage comes to one quantity.
    """
    if isinstance(quantity, UnitsMetered):
        refuse_other_units(scheme, quantity.units)
        return
    refuse_unbillable(scheme)
    if isinstance(quantity, UsageMetered):
        refuse_transactions_as_one(scheme, quantity.rule)


def _refuse_impossible_fund(
    measured: bool, billing: Billing, accounting: Accounting, fund: FundTerms
) -> None:
    if measured:
        raise InvalidValue("a prepaid block is bought in a fixed quantity, not a measured one")
    if fund.rollover is not None and billing.interval is None:
        raise InvalidValue("an allowance is granted by period: give a billing interval")
    if billing.timing is Timing.ARREARS:
        raise InvalidValue("a prepayment is billed in advance: in arrears it would not be prepaid")
    if accounting.expected_breakage and fund.rollover is not None:
        raise InvalidValue(
            "what an allowance does not carry lapses with each period: leave expected breakage out"
        )


def refuse_impossible(
    kind: ContractType,
    quantity: QuantitySource,
    billing: Billing,
    accounting: Accounting,
    fund: FundTerms | None,
) -> None:
    """Refuse behaviours that contradict each other, each with its reason.

    Raises:
        InvalidValue: see the messages below.
    """
    measured = not isinstance(quantity, FixedQuantity)
    if (fund is not None) != (kind is ContractType.PREPAYMENT):
        raise InvalidValue("a prepayment has fund terms, and nothing else has: add or remove them")
    if (accounting.recognition is Recognition.AS_DRAWN) != (fund is not None):
        raise InvalidValue("recognition as drawn belongs to prepaid blocks, and only to them")
    if fund is not None:
        _refuse_impossible_fund(measured, billing, accounting, fund)
    if kind is ContractType.RECURRING and billing.interval is None:
        raise InvalidValue("what recurs is billed by period: give a billing interval")
    if kind is ContractType.CONSUMPTION and not measured:
        raise InvalidValue("consumption is measured: name devices or a meter as its quantity")
    on_first_day = isinstance(quantity, DevicesCounted) and quantity.policy in (
        CountPolicy.FIRST_DAY,
        CountPolicy.ADVANCE_TRUE_UP,
    )
    if measured and billing.timing is Timing.ADVANCE and not on_first_day:
        raise InvalidValue(
            "what is measured after the fact is billed in arrears; only devices counted on the "
            "first day (first_day, advance_true_up) can be billed in advance"
        )
    if (
        isinstance(quantity, DevicesCounted)
        and quantity.policy is CountPolicy.ADVANCE_TRUE_UP
        and billing.timing is Timing.ARREARS
    ):
        raise InvalidValue("advance_true_up bills the first day's count in advance")
    if measured and accounting.recognition is Recognition.STRAIGHT_LINE and not on_first_day:
        raise InvalidValue("a measured quantity is recognised when its period is over: at_once")
    measured_by_month = isinstance(quantity, TimeWorked | ExpensesIncurred)
    measured_by_period = isinstance(quantity, DevicesCounted | UsageMetered | UnitsMetered)
    if measured_by_period and billing.interval is None:
        raise InvalidValue("devices and usage are billed by period: give a billing interval")
    if measured_by_month and billing.interval not in (None, Interval.months(1)):
        raise InvalidValue("time and expenses are billed by calendar month")
