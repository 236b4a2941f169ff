"""Who employs somebody, by day and by what was known."""

from __future__ import annotations

from datetime import date

import pytest

from harmony_core.errors import NotFound
from harmony_core.parties import Employment, Person

GB = Employment("GB", "engineer", date(2023, 1, 1))
DE = Employment("DE", "senior", date(2025, 7, 1))
ANNA = Person.of("P-7", "Anna", DE, GB)


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        (date(2023, 1, 1), GB),
        (date(2025, 6, 30), GB),
        (date(2025, 7, 1), DE),
        (date(2030, 1, 1), DE),
    ],
)
def test_the_employer_is_the_one_of_the_day(day: date, expected: Employment) -> None:
    assert ANNA.employer(day) == expected


def test_before_the_first_employment_nobody_employs() -> None:
    with pytest.raises(NotFound, match="nobody employs 'P-7' on 2022-12-31"):
        ANNA.employer(date(2022, 12, 31))


def test_a_move_that_became_known_late_leaves_old_answers_alone() -> None:
    us = Employment("US", "engineer", date(2026, 1, 1))
    history = ANNA.employments.with_value(us.valid_from, us, known_from=date(2026, 2, 10))
    moved = Person("P-7", "Anna", history)
    assert moved.employer(date(2026, 1, 15)) == us
    assert moved.employer(date(2026, 1, 15), known=date(2026, 1, 31)) == DE
