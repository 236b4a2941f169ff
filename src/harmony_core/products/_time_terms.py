"""How hours worked become hours billed: what is summed, how it is rounded, what an hour weighs.

The order is fixed: time is split where the label of the calendar changes, summed in its scope,
taken times a factor, raised to the minimum, rounded to the increment, and only then weighed by its
multiplier and priced. What is nothing after the factor stays nothing. Every length is in minutes.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from fractions import Fraction

import attrs

from harmony_core.errors import InvalidValue, Word, expect, expect_each
from harmony_core.explanation import Explainer, Explanation, RoundingMode, exact_text
from harmony_core.finance import Exact, exact
from harmony_core.products._rate_calendar import RateCalendar


class TimeScope(Word):
    """What is summed before it is rounded; a term of the contract."""

    ENTRY = "entry"
    """each entry alone"""
    TICKET = "ticket"
    """the entries of a ticket; an entry without a ticket alone"""
    DAY = "day"
    """the entries of a work day"""
    TICKET_DAY = "ticket_day"
    """the entries of a ticket on a work day; an entry without a ticket alone"""


def _minutes(value: Exact) -> Fraction:
    return exact(value, "minutes")


def _factor(value: Exact) -> Fraction:
    return exact(value, "a factor")


def _mode(value: RoundingMode) -> RoundingMode:
    try:
        return RoundingMode(value)
    except ValueError:
        names = ", ".join(RoundingMode)
        raise InvalidValue(f"no rounding mode {value!r}; there are {names}") from None


def _scope(value: TimeScope) -> TimeScope:
    return TimeScope(value)


_UPWARD = frozenset({RoundingMode.UP, RoundingMode.CEILING})


@attrs.frozen
class TimeRounding:
    """How the minutes of a scope are rounded.

    Args:
        scope: what is summed first.
        increment: minutes of which a multiple is billed; zero bills to the minute and below.
        mode: ``up``, ``down``, or ``half_up`` and its kin: nearest, with the tie named.
        minimum: minutes that anything above zero is raised to, before the increment.
        factor: taken times the sum: a half for travel that is billed by half.
        grace: minutes over a full increment that round down all the same; with mode ``up`` only.

    Minutes below zero, which take back more than was worked, mirror those above.

    Raises:
        InvalidValue: a number below zero, or a grace that does not fit mode and increment.

    >>> quarter_hours = TimeRounding(increment=15, minimum=30, grace=5)
    >>> [int(quarter_hours.billed(minutes)) for minutes in (0, 10, 35, 36, 45, -35)]
    [0, 30, 30, 45, 45, -30]
    """

    scope: TimeScope = attrs.field(default=TimeScope.ENTRY, converter=_scope)
    increment: Fraction = attrs.field(default=Fraction(0), converter=_minutes)
    mode: RoundingMode = attrs.field(default=RoundingMode.UP, converter=_mode)
    minimum: Fraction = attrs.field(default=Fraction(0), converter=_minutes)
    factor: Fraction = attrs.field(default=Fraction(1), converter=_factor)
    grace: Fraction = attrs.field(default=Fraction(0), converter=_minutes)

    def __attrs_post_init__(self) -> None:
        for name in ("increment", "minimum", "factor", "grace"):
            if (value := getattr(self, name)) < 0:
                raise InvalidValue(f"{name} must be zero or more, got {exact_text(value)}")
        if self.grace and self.mode not in _UPWARD:
            raise InvalidValue(
                f"a grace softens rounding up, but the mode is {self.mode.value}: leave one out"
            )
        if self.grace and self.grace >= self.increment:
            raise InvalidValue(
                f"a grace of {exact_text(self.grace)} minutes must be shorter than the increment "
                f"of {exact_text(self.increment)}"
            )

    def billed(self, minutes: Exact) -> Fraction:
        """Round the minutes of one scope."""
        return self.explain(minutes).value

    def explain(self, minutes: Exact) -> Explanation:
        """Round the minutes of one scope, step by step."""
        why = Explainer("minutes billed", 1)
        name = why.given("worked", "minutes worked", exact(minutes, "minutes"), "min")
        if self.factor != 1:
            why.given("factor", "factor", self.factor)
            name = why.step("counted", "minutes that count", "multiply", name, "factor")
        if not why.value(name):
            return why.explanation(name)  # a zero stays zero, whatever the minimum
        if back := why.value(name) < 0:
            why.given("nothing", "nothing", 0, "min")
            name = why.step("taken", "minutes taken back", "subtract", "nothing", name)
        if self.minimum:
            why.given("minimum", "minimum", self.minimum, "min")
            name = why.step("raised", "at least the minimum", "greatest", name, "minimum")
        if self.increment:
            name = self._to_increment(why, name)
        if back:
            name = why.step("billed", "credit for them", "subtract", "nothing", name)
        return why.explanation(name)

    def _to_increment(self, why: Explainer, name: str) -> str:
        why.given("increment", "increment", self.increment, "min")
        operation = f"round_{self.mode.value}"
        if self.grace:
            why.given("grace", "grace", self.grace, "min")
            name = why.step("beyond", "less the grace", "subtract", name, "grace")
            operation = "round_ceiling"  # what lies within the grace of zero is zero
        return why.step("rounded", "to the increment", operation, name, "increment")


def _multipliers(
    multipliers: Mapping[str, Exact] | Iterable[tuple[str, Exact]],
) -> tuple[tuple[str, Fraction], ...]:
    pairs = multipliers.items() if isinstance(multipliers, Mapping) else multipliers
    found = expect_each(pairs, tuple, "multipliers by label")
    return tuple(sorted((label, exact(value, "a multiplier")) for label, value in found))


@attrs.frozen
class TimeTerms:
    """What a line agreed about billing time: rounding, and what an hour weighs when.

    Args:
        rounding: of the minutes of a scope; those of each label are rounded apart.
        calendar: the labels of time; ``None`` where every hour weighs the same.
        multipliers: of each label of the calendar; they weigh on top of the entry's own.
        untimed: the label of entries that say how long, but not from when to when.

    Raises:
        InvalidValue: a label without a multiplier, a multiplier below zero, one for a label that
            the calendar never gives, or no label for entries without instants.

    >>> from datetime import time
    >>> terms = TimeTerms(
    ...     TimeRounding(increment=15),
    ...     RateCalendar.office("Europe/London", time(9), time(18)),
    ...     {"normal": 1, "after_hours": "1.5", "weekend": 2},
    ...     untimed="normal",
    ... )
    >>> terms.multiplier("after_hours")
    Fraction(3, 2)
    """

    rounding: TimeRounding = TimeRounding()
    calendar: RateCalendar | None = None
    multipliers: tuple[tuple[str, Fraction], ...] = attrs.field(default=(), converter=_multipliers)
    untimed: str = ""

    def __attrs_post_init__(self) -> None:
        expect(self.rounding, TimeRounding, "rounding of time terms")
        expect(self.untimed, str, "untimed of time terms")
        if self.calendar is not None:
            expect(self.calendar, RateCalendar, "calendar of time terms")
        named = [label for label, _ in self.multipliers]
        if len(set(named)) < len(named):
            raise InvalidValue(f"a label has two multipliers among {', '.join(named)}: keep one")
        for label, value in self.multipliers:
            if value < 0:
                raise InvalidValue(
                    f"the multiplier of {label!r} must be zero or more, got {exact_text(value)}"
                )
        known = frozenset[str]() if self.calendar is None else self.calendar.labels
        if missing := sorted(known - set(named)):
            raise InvalidValue(f"no multiplier for {', '.join(missing)}: say what the time weighs")
        if unknown := sorted(set(named) - known):
            raise InvalidValue(f"the calendar never says {', '.join(unknown)}: leave it out")
        if self.calendar is None and self.untimed:
            raise InvalidValue(f"there is no calendar that knows {self.untimed!r}: leave it out")
        if self.calendar is not None and self.untimed not in known:
            raise InvalidValue(
                "entries without instants need a label of the calendar in untimed "
                f"({', '.join(sorted(known))}), got {self.untimed!r}"
            )

    def multiplier(self, label: str) -> Fraction:
        """What an hour under ``label`` weighs; 1 where there is no calendar."""
        return dict(self.multipliers).get(label, Fraction(1))
