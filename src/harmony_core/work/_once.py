"""Each fact counts once, however often it is given: one id is one fact.

A feed is read twice, two lists overlap: the same fact again changes nothing, and when it became
known is not part of what it says. Other contents under a known id would make one of the two wrong,
and nobody could tell which.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date
from operator import attrgetter
from typing import Any, TypeVar

import attrs

from harmony_core.errors import InvalidValue

F = TypeVar("F")

_BY_ID: Callable[[Any], object] = attrgetter("id")
_STAMPS = ("recorded_on", "registered_on")


def each_once(facts: Iterable[F], what: str, key: Callable[[F], object] = _BY_ID) -> tuple[F, ...]:
    """Give facts without those that are there again; of one that became known twice, the first.

    Args:
        facts: in any order.
        what: they are called in the refusal, such as ``time entry``.
        key: what names a fact among the others; its id, if nothing else is said.

    Raises:
        InvalidValue: two facts of one name differ in more than the day on which they became known.

    >>> from datetime import date
    >>> from harmony_core.work import Progress
    >>> report = Progress("R-1", "C-1", "1", date(2026, 3, 31), "0.4")
    >>> each_once([report, report], "progress") == (report,)
    True
    """
    given = tuple(facts)
    if len(set(map(key, given))) == len(given):  # asked first: facts come by the million
        return given
    found: dict[object, F] = {}
    for fact in given:
        name = key(fact)
        first = found.setdefault(name, fact)
        if first is not fact and first != fact:
            found[name] = _earlier(what, name, first, fact)
    return tuple(found.values())


def _earlier(what: str, name: object, first: F, fact: F) -> F:
    if _unstamped(first) == _unstamped(fact):
        return min(first, fact, key=_known)
    shown = ":".join(map(str, name)) if isinstance(name, tuple) else name
    raise InvalidValue(
        f"{what} {shown!r} is there as {first} and as {fact}: one id is one fact, so give one of "
        "them, or give the other an id of its own"
    )


def _unstamped(fact: Any) -> object:
    stamps = {name: None for name in _STAMPS if hasattr(fact, name)}
    return attrs.evolve(fact, **stamps) if stamps else fact


def _known(fact: Any) -> date:
    """Without a stamp it is known from its own day, or always."""
    for name in (*_STAMPS, "known_on"):
        day = getattr(fact, name, None)
        if isinstance(day, date):
            return day
    return date.min
