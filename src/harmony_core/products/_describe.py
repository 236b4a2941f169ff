"""Behaviour put into words: one sentence a topic, in the reader's language.

The English sentence is the key; other languages are data in ``culture``. Details are formatted
before they go in, so that a language pack holds words only.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import attrs

from harmony_core.culture import Culture
from harmony_core.finance import ExactAmount
from harmony_core.periods import Timing
from harmony_core.pricing import Scheme
from harmony_core.products._behaviours import Accounting, Billing, DeliveryMode, Recognition
from harmony_core.products._fund_policies import LeftOver, OverageMode
from harmony_core.products._fund_terms import DrawOrder, FundTerms, FundUnit
from harmony_core.products._fund_words import (
    incidents_in_words,
    levels_in_words,
    rollover_in_words,
    top_up_in_words,
)
from harmony_core.products._interval_words import interval_in_words
from harmony_core.products._price_words import price_in_words
from harmony_core.products._quantities import (
    CountPolicy,
    DevicesCounted,
    ExpensesIncurred,
    QuantitySource,
    TimeWorked,
    UnitsMetered,
    UsageMetered,
)
from harmony_core.products._renewal import Renewal
from harmony_core.products._renewal_words import renewal_in_words
from harmony_core.products._time_terms import TimeTerms
from harmony_core.products._time_words import rates_in_words, time_in_words
from harmony_core.products._usage_words import usage_in_words


@attrs.frozen
class Description:
    """A product or line in words: its name, and sentences by topic."""

    name: str
    sentences: tuple[tuple[str, str], ...]

    def as_text(self) -> str:
        """The name, then one sentence a line."""
        return "\n".join((self.name, *(f"  {sentence}" for _, sentence in self.sentences)))

    def as_data(self) -> dict[str, Any]:
        """The same as plain data, by topic."""
        topics: dict[str, list[str]] = {}
        for topic, sentence in self.sentences:
            topics.setdefault(topic, []).append(sentence)
        return {"name": self.name, **topics}


def describe_behaviour(
    culture: Culture,
    *,
    name: str,
    unit: str,
    schemes: Iterable[Scheme],
    quantity: QuantitySource,
    billing: Billing,
    accounting: Accounting,
    delivery: DeliveryMode,
    renewal: Renewal | None,
    fund: FundTerms | None,
    tax_included: bool = False,
) -> Description:
    """Describe one bundle of behaviours; products and contract lines share this."""
    unit = culture.words(unit)
    sentences: list[tuple[str, str]] = []
    for scheme in schemes if not isinstance(quantity, ExpensesIncurred) else ():
        sentences += (("price", sentence) for sentence in price_in_words(culture, scheme, unit))
    if tax_included:
        sentences.append(("price", culture.words("The prices include tax.")))
    sentences.append(("quantity", _quantity(culture, quantity)))
    if fund is not None:
        sentences += (("fund", sentence) for sentence in _fund(culture, fund))
    sentences.append(("billing", _billing(culture, billing, quantity)))
    sentences += (("recognition", sentence) for sentence in _recognition(culture, accounting))
    if accounting.expected_breakage:
        percent = culture.percent(accounting.expected_breakage)
        message = "Of each block {percent} is expected to lapse, and is recognised with the draws."
        sentences.append(("recognition", culture.words(message, percent=percent)))
    sentences.append(("delivery", culture.words(_DELIVERY[delivery])))
    sentences.append(("renewal", renewal_in_words(culture, renewal)))
    return Description(name, tuple(sentences))


def _recognition(culture: Culture, accounting: Accounting) -> Iterator[str]:
    """When it is earned, and whether only the margin is."""
    shares = (
        f"{name} {culture.percent(accounting.reached_share([name]))}"
        for name, _ in accounting.milestones
    )
    yield culture.words(_RECOGNITION[accounting.recognition], milestones=", ".join(shares))
    if accounting.agent:
        yield culture.words("It is sold as an agent: only the margin is revenue.")


_RECOGNITION = {
    Recognition.AT_ONCE: "Revenue is recognised on the last day of the service period.",
    Recognition.STRAIGHT_LINE: "Revenue is recognised day by day over the service period.",
    Recognition.STRAIGHT_LINE_MONTHS: (
        "Revenue is recognised in equal parts over the months of the service period."
    ),
    Recognition.STRAIGHT_LINE_PRORATED_MONTHS: (
        "Revenue is recognised month by month; the first and the last count by their days."
    ),
    Recognition.ON_DELIVERY: "Revenue is recognised on delivery.",
    Recognition.MILESTONES: "Revenue is recognised as milestones are reached: {milestones}.",
    Recognition.PERCENT_COMPLETE: "Revenue is recognised as the work progresses.",
    Recognition.AS_DRAWN: (
        "Revenue is recognised as the block is drawn; what lapses, on the block's last day."
    ),
}

_DELIVERY = {
    DeliveryMode.DIRECT: "It is delivered directly.",
    DeliveryMode.PROJECT: "It is delivered within a project.",
}

_COUNTING = {
    CountPolicy.FIRST_DAY: "The devices active on the period's first day are counted: {types}.",
    CountPolicy.LAST_DAY: "The devices active on the period's last day are counted: {types}.",
    CountPolicy.PEAK: "The highest daily number of active devices is counted: {types}.",
    CountPolicy.ANY_ACTIVE: "Every device active on any day of the period is counted: {types}.",
    CountPolicy.DAILY: "Active devices are counted day by day: {types}.",
    CountPolicy.ADVANCE_TRUE_UP: (
        "The devices of the first day are billed in advance and trued up day by day: {types}."
    ),
}

_FUND_UNIT = {
    FundUnit.HOURS: "hours",
    FundUnit.TOKENS: "tokens",
    FundUnit.CASH: "money",
}


def _quantity(culture: Culture, quantity: QuantitySource) -> str:
    match quantity:
        case TimeWorked():
            sentence = culture.words("The hours worked are counted, times their multiplier.")
            if quantity.terms is not None:
                sentence += " " + time_in_words(culture, quantity.terms)
            if quantity.rates is not None:
                sentence += " " + " ".join(rates_in_words(culture, quantity.rates))
            return sentence
        case ExpensesIncurred():
            return " ".join(_expenses(culture, quantity))
        case DevicesCounted():
            types = ", ".join(culture.words(kind) for kind in quantity.types)
            sentence = culture.words(_COUNTING[quantity.policy], types=types)
            if quantity.minimum:
                count = culture.number(quantity.minimum)
                sentence += " " + culture.words("At least {count} are charged.", count=count)
            return sentence
        case UsageMetered():
            return " ".join(usage_in_words(culture, quantity.meter, quantity.rule))
        case UnitsMetered():
            return " ".join(
                culture.words(
                    "{unit}: {usage}",
                    unit=culture.words(unit),
                    usage=" ".join(usage_in_words(culture, metered.meter, metered.rule)),
                )
                for unit, metered in quantity.meters
            )
        case _:
            return culture.words("The agreed quantity is charged.")


def _expenses(culture: Culture, source: ExpensesIncurred) -> Iterator[str]:
    percent = culture.percent(source.markup_percent / 100)
    yield culture.words(
        "Expenses are passed on with {percent} added."
        if source.markup_percent
        else "Expenses are passed on as they are.",
        percent=percent,
    )
    for terms in source.categories:
        about = {"category": culture.words(terms.category)}
        if terms.covered:
            yield culture.words("{category}: covered.", **about)
            continue
        about["percent"] = culture.percent(terms.markup_percent / 100)
        if terms.cap is None:
            yield culture.words("{category}: with {percent} added.", **about)
        else:
            about["cap"] = culture.unit_price(terms.cap)
            yield culture.words("{category}: with {percent} added, at most {cap} each.", **about)


def _billing(culture: Culture, billing: Billing, quantity: QuantitySource) -> str:
    advance = billing.timing is Timing.ADVANCE
    if isinstance(quantity, TimeWorked | ExpensesIncurred):
        sentence = culture.words("Billed in arrears for each calendar month.")
    elif billing.interval is None:
        sentence = culture.words("Billed once.")
    else:
        interval = interval_in_words(culture, billing.interval)
        sentence = culture.words(
            "Billed in advance, {interval}." if advance else "Billed in arrears, {interval}.",
            interval=interval,
        )
    if billing.lead_days:
        days = culture.number(billing.lead_days)
        early = (
            "The invoice comes one day early."
            if billing.lead_days == 1
            else "The invoice comes {days} days early."
        )
        sentence += " " + culture.words(early, days=days)
    return sentence


def _tariffs(culture: Culture, fund: FundTerms) -> Iterator[str]:
    """Say what an hour, an expense and a kit draw, where it is not what goes without saying."""
    tariffs = (
        (fund.units_per_hour, "An hour draws {units} units.", "An hour draws {units}."),
        (
            fund.units_per_spent,
            "An expense draws {units} units for each unit of money.",
            "An expense draws {units} for each unit of money.",
        ),
    )
    for tariff, in_units, in_money in tariffs:
        for currency, units in tariff:
            if fund.unit is FundUnit.CASH and currency != "*":
                amount = ExactAmount(units, currency)
                yield culture.words(in_money, units=culture.unit_price(amount))
            elif units != 1:
                yield culture.words(in_units, units=culture.number(units))
    for category, units in fund.units_per_kit:
        about = {"category": culture.words(category), "units": culture.number(units)}
        yield culture.words("{category}: draws {units} units each.", **about)


def _fund(culture: Culture, fund: FundTerms) -> Iterator[str]:
    unit = culture.words(_FUND_UNIT[fund.unit])
    if fund.rollover is None:
        yield culture.words(
            "A fund of {unit}; a block is valid for one month."
            if fund.valid_months == 1
            else "A fund of {unit}; a block is valid for {months} months.",
            unit=unit,
            months=culture.number(fund.valid_months),
        )
        yield culture.words(
            "The block that ends first is drawn first."
            if fund.order is DrawOrder.EXPIRY
            else "The block that began first is drawn first."
        )
    else:
        yield culture.words("An allowance of {unit}, granted anew each period.", unit=unit)
        yield from rollover_in_words(culture, fund.rollover)
    if fund.rounding is not None:
        yield time_in_words(culture, TimeTerms(fund.rounding))
    yield from _tariffs(culture, fund)
    for terms in fund.incidents:
        yield from incidents_in_words(culture, terms)
    if fund.top_up is not None:
        yield from top_up_in_words(culture, fund.top_up)
    if fund.passes_to:
        names = ", ".join(fund.passes_to)
        yield culture.words(
            "What it does not cover goes on, in this order, to: {names}.", names=names
        )
    for price in fund.overage_prices:
        amount = culture.unit_price(price)
        message = "Beyond the fund an hour costs {price}."
        if fund.apply_multiplier:
            message = "Beyond the fund a unit costs {price}."
        yield culture.words(message, price=amount)
    for scheme in fund.overage_schemes:
        yield culture.words(
            "For the units of a period beyond the fund:"
            if fund.apply_multiplier
            else "For the hours of a period beyond the fund:"
        )
        beyond = "unit" if fund.apply_multiplier else "hour"
        yield from price_in_words(culture, scheme, culture.words(beyond))
    if fund.overage_mode is not OverageMode.BILL:
        yield culture.words(_BEYOND[fund.overage_mode])
    if fund.at_end is not LeftOver.KEPT:
        yield culture.words(_AT_END[fund.at_end])
    yield from levels_in_words(culture, fund.levels)


_AT_END = {
    LeftOver.LAPSED: "When the line ends, what is left of its blocks lapses.",
    LeftOver.REFUNDED: "When the line ends, what is left of its blocks is paid back.",
}
_BEYOND = {
    OverageMode.DENY: "What the fund does not cover whole, it does not cover at all.",
    OverageMode.NEGATIVE: "The fund may go below zero.",
}
