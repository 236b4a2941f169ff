"""People, and which legal entity employs them on which day."""

from __future__ import annotations

from datetime import date

import attrs

from harmony_core.errors import NotFound
from harmony_core.periods import History


@attrs.frozen
class Employment:
    """A person works for the legal entity ``entity_id``, in a staff ``group``, from a day on.

    ``group`` finds the cost rate of people who have none of their own.
    """

    entity_id: str
    group: str
    valid_from: date


@attrs.frozen
class Person:
    """Somebody whose time is recorded; ``contractor`` for one who is not an employee.

    Contractors are cost of goods and stay out of blended cost rates.
    """

    id: str
    name: str
    employments: History[Employment]
    contractor: bool = False

    @classmethod
    def of(cls, id: str, name: str, *employments: Employment, contractor: bool = False) -> Person:  # noqa: A002  the field's own name
        """Make a person from employments, each valid from its own day.

        >>> anna = Person.of(
        ...     "P-7",
        ...     "Anna",
        ...     Employment("GB", "engineer", date(2023, 1, 1)),
        ...     Employment("DE", "engineer", date(2025, 7, 1)),
        ... )
        >>> anna.employer(date(2025, 6, 30)).entity_id, anna.employer(date(2025, 7, 1)).entity_id
        ('GB', 'DE')
        """
        history = History.of([(one.valid_from, one) for one in employments])
        return cls(id, name, history, contractor)

    def employer(self, day: date, known: date | None = None) -> Employment:
        """Give the employment in force on ``day``; ``known``: as it was known on that day.

        Raises:
            NotFound: nobody employed the person on ``day``.
        """
        try:
            return self.employments.at(day, known)
        except NotFound as gap:
            raise NotFound(
                f"nobody employs {self.id!r} on {day}: give an employment from then on"
            ) from gap
