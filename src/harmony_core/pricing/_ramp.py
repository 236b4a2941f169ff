"""A ramp: a price that was agreed in steps, each from its first day on."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator
from datetime import date
from itertools import pairwise

import attrs

from harmony_core.errors import InvalidValue, PriceNotFound, expect, expect_each
from harmony_core.explanation import Explanation
from harmony_core.finance import Exact, ExactAmount
from harmony_core.periods import Span
from harmony_core.pricing._dated import anchored, refuse_without_day, turning_days
from harmony_core.pricing._repricing import Change, repriced
from harmony_core.pricing._scheme import ONLY_LINE, PricePoint, Scheme, pairs, require_scheme


@attrs.frozen
class RampStep:
    """``scheme`` holds from ``first_day`` on, until the next step begins."""

    first_day: date
    scheme: Scheme

    def __attrs_post_init__(self) -> None:
        if type(self.first_day) is not date:
            raise InvalidValue(f"a step of a ramp begins on a plain date, got {self.first_day!r}")
        require_scheme(self.scheme)


def _as_tuple(steps: Iterable[RampStep]) -> tuple[RampStep, ...]:
    return expect_each(steps, RampStep, "steps of a ramp")


@attrs.frozen
class Ramp:
    """Another scheme from each day on: a price list of years, an entry price, a planned increase.

    Steps rise by their first day and have one currency; before the first there is no price. A ramp
    stands wherever a scheme does, and inside others; :func:`scheme_on` gives the step of a day.

    >>> from harmony_core.pricing import PerUnit, scheme_on
    >>> ramp = Ramp.of(
    ...     (date(2026, 1, 1), PerUnit.of("10", "EUR")), (date(2027, 1, 1), PerUnit.of("12", "EUR"))
    ... )
    >>> scheme_on(ramp, date(2026, 12, 31)).price(5), scheme_on(ramp, date(2027, 1, 1)).price(5)
    (ExactAmount.of('50', 'EUR'), ExactAmount.of('60', 'EUR'))
    """

    steps: tuple[RampStep, ...] = attrs.field(converter=_as_tuple)

    def __attrs_post_init__(self) -> None:
        if not self.steps:
            raise InvalidValue("a ramp needs a step: give at least one, from the first day on")
        for lower, upper in pairwise(self.steps):
            if upper.first_day <= lower.first_day:
                raise InvalidValue(
                    f"the steps of a ramp rise by their first day, but {upper.first_day} follows "
                    f"{lower.first_day}: give them in order, one for each day"
                )
        if len(found := sorted({step.scheme.currency for step in self.steps})) > 1:
            raise InvalidValue(
                f"one ramp, one currency: found {', '.join(found)}; make a ramp for each"
            )

    @classmethod
    def of(cls, *steps: tuple[date, Scheme]) -> Ramp:
        """Make it from pairs of the first day and the scheme that holds from then on."""
        of = "a first day and a scheme"
        return cls(RampStep(day, scheme) for day, scheme in pairs(steps, "steps of a ramp", of))

    @property
    def currency(self) -> str:
        """The one currency of the steps."""
        return self.steps[0].scheme.currency

    def on(self, day: date) -> Scheme:
        """Give the scheme of the step in which ``day`` lies.

        Raises:
            PriceNotFound: the day is before the first step.
        """
        return self._step_on(day).scheme

    def turning_days(self, within: Span) -> Iterator[date]:
        """Give the first days of its steps, and the days on which a step itself changes."""
        ends = [*(step.first_day for step in self.steps[1:]), date.max]
        for step, end in zip(self.steps, ends, strict=True):
            if step.first_day in within:
                yield step.first_day
            if in_step := Span(step.first_day, end).overlap(within):
                yield from turning_days(step.scheme, in_step)

    def facts_on(self, day: date) -> tuple[tuple[str, str], ...]:  # noqa: ARG002  of the shared form
        """Give nothing: since when the step of ``day`` holds says all."""
        return ()

    def anchored(self, first_day: date) -> Ramp:
        """Give the ramp with anniversaries in its steps counted from ``first_day``."""
        return Ramp(RampStep(one.first_day, anchored(one.scheme, first_day)) for one in self.steps)

    def repriced(self, change: Change) -> Ramp:
        """Give the ramp with the change made to every step."""
        return Ramp(RampStep(one.first_day, repriced(one.scheme, change)) for one in self.steps)

    def price(self, quantity: Exact, point: PricePoint = ONLY_LINE) -> ExactAmount:  # noqa: ARG002  of the shared form
        """Refuse: a quantity has no price until the day is known.

        Raises:
            InvalidValue: always.
        """
        refuse_without_day("a ramp")

    def explain(self, quantity: Exact, point: PricePoint = ONLY_LINE) -> Explanation:  # noqa: ARG002  of the shared form
        """Refuse, as :meth:`price` does.

        Raises:
            InvalidValue: always.
        """
        refuse_without_day("a ramp")

    def _step_on(self, day: date) -> RampStep:
        expect(day, date, "the day of a price")
        index = bisect_right(self.steps, day, key=lambda step: step.first_day) - 1
        if index < 0:
            raise PriceNotFound(
                f"no price on {day}: the first step of the ramp begins on "
                f"{self.steps[0].first_day}; add a step from that day, or from an earlier one"
            )
        return self.steps[index]
