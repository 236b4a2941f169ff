"""What makes a fact the same fact, and in which order facts are given."""

from __future__ import annotations

from datetime import date
from typing import TypeAlias

from harmony_core.assets import DeviceEvent
from harmony_core.errors import InvalidValue, RuleBroken
from harmony_core.explanation import exact_text
from harmony_core.finance import Rate
from harmony_core.repositories.ports import Fact
from harmony_core.work import Expense, TimeEntry, UsageRecord

Key: TypeAlias = tuple[str, ...]


def key_of(fact: Fact) -> Key:
    """Give the identity of a fact among those of its class.

    Raises:
        InvalidValue: it is not a fact.
    """
    if isinstance(fact, TimeEntry | Expense):
        return (fact.id,)
    if isinstance(fact, UsageRecord):
        return (fact.source, fact.id)
    if isinstance(fact, DeviceEvent):
        recorded = "" if fact.recorded_on is None else str(fact.recorded_on)
        return (fact.device_id, str(fact.day), fact.kind.value, recorded)
    raise InvalidValue(
        f"{type(fact).__name__} is not a fact: add time entries, expenses, usage records or "
        "device events"
    )


def name_of(fact: Fact) -> tuple[type, Key]:
    """Give what the fact is, whenever it became known: its class, and its key without that day."""
    key = key_of(fact)
    return type(fact), key[:-1] if isinstance(fact, DeviceEvent) else key


def order_of(fact: Fact) -> tuple[date, Key]:
    """Give what a fact is sorted by: its day, then its id."""
    key = key_of(fact)
    return fact.day, key[::-1] if isinstance(fact, UsageRecord) else key


def contradiction(kept: Fact, other: Fact) -> RuleBroken:
    """Say that two different facts claim one identity."""
    name = " ".join(key_of(kept))
    return RuleBroken(
        f"a fact is never changed: {name!r} is kept as {kept}, so {other} cannot take its place; "
        "give the correction an id of its own"
    )


def refuse_other_rate(known: Rate, rate: Rate) -> None:
    """Refuse another value under the id of a rate that is kept."""
    if known.value != rate.value:
        raise RuleBroken(
            f"rate {rate.id!r} is kept as {exact_text(known.value)}, not as "
            f"{exact_text(rate.value)}: give the correction a known_from"
        )


def refuse_other(noun: str, kept: object, new: object) -> None:
    """Refuse another value under the id of one that is kept; values of a log never change."""
    if kept != new:
        raise RuleBroken(f"another {noun} is kept under that id already: {kept}, not {new}")
