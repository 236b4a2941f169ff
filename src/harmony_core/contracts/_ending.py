"""Ends of a contract as amendments: by notice, by agreement, for a while, or before it began.

Each function reads what was agreed and gives amendments, so that what follows is billed and undone
like every other change: nothing is un-posted, what was paid ahead comes back as a credit.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import date, timedelta

import attrs

from harmony_core.contracts._amendment import Amendment, Change, LineBegins, LineEnds, LineRunsOn
from harmony_core.contracts._contract import Contract
from harmony_core.contracts._lifecycle import ContractEvent
from harmony_core.contracts._line import ContractLine
from harmony_core.contracts._notice import Termination, expect_day_of_receipt
from harmony_core.contracts._standing import (
    line_end,
    require_possible,
    running_days,
)
from harmony_core.contracts._term import next_end
from harmony_core.errors import RuleBroken
from harmony_core.explanation import Explainer, Explanation
from harmony_core.products import LeftOver, Renewal

_DAY = timedelta(days=1)


@attrs.frozen
class LineTermination:
    """What a notice does to one line; the explanation counts the days until its end."""

    line_id: str
    termination: Termination
    explanation: Explanation


@attrs.frozen
class NoticeEffect:
    """What a notice does: to each line, and as amendments, one for each day on which lines end."""

    contract_id: str
    received: date
    lines: tuple[LineTermination, ...]
    amendments: tuple[Amendment, ...]

    @property
    def ends_on(self) -> date:
        """The last day of the line that ends last."""
        return max(line.termination.ends_on for line in self.lines)

    def says(self, received: date, line_ids: Iterable[str], evidence: Iterable[str]) -> bool:
        """Whether a notice of that day for those lines (none is all) is this one."""
        named, ended = set(line_ids), {line.line_id for line in self.lines}
        proof = tuple(evidence)
        same = all(one.evidence == proof for one in self.amendments)
        return received == self.received and same and (not named or ended <= named)


def notice_effect(
    contract: Contract,
    received: date,
    *,
    id: str,  # noqa: A002  the field's own name
    line_ids: Iterable[str] = (),
    evidence: Iterable[str] = (),
) -> NoticeEffect:
    """Say to which day a notice ends each line, by the renewal that was agreed for it.

    Lines that end by then anyway, or that are billed once, are left as they are. A notice may be
    received between the agreement and the first day: the initial term is served all the same.

    Args:
        contract: with the amendments that are known.
        received: the recipient's day on which the notice arrived, see :func:`receipt_day`.
        id: of the amendment; further ones, for lines that end on other days, have ``/2`` and so on.
        line_ids: the lines that it names; none is the whole contract.
        evidence: ids of the letter and the like.

    Raises:
        NotFound: there is no such line.
        RuleBroken: the contract cannot be given notice in its state, a line has no renewal to
            count by, or there is no line to end.
        InvalidValue: the day of receipt is no plain date.
    """
    expect_day_of_receipt(received)
    require_possible(contract, ContractEvent.NOTICE, received)
    found: list[LineTermination] = []
    for line in [contract.line(name) for name in line_ids] or contract.lines_ever:
        if line.is_billed_once or not _runs_from(contract, line, received):
            continue
        end = line_end(contract, line.id).last_day
        if line.renewal is None:
            if end is not None:
                continue
            raise RuleBroken(
                f"line {line.id!r} of contract {contract.id!r} runs on without terms to count a "
                "notice by: agree on its end, or name the lines that the notice is for"
            )
        termination = next_end(line.renewal, line.anchor, received, runs_on=end is None)
        if termination.ends_on < received:
            continue  # it was extended, to a day, beyond the last of its terms
        if end is None or termination.ends_on < end:
            explanation = _explained(line.renewal, termination)
            found.append(LineTermination(line.id, termination, explanation))
    if not found:
        raise RuleBroken(
            f"a notice received on {received} ends no line of contract {contract.id!r}: those that "
            "run then end by themselves, and no later"
        )
    by_end: defaultdict[date, list[Change]] = defaultdict(list)
    for one in found:
        by_end[one.termination.ends_on].append(LineEnds(one.line_id))
    amendments = tuple(
        Amendment(
            id if number == 1 else f"{id}/{number}",
            contract.id,
            received,
            last_day + _DAY,
            changes,
            event=ContractEvent.NOTICE,
            evidence=evidence,
        )
        for number, (last_day, changes) in enumerate(sorted(by_end.items()), 1)
    )
    return NoticeEffect(contract.id, received, tuple(found), amendments)


def notice_kept(contract: Contract, notice_id: str) -> NoticeEffect | None:
    """Give what a notice does that the contract knows already; ``None`` where it knows none.

    It says what it said when it was kept, whatever has ended a line since.
    """
    amendments = tuple(one for one in contract.amendments if _is_part_of(one, notice_id))
    if not amendments:
        return None
    received = amendments[0].agreed_on
    found = []
    others = [one for one in contract.amendments if one not in amendments]
    without = attrs.evolve(contract, amendments=others)
    for line in contract.lines_ever:
        ended = any(change.line_id == line.id for one in amendments for change in one.changes)
        if ended and line.renewal is not None:
            runs_on = line_end(without, line.id, received).last_day is None
            termination = next_end(line.renewal, line.anchor, received, runs_on=runs_on)
            explanation = _explained(line.renewal, termination)
            found.append(LineTermination(line.id, termination, explanation))
    stamped = (attrs.evolve(one, recorded_on=None) for one in amendments)
    return NoticeEffect(contract.id, received, tuple(found), tuple(stamped))


def notice_withdrawn(
    contract: Contract,
    notice_id: str,
    agreed_on: date,
    *,
    id: str,  # noqa: A002  the field's own name
) -> tuple[Amendment, ...]:
    """Take a notice back: its lines run as if it had not been given, if both sides agree in time.

    Raises:
        RuleBroken: the contract is not under notice, the notice ended no line, something else has
            ended one since, or it was received on that very day or later.
    """
    given = [one for one in contract.amendments if _is_part_of(one, notice_id)]
    if not given:
        raise RuleBroken(f"contract {contract.id!r} knows no notice {notice_id!r}")
    if agreed_on <= given[0].agreed_on:
        raise RuleBroken(
            f"notice {notice_id!r} of contract {contract.id!r} was received on "
            f"{given[0].agreed_on}: agree to take it back on a later day"
        )
    without = attrs.evolve(contract, amendments=[a for a in contract.amendments if a not in given])
    made = []
    for number, notice in enumerate(given, 1):
        if agreed_on >= notice.first_day:
            raise RuleBroken(
                f"notice {notice_id!r} ended lines of contract {contract.id!r} before {agreed_on}: "
                "agree on lines that begin anew"
            )
        changes = []
        for change in notice.changes:
            if line_end(contract, change.line_id).amendment != notice:
                raise RuleBroken(
                    f"the end of line {change.line_id!r} of contract {contract.id!r} is no longer "
                    f"that of notice {notice_id!r}: amend what fixed it since"
                )
            changes.append(LineRunsOn(change.line_id, line_end(without, change.line_id).last_day))
        made.append(
            Amendment(
                id if number == 1 else f"{id}/{number}",
                contract.id,
                agreed_on,
                notice.first_day,
                changes,
                event=ContractEvent.WITHDRAWAL,
                evidence=(notice_id,),
            )
        )
    return tuple(made)


def lines_ended(
    contract: Contract,
    last_day: date,
    *,
    id: str,  # noqa: A002  the field's own name
    agreed_on: date,
    line_ids: Iterable[str] = (),
    event: ContractEvent = ContractEvent.TERMINATION,
    fee: ContractLine | None = None,
    left_over: LeftOver | None = None,
    evidence: Iterable[str] = (),
) -> Amendment:
    """End lines by agreement with a day, as one amendment.

    Lines that are billed once stay; a contract that is cancelled gives them up too. A prepaid block
    that is bought once stays as well, unless what is left of it lapses or is paid back; where
    another contract follows, its line ends: it buys nothing more, and what it bought stays.

    Args:
        contract: with the amendments that are known.
        last_day: the last day on which they run, before or after ``agreed_on``.
        id: of the amendment.
        agreed_on: the day on which both sides agreed.
        line_ids: the lines that end; none is the whole contract.
        event: a termination; a suspension to make them inactive until they resume; a succession; a
            cancellation, of a contract that has not begun.
        fee: a line for what is paid to settle it, beginning on the day after ``last_day`` or later.
        left_over: what becomes of prepaid blocks with units left; what the terms of each fund say
            where none is given. A suspension and a succession keep them. What is left of an
            allowance lapses with its line, and what is topped up is kept.
        evidence: ids of what it rests on.

    Raises:
        NotFound: there is no such line.
        RuleBroken: the state of the contract forbids it, every line ends by then anyway, or what is
            left of an allowance should be paid back.
    """
    require_possible(contract, event, agreed_on)
    cancelled, pauses = event is ContractEvent.CANCELLATION, event is ContractEvent.SUSPENSION
    if pauses or event is ContractEvent.SUCCESSION:
        left_over = LeftOver.KEPT
    changes: list[Change] = []
    for line in [contract.line(name) for name in line_ids] or contract.lines_ever:
        followed = event is ContractEvent.SUCCESSION and line.fund is not None
        said = None if line.fund is None or line.fund.has_own_ends else left_over
        keeps = line.fund is None or (said or line.fund.at_end) is LeftOver.KEPT
        if line.fund is not None and said is line.fund.at_end:
            said = None
        runs = _runs_from(contract, line, last_day + _DAY)
        if runs:
            _refuse_to_pay_back_an_allowance(contract, line, left_over)
        if line.is_billed_once and keeps and not (cancelled or followed):
            continue
        runs = runs or (followed and _tops_up_from(contract, line, last_day + _DAY))
        if runs or (line_end(contract, line.id).is_suspension and not pauses):
            changes.append(LineEnds(line.id, said))
    if not changes:
        raise RuleBroken(
            f"every line of contract {contract.id!r} ends by {last_day} anyway, or was billed once "
            "and stays: say with left_over whether blocks that are left lapse or are paid back"
        )
    if fee is not None:
        changes.append(LineBegins(fee))
    return Amendment(
        id, contract.id, agreed_on, last_day + _DAY, changes, event=event, evidence=evidence
    )


def lines_resumed(
    contract: Contract,
    first_day: date,
    *,
    id: str,  # noqa: A002  the field's own name
    agreed_on: date,
    evidence: Iterable[str] = (),
) -> Amendment:
    """Let the lines that were suspended run again from a day on, as long as they would have.

    A prepaid line that buys or grants anew does so from its first period that begins then.

    Raises:
        RuleBroken: the contract is not suspended on that day.
    """
    require_possible(contract, ContractEvent.RESUMPTION, first_day)
    changes: list[Change] = []
    for line in contract.lines_ever:
        end = line_end(contract, line.id)
        if end.is_suspension:
            others = [one for one in contract.amendments if one != end.amendment]
            without = attrs.evolve(contract, amendments=others)
            changes.append(LineRunsOn(line.id, line_end(without, line.id).last_day))
    if not changes:
        raise RuleBroken(
            f"contract {contract.id!r} goes on by itself after {first_day}: nothing to resume"
        )
    return Amendment(
        id,
        contract.id,
        agreed_on,
        first_day,
        changes,
        event=ContractEvent.RESUMPTION,
        evidence=evidence,
    )


def _refuse_to_pay_back_an_allowance(
    contract: Contract, line: ContractLine, left_over: LeftOver | None
) -> None:
    """What an allowance has left lapses with its line: nobody is let believe that it is paid."""
    allowance = line.fund is not None and line.fund.rollover is not None
    if allowance and left_over is LeftOver.REFUNDED:
        raise RuleBroken(
            f"line {line.id!r} of contract {contract.id!r} is an allowance, which grants and "
            "lapses by its own periods: end it without left_over, by line_ids, and credit what is "
            "left"
        )


def _tops_up_from(contract: Contract, line: ContractLine, day: date) -> bool:
    """Whether a block that was bought once could still be topped up on a day or later."""
    if not line.is_billed_once or line.fund is None or line.fund.top_up is None:
        return False
    last = line_end(contract, line.id).last_day
    return last is None or last >= day


def _runs_from(contract: Contract, line: ContractLine, day: date) -> bool:
    """Whether a line runs on a day or later."""
    return any(
        days.last_day is None or days.last_day >= day for days in running_days(contract, line.id)
    )


def _is_part_of(amendment: Amendment, notice_id: str) -> bool:
    named = amendment.id == notice_id or amendment.id.startswith(f"{notice_id}/")
    return named and amendment.event is ContractEvent.NOTICE


def _explained(renewal: Renewal, found: Termination) -> Explanation:
    why = Explainer("end by notice", 1)
    why.fact("notice received on", found.received.isoformat())
    why.fact("notice period ends on", found.notice_ends.isoformat())
    why.fact("ends to", renewal.notice.to.value)
    why.fact("last day", found.ends_on.isoformat())
    why.fact("last day to receive a notice to that end", found.last_receipt.isoformat())
    why.given("period", "days of the notice period", (found.notice_ends - found.received).days)
    wait = (found.ends_on - found.notice_ends).days
    why.given("wait", "days from its end to the next possible end", wait)
    why.step("days", "days from the receipt to the end", "add", "period", "wait")
    return why.explanation("days")
