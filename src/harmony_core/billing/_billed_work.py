"""What the customer pays for each piece of work: its share of the charge that bills it.

A charge takes all the hours of a period that are known when it is made, and a correction those
that became known since. Where the hours of one charge belong to the books of several months, each
month takes what its own hours add to the earlier ones, so that a month that is closed stays as it
is and the shares of all months add up to the charge.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import date
from fractions import Fraction
from itertools import takewhile

import attrs

from harmony_core.billing._charge import ChargeKind
from harmony_core.billing._facts import Facts
from harmony_core.billing._funds import left_for
from harmony_core.billing._plan import (
    PlannedCharge,
    first_trigger,
    moving_facts,
    periods_of,
    plan,
)
from harmony_core.billing._preview import expected_charge
from harmony_core.billing._terms import BillingTerms
from harmony_core.billing._work_books import booking_month
from harmony_core.contracts import Contract, ContractLine, Side, fed_by
from harmony_core.errors import HarmonyError
from harmony_core.finance import Money
from harmony_core.periods import Month, ServicePeriod, Span
from harmony_core.pricing import price, scheme_on
from harmony_core.products import TimeTerms, TimeWorked
from harmony_core.work import (
    ChargeShare,
    TimeEntry,
    bill_time,
    share_charge,
    shares_added,
    unbilled,
)


def billed_work(
    contracts: Iterable[Contract], facts: Facts, terms: BillingTerms, month: Month
) -> dict[str, ChargeShare]:
    """Share out what the lines of time worked bill for the entries of a month's books.

    The shares of all entries behind a charge add up to it, whatever its scheme: bands, packages,
    a minimum, a fixed amount. Time on a day on which its line does not run gets nothing.

    Args:
        contracts: those of the sell side count.
        facts: everything that happened.
        terms: group, rates, policies.
        month: whose :func:`booking_month` the entries have.

    Returns:
        By the id of the entry. Of prepaid lines, which bill units and not entries, only what they
        pass on to a line of time worked bears something. Lines whose charges cannot be computed are
        left out: the night that bills them says why.
    """
    mine: defaultdict[tuple[str, str], list[TimeEntry]] = defaultdict(list)
    for entry in facts.time:
        if booking_month(entry) == month:
            mine[entry.contract_id or "", entry.line_id or ""].append(entry)
    books = _Books(facts, terms, month, mine)
    found: defaultdict[str, list[ChargeShare]] = defaultdict(list)
    for contract in contracts:
        for line in contract.lines_ever if contract.side is Side.SELL else ():
            if isinstance(line.source, TimeWorked) and line.fund is None:
                with suppress(HarmonyError):  # the night that bills it says what is missing
                    for name, share in list(books.shares(contract, line)):
                        found[name].append(share)
    return {name: shares_added(shares) for name, shares in found.items()}


@attrs.frozen
class _Books:
    """The books of a month, for which facts are shared out; its time by contract and line."""

    facts: Facts
    terms: BillingTerms
    month: Month
    mine: Mapping[tuple[str, str], Sequence[TimeEntry]]

    def shares(self, contract: Contract, line: ContractLine) -> Iterator[tuple[str, ChargeShare]]:
        """The shares of what a line bills: for its own time, and for what funds left of theirs."""
        feeding = fed_by(contract.lines_ever, line)
        own = self.mine.get((contract.id, line.id), ())
        if not own and not any(self.mine.get((contract.id, one.id)) for one in feeding):
            return
        last = self.month.last_day if feeding else max(entry.day for entry in own)
        billed: set[str] = set()
        for period in takewhile(
            lambda one: one.span.start <= last, periods_of(line, ChargeKind.SERVICE)
        ):
            if feeding or any(entry.day in period.span for entry in own):
                for name, share in self._of_period(contract, line, period):
                    billed.add(name)
                    yield name, share
        nothing = unbilled(contract.currency, "the line does not run that day")
        yield from ((entry.id, nothing) for entry in own if entry.id not in billed)

    def _of_period(
        self, contract: Contract, line: ContractLine, period: ServicePeriod
    ) -> Iterator[tuple[str, ChargeShare]]:
        first = first_trigger(contract, line, ChargeKind.SERVICE, period)
        behind: defaultdict[date, list[TimeEntry]] = defaultdict(list)
        for fact in moving_facts(contract, line, period.span, self.facts):
            if isinstance(fact, TimeEntry):
                behind[max(fact.known_on, first)].append(fact)
        if not behind:
            return
        charges = {
            one.trigger: one
            for one in plan(contract, line, self.facts, date.min, max(behind))
            if one.kind is ChargeKind.SERVICE and one.period == period
        }
        for day, entries in sorted(behind.items()):
            if not any(booking_month(entry) == self.month for entry in entries):
                continue
            known = contract.known_by(day) if contract.amendments else contract
            new = [
                entry
                for entry in self._timed(known, line, period.span, day)
                if max(entry.known_on, first) == day and booking_month(entry) == self.month
            ]
            prices = _prices(known, line, period.span, new)
            amount = self._amount(charges[day], entries)
            if not prices and amount:  # they are covered, and pushed others out of their fund
                prices = {
                    entry.id: Fraction(0) for entry in entries if booking_month(entry) == self.month
                }
            if prices:
                yield from share_charge(amount, prices, charges[day].key).items()

    def _timed(
        self, contract: Contract, line: ContractLine, span: Span, day: date
    ) -> list[TimeEntry]:
        """The time that a line bills of a period, with what funds left of theirs."""
        own = self.facts.time_of(contract.id, line.id, span)
        if not fed_by(contract.lines_ever, line):
            return list(own)
        return [*own, *left_for(contract, line, _booked_by(self.facts, self.month), span, day)]

    def _amount(self, planned: PlannedCharge, behind: Iterable[TimeEntry]) -> Money:
        """What a charge bills for the hours behind it that are in the books of the month."""
        months = sorted({booking_month(entry) for entry in behind})
        if months == [self.month]:
            return self._whole(planned, self.facts)
        so_far = self._whole(planned, _booked_by(self.facts, self.month))
        if self.month == months[0]:
            return so_far
        return so_far - self._whole(planned, _booked_by(self.facts, self.month.previous()))

    def _whole(self, planned: PlannedCharge, facts: Facts) -> Money:
        expected = expected_charge(planned, facts, self.terms)
        return Money.zero(planned.contract.currency) if expected is None else expected.amount


def _booked_by(facts: Facts, month: Month) -> Facts:
    """The facts of work that are in the books when a month closes."""
    return facts.remember(
        ("booked by", month),
        lambda: Facts(
            time=(one for one in facts.time if booking_month(one) <= month),
            expenses=(one for one in facts.expenses if booking_month(one) <= month),
            incidents=facts.incidents,
            directory=facts.directory,
            credits=facts.credits,
        ),
    )


def _prices(
    contract: Contract, line: ContractLine, span: Span, entries: Sequence[TimeEntry]
) -> dict[str, Fraction]:
    """What each entry costs by itself, unsettled, as agreed for its day."""
    parts = [(span, line)]
    if contract.amendments:
        parts = list(contract.parts(line.id, span))
    found: dict[str, Fraction] = {}
    for days, agreed in parts:
        within = [entry for entry in entries if entry.day in days]
        source = agreed.source
        if not within or not isinstance(source, TimeWorked):
            continue
        bill = bill_time(
            within,
            source.terms or TimeTerms(),
            rates=source.rates,
            currency=contract.currency,
            customer=contract.party_id,
            rest_by_scheme=True,
        )
        hours = sum((group.hours for group in bill.groups if group.rate is None), Fraction(0))
        scheme = scheme_on(agreed.scheme, days.start)
        hourly = price(scheme, abs(hours)).value / abs(hours) if hours else Fraction(0)
        for entry in within:
            found[entry.id] = sum(
                (
                    group.hours_of(entry.id) * (hourly if group.rate is None else group.rate.value)
                    for group in bill.groups
                ),
                Fraction(0),
            )
    return found
