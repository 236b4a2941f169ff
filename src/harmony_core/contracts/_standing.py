"""Where a contract stands on a day, from the days on which its lines run and nothing else.

Whatever is billed on a day is billed because a line runs then, and a contract is active or under
notice exactly on the days on which a line runs: one rule, so that making a contract inactive, or
ending it early, cannot leave something behind that goes on being billed.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from itertools import pairwise

import attrs

from harmony_core.contracts._agreed import goes_on
from harmony_core.contracts._amendment import Amendment, LineEnds, LineRunsOn
from harmony_core.contracts._contract import Contract
from harmony_core.contracts._lifecycle import ContractEvent, ContractState, state_after
from harmony_core.errors import RuleBroken
from harmony_core.periods import Schedule, Span, add_months
from harmony_core.products import LeftOver

_DAY = timedelta(days=1)
_E = ContractEvent
_FIXES_THE_END = (_E.NOTICE, _E.TERMINATION, _E.SUCCESSION)


@attrs.frozen
class RunningDays:
    """Days on which a line runs: ``last_day`` is inclusive, ``None`` while no end is known."""

    first_day: date
    last_day: date | None

    def has(self, day: date) -> bool:
        """Whether ``day`` is one of them."""
        return self.first_day <= day and (self.last_day is None or day <= self.last_day)


@attrs.frozen
class LineEnd:
    """When a line ends: ``last_day`` is ``None`` while it is open.

    ``amendment`` is what fixed it; ``None`` is the line itself.
    """

    last_day: date | None
    amendment: Amendment | None = None

    @property
    def is_suspension(self) -> bool:
        """Whether the line may resume."""
        return self.amendment is not None and self.amendment.event is _E.SUSPENSION


def running_days(contract: Contract, line_id: str) -> tuple[RunningDays, ...]:
    """Give the days on which a line runs, in order; several where it was suspended.

    What is billed once runs on its day, a prepaid block that is bought once as long as it is valid.

    Raises:
        NotFound: the contract has no such line.
    """
    line = contract.line(line_id)
    if line.is_billed_once:
        if contract.line_on(line_id, line.start) is None:
            return ()
        valid = line.start
        if line.fund is not None:
            valid = Span(line.start, add_months(line.start, line.fund.valid_months)).last_day
            last_day = line_end(contract, line_id).last_day
            if last_day is not None and left_over(contract, line_id) is not LeftOver.KEPT:
                valid = min(valid, last_day)
        if (closed := contract.closing(line_id)) is not None:
            valid = min(valid, closed[0].first_day - _DAY)
        if valid < line.start:
            return ()
        return (RunningDays(line.start, valid),)
    turns = {one.first_day for one in _ends_of(contract, line_id) if one.first_day > line.start}
    found: list[RunningDays] = []
    for day, following in pairwise([*sorted({line.start, *turns}), None]):
        agreed = None if day is None else contract.line_on(line_id, day)
        if day is None or agreed is None:
            continue
        last = agreed.last_day
        if following is not None and (last is None or last >= following):
            last = following - _DAY
        if found and found[-1].last_day == day - _DAY:
            day = found.pop().first_day  # noqa: PLW2901  the span begins with its neighbour
        found.append(RunningDays(day, last))
    return tuple(found)


def line_end(contract: Contract, line_id: str, agreed_by: date = date.max) -> LineEnd:
    """Give the end of a line by what was agreed on or before a day, and what fixed it.

    Raises:
        NotFound: the contract has no such line.
    """
    end = LineEnd(contract.line(line_id).last_day)
    for amendment in _ends_of(contract, line_id):
        if amendment.agreed_on > agreed_by:
            continue
        change = next(
            one
            for one in amendment.changes
            if isinstance(one, LineEnds | LineRunsOn) and one.line_id == line_id
        )
        last = amendment.first_day - _DAY
        if isinstance(change, LineRunsOn):
            if goes_on(end.last_day, end.amendment, amendment):
                end = LineEnd(change.last_day, amendment)
        elif end.last_day is None or last < end.last_day:
            end = LineEnd(last, amendment)
        elif end.is_suspension and amendment.event in (_E.TERMINATION, _E.SUCCESSION):
            end = LineEnd(end.last_day, amendment)  # it will not resume; no day is added
    return end


def left_over(contract: Contract, line_id: str) -> LeftOver:
    """Give what becomes of the blocks of a prepaid line that are left when it ends.

    What the amendment that ends it says, or what the terms of its fund say; a suspension, which may
    be over again, keeps them.

    Raises:
        NotFound: the contract has no such line.
    """
    line, end = contract.line(line_id), line_end(contract, line_id)
    if line.fund is None or end.is_suspension:
        return LeftOver.KEPT
    changes = () if end.amendment is None else end.amendment.changes
    said = [
        change.left_over
        for change in changes
        if isinstance(change, LineEnds) and change.line_id == line_id
    ]
    return next((one for one in said if one is not None), line.fund.at_end)


def drawn_through(contract: Contract, line_id: str) -> date | None:
    """Give the last day on which a prepaid line runs or a block of it can be drawn.

    Blocks that are kept outlive their line, and so does the balance of a contract: it has ended, is
    billed no more, and work still draws what is left. ``None`` for a line without a fund, while it
    buys blocks, and where a block has no end or has been, or may be, bought by a draw.

    Raises:
        NotFound: the contract has no such line.
    """
    line, closed = contract.line(line_id), contract.closing(line_id)
    until = None if closed is None else closed[0].first_day - _DAY
    last = line_end(contract, line_id).last_day
    terms = line.fund
    if terms is None or (last is None and not line.is_billed_once):
        return until
    days = [line.start - _DAY if last is None else last, *(one.last_day for one in line.opening)]
    kept = terms.rollover is None and left_over(contract, line_id) is LeftOver.KEPT
    if kept and terms.top_up is not None:
        return until
    if kept and (last is None or line.start <= last):
        start = line.start
        if last is not None and line.billing.interval is not None:
            period = Schedule(line.anchor, line.billing.interval).period_at(last)
            start = max(start, period.start)
        days.append(Span(start, add_months(start, terms.valid_months)).last_day)
    known = [day for day in days if day is not None]
    if len(known) < len(days):
        return until
    return max(known) if until is None else min(max(known), until)


def state_on(contract: Contract, day: date, agreed_on: date | None = None) -> ContractState:
    """Say where a contract stands on a day, with all that is known of it.

    For what was known on another day ask ``contract.known_by(day)``.

    Args:
        contract: with its amendments.
        day: the day asked about.
        agreed_on: the day on which it was agreed, from its order: before that it was a draft.

    A contract under notice has ended on every line: each that runs has a last day, and a notice, an
    agreement or a successor, agreed on or before ``day``, fixed one of them.
    """
    if agreed_on is not None and day < agreed_on:
        return ContractState.DRAFT
    lines = {line.id: running_days(contract, line.id) for line in contract.lines_ever}
    stretches = [stretch for days in lines.values() for stretch in days]
    if not stretches:
        return _before_it_began(contract, day)
    running = [name for name, days in lines.items() if any(one.has(day) for one in days)]
    if running:
        return ContractState.NOTICE_GIVEN if _is_fixed(contract, running, day) else _ACTIVE
    if day < min(stretch.first_day for stretch in stretches):
        return ContractState.AGREED
    goes_on = any(stretch.first_day > day for stretch in stretches)
    if goes_on or any(line_end(contract, line_id).is_suspension for line_id in lines):
        return ContractState.SUSPENDED
    return ContractState.ENDED


_ACTIVE = ContractState.ACTIVE


def require_possible(contract: Contract, event: ContractEvent, day: date) -> ContractState:
    """Give the state that follows when something happens to a contract on a day.

    Raises:
        RuleBroken: it cannot happen in the state of that day.
    """
    try:
        return state_after(state_on(contract, day), event)
    except RuleBroken as reason:
        raise RuleBroken(f"contract {contract.id!r}, on {day}: {reason}") from None


def _before_it_began(contract: Contract, day: date) -> ContractState:
    """No line ever runs: it was given up before, on the day on which the last of them was."""
    cancelled = max(
        min(one.agreed_on for one in _ends_of(contract, line.id)) for line in contract.lines_ever
    )
    return ContractState.AGREED if day < cancelled else ContractState.CANCELLED


def _is_fixed(contract: Contract, running: list[str], day: date) -> bool:
    ends = [
        line_end(contract, name, day)
        for name in running
        if not contract.line(name).is_billed_once or contract.closing(name) is not None
    ]
    if not ends:  # blocks are left: a notice or an agreement has ended everything else
        return any(
            one.event in _FIXES_THE_END and one.agreed_on <= day for one in contract.amendments
        )
    return all(end.last_day is not None for end in ends) and any(
        end.amendment is not None and end.amendment.event in _FIXES_THE_END for end in ends
    )


def _ends_of(contract: Contract, line_id: str) -> Iterator[Amendment]:
    for amendment in contract.amendments:
        if any(
            isinstance(change, LineEnds | LineRunsOn) and change.line_id == line_id
            for change in amendment.changes
        ):
            yield amendment
