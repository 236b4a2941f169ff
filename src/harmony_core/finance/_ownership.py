"""Who belongs to the group, since when, how long, and with which share."""

from __future__ import annotations

from datetime import date, timedelta
from fractions import Fraction
from itertools import pairwise

import attrs

from harmony_core.errors import InvalidValue
from harmony_core.explanation import exact_text
from harmony_core.finance._exact import Exact, exact


def _share(value: Exact) -> Fraction:
    share = exact(value, "a share of ownership")
    if not 0 < share <= 1:
        raise InvalidValue(f"a share of ownership is above 0 up to 1, got {exact_text(share)}")
    return share


@attrs.frozen
class Holding:
    """The group's share of a company from one day to another, both included.

    Raises:
        InvalidValue: the share is not above 0 up to 1, or the days are the wrong way round.
    """

    entity: str
    first_day: date
    share: Fraction = attrs.field(default=Fraction(1), converter=_share)
    last_day: date | None = None

    def __attrs_post_init__(self) -> None:
        if self.last_day is not None and self.last_day < self.first_day:
            raise InvalidValue(
                f"{self.entity!r} is held from {self.first_day} to {self.last_day}: the last day "
                "comes first"
            )


@attrs.frozen
class Ownership:
    """The holdings of a group. A company without any belongs to it for all time, and whole.

    >>> from datetime import date
    >>> held = Ownership.of(
    ...     Holding("IN", date(2024, 4, 1), "0.8", date(2025, 3, 31)),
    ...     Holding("IN", date(2025, 4, 1), 1),
    ... )
    >>> held.share("IN", date(2024, 3, 31)), held.share("IN", date(2025, 3, 31))
    (None, Fraction(4, 5))
    """

    holdings: tuple[Holding, ...]

    @classmethod
    def of(cls, *holdings: Holding) -> Ownership:
        """Bring holdings together, in any order.

        Raises:
            InvalidValue: two of one company overlap or leave a gap.
        """
        return cls(tuple(sorted(holdings, key=lambda one: (one.entity, one.first_day))))

    def __attrs_post_init__(self) -> None:
        for one, other in pairwise(self.holdings):
            if one.entity != other.entity:
                continue
            if one.last_day is None or one.last_day + timedelta(days=1) != other.first_day:
                raise InvalidValue(
                    f"the holdings of {one.entity!r} do not follow each other: one ends on "
                    f"{one.last_day}, the next begins on {other.first_day}; a company that comes "
                    "back needs an id of its own"
                )

    def share(self, entity: str, day: date) -> Fraction | None:
        """Give the share on a day; ``None`` where the company does not belong to the group."""
        own = [one for one in self.holdings if one.entity == entity]
        if not own:
            return Fraction(1)
        for one in own:
            if one.first_day <= day and (one.last_day is None or day <= one.last_day):
                return one.share
        return None

    def joined(self, entity: str) -> date:
        """Give the first day in the group; the earliest there is where it always was."""
        days = [one.first_day for one in self.holdings if one.entity == entity]
        return min(days, default=date.min)

    def left(self, entity: str) -> date | None:
        """Give the last day in the group; ``None`` where it still belongs to it."""
        days = [one.last_day for one in self.holdings if one.entity == entity]
        return days[-1] if days else None


ALWAYS = Ownership(())
"""All companies belong to the group for all time."""
