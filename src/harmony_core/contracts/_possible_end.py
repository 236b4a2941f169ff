"""The next day on which something agreed can end, and by when somebody must act for that."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable
from datetime import date, timedelta

import attrs

from harmony_core.contracts._contract import Contract
from harmony_core.contracts._line import ContractLine
from harmony_core.contracts._standing import line_end, running_days
from harmony_core.contracts._term import next_end


@attrs.frozen
class PossibleEnd:
    """The next possible end, as seen on a day.

    Attributes:
        ends_on: the last day, inclusive; ``None`` where nothing agreed ends it.
        deadline: the last day on which a notice to that end can be received, on the day asked about
            or later; ``None`` where it ends by itself, or not at all.
    """

    ends_on: date | None
    deadline: date | None = None


def possible_end(line: ContractLine, day: date, *, runs_on: bool = False) -> PossibleEnd:
    """Give the next possible end of a line for a notice received on a day.

    A line with a last day ends then by itself, unless a notice ends it earlier. One that runs on
    without an end after the last of its terms ends by the same notice. A line with neither a last
    day nor terms goes on until both sides agree otherwise.

    Args:
        line: as it stands on that day, see :meth:`Contract.line_on`.
        day: on which a notice would arrive.
        runs_on: it goes on after the last of its terms where it has no last day, as the lines of a
            contract do as they stand; one alone ends by itself.
    """
    if line.renewal is None:
        return PossibleEnd(line.last_day)
    runs_on = runs_on and line.last_day is None
    found = next_end(line.renewal, line.anchor, day, runs_on=runs_on)
    if line.last_day is not None and found.ends_on < day:  # extended beyond the last of its terms
        return PossibleEnd(line.last_day)
    if line.last_day is not None and line.last_day <= found.ends_on:
        return PossibleEnd(line.last_day)
    in_time = found.last_receipt >= day
    return PossibleEnd(found.ends_on, found.last_receipt if in_time else None)


def contract_end(contract: Contract, day: date) -> PossibleEnd:
    """Give the next possible end of a whole contract, and by when a notice to it must arrive.

    It ends with the last of its lines that run on that day or begin later; what is billed once
    plays no part beside lines that go on. The deadline is the last day on which a notice still ends
    all of them by then: a day later, one of them goes on. That may be long after the deadline of a
    line that ends earlier, see :func:`first_deadline`.
    """
    lines = _going_on(contract, day)
    ends_on = _latest(possible_end(line, day, runs_on=True).ends_on for line in lines)
    if ends_on is None:
        return PossibleEnd(None)
    receipts = (_last_receipt(line, day, ends_on) for line in lines)
    return PossibleEnd(ends_on, min((one for one in receipts if one is not None), default=None))


def first_deadline(contract: Contract, day: date) -> date | None:
    """Give the first day by which a notice has to be received for the next end of any line.

    It is the day to watch, where lines can end on different days; ``None`` where no line needs a
    notice, or none can be given.
    """
    deadlines = (
        possible_end(line, day, runs_on=True).deadline for line in _going_on(contract, day)
    )
    return min((one for one in deadlines if one is not None), default=None)


def _going_on(contract: Contract, day: date) -> list[ContractLine]:
    lines = lines_from(contract, day)
    return [line for line in lines if not line.is_billed_once] or list(lines)


def _last_receipt(line: ContractLine, day: date, ends_on: date) -> date | None:
    """The last day on which a notice still ends a line by ``ends_on``; ``None`` if none needs to.

    A later notice never ends a line earlier, so that the days can be halved.
    """
    if line.last_day is not None and line.last_day <= ends_on:
        return None
    days = range((ends_on - day).days + 1)
    in_time = bisect_right(
        days,
        ends_on,
        key=lambda n: possible_end(line, day + timedelta(days=n), runs_on=True).ends_on or date.max,
    )
    return day + timedelta(days=in_time - 1)


def lines_from(contract: Contract, day: date) -> tuple[ContractLine, ...]:
    """Give the lines that run on a day, as they stand then, and those that begin later.

    Their last day is the one that is known by now, by a notice or otherwise.
    """
    found = (_line_from(contract, line, day) for line in contract.lines_ever)
    return tuple(line for line in found if line is not None)


def _line_from(contract: Contract, line: ContractLine, day: date) -> ContractLine | None:
    stretches = running_days(contract, line.id)
    coming = [one for one in stretches if one.last_day is None or one.last_day >= day]
    if not coming:
        return None
    if line.is_billed_once:
        standing, last = contract.line_on(line.id, line.start), line_end(contract, line.id).last_day
        return standing if standing is None else attrs.evolve(standing, last_day=last)
    standing = contract.line_on(line.id, max(day, coming[0].first_day))
    return None if standing is None else attrs.evolve(standing, last_day=coming[-1].last_day)


def _latest(days: Iterable[date | None]) -> date | None:
    """The last of the days; none where one of them is open, or there is no day."""
    found = list(days)
    known = [day for day in found if day is not None]
    return max(known) if known and len(known) == len(found) else None
