"""What the customer pays for each piece of work: its share of the charge that bills it.

A charge takes all the hours of a period that are known when it is made, and a correction those
that became known since. Where the hours of one charge belong to the books of several months, each
month takes what its own hours add to the earlier ones, so that a month that is closed stays as it
is and the shares of all months add up to the charge.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import date
from fractions import Fraction
from itertools import takewhile

import attrs

from harmony_core.billing._charge import ChargeKind
from harmony_core.billing._facts import Facts
from harmony_core.billing._fund_draws import Drawing, draw_id, fund_line
from harmony_core.billing._funds import LineFund, fund_of, left_for
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
        By the id of the entry. Of prepaid lines, which bill units and not entries, only overage and
        what they pass on to a line of time worked bears something. Lines whose charges cannot be
        computed are left out: the night that bills them says why.
    """
    mine: defaultdict[tuple[str, str], list[TimeEntry]] = defaultdict(list)
    for entry in facts.time:
        if booking_month(entry) == month:
            mine[entry.contract_id or "", entry.line_id or ""].append(entry)
    books = _Books(facts, terms, month, mine)
    found: defaultdict[str, list[ChargeShare]] = defaultdict(list)
    for contract in contracts:
        for line in contract.lines_ever if contract.side is Side.SELL else ():
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
        kind = _kind(line)
        feeding = fed_by(contract.lines_ever, line)
        own = self.mine.get((contract.id, line.id), ())
        fed = any(self.mine.get((contract.id, one.id)) for one in feeding)
        if kind is None or not (own or fed):
            return
        drawn = kind is ChargeKind.OVERAGE or bool(feeding)
        last = self.month.last_day if drawn else max(entry.day for entry in own)
        billed: set[str] = set()
        for period in takewhile(lambda one: one.span.start <= last, periods_of(line, kind)):
            if drawn or any(entry.day in period.span for entry in own):
                for name, share in self._of_period(contract, line, kind, period):
                    billed.add(name)
                    yield name, share
        if kind is ChargeKind.SERVICE:
            nothing = unbilled(contract.currency, "the line does not run that day")
            yield from ((entry.id, nothing) for entry in own if entry.id not in billed)

    def _of_period(
        self, contract: Contract, line: ContractLine, kind: ChargeKind, period: ServicePeriod
    ) -> Iterator[tuple[str, ChargeShare]]:
        first = first_trigger(contract, line, kind, period)
        behind: defaultdict[date, dict[str, Drawing]] = defaultdict(dict)
        for fact in moving_facts(contract, line, period.span, self.facts):
            behind[max(fact.known_on, first)][draw_id(fact)] = fact
        if not behind:
            return
        charges = {
            one.trigger: one
            for one in plan(contract, line, self.facts, date.min, max(behind))
            if one.kind is kind and one.period == period
        }
        for day, facts in sorted(behind.items()):
            new = {name: one for name, one in facts.items() if _booked_in(one) == self.month}
            if not any(isinstance(fact, TimeEntry) for fact in new.values()):
                continue
            prices = self._prices(charges[day], day, new)
            amount = self._amount(charges[day], facts.values())
            if not prices and amount:  # they are covered, and pushed others out of their fund
                prices = dict.fromkeys(new, Fraction(0))
            if prices:
                shares = share_charge(amount, prices, charges[day].key)
                yield from ((n, one) for n, one in shares.items() if isinstance(new[n], TimeEntry))

    def _prices(
        self, planned: PlannedCharge, day: date, new: Container[str]
    ) -> dict[str, Fraction]:
        """What each new draw behind a charge costs by itself, unsettled, as known on a day."""
        contract, line, span = planned.contract, planned.line, planned.period.span
        known = contract.known_by(day) if contract.amendments else contract
        if planned.kind is ChargeKind.OVERAGE:
            ended = fund_line(known, line.id)
            fund = ended and fund_of(known, ended, _booked_by(self.facts, self.month))
            found = _prices_of_overage(fund, span, day) if fund else {}
            return {name: each for name, each in found.items() if name in new}
        time = list(self.facts.time_of(contract.id, line.id, span))
        if fed_by(known.lines_ever, line):
            time += left_for(known, line, _booked_by(self.facts, self.month), span, day)
        return _prices_of_time(known, line, span, [entry for entry in time if entry.id in new])

    def _amount(self, planned: PlannedCharge, behind: Iterable[Drawing]) -> Money:
        """What a charge bills for what is behind it and in the books of the month."""
        months = sorted({_booked_in(fact) for fact in behind})
        if months == [self.month]:
            return self._whole(planned, self.facts)
        so_far = self._whole(planned, _booked_by(self.facts, self.month))
        if self.month == months[0]:
            return so_far
        return so_far - self._whole(planned, _booked_by(self.facts, self.month.previous()))

    def _whole(self, planned: PlannedCharge, facts: Facts) -> Money:
        expected = expected_charge(planned, facts, self.terms)
        return Money.zero(planned.contract.currency) if expected is None else expected.amount


def _kind(line: ContractLine) -> ChargeKind | None:
    """Which of its charges bill time: ``None`` where none does."""
    if line.fund is None:
        return ChargeKind.SERVICE if isinstance(line.source, TimeWorked) else None
    return None if line.fund.incidents else ChargeKind.OVERAGE


def _booked_in(fact: Drawing) -> Month:
    return Month.containing(max(fact.day, fact.known_on))


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


def _prices_of_overage(fund: LineFund, span: Span, day: date) -> dict[str, Fraction]:
    """Hours beyond a fund at their price, expenses as they were spent."""
    lines, currency = fund.statement(day).overage_in(span), fund.contract.currency
    hours = sum((one.quantity for one in lines if not fund.is_spent(one)), Fraction(0))
    hourly = Fraction(0)
    if hours and (scheme := fund.terms.overage_scheme(currency)) is not None:
        hourly = price(scheme, abs(hours)).value / abs(hours)
    elif hours:
        hourly = fund.terms.overage_price(currency).value
    return {one.draw_id: one.quantity * (1 if fund.is_spent(one) else hourly) for one in lines}


def _prices_of_time(
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
