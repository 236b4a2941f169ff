"""Renewals coming up: by when to act, what happens without it, and what it will cost then."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, timedelta

import attrs

from harmony_core.contracts._contract import Contract
from harmony_core.contracts._line import ContractLine
from harmony_core.contracts._notice import last_receipt
from harmony_core.contracts._standing import line_end, running_days
from harmony_core.contracts._term import Term, end_by_itself, term_at, terms
from harmony_core.errors import PriceNotFound
from harmony_core.explanation import Explanation
from harmony_core.finance import ExactAmount
from harmony_core.periods import Span
from harmony_core.pricing import explain, facts_on, scheme_on
from harmony_core.products import Renewal

_DAY = timedelta(days=1)


@attrs.frozen
class UpcomingRenewal:
    """The term of a line that ends, or whose last day for a notice comes.

    Attributes:
        ends_on: the last day of the term.
        notice_by: the last day on which a notice to that end can be received; ``None`` where it
            ends by itself.
        renews_through: the last day of the next term; ``None`` where it runs on without an end, or
            does not renew.
        renews: whether it goes on when nobody acts.
        price: of a period now, for the quantity agreed; ``None`` where it is measured.
        price_after: the same from the day after ``ends_on``, uplift included; ``None`` where it is
            measured, does not renew, or has no price yet.
        explanation: how ``price_after`` comes about.
        lacks: why there is no price yet, such as an index that is not published.
    """

    contract_id: str
    line_id: str
    ends_on: date
    notice_by: date | None
    renews: bool
    renews_through: date | None
    price: ExactAmount | None = None
    price_after: ExactAmount | None = None
    explanation: Explanation | None = None
    lacks: str | None = None


def upcoming_renewals(contracts: Iterable[Contract], days: Span) -> tuple[UpcomingRenewal, ...]:
    """List the terms that end on some days, or whose last day for a notice is one of them.

    A line whose end is fixed by then, by a notice or otherwise, has nothing to renew and is left
    out. The list is in order of the day on which somebody has to act, then by contract and line.

    Args:
        contracts: with their amendments.
        days: such as the coming quarter.
    """
    found = [
        one
        for contract in contracts
        for line in contract.lines_ever
        if line.renewal is not None
        for one in _of_line(contract, line, days)
    ]
    return tuple(
        sorted(found, key=lambda one: (one.notice_by or one.ends_on, one.contract_id, one.line_id))
    )


def _of_line(contract: Contract, line: ContractLine, days: Span) -> Iterator[UpcomingRenewal]:
    if line.renewal is None:
        return
    end = line_end(contract, line.id)
    by_itself = end.amendment is None and end.last_day == end_by_itself(line.renewal, line.anchor)
    fixed = None if by_itself else end.last_day
    for term in terms(line.renewal, line.anchor):
        if term.last_day is None or (fixed is not None and fixed <= term.last_day):
            return
        act_by = term.last_receipt or term.last_day
        if act_by >= days.end:
            return
        ends = days.start <= term.last_day < days.end
        runs = any(stretch.has(term.last_day) for stretch in running_days(contract, line.id))
        if runs and (ends or days.start <= act_by):
            yield _renewal(contract, line, line.renewal, term, term.last_day)


def _renewal(
    contract: Contract, line: ContractLine, renewal: Renewal, term: Term, last_day: date
) -> UpcomingRenewal:
    after = last_day + _DAY
    following = term_at(renewal, line.anchor, after)
    now = contract.line_on(line.id, last_day)
    then = contract.line_on(line.id, after)
    goes_on = following or then  # it may have been extended beyond the last of its terms
    by_notice = following is None and then is not None and then.last_day is None
    found = UpcomingRenewal(
        contract.id,
        line.id,
        last_day,
        last_receipt(last_day, renewal.notice) if by_notice else term.last_receipt,
        goes_on is not None,
        None if goes_on is None else goes_on.last_day,
    )
    if not line.is_fixed or now is None:
        return found
    price = scheme_on(now.scheme, last_day).price(now.quantity)
    found = attrs.evolve(found, price=price)
    if goes_on is None or then is None:
        return found
    try:
        scheme, facts = scheme_on(then.scheme, after), facts_on(then.scheme, after)
    except PriceNotFound as reason:
        return attrs.evolve(found, lacks=str(reason))
    why = explain(scheme, then.quantity)
    return attrs.evolve(
        found,
        price_after=ExactAmount(why.value, contract.currency),
        explanation=attrs.evolve(why, facts=(*why.facts, *facts)),
    )
