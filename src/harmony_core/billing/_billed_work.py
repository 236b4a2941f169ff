"""What the customer pays for each piece of work: its share of the charge that bills it.

A charge takes all the hours of a period that are known when it is made, and a correction those
that became known since. Where the hours of one charge belong to the books of several months, each
month takes what its own hours add to the earlier ones, so that a month that is closed stays as it
is and the shares of all months add up to the charge.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from datetime import date
from fractions import Fraction
from itertools import takewhile

import attrs

from harmony_core.billing._charge import ChargeKind
from harmony_core.billing._facts import Facts
from harmony_core.billing._plan import PlannedCharge, first_trigger, periods_of, plan
from harmony_core.billing._preview import expected_charge
from harmony_core.billing._terms import BillingTerms
from harmony_core.billing._work_books import booking_month
from harmony_core.contracts import Contract, ContractLine, Side, fed_by
from harmony_core.errors import HarmonyError
from harmony_core.finance import Money
from harmony_core.periods import Month, ServicePeriod, Span
from harmony_core.pricing import price, scheme_on
from harmony_core.products import TimeTerms, TimeWorked
from harmony_core.work import ChargeShare, TimeEntry, bill_time, share_charge, unbilled


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
        By the id of the entry. Prepaid lines, which bill units and not entries, and the lines that
        they pass hours on to are left out, and so are lines whose charges cannot be computed: the
        night that bills them says why.
    """
    books = _Books(facts, terms, month)
    mine: defaultdict[tuple[str, str], list[TimeEntry]] = defaultdict(list)
    for entry in facts.time:
        if booking_month(entry) == month:
            mine[entry.contract_id or "", entry.line_id or ""].append(entry)
    found: dict[str, ChargeShare] = {}
    for contract in contracts:
        for line in contract.lines_ever if contract.side is Side.SELL else ():
            entries = mine.get((contract.id, line.id))
            if entries and _bills_only_its_own(contract, line):
                with suppress(HarmonyError):  # the night that bills it says what is missing
                    found.update(books.shares(contract, line, entries))
    return found


def _bills_only_its_own(contract: Contract, line: ContractLine) -> bool:
    """Whether a line bills time worked, and none that prepaid lines pass on to it."""
    timed = isinstance(line.source, TimeWorked) and line.fund is None
    return timed and not any(fed_by(contract.lines_ever, line))


@attrs.frozen
class _Books:
    """The books of a month, for which facts are shared out."""

    facts: Facts
    terms: BillingTerms
    month: Month

    def shares(
        self, contract: Contract, line: ContractLine, entries: Sequence[TimeEntry]
    ) -> dict[str, ChargeShare]:
        """The shares of entries of one line."""
        nothing = unbilled(contract.currency, "the line does not run that day")
        found = {entry.id: nothing for entry in entries}
        last = max(entry.day for entry in entries)
        periods = periods_of(line, ChargeKind.SERVICE)
        for period in takewhile(lambda one: one.span.start <= last, periods):
            if any(entry.day in period.span for entry in entries):
                found.update(self._of_period(contract, line, period))
        return found

    def _of_period(
        self, contract: Contract, line: ContractLine, period: ServicePeriod
    ) -> Iterator[tuple[str, ChargeShare]]:
        first = first_trigger(contract, line, ChargeKind.SERVICE, period)
        behind: defaultdict[date, list[TimeEntry]] = defaultdict(list)
        for entry in self.facts.time_of(contract.id, line.id, period.span):
            behind[max(entry.known_on, first)].append(entry)
        charges = {
            one.trigger: one
            for one in plan(contract, line, self.facts, date.min, max(behind))
            if one.kind is ChargeKind.SERVICE and one.period == period
        }
        for day, entries in sorted(behind.items()):
            mine = [entry for entry in entries if booking_month(entry) == self.month]
            if prices := _prices(contract, line, period.span, day, mine):
                amount = self._amount(charges[day], entries)
                yield from share_charge(amount, prices, charges[day].key).items()

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
    contract: Contract, line: ContractLine, span: Span, known: date, entries: Sequence[TimeEntry]
) -> dict[str, Fraction]:
    """What each entry costs by itself, unsettled, as agreed for its day."""
    parts = [(span, line)]
    if contract.amendments:
        parts = list(contract.known_by(known).parts(line.id, span))
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
