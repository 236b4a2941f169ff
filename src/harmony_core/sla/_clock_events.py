"""What happens to a clock, as facts; and the order in which they count, however they arrive."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from itertools import groupby

import attrs

from harmony_core.errors import InvalidValue, expect, expect_each
from harmony_core.sla._index import moment_in_utc
from harmony_core.sla._targets import ClockTerms, OnChange


def _instant(moment: datetime) -> datetime:
    expect(moment, datetime, "an event of a clock happens at a moment; it")
    return moment_in_utc(moment)


def _terms(terms: ClockTerms) -> ClockTerms:
    expect(terms, ClockTerms, "terms of a clock", "ClockTerms.of(calendar, resolve=hours(8))")
    return terms


def _word(word: str) -> str:
    expect(word, str, "what an event of a clock is about")
    return word


def _word_or_none(word: str | None) -> str | None:
    return None if word is None else _word(word)


@attrs.frozen
class ClockStarted:
    """The clock begins, under terms; outside open time it waits for the next opening."""

    at: datetime = attrs.field(converter=_instant)
    terms: ClockTerms = attrs.field(converter=_terms)


@attrs.frozen
class ClockPaused:
    """The clock stands still for a reason; of several reasons, each is resumed apart."""

    at: datetime = attrs.field(converter=_instant)
    reason: str = attrs.field(default="", converter=_word)


@attrs.frozen
class ClockResumed:
    """A reason to stand still is gone."""

    at: datetime = attrs.field(converter=_instant)
    reason: str = attrs.field(default="", converter=_word)


@attrs.frozen
class ClockStopped:
    """A target is done; without a name, all that are not done yet."""

    at: datetime = attrs.field(converter=_instant)
    target: str | None = attrs.field(default=None, converter=_word_or_none)


@attrs.frozen
class ClockReopened:
    """A target was not done after all; the time since it stopped does not count. No name: all."""

    at: datetime = attrs.field(converter=_instant)
    target: str | None = attrs.field(default=None, converter=_word_or_none)


@attrs.frozen
class TermsChanged:
    """Priority, contract or calendar changed, and with it what is promised.

    Args:
        at: from when on.
        terms: what holds now.
        on_change: what becomes of the time that was used.
        what: what changed, in a word for the reader, such as ``priority``.
    """

    at: datetime = attrs.field(converter=_instant)
    terms: ClockTerms = attrs.field(converter=_terms)
    on_change: OnChange = attrs.field(converter=OnChange)
    what: str = attrs.field(default="", converter=_word)


ClockEvent = ClockStarted | ClockPaused | ClockResumed | ClockStopped | ClockReopened | TermsChanged

_KINDS = (ClockStarted, TermsChanged, ClockPaused, ClockResumed, ClockReopened, ClockStopped)
"""At one instant they count in this order: a change on the stroke of the stop is still judged."""

_PLACES = {kind: place for place, kind in enumerate(_KINDS)}


def _place(event: ClockEvent) -> tuple[datetime, int, bool, str]:
    name, rest = "", False
    if isinstance(event, ClockPaused | ClockResumed):
        name = event.reason
    elif isinstance(event, ClockStopped | ClockReopened):
        name, rest = event.target or "", event.target is None  # what has no name is for the rest
    return event.at, _PLACES[type(event)], rest, name


def in_order(events: Iterable[ClockEvent]) -> tuple[ClockEvent, ...]:
    """Put events in the order in which they count, each once.

    A pause and the resumption for the same reason at the same instant cancel each other, and so do
    a stop and a reopening of the same target: whichever came first, nothing has changed.

    Raises:
        InvalidValue: something is no event, or two changes of the terms share an instant.
    """
    found = list[ClockEvent]()
    for _, group in groupby(
        sorted(expect_each(events, ClockEvent, "events of a clock"), key=_place),
        key=lambda event: event.at,
    ):
        at_once = list(group)
        found += at_once if len(at_once) == 1 else _of_an_instant(at_once)
    return tuple(found)


def _of_an_instant(events: Iterable[ClockEvent]) -> Iterator[ClockEvent]:
    once = dict.fromkeys(events)
    if len(changes := [event for event in once if isinstance(event, TermsChanged)]) > 1:
        raise InvalidValue(
            f"two changes of the terms at {changes[0].at.isoformat()}: nobody can tell which one "
            "holds, so keep the one that does"
        )
    return (event for event in once if _opposite(event) not in once)


def _opposite(event: ClockEvent) -> ClockEvent | None:
    if isinstance(event, ClockPaused):
        return ClockResumed(event.at, event.reason)
    if isinstance(event, ClockResumed):
        return ClockPaused(event.at, event.reason)
    if isinstance(event, ClockStopped):
        return ClockReopened(event.at, event.target)
    if isinstance(event, ClockReopened):
        return ClockStopped(event.at, event.target)
    return None
