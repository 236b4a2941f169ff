"""When a charge becomes revenue, or cost: month by month, in three currencies.

Each of the three columns is recognised cumulatively and rounded alone, so that every schedule
sums to exactly what was booked. What was posted stays: a month's figure is the cumulative one less
everything that was recognised before, so that late news lands, visibly, in the first open month.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from fractions import Fraction
from itertools import takewhile

import attrs

from harmony_core.billing._block_recognition import blocks_earned, pays_for_a_block
from harmony_core.billing._charge import Charge, ChargeKind
from harmony_core.billing._due import charge_of
from harmony_core.billing._facts import Facts
from harmony_core.billing._fund_draws import block_end, fund_line, is_cut
from harmony_core.billing._plan import PlannedCharge, first_trigger, kinds_of, periods_of
from harmony_core.billing._terms import BillingTerms
from harmony_core.contracts import Contract, ContractLine, line_end
from harmony_core.finance import Booked, MonthWeight, straight_line
from harmony_core.periods import Month, Span
from harmony_core.products import Recognition
from harmony_core.work import milestones_reached, share_complete


@attrs.frozen
class Recognised:
    """What one month recognises of one charge; ``breakage`` is the part that lapsed unused."""

    charge_key: str
    contract_id: str
    line_id: str
    month: Month
    amount: Booked
    breakage: Booked | None = None


def earned_share(
    charge: Charge, contract: Contract, line: ContractLine, through: date, facts: Facts
) -> Fraction:
    """The share of a charge that is earned by the end of ``through``: zero to one.

    What a credit note gives back is taken from the months as its charge was earned, from the day of
    the note on. What was agreed is earned whole by the end of its line: what that gives back goes
    by days, and where months are earned alike, no month after the end is left with a difference.
    """
    if (charge.credits or charge.corrects) is not None and charge.trigger > through:
        return Fraction(0)
    recognition = line.accounting.recognition
    agreed = line.is_fixed and line.fund is None and not recognition.by_progress
    by_day = recognition.month_weight is MonthWeight.BY_DAY  # its days cancel by themselves
    if agreed and not by_day and _has_ended(charge, contract, through):
        return Fraction(1)
    if charge.kind is ChargeKind.CARRIED and charge.corrects is not None:
        return Fraction(charge.trigger <= through)  # given up
    if charge.corrects is not None:
        if is_cut(line) and charge.kind is ChargeKind.SERVICE:  # with the block that it corrects
            return Fraction(block_end(line, charge.service.start) <= through)
        if line.is_fixed and recognition.by_period:  # it was amended
            return _served(recognition, charge.service, through)
        if recognition.by_progress:
            return _progressed(contract, line, through, facts)
        return Fraction(charge.service.last_day <= through)
    if charge.kind is not ChargeKind.SERVICE or recognition is Recognition.AT_ONCE:
        return Fraction(charge.service.last_day <= through)
    if recognition.by_period:
        return _served(recognition, charge.service, through)
    return _progressed(contract, line, through, facts)


def _has_ended(charge: Charge, contract: Contract, day: date) -> bool:
    """Whether an amendment ended the line within the period of a charge, as known on a day."""
    known = contract.known_by(day)
    if not known.amendments or all(one.id != charge.line_id for one in known.lines_ever):
        return False
    last_day = line_end(known, charge.line_id).last_day
    if last_day is None or last_day > day or last_day >= charge.service.last_day:
        return False
    start = charge.service.start
    periods = periods_of(contract.line(charge.line_id), charge.kind)
    return any(
        start in one.span for one in takewhile(lambda it: it.span.start <= last_day, periods)
    )


def accruals(
    contract: Contract, facts: Facts, terms: BillingTerms, month: Month
) -> Iterator[Charge]:
    """Charges earned, in part or whole, by the end of ``month`` but billed only later.

    A fixed quantity in arrears that is earned as agreed, by day, by month or on delivery, is earned
    from its first day on; all else when its period is over: before that nobody knows what is
    measured, and what is earned at once would ask for the exchange rates of a day to come. They are
    the charges that a later night will make: the same keys, the same amounts.
    """
    close = month.last_day
    for line in contract.lines_ever:
        as_agreed = line.is_fixed and line.accounting.recognition.by_period
        for kind in kinds_of(line):
            for period in periods_of(line, kind):
                if period.span.start > close:
                    break
                trigger = first_trigger(contract, line, kind, period)
                over = period.span.last_day <= close
                if trigger <= close or trigger < terms.opening_day or not (over or as_agreed):
                    continue
                planned = PlannedCharge(contract, line, kind, period, trigger)
                charge = charge_of(planned, facts, terms)
                if charge is not None:
                    yield charge


def recognise(
    contract: Contract,
    charges: Iterable[Charge],
    facts: Facts,
    month: Month,
    so_far: Mapping[str, Booked],
) -> Iterator[Recognised]:
    """What ``month`` recognises of a contract's charges; nothing for those already earned whole.

    Args:
        contract: whose charges they are.
        charges: billed by the end of the month, and its :func:`accruals`.
        facts: what draws prepaid blocks.
        month: the month to close.
        so_far: by charge key, what earlier months recognised, cumulated over all of them.
    """
    blocks: dict[str, list[Charge]] = {}
    others: list[Charge] = []
    for charge in charges:
        line = contract.line(charge.line_id)
        if pays_for_a_block(charge, line):
            blocks.setdefault(line.id, []).append(charge)
        else:
            others.append(charge)
    for line_id, bought in blocks.items():
        line = contract.line(line_id)
        rows = blocks_earned(contract, line, bought, facts, month=month, so_far=so_far)
        for charge, amount, lapsed in rows:
            yield Recognised(charge.key, contract.id, line_id, month, amount, lapsed)
    close = month.last_day
    left = _left_before(others, close)
    for charge in others:
        line = contract.line(charge.line_id)
        if line.fund is not None:
            line = fund_line(contract, line.id) or line
        share = earned_share(charge, contract, line, close, facts)
        earned = _part(charge.booked, share)
        if charge.key in left:
            before_it = left[charge.key]
            earned = _part(before_it + charge.booked, share) - _part(before_it, share)
        done = so_far.get(charge.key)
        amount = earned if done is None else earned - done
        if amount:
            yield Recognised(charge.key, contract.id, line.id, month, amount)


def _left_before(charges: Iterable[Charge], close: date) -> dict[str, Booked]:
    """What was left of a charge before a credit of it, by the key of the credit.

    A charge and what is given back of it are one schedule, that of what is left: rounded apart,
    they would be a cent off between the first month and the last.
    """
    known = sorted((one for one in charges if one.trigger <= close), key=_in_turn)
    left = {one.key: one.booked for one in known if one.credits is None}
    before: dict[str, Booked] = {}
    for charge in known:
        if charge.credits in left:
            before[charge.key] = left[charge.credits]
            left[charge.credits] += charge.booked
    return before


def _in_turn(charge: Charge) -> tuple[date, str]:
    return charge.trigger, charge.key


def _served(recognition: Recognition, service: Span, through: date) -> Fraction:
    """The share that the days of a service earn; a month that weighs one does when it is over."""
    by = recognition.month_weight
    if by is None:
        return Fraction(through >= service.start)  # on delivery
    if through < service.start:
        return Fraction(0)
    until = min(through, service.last_day)
    if by is MonthWeight.BY_DAY:
        return Fraction((until - service.start).days + 1, service.days)
    weights = straight_line(service, by)
    over = Month.containing(until)
    if until < min(over.last_day, service.last_day):
        over = over.previous()
    earned = sum((weight for month, weight in weights.items() if month <= over), Fraction(0))
    return earned / sum(weights.values(), Fraction(0))


def _progressed(contract: Contract, line: ContractLine, through: date, facts: Facts) -> Fraction:
    """The share that is complete by the end of a day, as known then."""
    reports = facts.progress_of(contract.id, line.id)
    if line.accounting.recognition is Recognition.PERCENT_COMPLETE:
        return share_complete(reports, through)
    return line.accounting.reached_share(milestones_reached(reports, through))


def _part(whole: Booked, share: Fraction) -> Booked:
    """The share of each column, each rounded alone: three schedules, not one converted thrice."""
    return Booked(
        (whole.transaction.exact * share).settle(),
        (whole.entity.exact * share).settle(),
        (whole.group.exact * share).settle(),
    )
