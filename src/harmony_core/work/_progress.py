"""How far work has come: a milestone that was reached, or the share that is complete."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from fractions import Fraction

import attrs

from harmony_core.errors import InvalidValue, expect
from harmony_core.explanation import exact_text
from harmony_core.finance import Exact, exact


def _share(value: Exact | None) -> Fraction | None:
    return None if value is None else exact(value, "the share that is complete")


@attrs.frozen
class Progress:
    """Somebody who may say so reports how far a contract line had come by the end of a day.

    Args:
        share: of the whole that is complete, from 0 to 1; it stands until the next report.
        milestone: the name of the one that was reached, as the line's accounting has it.
        recorded_on: the day on which the report became known; ``day`` where it is not given.

    Raises:
        InvalidValue: both or neither of share and milestone, or a share that cannot be.

    >>> from datetime import date
    >>> Progress("R-1", "C-1", "1", date(2026, 3, 31), "0.4").share
    Fraction(2, 5)
    """

    id: str
    contract_id: str
    line_id: str
    day: date
    share: Fraction | None = attrs.field(default=None, converter=_share)
    milestone: str | None = None
    recorded_on: date | None = None

    def __attrs_post_init__(self) -> None:
        expect(self.day, date, f"day of progress {self.id!r}")
        if self.recorded_on is not None:
            expect(self.recorded_on, date, f"recorded_on of progress {self.id!r}")
        if self.milestone is not None:
            expect(self.milestone, str, f"milestone of progress {self.id!r}")
        if (self.share is None) == (self.milestone is None):
            raise InvalidValue(
                f"progress {self.id!r} reports either the share that is complete or the milestone "
                "that was reached: give one of the two"
            )
        if self.share is not None and not 0 <= self.share <= 1:
            raise InvalidValue(
                f"progress {self.id!r} reports {exact_text(self.share)}: a share is from 0 to 1"
            )

    @property
    def known_on(self) -> date:
        """The day on which it became known."""
        return self.recorded_on or self.day


def share_complete(reports: Iterable[Progress], through: date) -> Fraction:
    """Give the share that was complete by the end of a day, as known then; zero before any report.

    The latest report of a share says it: of two on one day the one that became known later, and
    then the one with the greater id.

    >>> from datetime import date
    >>> halfway = Progress("R-1", "C-1", "1", date(2026, 3, 31), "0.5")
    >>> less = Progress("R-2", "C-1", "1", date(2026, 4, 30), "0.4")
    >>> [str(share_complete([less, halfway], date(2026, month, 30))) for month in (3, 4, 5)]
    ['0', '2/5', '2/5']
    """
    shares = [
        (one.day, one.known_on, one.id, one.share)
        for one in reports
        if one.share is not None and one.day <= through and one.known_on <= through
    ]
    return max(shares)[-1] if shares else Fraction(0)


def milestones_reached(reports: Iterable[Progress], through: date) -> frozenset[str]:
    """Give the milestones that were reached by the end of a day, as known then."""
    return frozenset(
        one.milestone
        for one in reports
        if one.milestone is not None and one.day <= through and one.known_on <= through
    )
