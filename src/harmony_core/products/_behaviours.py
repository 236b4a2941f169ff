"""How a thing that is sold behaves: measured, billed, recognised, renewed, delivered.

Each behaviour is a small value. A product carries them, an order line may override them, and the
contract line keeps what was agreed, so that a later change of the product leaves it alone.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from fractions import Fraction

import attrs

from harmony_core.errors import (
    InvalidValue,
    Word,
    expect,
    expect_each,
)
from harmony_core.explanation import exact_text
from harmony_core.finance import Exact, MonthWeight, Role, exact
from harmony_core.periods import Interval, Timing
from harmony_core.products._quantities import (
    FixedQuantity,
    QuantitySource,
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
    STRAIGHT_LINE_MONTHS = "straight_line_months"
    """in equal parts over the calendar months that the service period touches"""
    STRAIGHT_LINE_PRORATED_MONTHS = "straight_line_prorated_months"
    """over calendar months, of which the first and the last count by their days"""
    ON_DELIVERY = "on_delivery"
    """whole, on the first day of the service period: that of a stage, of goods, of a licence"""
    MILESTONES = "milestones"
    """a part with each milestone, on the day on which it is reached"""
    PERCENT_COMPLETE = "percent_complete"
    """as far as the work had come, by the latest report; a lower one takes back"""
    AS_DRAWN = "as_drawn"
    """as a prepaid block is drawn; what lapses is recognised on the block's last day"""

    @property
    def month_weight(self) -> MonthWeight | None:
        """What a month weighs, where the service is earned as time goes by."""
        return _MONTH_WEIGHTS.get(self)

    @property
    def by_period(self) -> bool:
        """Whether the days agreed say when it is earned, from the first of the service on."""
        return self is Recognition.ON_DELIVERY or self.month_weight is not None

    @property
    def by_progress(self) -> bool:
        """Whether facts of progress say how much is earned."""
        return self in (Recognition.MILESTONES, Recognition.PERCENT_COMPLETE)


_MONTH_WEIGHTS = {
    Recognition.STRAIGHT_LINE: MonthWeight.BY_DAY,
    Recognition.STRAIGHT_LINE_MONTHS: MonthWeight.BY_MONTH,
    Recognition.STRAIGHT_LINE_PRORATED_MONTHS: MonthWeight.BY_PRORATED_MONTH,
}


class DeliveryMode(Word):
    """How the thing reaches the customer."""

    DIRECT = "direct"
    PROJECT = "project"


def _expectation(value: Exact) -> Fraction:
    return exact(value, "expected breakage")


def _weights(
    milestones: Mapping[str, Exact] | Iterable[tuple[str, Exact]],
) -> tuple[tuple[str, Fraction], ...]:
    pairs = milestones.items() if isinstance(milestones, Mapping) else milestones
    listed = expect_each(pairs, tuple, "milestones")
    if odd := [pair for pair in listed if len(pair) != 2]:
        raise InvalidValue(f"each milestone is a name with its weight, got {odd[0]!r}")
    return tuple((name, exact(weight, f"weight of {name!r}")) for name, weight in listed)


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
        milestones: what each weighs, by name, for recognition by milestones: each earns its weight
            in the sum of all.
        agent: it is sold on behalf of somebody else, so that only the margin is revenue: the cost
            of the lines that buy it is taken off revenue. Both sides have to say so.

    Source of the share: IFRS 15.B46; of the agent: IFRS 15.B36.

    >>> work = Accounting(recognition="milestones", milestones={"design": 40, "live": 60})
    >>> str(work.reached_share(["design"]))
    '2/5'
    """

    revenue_role: str = Role.REVENUE
    cost_role: str = Role.COST_OF_SALES
    recognition: Recognition = attrs.field(default=Recognition.AT_ONCE, converter=_recognition)
    expected_breakage: Fraction = attrs.field(default=Fraction(0), converter=_expectation)
    milestones: tuple[tuple[str, Fraction], ...] = attrs.field(
        default=(), converter=_weights, kw_only=True
    )
    agent: bool = attrs.field(default=False, kw_only=True)

    def __attrs_post_init__(self) -> None:
        expect(self.agent, bool, "agent of an accounting")
        self._refuse_wrong_milestones()
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

    def _refuse_wrong_milestones(self) -> None:
        if bool(self.milestones) != (self.recognition is Recognition.MILESTONES):
            raise InvalidValue(
                "milestones with their weights belong to recognition by milestones, and only to "
                "it: add or remove them"
            )
        names = [name for name, _ in self.milestones]
        if len(set(names)) < len(names):
            raise InvalidValue(f"a milestone is named twice among {', '.join(names)}: keep one")
        for name, weight in self.milestones:
            if weight <= 0:
                raise InvalidValue(
                    f"milestone {name!r} weighs {exact_text(weight)}: a weight is above zero"
                )

    def reached_share(self, reached: Iterable[str]) -> Fraction:
        """Give what milestones earn together, each once, of the whole: from 0 to 1."""
        names = set(reached)
        whole = sum((weight for _, weight in self.milestones), Fraction(0))
        done = sum((weight for name, weight in self.milestones if name in names), Fraction(0))
        return done / whole


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
