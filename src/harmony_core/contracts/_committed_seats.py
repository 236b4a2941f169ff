"""Seats committed for a term: more of them any day, fewer only inside a window or at the end.

Seats added in mid-term are charged by days to the end of the term, so that all of them end
together. Inside the window after they were bought seats can be cancelled, for a refund by days in
which the day of the cancellation counts as used. After it they are paid for until the term ends,
and a reduction waits for its end. Each of them is billed by an amendment of the quantity of a line
whose period is the term, see :func:`units_added`.

Source: the cancellation policy of Microsoft's new commerce: a prorated refund within seven calendar
days, none later.
"""

from __future__ import annotations

from datetime import date, timedelta

import attrs

from harmony_core.errors import InvalidValue
from harmony_core.explanation import Explainer, Explanation, exact_text
from harmony_core.finance import HALF_UP, Exact, ExactAmount, Money, Rounding, exact
from harmony_core.periods import Span


@attrs.frozen
class SeatAddition:
    """Seats added in mid-term.

    Attributes:
        days_left: days of the term from that day on, the day itself included.
        charge: for those days, settled once.
    """

    first_day: date
    days_left: int
    charge: Money
    explanation: Explanation


@attrs.frozen
class SeatCancellation:
    """What becomes of a wish for fewer seats.

    Attributes:
        allowed: whether the seats are cancelled at once.
        last_day: the last day on which they are there: the day of the event, or the term's last
            day, to which a reduction that comes too late is put off.
        days_used: days from the one on which they were bought to the one of the event, both
            included.
        days_left: days of the term after that one.
        refund: zero or more, settled once.
        reason: why it is refused for now, in words; ``None`` where it is allowed.
    """

    allowed: bool
    last_day: date
    days_used: int
    days_left: int
    refund: Money
    explanation: Explanation
    reason: str | None = None


@attrs.frozen
class SeatTerm:
    """A committed term of seats.

    Args:
        first_day: of the term.
        last_day: of the term, inclusive.
        price: of one seat for the whole term.
        window_days: on so many days seats can be cancelled, the day on which they were bought
            being the first; zero allows none.
        rounding: settles each charge and each refund, once.

    Raises:
        InvalidValue: the term ends before it begins, or the window is below zero.

    >>> year = SeatTerm(date(2026, 1, 1), date(2026, 12, 31), ExactAmount.of(120, "EUR"))
    >>> print(year.add(5, date(2026, 7, 1)).charge, year.cancel(5, date(2026, 1, 3)).refund)
    302.47 EUR 595.07 EUR
    >>> late = year.cancel(5, date(2026, 1, 8))
    >>> late.allowed, str(late.last_day)
    (False, '2026-12-31')
    """

    first_day: date
    last_day: date
    price: ExactAmount
    window_days: int = 7
    rounding: Rounding = HALF_UP

    def __attrs_post_init__(self) -> None:
        if self.last_day < self.first_day:
            raise InvalidValue(
                f"a term that starts on {self.first_day} cannot end on {self.last_day}"
            )
        if type(self.window_days) is not int or self.window_days < 0:
            raise InvalidValue(f"a window has zero days or more, got {self.window_days!r}")

    @property
    def days(self) -> int:
        """The days of the term."""
        return Span.of_days(self.first_day, self.last_day).days

    def add(self, seats: Exact, on: date) -> SeatAddition:
        """Price seats that are there from a day to the end of the term.

        Raises:
            InvalidValue: the day is outside the term, or less than no seat is added.
        """
        self._inside(on)
        left = Span.of_days(on, self.last_day).days
        why = Explainer("seats added to a committed term", 1)
        charge = self._settled(why, seats, left, "days left, the first included")
        return SeatAddition(on, left, charge, why.explanation("amount"))

    def cancel(self, seats: Exact, on: date, bought_on: date | None = None) -> SeatCancellation:
        """Say whether seats can be cancelled on a day, and what is given back.

        Args:
            seats: how many.
            on: the day of the cancellation; it counts as used.
            bought_on: the day on which they were added; the first day of the term otherwise.

        Raises:
            InvalidValue: the day is outside the term or before they were bought.
        """
        bought = self.first_day if bought_on is None else bought_on
        self._inside(bought)
        self._inside(on)
        if on < bought:
            raise InvalidValue(f"seats bought on {bought} cannot be cancelled on {on}, before that")
        why = Explainer("committed seats cancelled", 1)
        why.fact("bought on", bought.isoformat())
        why.fact("cancelled on", on.isoformat())
        window_ends = bought + timedelta(days=self.window_days - 1)
        used, left = (on - bought).days + 1, (self.last_day - on).days
        if on <= window_ends:
            refund = self._settled(why, seats, left, "days left, that day counted as used")
            return SeatCancellation(True, on, used, left, refund, why.explanation("amount"))
        why.fact("last day to cancel", window_ends.isoformat())
        why.given("amount", "nothing", 0, self.price.currency)
        reason = (
            f"seats bought on {bought} could be cancelled until {window_ends}; on {on} they are "
            f"committed until {self.last_day}, and fewer of them are possible from the day after"
        )
        nothing = Money.zero(self.price.currency)
        explanation = why.explanation("amount")
        return SeatCancellation(False, self.last_day, used, left, nothing, explanation, reason)

    def _inside(self, day: date) -> None:
        if not self.first_day <= day <= self.last_day:
            raise InvalidValue(
                f"{day} is outside the term {self.first_day} to {self.last_day}: take the term in "
                "which it lies"
            )

    def _settled(self, why: Explainer, seats: Exact, days: int, label: str) -> Money:
        number = exact(seats, "a number of seats")
        if number < 0:
            raise InvalidValue(f"a number of seats is zero or more, got {exact_text(number)}")
        unit = self.price.currency
        why.given("price", "price of a seat for the term", self.price.value, unit)
        why.given("seats", "seats", number)
        why.given("days", label, days)
        why.given("term", "days of the term", self.days)
        why.step("whole", "seats for the whole term", "multiply", "price", "seats", unit=unit)
        why.step("part", "part of the term", "divide", "days", "term")
        why.step("exact", "seats for those days", "multiply", "whole", "part", unit=unit)
        why.given("step", "smallest unit", self.rounding.step or Money(1, unit).exact.value, unit)
        rule = f"round_{self.rounding.mode.value}"
        why.step("amount", "settled", rule, "exact", "step", unit=unit)
        return Money.of(why.value("amount"), unit)
