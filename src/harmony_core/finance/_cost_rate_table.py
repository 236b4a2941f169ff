"""Which hourly cost is in force for whom, on which day, as known on which day."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

import attrs

from harmony_core.errors import NotFound, kinds_checked
from harmony_core.finance._money import ExactAmount
from harmony_core.periods import History


@attrs.frozen
class FoundCostRate:
    """The rate in force, and which rule gave it: ``person``, ``group`` or ``default``."""

    rate: ExactAmount
    level: str


def _copied(histories: Mapping[str, History[ExactAmount]]) -> dict[str, History[ExactAmount]]:
    return dict(histories)


@attrs.frozen(field_transformer=kinds_checked)
class CostRateTable:
    """Hourly cost rates by day: a person's own rate beats the group's, the group's the default.

    A history that says nothing yet on the day asked falls through to the next level.
    """

    # A dict has no hash; tables that differ in it alone are told apart by equality.
    persons: Mapping[str, History[ExactAmount]] = attrs.field(
        factory=dict, converter=_copied, hash=False
    )
    groups: Mapping[str, History[ExactAmount]] = attrs.field(
        factory=dict, converter=_copied, hash=False
    )
    default: History[ExactAmount] | None = None

    def find(
        self, person: str, group: str | None, day: date, known: date | None = None
    ) -> FoundCostRate:
        """Give the rate in force on ``day``, as known on ``known`` (``None``: all that is known).

        Raises:
            NotFound: neither the person, nor the group, nor the default has a rate on that day.
        """
        levels = (
            ("person", self.persons.get(person)),
            ("group", self.groups.get(group) if group is not None else None),
            ("default", self.default),
        )
        for level, history in levels:
            if history is None:
                continue
            try:
                return FoundCostRate(history.at(day, known), level)
            except NotFound:
                continue
        raise NotFound(
            f"no cost rate for {person!r} (group {group!r}) on {day}: "
            "give the person, the group or the default a rate from that day or earlier"
        )

    def rate(
        self, person: str, group: str | None, day: date, known: date | None = None
    ) -> ExactAmount:
        """Give the hourly cost rate in force; :meth:`find` also names the level it came from."""
        return self.find(person, group, day, known).rate
