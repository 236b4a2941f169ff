"""Stairstep over several units at once: one fixed price for what the peaks of all of them need."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from fractions import Fraction
from operator import itemgetter

import attrs

from harmony_core.errors import InvalidBands, InvalidValue, expect_name
from harmony_core.explanation import Explainer, Explanation, exact_text
from harmony_core.finance import Exact, ExactAmount, exact
from harmony_core.pricing._dated import with_inside
from harmony_core.pricing._repricing import Change
from harmony_core.pricing._scheme import (
    ONLY_LINE,
    PricePoint,
    Scheme,
    amount_of,
    listed,
    pairs,
    units,
)


def _limits(limits: Iterable[tuple[str, Exact | None]]) -> tuple[tuple[str, Fraction | None], ...]:
    found = tuple(pairs(limits, "limits of a step", "a unit and its limit"))
    for unit, _ in found:
        expect_name(unit, "the unit of a limit")
    return tuple(
        (unit, None if limit is None else exact(limit, f"the limit of {unit}"))
        for unit, limit in sorted(found, key=itemgetter(0))
    )


@attrs.frozen
class CapacityStep:
    """``price`` covers each unit up to and including its limit; ``None`` is without limit."""

    price: ExactAmount
    limits: tuple[tuple[str, Fraction | None], ...] = attrs.field(converter=_limits)

    @classmethod
    def of(cls, price: Exact, currency: str, limits: Mapping[str, Exact | None]) -> CapacityStep:
        """Make a step from plain numbers, the limits by the name of their unit."""
        if not isinstance(limits, Mapping):
            raise InvalidValue(f"limits are given by the name of their unit, got {limits!r}")
        return cls(
            ExactAmount.of(price, currency),
            limits.items(),
        )

    def __attrs_post_init__(self) -> None:
        amount_of(self.price, "the price of a step")
        if not self.limits:
            raise InvalidBands("a step of capacity limits a unit: name at least one")
        for unit, limit in self.limits:
            if limit is not None and limit < 0:
                raise InvalidBands(
                    f"the limit of {unit} is zero or more, or None for none, got "
                    f"{exact_text(limit)}"
                )

    def repriced(self, change: Change) -> CapacityStep:
        """Give the step with ``change`` made to its price."""
        return attrs.evolve(self, price=change(self.price))

    def covers(self, peaks: Mapping[str, Fraction]) -> bool:
        """Say whether every peak lies within its limit."""
        return all(
            limit is None or peaks.get(unit, Fraction(0)) <= limit for unit, limit in self.limits
        )


def _as_tuple(steps: Iterable[CapacityStep]) -> tuple[CapacityStep, ...]:
    return tuple(listed(steps, "steps of capacity"))


@attrs.frozen
class CapacitySteps:
    """The lowest step whose limits cover the peak of every unit; its one price is charged.

    It takes the peaks by the name of their unit, and no single number: a contract line meters them
    with :class:`harmony_core.products.UnitsMetered`. A unit that is not given was not used.

    >>> small = CapacityStep.of("1", "EUR", {"users": 10, "gigabytes": 100})
    >>> large = CapacityStep.of("10", "EUR", {"users": 50, "gigabytes": 500})
    >>> CapacitySteps([small, large]).price({"users": 5, "gigabytes": 101})
    ExactAmount.of('10', 'EUR')
    """

    steps: tuple[CapacityStep, ...] = attrs.field(converter=_as_tuple)

    def __attrs_post_init__(self) -> None:
        if not self.steps:
            raise InvalidBands("steps of capacity: give at least one")
        for step in self.steps:
            if not isinstance(step, CapacityStep):
                raise InvalidBands(f"steps of capacity are CapacityStep, got {step!r}")
        currencies = sorted({step.price.currency for step in self.steps})
        if len(currencies) > 1:
            raise InvalidBands(f"one table, one currency: found {', '.join(currencies)}")
        names = [unit for unit, _ in self.steps[0].limits]
        for number, step in enumerate(self.steps, 1):
            if [unit for unit, _ in step.limits] != names:
                raise InvalidBands(
                    f"step {number} limits other units than step 1 ({', '.join(names)}): name "
                    "every unit in every step, with None for one without limit"
                )
        for number in range(1, len(self.steps)):
            self._refuse_a_fall(number)

    def _refuse_a_fall(self, number: int) -> None:
        for (unit, lower), (_, upper) in zip(
            self.steps[number - 1].limits, self.steps[number].limits, strict=True
        ):
            if upper is not None and (lower is None or upper < lower):
                was = "none" if lower is None else exact_text(lower)
                raise InvalidBands(
                    f"the limit of {unit} falls from step {number} ({was}) to step {number + 1} "
                    f"({exact_text(upper)}): a higher step covers no less than the one below it"
                )

    @property
    def units(self) -> tuple[str, ...]:
        """The names of the units that every step limits, in order."""
        return tuple(unit for unit, _ in self.steps[0].limits)

    @property
    def currency(self) -> str:
        """The one currency of the steps."""
        return self.steps[0].price.currency

    def repriced(self, change: Change) -> CapacitySteps:
        """Give the same scheme with ``change`` made to its amounts: see :func:`repriced`."""
        return CapacitySteps(step.repriced(change) for step in self.steps)

    def step_number(self, peaks: Mapping[str, Exact]) -> int:
        """Give the number, from 1, of the step that ``peaks`` need.

        Raises:
            InvalidValue: no step covers them all, or a unit has no limits here.
        """
        found = self._read(peaks)
        for number, step in enumerate(self.steps, 1):
            if step.covers(found):
                return number
        text = ", ".join(f"{unit} {exact_text(peak)}" for unit, peak in found.items())
        raise InvalidValue(f"no step covers {text}: add a step with higher limits, or with None")

    def deciding_units(self, peaks: Mapping[str, Exact]) -> tuple[str, ...]:
        """Name the units whose peaks the step below would not cover; none on the lowest step.

        >>> small = CapacityStep.of("1", "EUR", {"users": 10, "gigabytes": 100})
        >>> large = CapacityStep.of("10", "EUR", {"users": 50, "gigabytes": 500})
        >>> CapacitySteps([small, large]).deciding_units({"users": 5, "gigabytes": 101})
        ('gigabytes',)
        """
        number, found = self.step_number(peaks), self._read(peaks)
        if number == 1:
            return ()
        below = self.steps[number - 2]
        return tuple(
            unit
            for unit, limit in below.limits
            if limit is not None and found.get(unit, Fraction(0)) > limit
        )

    def price(
        self,
        quantity: Exact | Mapping[str, Exact],
        point: PricePoint = ONLY_LINE,  # noqa: ARG002 - one step is charged, however often it is billed
    ) -> ExactAmount:
        """Give the price of the step that the peaks, by unit, need.

        Raises:
            InvalidValue: no step covers them all, a unit has no limits here, or a single number.
        """
        return self.steps[self.step_number(_by_unit(quantity)) - 1].price

    def explain(
        self,
        quantity: Exact | Mapping[str, Exact],
        point: PricePoint = ONLY_LINE,  # noqa: ARG002 - as for the price
    ) -> Explanation:
        """Give the same amount with the peaks, the limits of the step, and which units need it."""
        peaks = _by_unit(quantity)
        why = Explainer("capacity", 1)
        reached = self.step_number(peaks)
        why.fact("step of the price", f"{reached} / {len(self.steps)}")
        if deciding := self.deciding_units(peaks):
            why.fact("units that need this step", ", ".join(deciding))
        step = self.steps[reached - 1]
        for number, (unit, limit) in enumerate(step.limits, 1):
            why.given(f"peak_{number}", "peak of a unit", units(peaks.get(unit, 0)), unit)
            if limit is not None:
                why.given(f"limit_{number}", "limit of the step", limit, unit)
        fixed = why.given("price", "price of the step", step.price.value, self.currency)
        label = "the lowest step that covers every peak"
        return why.explanation(why.step("amount", label, "take", fixed))

    def _read(self, peaks: Mapping[str, Exact]) -> dict[str, Fraction]:
        if strange := sorted(peaks.keys() - set(self.units)):
            raise InvalidValue(
                f"no step limits {', '.join(strange)}; these steps know "
                f"{', '.join(sorted(self.units))}"
            )
        return {unit: units(peak) for unit, peak in peaks.items()}


def _by_unit(quantity: Exact | Mapping[str, Exact]) -> Mapping[str, Exact]:
    if not isinstance(quantity, Mapping):
        raise InvalidValue(
            f"CapacitySteps takes a quantity for each unit, got {quantity!r}: give the peaks by "
            "the name of their unit"
        )
    return quantity


@attrs.frozen
class _AtPeaks:
    """The step that known peaks need, whatever quantity is handed on."""

    steps: CapacitySteps
    peaks: Mapping[str, Exact]

    @property
    def currency(self) -> str:
        return self.steps.currency

    def price(self, quantity: Exact, point: PricePoint = ONLY_LINE) -> ExactAmount:  # noqa: ARG002  of the shared form
        return self.steps.price(self.peaks)

    def explain(self, quantity: Exact, point: PricePoint = ONLY_LINE) -> Explanation:  # noqa: ARG002  of the shared form
        return self.steps.explain(self.peaks)


def at_peaks(scheme: Scheme, peaks: Mapping[str, Exact]) -> Scheme:
    """Give ``scheme`` with the step that ``peaks`` need in the place of its steps.

    So a limit or a discount around steps of capacity has something to price: the quantity plays no
    part any more. What changes by date is resolved first, by :func:`scheme_on`.

    >>> from harmony_core.pricing import Discounted, PercentOff
    >>> small = CapacityStep.of("1", "EUR", {"users": 10, "gigabytes": 100})
    >>> large = CapacityStep.of("10", "EUR", {"users": 50, "gigabytes": 500})
    >>> tenth_off = Discounted(CapacitySteps([small, large]), [PercentOff(10)])
    >>> at_peaks(tenth_off, {"users": 5, "gigabytes": 101}).price(0)
    ExactAmount.of('9', 'EUR')
    """
    if isinstance(scheme, CapacitySteps):
        return _AtPeaks(scheme, peaks)
    return with_inside(scheme, lambda inner: at_peaks(inner, peaks))
