"""Facts come in, each with the day on which it became known."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

import attrs

from harmony_core.errors import RuleBroken
from harmony_core.repositories.ports import Fact, Store


def record_facts(store: Store, facts: Iterable[Fact], today: date) -> int:
    """Keep facts that became known ``today``; gives the number of new ones.

    A fact of an earlier day gets ``recorded_on = today``, unless it says itself when it became
    known: what was billed in between stays as it is, and the fact is billed as a correction. The
    same fact again is ignored.

    Raises:
        RuleBroken: a fact of a day, or recorded on a day, after ``today``; or one under the id of
            another.
    """
    stamped = [_stamped(fact, today) for fact in facts]
    with store.begin() as unit:
        return unit.facts.add(stamped)


def _stamped(fact: Fact, today: date) -> Fact:
    if fact.known_on > today:
        raise RuleBroken(
            f"{fact!r} is of {fact.known_on}, after today ({today}): record it on its day"
        )
    if fact.recorded_on is None and fact.day < today:
        return attrs.evolve(fact, recorded_on=today)
    return fact
