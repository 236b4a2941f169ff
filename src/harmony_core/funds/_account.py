"""A fund from one day to another: opening, bought, drawn, lapsed, refunded, closing.

Two reports of one fund disagree when one counts work on the day it was done and the other when it
was keyed or billed. Both are right, so each account names the basis on which it counts.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from fractions import Fraction

import attrs

from harmony_core.errors import InvalidValue, Word, expect_word
from harmony_core.explanation import Explainer, Explanation
from harmony_core.funds._blocks import REFUSE_OVERAGE, Block, Draw, Overage, Refund
from harmony_core.funds._draw_down import draw_down
from harmony_core.funds._statement import Balance
from harmony_core.periods import Span
from harmony_core.products import DrawOrder, TopUp


class Basis(Word):
    """On which day a draw counts."""

    WORKED = "worked"
    """on the day of the work"""
    POSTED = "posted"
    """on the day on which it became known; a refund too"""
    BILLED = "billed"
    """on the day on which it was billed; what was not billed does not count"""


@attrs.frozen
class FundAccount:
    """What went into a fund and out of it during ``days``; explained: the closing balance.

    ``opening + bought - drawn - lapsed - refunded = closing``. A block is bought on its first day
    and has lapsed at the end of its last one. Drawn or lapsed units are below zero where news of
    these days changed what was stated before: work keyed late on a block that had lapsed.
    """

    unit: str
    days: Span
    basis: Basis
    known: date | None
    opening: Fraction
    bought: Fraction
    drawn: Fraction
    lapsed: Fraction
    refunded: Fraction
    closing: Fraction
    explanation: Explanation

    @classmethod
    def between(  # noqa: PLR0917  the two balances and what they are about
        cls,
        before: Balance,
        after: Balance,
        unit: str,
        days: Span,
        basis: Basis = Basis.WORKED,
        known: date | None = None,
    ) -> FundAccount:
        """Make it from the balances at the beginning of the first day and the end of the last.

        Each is of all that was ever bought by then.
        """
        why = Explainer("account of a prepaid fund", 1)
        why.fact("first day", days.first_day.isoformat())
        why.fact("last day", days.last_day.isoformat())
        why.fact("draws count on the day they were", basis.value)
        if known is not None:
            why.fact("as known on", known.isoformat())
        why.given("opening", "opening balance", before.remaining, unit)
        why.given("bought", "bought", after.purchased - before.purchased, unit)
        why.given("drawn", "drawn", after.drawn - before.drawn, unit)
        why.given("lapsed", "lapsed", after.lapsed - before.lapsed, unit)
        why.given("refunded", "refunded", after.refunded - before.refunded, unit)
        why.step("in", "opening balance and bought", "add", "opening", "bought")
        why.step("closing", "closing balance", "subtract", "in", "drawn", "lapsed", "refunded")
        return cls(
            unit,
            days,
            basis,
            known,
            opening=why.value("opening"),
            bought=why.value("bought"),
            drawn=why.value("drawn"),
            lapsed=why.value("lapsed"),
            refunded=why.value("refunded"),
            closing=after.remaining,
            explanation=why.explanation("closing"),
        )


def fund_account(
    blocks: Iterable[Block],
    draws: Iterable[Draw],
    days: Span,
    order: DrawOrder = DrawOrder.EXPIRY,
    *,
    basis: Basis = Basis.WORKED,
    billed: Mapping[str, date] | None = None,
    known: date | None = None,
    overage: Overage = REFUSE_OVERAGE,
    refunds: Iterable[Refund] = (),
    top_up: TopUp | None = None,
) -> FundAccount:
    """State a fund over some days; one day is a statement of that day.

    Args:
        blocks, draws, order, overage, refunds, top_up: see :func:`draw_down`.
        days: from the beginning of the first to the end of the last.
        basis: on which day a draw counts.
        billed: by draw, the day on which it was billed; for that basis.
        known: leave out what became known after this day.

    Raises:
        InvalidValue: the days are none, or nobody said what was billed when.

    >>> block = Block.of_days("B", "hours", 10, date(2026, 3, 1), date(2026, 3, 31))
    >>> work = [Draw("w", date(2026, 3, 10), 7, recorded_on=date(2026, 4, 2))]
    >>> march = Span.of_days(date(2026, 3, 1), date(2026, 3, 31))
    >>> for basis in (Basis.WORKED, Basis.POSTED):
    ...     account = fund_account([block], work, march, basis=basis)
    ...     print(basis.value, account.drawn, account.lapsed, account.closing)
    worked 7 3 0
    posted 0 10 0
    """
    basis = expect_word(basis, Basis)
    order = expect_word(order, DrawOrder)
    if basis is Basis.BILLED and billed is None:
        raise InvalidValue("an account as billed needs to know what was billed when: give billed")
    fund, first, last = list(blocks), days.first_day, days.last_day
    work, paid_out = list(draws), list(refunds)
    if paid_out:  # refuses what was not there; an account that leaves draws out looks no more
        draw_down(fund, work, order, overage=overage, known=known, refunds=paid_out, top_up=top_up)
    paid_out = [
        attrs.evolve(one, agreed=True) for one in paid_out if known is None or one.known_on <= known
    ]
    counted = [
        (day, draw)
        for draw in work
        if (known is None or draw.known_on <= known)
        and (day := _day(draw, basis, billed or {})) is not None
    ]

    def position(end: date) -> Balance:
        """Everything that has begun by the end of a day, what ended that day has lapsed."""
        seen = [draw for day, draw in counted if day <= end]
        statement = draw_down(fund, seen, order, overage=overage, refunds=paid_out, top_up=top_up)
        begun = [*fund, *(one.block for one in statement.top_ups)]
        return sum(
            (
                _standing(block, statement.balance(block.id).drawn, given_back(block, end), end)
                for block in begun
                if block.start <= end
            ),
            Balance(*(Fraction(0),) * 5),
        )

    def given_back(block: Block, end: date) -> Fraction:
        return sum(
            (
                one.quantity
                for one in paid_out
                if one.block_id == block.id
                and (one.known_on if basis is Basis.POSTED else one.day) <= end
            ),
            Fraction(0),
        )

    unit = next((block.unit for block in fund), "")
    before, after = position(first - timedelta(days=1)), position(last)
    return FundAccount.between(before, after, unit, days, basis, known)


def _day(draw: Draw, basis: Basis, billed: Mapping[str, date]) -> date | None:
    if basis is Basis.WORKED:
        return draw.day
    return draw.known_on if basis is Basis.POSTED else billed.get(draw.id)


def _standing(block: Block, drawn: Fraction, refunded: Fraction, end: date) -> Balance:
    left = block.quantity - drawn - refunded
    over = block.last_day is not None and block.last_day <= end
    lapsed = max(left, Fraction(0)) if over else Fraction(0)
    remaining = left - lapsed
    return Balance(block.quantity, drawn, remaining, lapsed, max(remaining, Fraction(0)), refunded)
