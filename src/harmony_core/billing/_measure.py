"""What a period of a line costs, as known on a day: the amount with its evidence and reasons.

One function a source of quantity. Each settles its amount once, at the end.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from fractions import Fraction

import attrs

from harmony_core.assets import (
    Fleet,
    advance_true_up,
    count_devices,
    device_amount,
)
from harmony_core.billing._charge import ChargeKind
from harmony_core.billing._facts import Facts, known_by
from harmony_core.billing._fund_draws import fund_line, is_refunded
from harmony_core.billing._funds import fund_of, left_for
from harmony_core.billing._plan import BY_MONTH, moving_facts, trigger_of
from harmony_core.billing._terms import BillingTerms
from harmony_core.billing._usage import UsageOfPeriod
from harmony_core.contracts import Contract, ContractLine
from harmony_core.explanation import Explainer, Explanation, exact_text
from harmony_core.finance import ExactAmount, Money, convert
from harmony_core.funds import OverageLine
from harmony_core.periods import ServicePeriod, Timing, proration
from harmony_core.pricing import (
    Scheme,
    Transactions,
    at_peaks,
    charges_transactions,
    explain,
    explain_price_usage,
    explain_transactions,
    facts_on,
    net_quantity,
    scheme_on,
)
from harmony_core.products import (
    DevicesCounted,
    ExpensesIncurred,
    RateCard,
    TimeTerms,
    TimeWorked,
    UnitsMetered,
    UsageMetered,
    meters_of,
)
from harmony_core.work import Expense, TimeEntry, bill_time, capped

_PEAK = "peak of a unit"


@attrs.frozen
class Measured:
    """The whole of a period as known on a day, whatever was charged of it before.

    ``unsettled`` names the value that the last step of the explanation settles, if one does.
    """

    amount: Money
    quantity: Fraction | None
    evidence: tuple[str, ...]
    explanation: Explanation
    unsettled: str | None = None


@attrs.frozen
class Measurement:
    """One question: what does this period of this line cost, as known then?

    ``advance`` is what was billed ahead of a period that is trued up, where the line was amended.
    """

    contract: Contract
    line: ContractLine
    kind: ChargeKind
    period: ServicePeriod
    facts: Facts
    terms: BillingTerms
    advance: Money | None = None

    def as_known(self, day: date) -> Measured:
        """The answer as known on ``day``."""
        if self.kind is ChargeKind.OVERAGE:
            return self._overage(day)
        if self.kind is ChargeKind.TOP_UP:
            return self._top_ups(day)
        start, last = self.period.span.start, self.line.last_day
        if is_refunded(self.line, start) and last is not None and day > last:
            return self._used_block(day)
        match self.line.source:
            case TimeWorked() as source:
                return self._time(day, source)
            case ExpensesIncurred() as source:
                return self._expenses(day, source)
            case UsageMetered() as source:
                return self._usage(day, source)
            case UnitsMetered() as source:
                return self._usage_by_unit(day, source)
            case DevicesCounted() as source:
                return self._devices(day, source)
        return self._agreed()

    def became_known(self, before: date, now: date) -> tuple[str, ...]:
        """The ids of the facts about this period that were recorded after one day, by another."""
        contract, line, span = self.contract, self.line, self.period.span
        party, source = contract.party_id, line.source
        known: list[tuple[str, date]] = []
        if self.kind in BY_MONTH or isinstance(source, TimeWorked):
            entries = moving_facts(contract, line, span, self.facts)
            known += ((one.id, one.known_on) for one in entries)
        elif isinstance(source, ExpensesIncurred):
            items = self.facts.expenses_of(contract.id, line.id, span)
            known += ((one.id, one.known_on) for one in items)
        elif meters := meters_of(source):
            each = (UsageOfPeriod(self.facts, party, one, span) for one in meters)
            return tuple(sorted({name for one in each for name in one.became_known(before, now)}))
        elif isinstance(source, DevicesCounted):
            events = self.facts.device_events_of(party)
            known += ((one.device_id, one.known_on) for one in events if one.day < span.end)
        return tuple(sorted({name for name, day in known if before < day <= now}))

    def _agreed(self) -> Measured:
        why = self._explainer("agreed quantity")
        price = why.adopt(explain(self._scheme(why), self.line.quantity), "price_")
        if self.line.fund is None and self.period.span != self.period.full:
            ratio = proration(self.period.span, self.period.full)
            why.given("part", "days served of the days of the full period", ratio)
            price = why.step("prorated", "price for the days served", "multiply", price, "part")
        return self._settled(why, price, self.line.quantity, ())

    def _used_block(self, day: date) -> Measured:
        """A block of which what was left at the end is paid back: the part that was drawn.

        What was given back before has a credit of its own, and counts as drawn here.
        """
        line, unit, start = self.line, self.contract.currency, self.period.span.start
        fund = fund_of(self.contract, fund_line(self.contract, line.id) or line, self.facts)
        drawn, by = fund.drawn_from(start, day)
        why = self._explainer("prepaid block, what is left of it refunded")
        price = why.adopt(explain(self._scheme(why), line.quantity), "price_")
        why.given("bought", "units bought", line.quantity)
        gone = why.given("drawn", "units drawn", drawn)
        if given_up := fund.given_up_of(start):  # has a credit of its own
            why.given("before", "units given back before", given_up)
            gone = why.step("gone", "units drawn or given back", "add", gone, "before")
        why.step("part", "part that was drawn", "divide", gone, "bought")
        label = "price of the part that was drawn"
        used = why.step("used", label, "multiply", price, "part", unit=unit)
        return self._settled(why, used, line.quantity, by)

    def _time(self, day: date, source: TimeWorked) -> Measured:
        line, span = self.line, self.period.span
        entries = known_by(self.facts.time_of(self.contract.id, line.id, span), day)
        why = self._explainer("time worked")
        if rests := left_for(self.contract, line, self.facts, span, day):
            for rest in rests:
                why.fact("hours that the funds left", f"{rest.day} {rest.id}")
            entries = sorted([*entries, *rests], key=lambda one: (one.day, one.id))
        if source.rates is not None:
            return self._time_by_rates(why, source, source.rates, entries)
        if source.terms is None:
            parts = [_weighed(why, entry, number) for number, entry in enumerate(entries, start=1)]
        else:
            parts = list(bill_time(entries, source.terms).add_hours(why))
        why.step("hours", "hours to bill", "add", *parts, unit="h")
        price = self._priced_hours(why)
        return self._settled(why, price, why.value("hours"), tuple(one.id for one in entries))

    def _time_by_rates(
        self, why: Explainer, source: TimeWorked, rates: RateCard, entries: list[TimeEntry]
    ) -> Measured:
        """Hours at the rates of a card; those for which none holds at the price of the line."""
        currency = self.contract.currency
        bill = bill_time(
            entries,
            source.terms or TimeTerms(),
            rates=rates,
            currency=currency,
            customer=self.contract.party_id,
            rest_by_scheme=True,
        )
        names = bill.add_hours(why)
        amounts, rest = [], []
        for number, (name, group) in enumerate(zip(names, bill.groups, strict=True), start=1):
            if group.rate is None:
                rest.append(name)
                continue
            rate = why.given(f"rate{number}", "price of an hour", group.rate.value, currency)
            label = "hours at their price"
            amounts.append(
                why.step(f"amount{number}", label, "multiply", name, rate, unit=currency)
            )
        if rest:
            why.step("hours", "hours to bill", "add", *rest, unit="h")
            amounts.append(self._priced_hours(why))
        name = why.step("exact", "time at its price", "add", *amounts, unit=currency)
        return self._settled(why, name, bill.hours, tuple(one.id for one in entries))

    def _priced_hours(self, why: Explainer) -> str:
        """The hours to bill at the line's own price."""
        hours, scheme = why.value("hours"), self._scheme(why)
        if hours >= 0:
            return why.adopt(explain(scheme, hours), "price_", {"quantity": "hours"})
        return self._given_back(why, hours, scheme)

    def _given_back(self, why: Explainer, hours: Fraction, scheme: Scheme) -> str:
        """More hours were taken back than worked: priced as a charge, and the sign turned."""
        why.given("nothing", "nothing", 0)
        why.step("back", "hours taken back", "subtract", "nothing", "hours", unit="h")
        charge = why.adopt(explain(scheme, -hours), "price_", {"quantity": "back"})
        unit = self.contract.currency
        return why.step("credit", "credit for them", "subtract", "nothing", charge, unit=unit)

    def _expenses(self, day: date, source: ExpensesIncurred) -> Measured:
        """What was spent, each expense settled in the contract's currency, then added up.

        The customer reads this explanation: in which currency an expense was paid would tell him
        who worked where, so each is given here as it is passed on.
        """
        line, span = self.line, self.period.span
        items = known_by(self.facts.expenses_of(self.contract.id, line.id, span), day)
        why = self._explainer("expenses passed on")
        currency = self.contract.currency
        parts = []
        for number, item in enumerate(items, start=1):
            passed_on = self._passed_on(item, source).exact.value
            parts.append(why.given(f"spent{number}", f"{item.day} {item.id}", passed_on, currency))
        total = why.step("total", "expenses passed on", "add", *parts, unit=currency)
        amount = Money.of(why.value(total), currency)
        evidence = tuple(item.id for item in items)
        return Measured(amount, None, evidence, why.explanation(total))

    def _passed_on(self, item: Expense, source: ExpensesIncurred) -> Money:
        terms = source.terms_of(item.category)
        if terms.covered:
            return Money.zero(self.contract.currency)
        rate = self.terms.rates.find(
            item.amount.currency,
            self.contract.currency,
            item.day,
            policy=self.terms.rate_policy,
            known=item.known_on,
        )
        with_markup = item.amount.exact * (1 + terms.markup_percent / 100)
        return capped(
            convert(with_markup, rate, self.terms.rounding), terms.cap, self.terms.rounding
        )

    def _usage(self, day: date, source: UsageMetered) -> Measured:
        span = self.period.span
        usage = UsageOfPeriod(self.facts, self.contract.party_id, source, span).known(day)
        records, evidence = usage.records, usage.evidence
        why = self._explainer("metered usage")
        why.fact("meter", source.meter)
        why.fact("usage records", str(len(records)))
        if source.rule.is_plain_sum:
            metered = sum((record.quantity for record in records), Fraction(0))
            if metered < 0:
                why.fact("taken back beyond the usage of the period", exact_text(-metered))
            scheme = self._scheme(why)
            if charges_transactions(scheme):
                return self._transactions(why, scheme, usage.transactions(source.rule), evidence)
            quantity = net_quantity(0, metered)
            price = why.adopt(explain(scheme, quantity), "price_")
            return self._settled(why, price, quantity, evidence)
        if usage.left_out:
            why.fact("records without what the rule needs", str(usage.left_out))
        found = usage.quantity(source.rule, span)
        name = why.adopt(found.explanation, "usage_")
        using = {"quantity": name} if found.buckets is None else None
        price = why.adopt(explain_price_usage(self._scheme(why), found), "price_", using)
        return self._settled(why, price, found.quantity, evidence)

    def _usage_by_unit(self, day: date, source: UnitsMetered) -> Measured:
        """Each unit by its own meter and rule, then one price for all of them."""
        span, party = self.period.span, self.contract.party_id
        why = self._explainer("usage of several units")
        peaks: dict[str, Fraction] = {}
        names: dict[str, str] = {}
        evidence: dict[str, None] = {}
        for number, (unit, metered) in enumerate(source.meters, start=1):
            usage = UsageOfPeriod(self.facts, party, metered, span).known(day)
            evidence |= dict.fromkeys(usage.evidence)
            why.fact("unit and its meter", f"{unit}: {metered.meter}, {metered.rule.aggregation}")
            if usage.left_out:
                left_out = f"{unit}: {usage.left_out}"
                why.fact("records without what the rule of the unit needs", left_out)
            found = usage.quantity(metered.rule, span)
            usage_name = why.adopt(found.explanation, f"unit{number}_")
            names[unit] = why.step(f"peak{number}", _PEAK, "take", usage_name, unit=unit)
            peaks[unit] = found.quantity
        priced = explain(at_peaks(self._scheme(why), peaks), 0)
        using = {one.name: names[one.unit] for one in priced.given if one.label == _PEAK}
        price = why.adopt(priced, "price_", using)
        return self._settled(why, price, None, tuple(evidence))

    def _transactions(
        self,
        why: Explainer,
        scheme: Scheme,
        transactions: Transactions,
        evidence: tuple[str, ...],
    ) -> Measured:
        """Each record is a transaction, which is charged alone."""
        why.fact("transactions that are charged", str(transactions.count))
        price = why.adopt(explain_transactions(scheme, transactions), "price_")
        return self._settled(why, price, transactions.total, evidence)

    def _devices(self, day: date, source: DevicesCounted) -> Measured:
        if self.kind is ChargeKind.TRUE_UP:
            return self._true_up(day, source)
        count = count_devices(
            self._fleet(day).devices,
            self.period.span,
            source.policy,
            source.types,
            self.terms.asset_types,
            minimum=source.minimum,
        )
        span, full = self.period.span, self.period.full
        part = Fraction(span.days, self.line.served(full).days)
        scheme, rounding = scheme_on(self.line.scheme, span.start), self.terms.rounding
        priced = device_amount(count, scheme, rounding, full_days=full.days, part=part)
        explanation = self._with_price_facts(priced.explanation)
        return Measured(priced.amount, count.quantity, count.device_ids, explanation)

    def _true_up(self, day: date, source: DevicesCounted) -> Measured:
        advance = self.advance
        if advance is None:
            ahead = attrs.evolve(self, kind=ChargeKind.SERVICE)
            billed = trigger_of(self.line, ChargeKind.SERVICE, self.period)
            advance = ahead.as_known(billed).amount
        settled = advance_true_up(
            self._fleet(day).devices,
            self.period.span,
            scheme_on(self.line.scheme, self.period.span.start),
            source.credits,
            types=source.types,
            asset_types=self.terms.asset_types,
            minimum=source.minimum,
            rounding=self.terms.rounding,
            full_days=self.period.full.days,
            advance=advance,
        )
        count = settled.count
        explanation = self._with_price_facts(settled.explanation)
        return Measured(settled.true_up, count.quantity, count.device_ids, explanation)

    def _fleet(self, day: date) -> Fleet:
        at_first = self.line.billing.timing is Timing.ADVANCE and self.kind is ChargeKind.SERVICE
        span = self.period.span
        through = span.first_day if at_first else span.last_day
        return self.facts.fleet(self.contract.party_id, day, through)

    def _overage(self, day: date) -> Measured:
        fund = fund_of(self.contract, self.line, self.facts)
        lines = fund.statement(day).overage_in(self.period.span)
        evidence = tuple(fund.fact_of(over.draw_id) for over in lines)
        currency = self.contract.currency
        if fund.terms.incidents:
            return self._shortfall(lines, evidence)
        why = self._explainer("overage of a prepaid fund")
        spent = [over for over in lines if fund.is_spent(over)]
        timed = [over for over in lines if not fund.is_spent(over)]
        parts = [
            why.given(f"hours{number}", f"{over.day} {over.draw_id}", over.quantity, fund.measured)
            for number, over in enumerate(timed, start=1)
        ]
        in_hours = fund.measured == "h"
        label = "hours that no block covered" if in_hours else "units that no block covered"
        why.step("hours", label, "add", *parts, unit=fund.measured)
        hours = why.value("hours")
        if timed and (scheme := fund.terms.overage_scheme(currency)) is not None:
            name = why.adopt(explain(scheme, hours), "price_", {"quantity": "hours"})
        else:
            nothing = ExactAmount(Fraction(0), currency)  # a fund that passes on may have no price
            rate = fund.terms.overage_price(currency) if timed else nothing
            why.given(
                "rate", "price of an hour" if in_hours else "unit price", rate.value, currency
            )
            label = "hours at their price" if in_hours else "quantity at the unit price"
            name = why.step("exact", label, "multiply", "hours", "rate", unit=currency)
        if spent:
            parts = [
                why.given(f"spent{number}", f"{over.day} {over.draw_id}", over.quantity, currency)
                for number, over in enumerate(spent, start=1)
            ]
            label = "hours and what was spent beyond the fund"
            name = why.step("beyond", label, "add", name, *parts, unit=currency)
        return self._settled(why, name, hours, evidence)

    def _shortfall(self, lines: Iterable[OverageLine], evidence: tuple[str, ...]) -> Measured:
        """What a fund of money did not pay of its incidents, each settled by itself."""
        why = self._explainer("incidents beyond a prepaid fund")
        parts = [
            why.adopt(over.explanation, f"incident{number}_")
            for number, over in enumerate(lines, start=1)
        ]
        why.step("total", "incidents beyond the fund", "add", *parts, unit=self.contract.currency)
        return self._settled(why, "total", Fraction(len(evidence)), evidence)

    def _top_ups(self, day: date) -> Measured:
        fund = fund_of(self.contract, self.line, self.facts)
        bought = fund.statement(day).top_ups_in(self.period.span)
        why = self._explainer("top-ups of a prepaid fund")
        parts = [
            why.adopt(one.explanation, f"top_up{number}_")
            for number, one in enumerate(bought, start=1)
        ]
        currency = self.contract.currency
        why.step("total", "top-ups together", "add", *parts, unit=currency)
        quantity = sum((one.quantity for one in bought), Fraction(0))
        return self._settled(why, "total", quantity, tuple(one.draw_id for one in bought))

    def _scheme(self, why: Explainer) -> Scheme:
        """The price of the period's first day, which holds on all of it; and why it does."""
        for fact in facts_on(self.line.scheme, self.period.span.start):
            why.fact(*fact)
        return scheme_on(self.line.scheme, self.period.span.start)

    def _with_price_facts(self, explanation: Explanation) -> Explanation:
        further = facts_on(self.line.scheme, self.period.span.start)
        return attrs.evolve(explanation, facts=(*explanation.facts, *further))

    def _explainer(self, rule: str) -> Explainer:
        why = Explainer(rule, 1)
        why.fact("first day", self.period.span.first_day.isoformat())
        why.fact("last day", self.period.span.last_day.isoformat())
        return why

    def _settled(
        self, why: Explainer, name: str, quantity: Fraction | None, evidence: tuple[str, ...]
    ) -> Measured:
        currency, rounding = self.contract.currency, self.terms.rounding
        smallest = rounding.step or Money(1, currency).exact.value
        why.given("step", "smallest unit", smallest, currency)
        rule = f"round_{rounding.mode.value}"
        why.step("amount", "settled", rule, name, "step", unit=currency)
        amount = Money.of(why.value("amount"), currency)
        return Measured(amount, quantity, evidence, why.explanation("amount"), unsettled=name)


def _weighed(why: Explainer, entry: TimeEntry, number: int) -> str:
    name = why.given(f"hours{number}", f"{entry.day} {entry.id}", entry.hours, "h")
    if entry.multiplier == 1:
        return name
    times = why.given(f"times{number}", "multiplier", entry.multiplier)
    label = "hours times their multiplier"
    return why.step(f"weighed{number}", label, "multiply", name, times)
