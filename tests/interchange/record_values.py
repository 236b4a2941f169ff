"""Values of every registered class, made from their field types.

Where a class refuses most combinations of its fields (a contract has one currency, a journal entry
balances), a strategy of its own says what fits together; everything else follows from the types.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import date, datetime, time, timezone
from fractions import Fraction
from typing import Any

import attrs
from hypothesis import strategies as st

from harmony_core import (
    assets,
    billing,
    contracts,
    explanation,
    fields,
    finance,
    funds,
    interchange,
    orders,
    parties,
    periods,
    pricing,
    products,
    work,
)
from harmony_core.errors import InvalidValue, RuleBroken
from harmony_core.repositories import Company
from tests.pricing.scheme_values import around
from tests.pricing.usage_rules import time_buckets, usage_rules
from tests.sla import record_values as sla_values

texts = st.text(max_size=8)
ids = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=6)
days = st.dates(date(1990, 1, 1), date(2090, 12, 31))
later_days = st.dates(date(2091, 1, 1), date(2099, 12, 31))
currencies = st.sampled_from(["EUR", "JPY", "BHD", "USD"])
numbers = st.fractions(max_denominator=10_000) | st.fractions()
positive = st.fractions(Fraction(1, 10**6), 10**9)
not_negative = st.just(Fraction(0)) | positive
instants = st.datetimes(timezones=st.just(timezone.utc))  # noqa: UP017
months = st.builds(periods.Month, st.integers(1, 9999), st.integers(1, 12))
pairs = st.lists(st.tuples(texts, texts), max_size=3).map(tuple)
named = st.lists(st.tuples(texts, texts), min_size=1, max_size=2).map(tuple)


sightings = st.builds(
    assets.Sighting, ids, ids, ids, ids, st.lists(st.tuples(ids, ids), max_size=2), texts
)
identity_rules = st.builds(
    assets.IdentityRules,
    st.lists(st.sampled_from(["serial", "mac", "tag"]), unique=True),
    st.lists(texts, max_size=2),
)


def _renamed(field: Any) -> Any:
    return attrs.evolve(field, names={"en": "One", "de": "Eins"})


def money(currency: str | None = None) -> st.SearchStrategy[finance.Money]:
    codes = currencies if currency is None else st.just(currency)
    return st.builds(finance.Money, st.integers(-(10**20), 10**20), codes)


def amounts(currency: str | None = None) -> st.SearchStrategy[finance.ExactAmount]:
    codes = currencies if currency is None else st.just(currency)
    return st.builds(finance.ExactAmount, not_negative, codes)


def histories(values: st.SearchStrategy[Any]) -> st.SearchStrategy[periods.History[Any]]:
    version = st.tuples(days, days, values)
    rows = st.lists(version, max_size=4, unique_by=lambda row: row[:2])
    return rows.map(lambda found: periods.History(tuple(periods.Version(*row) for row in found)))


spans = st.builds(periods.Span, days, later_days)
timings = st.sampled_from(periods.Timing)
intervals = st.builds(periods.Interval, st.sampled_from(["day", "month"]), st.integers(1, 400))


@st.composite
def usage_records(draw: st.DrawFn) -> work.UsageRecord:
    id_, replaces = draw(ids), draw(st.none() | ids)
    if replaces == id_:
        replaces = None
    withdrawn = replaces is not None and draw(st.booleans())
    return work.UsageRecord(
        id_,
        draw(texts),
        draw(days),
        draw(texts),
        draw(texts),
        Fraction(0) if withdrawn else draw(numbers),
        draw(st.none() | days),
        at=draw(st.none() | instants),
        subject=draw(texts),
        replaces=replaces,
        withdrawn=withdrawn,
        origin=draw(texts),
    )


@st.composite
def focus_columns(draw: st.DrawFn) -> interchange.FocusColumns:
    measure = draw(st.sampled_from(interchange.FocusMeasure))
    counted = measure.unit is not None
    return interchange.FocusColumns(
        draw(ids),
        measure,
        None if counted else draw(currencies),
        ["Usage"] if counted else draw(st.sampled_from([["Usage"], ["Usage", "Tax"]])),
        draw(st.lists(texts, min_size=1, max_size=2)),
        units=draw(st.dictionaries(texts, texts, max_size=2)) if counted else {},
        zone=draw(st.sampled_from(["UTC", "Europe/Berlin"])),
        source=draw(texts),
        part=draw(texts),
    )


@st.composite
def explanations(draw: st.DrawFn) -> explanation.Explanation:
    why = explanation.Explainer(draw(ids), draw(st.integers(1, 9)))
    for _ in range(draw(st.integers(0, 2))):
        why.fact(draw(texts), draw(texts))
    result = why.given("first", draw(texts), draw(numbers), draw(texts))
    for number in range(draw(st.integers(0, 3))):
        other = why.given(f"given{number}", draw(texts), draw(numbers))
        result = why.step(f"step{number}", "a {detail}", "add", result, other, detail=draw(texts))
    return why.explanation(result)


@st.composite
def band_tables(draw: st.DrawFn, currency: str) -> pricing.BandTable:
    limits: list[Fraction | None] = [*sorted(draw(st.sets(positive, max_size=3))), None]
    fees = st.none() | amounts(currency)
    bands = [
        pricing.Band(limit, draw(amounts(currency)), draw(fees), draw(fees)) for limit in limits
    ]
    return pricing.BandTable(bands)


def packages(currency: str) -> st.SearchStrategy[pricing.Package]:
    parts = st.sampled_from(pricing.PartPackage)
    return st.builds(pricing.Package, amounts(currency), positive, not_negative, parts)


def block_bands(currency: str) -> st.SearchStrategy[list[pricing.BlockBand]]:
    closed = st.builds(pricing.BlockBand, amounts(currency), positive, st.integers(1, 10**6))
    last = st.builds(pricing.BlockBand, amounts(currency), positive, st.none())
    return st.tuples(st.lists(closed, max_size=3), closed | last).map(lambda it: [*it[0], it[1]])


beyond_blocks = st.sampled_from(pricing.BeyondBlocks)


def amounts_from_zero(currency: str) -> st.SearchStrategy[finance.ExactAmount]:
    return st.builds(finance.ExactAmount, not_negative, st.just(currency))


@st.composite
def percentages(draw: st.DrawFn, currency: str) -> pricing.Percentage:
    fees = amounts_from_zero(currency)
    least, most = sorted((draw(fees), draw(fees)), key=lambda amount: amount.value)
    return pricing.Percentage(
        draw(not_negative),
        draw(fees),
        draw(st.none() | st.just(least)),
        draw(st.none() | st.just(most)),
        draw(st.none() | st.integers(0, 9)),
        draw(st.none() | not_negative),
        draw(st.sampled_from(pricing.FreeAmountEdge)),
    )


percents_off = st.builds(pricing.PercentOff, st.fractions(0, 100))


def amounts_off(currency: str) -> st.SearchStrategy[pricing.AmountOff]:
    return st.builds(pricing.AmountOff, amounts_from_zero(currency))


def discounts(currency: str) -> st.SearchStrategy[list[pricing.Discount]]:
    return st.lists(percents_off | amounts_off(currency), min_size=1, max_size=3)


conversions = st.builds(
    pricing.Conversion,
    positive,
    st.none() | st.sampled_from(explanation.RoundingMode),
    st.integers(-3, 6),
)


@st.composite
def capacity_steps(draw: st.DrawFn, currency: str) -> pricing.CapacitySteps:
    units = draw(st.lists(ids, min_size=1, max_size=2, unique=True))
    limits = sorted(draw(st.lists(positive, min_size=1, max_size=3)))
    return pricing.CapacitySteps(
        pricing.CapacityStep.of(draw(numbers), currency, dict.fromkeys(units, limit))
        for limit in [*limits, None]
    )


def schemes(currency: str) -> st.SearchStrategy[Any]:
    zero = st.sampled_from(pricing.ZeroQuantity)
    simple = st.one_of(
        st.builds(pricing.Flat, amounts(currency), timings),
        st.builds(pricing.PerUnit, amounts(currency)),
        st.builds(pricing.FillUp, band_tables(currency), zero),
        st.builds(pricing.LookUp, band_tables(currency), zero, st.booleans()),
        st.builds(pricing.FillUpBlocks, block_bands(currency), beyond_blocks),
        st.builds(pricing.LookUpBlocks, block_bands(currency), beyond_blocks),
        packages(currency),
        percentages(currency),
        st.builds(pricing.GraduatedPercentage, band_tables(currency), zero),
        st.builds(pricing.Dynamic, st.just(currency), not_negative),
    )
    return st.recursive(
        simple,
        lambda inner: st.one_of(
            around(pricing.AtLeast, inner, amounts(currency)),
            around(pricing.AtMost, inner, amounts(currency)),
            around(pricing.MinimumQuantity, inner, not_negative),
            around(pricing.Discounted, inner, discounts(currency)),
            around(pricing.FreeUnits, inner, not_negative),
            around(pricing.Converted, inner, conversions),
            commitments(inner, currency),
            around(pricing.AtPeriodEnd, inner),
        ),
        max_leaves=3,
    )


def commitments(inner: st.SearchStrategy[Any], currency: str) -> st.SearchStrategy[Any]:
    committed = amounts_from_zero(currency)
    return around(pricing.Commitment, inner, committed, not_negative, st.booleans())


def only(kind: type, found: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """Keep those of a kind: not every scheme can stand around every other."""
    return found.filter(lambda scheme: type(scheme) is kind)


@st.composite
def ramps(draw: st.DrawFn, currency: str) -> pricing.Ramp:
    first_days = sorted(draw(st.sets(days, min_size=1, max_size=3)))
    return pricing.Ramp(pricing.RampStep(day, draw(schemes(currency))) for day in first_days)


roundings = st.builds(
    finance.Rounding, st.sampled_from(explanation.RoundingMode), st.none() | positive
)


@st.composite
def uplifts(draw: st.DrawFn) -> pricing.Uplift:
    since, rounding = draw(later_days), draw(st.none() | roundings)
    every = periods.Interval.months(draw(st.integers(1, 24)))
    first, changes = draw(st.integers(1, 3)), draw(st.lists(not_negative, max_size=3))
    if draw(st.booleans()):
        percent = draw(numbers.filter(lambda number: number >= -100))
        fixed = pricing.FixedUplift(percent)
        return pricing.Uplift(draw(st.none() | st.just(since)), fixed, rounding, every, first)
    floor = draw(st.none() | not_negative)
    return pricing.Uplift.by_index(
        since, changes, floor=floor, rounding=rounding, every=every, first=first
    )


@st.composite
def price_entries(draw: st.DrawFn) -> pricing.PriceEntry:
    currency, days_of_it = draw(currencies), draw(spans)
    return pricing.PriceEntry(
        draw(ids),
        currency,
        draw(schemes(currency)),
        days_of_it.start,
        draw(st.none() | st.just(days_of_it.end)),
        customer_group=draw(st.none() | ids),
        customer_id=draw(st.none() | ids),
        id=draw(st.none() | ids),
    )


transfer_cards = st.builds(
    finance.TransferRateCard,
    st.dictionaries(st.sampled_from(["senior", "junior"]), amounts(), min_size=1),
    st.none() | amounts(),
)

price_books = st.lists(
    price_entries(),
    max_size=3,
    unique_by=(lambda entry: entry.product_id, lambda entry: entry.id or ("", entry.product_id)),
).map(pricing.PriceBook)
day_counts = st.sampled_from(
    [periods.ACTUAL_ACTUAL, periods.SECONDS, periods.DayCount.fixed(30), periods.DayCount.over(365)]
)
cycle_policies = st.builds(
    periods.CyclePolicy, st.sampled_from(periods.StubPeriod), day_counts, st.none() | st.just(9)
)
profiles = st.builds(
    pricing.Profile,
    name=texts,
    part_units=st.none() | st.just(finance.Rounding.of("ceiling", "0.00001")),
    alignment=st.sampled_from([periods.Alignment.ANNIVERSARY, periods.Alignment.CALENDAR]),
    cycles=cycle_policies,
    rows=st.sampled_from(pricing.BandRows),
    fill_up_zero=st.none() | st.sampled_from(pricing.ZeroQuantity),
    fill_up_beyond=st.none() | beyond_blocks,
    whole_units=st.none() | st.sampled_from(explanation.RoundingMode),
    rounding_point=st.sampled_from(pricing.RoundingPoint),
    decrease=st.sampled_from(pricing.Decrease),
)
transfer_rules = st.builds(
    finance.TransferRule,
    ids,
    st.just("GB") | st.none(),
    st.just("DE") | st.none(),
    st.one_of(
        st.builds(finance.CostPlus, not_negative, st.booleans()),
        st.builds(finance.PercentOfSell, not_negative),
        st.builds(finance.ResaleMinus, st.fractions(0, 100, max_denominator=50)),
        st.builds(finance.FixedRate, amounts()),
        transfer_cards,
    ),
    days,
    st.none() | later_days,
    st.none() | st.sampled_from(finance.TransferSubject),
    agreed_by=texts,
    agreed_on=st.none() | days,
)


@st.composite
def transfer_evidence(draw: st.DrawFn) -> finance.TransferEvidence:
    charge, owed = draw(st.from_type(finance.TransferCharge)), draw(booked())
    rule = attrs.evolve(draw(transfer_rules), id=charge.rule_id)
    return finance.TransferEvidence(
        charge,
        rule=rule,
        others=draw(
            st.lists(st.tuples(ids, st.sampled_from(finance.Verdict)), max_size=2).map(tuple)
        ),
        subject=draw(st.sampled_from(finance.TransferSubject)),
        fact_id=draw(ids),
        person_id=draw(ids),
        day=draw(days),
        known_on=draw(days),
        contract_id=draw(ids),
        line_id=draw(st.none() | ids),
        pair_id=draw(ids),
        booked_on=draw(days),
        earned=attrs.evolve(owed, transaction=charge.amount),
        owed=attrs.evolve(owed, transaction=charge.amount),
        rates=draw(st.lists(st.from_type(finance.Rate), max_size=2).map(tuple)),
    )


cost_rate_tables = st.builds(
    finance.CostRateTable,
    st.dictionaries(texts, histories(amounts()), max_size=2),
    st.dictionaries(texts, histories(amounts()), max_size=2),
    st.none() | histories(amounts()),
)
entities = st.builds(
    finance.LegalEntity,
    ids,
    texts,
    st.text("ABCXYZ", min_size=2, max_size=2),
    currencies,
    st.sampled_from(["UTC", "Europe/London", "Asia/Kolkata"]),
    st.integers(1, 12),
    st.dictionaries(texts, texts, max_size=3),
)
groups = st.builds(
    finance.Group,
    ids,
    texts,
    currencies,
    st.lists(entities, min_size=1, max_size=2, unique_by=lambda entity: entity.id),
    days,
)
tax_bases = st.sampled_from(finance.TaxBase)
named_taxes = st.builds(finance.NamedTax, ids, ids, tax_bases, texts)
line_taxes = st.builds(finance.LineTax, ids, st.none() | not_negative, ids, tax_bases, texts)
tax_rates = st.builds(finance.TaxRate, texts, texts, not_negative, days, st.none() | later_days)


@st.composite
def booked(draw: st.DrawFn) -> finance.Booked:
    return finance.Booked(*(draw(money(code)) for code in ("EUR", "GBP", "USD")))


@st.composite
def journal_entries(draw: st.DrawFn) -> finance.JournalEntry:
    about = tuple(sorted(draw(st.dictionaries(texts, texts, max_size=3)).items()))
    amount = draw(booked())
    lines = (
        finance.JournalLine(draw(texts), draw(texts), amount, about),
        finance.JournalLine(draw(texts), draw(texts), -amount),
    )
    maybe = st.none() | texts
    return finance.JournalEntry(
        draw(ids), draw(ids), draw(days), draw(texts), draw(texts), lines, draw(maybe), draw(maybe)
    )


@st.composite
def rate_calendars(draw: st.DrawFn) -> products.RateCalendar:
    clocks = sorted(draw(st.sets(st.times(), max_size=6)))
    hours = [
        products.WeeklyHours(draw(ids), draw(st.sets(st.integers(1, 7), min_size=1)), *pair)
        for pair in zip(clocks[::2], clocks[1::2], strict=False)
    ]
    return products.RateCalendar(
        draw(st.sampled_from(["UTC", "Europe/Berlin", "America/New_York"])),
        hours,
        draw(ids),
        draw(ids),
        draw(st.sets(st.integers(1, 7))),
        draw(st.dictionaries(days, ids, max_size=3)),
    )


time_roundings = st.builds(
    products.TimeRounding,
    st.sampled_from(products.TimeScope),
    not_negative,
    st.sampled_from(explanation.RoundingMode),
    not_negative,
    not_negative,
) | st.builds(products.TimeRounding, increment=st.integers(6, 60), grace=st.integers(0, 5))


def _time_terms(
    rounding: products.TimeRounding, calendar: products.RateCalendar | None, weight: Fraction
) -> products.TimeTerms:
    if calendar is None:
        return products.TimeTerms(rounding)
    weights = dict.fromkeys(calendar.labels, weight)
    return products.TimeTerms(rounding, calendar, weights, calendar.outside)


time_terms = st.builds(_time_terms, time_roundings, st.none() | rate_calendars(), not_negative)
weekly_hours = st.builds(
    products.WeeklyHours, ids, st.sets(st.integers(1, 7), min_size=1), st.times(), st.times()
)
hourly_rates = st.builds(
    work.HourlyRate,
    ids,
    amounts(),
    st.builds(work.RatedFor, *(st.none() | ids for _ in work.RateDimension)),
    st.none() | days,
    st.none() | later_days,
)
rate_cards = st.lists(
    hourly_rates,
    max_size=3,
    unique_by=(lambda rate: rate.id, lambda rate: rate.applies_to),
).map(work.RateCard)
expense_terms = st.builds(products.ExpenseTerms, texts, numbers) | st.builds(
    products.ExpenseTerms, texts, covered=st.just(True)
)
metered = st.builds(products.UsageMetered, texts, usage_rules())


def _one_quantity(of: products.UsageMetered) -> bool:
    """Whether the meter comes to one quantity, and not to one for each time bucket."""
    buckets = of.rule.buckets
    return buckets is None or buckets.use is not pricing.BucketUse.PRICED_ALONE


devices_counted = st.builds(
    products.DevicesCounted,
    st.lists(ids, min_size=1, max_size=2).map(tuple),
    st.sampled_from(products.CountPolicy),
    st.integers(0, 9),
)
units_metered = st.dictionaries(ids, metered.filter(_one_quantity), min_size=1, max_size=2).map(
    products.UnitsMetered
)
sources = st.one_of(
    st.builds(products.FixedQuantity),
    st.builds(products.TimeWorked, st.none() | time_terms, st.none() | rate_cards),
    st.builds(
        products.ExpensesIncurred,
        numbers,
        st.lists(expense_terms, max_size=2, unique_by=lambda terms: terms.category),
    ),
    devices_counted,
    metered,
    units_metered,
)
billings = st.builds(products.Billing, timings, st.none() | intervals, st.integers(0, 60))
closed_periods = st.builds(
    finance.ClosedPeriods,
    st.lists(months, max_size=3),
    st.lists(st.tuples(ids, months), max_size=3),
)
accountings = (
    st.builds(
        products.Accounting,
        texts,
        texts,
        st.sampled_from([one for one in products.Recognition if one.value != "milestones"]),
        agent=st.booleans(),
    )
    | st.builds(
        products.Accounting,
        texts,
        texts,
        st.just(products.Recognition.MILESTONES),
        milestones=st.dictionaries(texts, positive, min_size=1, max_size=3),
    )
    | st.builds(
        products.Accounting,
        texts,
        texts,
        st.just(products.Recognition.AS_DRAWN),
        st.fractions(0, Fraction(99, 100), max_denominator=100),
    )
)
notices = st.builds(
    products.Notice,
    intervals,
    st.sampled_from(products.NoticeAnchor),
    st.sampled_from(products.NoticeCounting),
    st.integers(1, 12),
) | st.builds(products.Notice, st.none(), st.sampled_from(products.NoticeAnchor))
renewals = st.builds(
    products.Renewal, st.integers(1, 36), st.integers(1, 36), notices, st.none() | st.integers(0, 9)
) | st.builds(products.Renewal, st.integers(1, 36), st.just(0), notices)
rollovers = st.one_of(
    st.builds(
        products.Rollover,
        st.sampled_from([products.CarryMode.NONE, products.CarryMode.UNLIMITED]),
        lifetime_periods=st.none() | st.integers(1, 12),
        use_first=st.sampled_from(products.UseFirst),
    ),
    st.builds(products.Rollover, st.just(products.CarryMode.CAP), cap=not_negative),
    st.builds(
        products.Rollover,
        st.just(products.CarryMode.FRACTION),
        fraction=st.fractions(0, 1, max_denominator=100),
    ),
)
top_ups = st.builds(
    products.TopUp,
    not_negative,
    by=positive,
    prices=st.lists(amounts(), max_size=2).map(tuple),
    valid_months=st.none() | st.integers(1, 36),
    last_day=st.none() | days,
) | st.builds(lambda least, more: products.TopUp(least, to=least + more), not_negative, positive)
price_lists = st.dictionaries(
    texts, st.builds(finance.Money, st.integers(0, 10**9), st.just("EUR")), max_size=3
)
fund_terms = (
    st.builds(
        products.FundTerms,
        st.sampled_from(products.FundUnit),
        st.integers(1, 36),
        st.lists(st.tuples(currencies, positive), max_size=2).map(tuple),
        st.lists(amounts(), max_size=2).map(tuple),
        st.sampled_from(products.DrawOrder),
        overage_schemes=st.lists(schemes("EUR"), max_size=1),
        rollover=st.none() | rollovers,
        passes_to=st.lists(st.sampled_from(["block-20", "by-the-hour"]), max_size=2, unique=True),
    )
    | st.builds(
        products.FundTerms,
        st.sampled_from(products.FundUnit),
        st.integers(1, 36),
        st.just(()),
        st.just(()),
        at_end=st.sampled_from(products.LeftOver),
    )
    | st.builds(
        products.FundTerms,
        st.sampled_from(products.FundUnit),
        st.integers(1, 36),
        st.just(()),
        st.just(()),
        top_up=top_ups,
        overage_mode=st.sampled_from(products.OverageMode),
        apply_multiplier=st.booleans(),
        levels=st.lists(
            st.builds(products.WarningLevel, percent_used=positive)
            | st.builds(products.WarningLevel, units_left=not_negative),
            max_size=2,
        ),
        units_per_spent=st.lists(st.tuples(currencies, positive), max_size=1),
        units_per_kit=st.lists(st.tuples(texts, positive), max_size=1),
        rounding=st.none() | st.builds(products.TimeRounding, increment=st.integers(0, 60)),
    )
    | st.builds(
        lambda prices: products.FundTerms(
            products.FundUnit.CASH, 12, (), (), incidents=products.IncidentTerms(prices)
        ),
        price_lists.filter(bool),
    )
)
blocks = st.builds(
    funds.Block, ids, st.just("hours"), positive, days, st.none() | later_days, st.none() | money()
)
allowances = st.builds(
    funds.Allowance,
    texts,
    not_negative,
    st.builds(periods.Schedule, days, st.builds(periods.Interval.months, st.integers(1, 12))),
    rollovers,
)
block_pools = st.builds(
    funds.BlockPool, st.lists(blocks, max_size=3), st.sampled_from(products.DrawOrder)
)
unlimited = st.builds(funds.Unlimited, texts)
histories_of_employment = histories(st.builds(parties.Employment, texts, texts, days))


name_lists = st.builds(contracts.NameList, st.sets(texts, max_size=3), st.booleans())
_some_names = st.lists(st.sampled_from(["a", "b c", "ä"]), max_size=2)
covers = st.builds(
    contracts.Cover,
    roles=name_lists,
    types=name_lists,
    assets=_some_names,
    keywords=_some_names,
    takes_the_rest=st.booleans(),
    first_day=st.none() | days,
    last_day=st.none() | later_days,
)


@st.composite
def overrides(draw: st.DrawFn) -> products.Override:
    return products.Override(
        by=draw(ids),
        on=draw(days),
        why=draw(ids),
        scheme=draw(st.none() | schemes("EUR")),
        billing=draw(billings),
        tax_category=draw(st.none() | texts),
        tax_included=draw(st.none() | st.booleans()),
        delivery=draw(st.none() | st.sampled_from(products.DeliveryMode)),
        renewal=(renewal := draw(st.none() | renewals)),
        without_renewal=renewal is None and draw(st.booleans()),
    )


origins = st.builds(
    products.Origin,
    st.sampled_from(products.Level),
    ids,
    st.lists(st.sampled_from(products.Behaviour), max_size=3),
    st.none() | days,
    st.none() | overrides(),
)


@st.composite
def contract_lines(
    draw: st.DrawFn, currency: str = "EUR", *, sells: bool = False
) -> contracts.ContractLine:
    fund = draw(st.none() | fund_terms)
    scheme, source = draw(schemes(currency)), draw(sources)
    try:
        products.refuse_unmeasurable(scheme, source)
    except InvalidValue:  # transactions that a rule would measure as one, or several units
        scheme = pricing.PerUnit.of("1", currency)
    if isinstance(source, products.UnitsMetered):
        limits = dict.fromkeys(source.units)
        scheme = pricing.CapacitySteps([pricing.CapacityStep.of("1", currency, limits)])
    return contracts.ContractLine(
        id=draw(ids),
        product_id=draw(texts),
        names=draw(named),
        type=draw(st.sampled_from(products.ContractType)),
        division=draw(texts),
        unit=draw(texts),
        quantity=draw(not_negative if fund is None else positive),
        scheme=scheme,
        source=source,
        billing=draw(billings),
        accounting=draw(accountings),
        tax_category=draw(texts),
        start=draw(days),
        last_day=draw(st.none() | later_days),
        renewal=draw(st.none() | renewals),
        fund=fund,
        serves=draw(st.none() | ids),
        trail=draw(st.lists(origins, max_size=2)),
        cover=draw(st.none() | covers),
        counts_from=draw(st.none() | days),
        opening=draw(migrated_lots(currency)) if fund is not None and not fund.rollover else (),
        tax_included=draw(st.booleans()) if sells and fund is None else False,
    )


def migrated_lots(currency: str) -> st.SearchStrategy[list[contracts.MigratedLot]]:
    return st.lists(migrated_lot(currency), max_size=2, unique_by=lambda lot: lot.id)


def migrated_lot(currency: str) -> st.SearchStrategy[contracts.MigratedLot]:
    value = st.builds(finance.Money, st.integers(0, 10**9), st.just(currency))
    ends = st.none() | later_days
    return st.builds(
        contracts.MigratedLot, ids, ids, positive, value, days, days, ends, st.none() | ids
    )


text_ids = st.lists(ids, max_size=2, unique=True)
agreed_texts = st.builds(contracts.AgreedTexts, text_ids, text_ids, text_ids)


@st.composite
def some_contracts(draw: st.DrawFn) -> contracts.Contract:
    currency = draw(currencies)
    side = draw(st.sampled_from(contracts.Side))
    agreed = contract_lines(currency, sells=side is contracts.Side.SELL)
    lines = draw(st.lists(agreed, min_size=1, max_size=2, unique_by=lambda line: line.id))
    made = contracts.Contract(
        draw(ids),
        side,
        draw(ids),
        draw(ids),
        currency,
        tuple(lines),
        draw(st.none() | ids),
        continues=draw(st.none() | ids),
        texts=draw(agreed_texts),
    )
    if draw(st.booleans()):
        free = [line for line in lines if line.fund is None]
        changes: list[contracts.Change] = [contracts.LineEnds(line.id) for line in free]
        changes += (
            contracts.FundCloses(line.id, draw(migrated_lots(currency)))
            for line in lines
            if line.fund is not None
        )
        amendment = draw(amendments(made.id, currency, changes))
        with suppress(RuleBroken, InvalidValue):  # a line that is there, or that is trued up
            return made.amended(amendment)
    return made


@st.composite
def amendments(
    draw: st.DrawFn,
    contract_id: str,
    currency: str = "EUR",
    further: Sequence[contracts.Change] = (),
) -> contracts.Amendment:
    first_day, line = draw(days), draw(contract_lines(currency))
    later = first_day if line.last_day is None else max(first_day, line.last_day)
    begins = contracts.LineBegins(
        attrs.evolve(line, start=first_day, last_day=draw(st.sampled_from([None, later])))
    )
    return contracts.Amendment(
        draw(ids),
        contract_id,
        draw(days),
        first_day,
        [begins, *further],
        draw(st.none() | days),
        draw(st.sampled_from(contracts.ContractEvent)),
        draw(st.lists(ids, max_size=2)),
    )


shares: dict[type, st.SearchStrategy[Any]] = {
    products.PercentShare: st.builds(products.PercentShare, not_negative),
    products.FixedShare: st.builds(products.FixedShare, amounts()),
    products.RatioShare: st.builds(products.RatioShare, positive),
    products.ResidualShare: st.builds(products.ResidualShare),
}
components = st.builds(
    products.Component,
    ids,
    positive,
    st.one_of(*shares.values()),
    st.none() | overrides().filter(lambda it: it.scheme is None),
)
stages = st.builds(orders.Stage, positive, days, st.none() | later_days)


purchases = st.builds(
    orders.Purchase,
    ids,
    ids,
    not_negative,
    amounts(),
    days,
    st.just(None),
    st.none() | intervals,
)
changes: dict[type, st.SearchStrategy[Any]] = {
    orders.PriceChange: st.builds(orders.PriceChange, amounts()),
    orders.SupplierChange: st.builds(orders.SupplierChange, ids, amounts()),
    orders.QuantityChange: st.builds(orders.QuantityChange, not_negative),
    orders.Cancellation: st.builds(orders.Cancellation),
}


@st.composite
def adjustments(
    draw: st.DrawFn, bought: st.SearchStrategy[tuple[str, str]] | None = None
) -> orders.Adjustment:
    """Changes of any purchase, or of those: the reference of a line and the id of a purchase."""
    change = draw(st.one_of(purchases, *changes.values()))
    reference, purchase = draw(st.tuples(ids, ids) if bought is None else bought)
    return orders.Adjustment(
        draw(ids),
        reference,
        change.id if isinstance(change, orders.Purchase) else purchase,
        draw(days),
        change,
        draw(ids),
        delivered=draw(st.none() | not_negative),
        known_from=draw(st.none() | days),
    )


@st.composite
def lines_ordered(draw: st.DrawFn) -> orders.OrderLine:
    staged = draw(st.lists(stages, max_size=2))
    said = draw(st.lists(overrides(), max_size=2))
    has_price = any(override.scheme is not None for override in said)
    return orders.OrderLine(
        draw(ids),
        draw(ids),
        draw(texts),
        sum((stage.quantity for stage in staged), Fraction(0)) if staged else draw(numbers),
        min(stage.start for stage in staged) if staged else draw(days),
        draw(st.none() | later_days),
        None if has_price else draw(st.none() | amounts("EUR")),
        draw(st.none() | ids),
        overrides=said,
        stages=staged,
        purchases=draw(st.lists(purchases, max_size=2, unique_by=lambda it: it.id)),
    )


order_lines = lines_ordered()


@st.composite
def whole_orders(draw: st.DrawFn) -> orders.Order:
    lines = draw(st.lists(order_lines, max_size=2, unique_by=lambda it: it.reference))
    bought = [(line.reference, purchase.id) for line in lines for purchase in line.purchases]
    changed = st.lists(adjustments(st.sampled_from(bought)), max_size=2, unique_by=lambda it: it.id)
    return orders.Order(
        draw(ids),
        draw(st.sampled_from(contracts.Side)),
        draw(ids),
        draw(ids),
        draw(st.sampled_from(["EUR", "JPY", "KWD"])),
        lines,
        draw(st.none() | days),
        draw(st.booleans()),
        draw(st.none() | days),
        draw(changed) if bought else [],
    )


quote_versions = st.builds(
    orders.QuoteVersion,
    days,
    later_days,
    st.lists(order_lines, min_size=1, max_size=2, unique_by=lambda line: line.reference),
)
acceptances = st.builds(orders.Acceptance, ids, st.integers(1, 9), days, st.lists(ids, max_size=2))


@st.composite
def fed_by_a_number(draw: st.DrawFn, code: str) -> pricing.Scheme:
    """A price that an agreed quantity can feed: none that comes with usage records."""
    scheme: pricing.Scheme = draw(schemes(code))
    try:
        products.refuse_unmeasurable(scheme, products.FixedQuantity())
    except InvalidValue:
        return pricing.PerUnit.of("1", code)
    return scheme


@st.composite
def some_products(draw: st.DrawFn) -> products.Product:
    codes = draw(st.lists(currencies, unique=True, max_size=2))
    kind = draw(
        st.sampled_from([products.ContractType.RECURRING, products.ContractType.PREPAYMENT])
    )
    prepaid = kind is products.ContractType.PREPAYMENT
    share = draw(st.fractions(0, 100))
    parts = (
        products.Component("a", draw(positive), share),
        products.Component("b", draw(positive), 100 - share),
    )
    return products.Product.sold_as(
        kind,
        draw(ids),
        draw(st.dictionaries(texts, texts, min_size=1, max_size=2)),
        [draw(fed_by_a_number(code)) for code in codes],
        fund=attrs.evolve(draw(fund_terms), rollover=None) if prepaid else None,  # billed once
        renewal=draw(st.none() | renewals),
        delivery=draw(st.sampled_from(products.DeliveryMode)),
        components=draw(st.sampled_from([(), parts])),
        last_sale_day=draw(st.none() | days),
    )


@st.composite
def some_versions(draw: st.DrawFn) -> products.Product:
    product, other = draw(some_products()), draw(some_products())
    return product.with_version(attrs.evolve(other, id=product.id, valid_from=draw(days)))


@st.composite
def invoices(draw: st.DrawFn) -> billing.Invoice:
    code = draw(currencies)
    net, percent = draw(money(code)), draw(not_negative)
    line = billing.InvoiceLine(
        draw(texts),
        draw(texts),
        draw(texts),
        net,
        "S",
        percent,
        draw(st.none() | texts),
        draw(texts),
        draw(texts),
        draw(ids),
        draw(st.none() | days),
        draw(ids),
        draw(st.lists(line_taxes, max_size=2, unique_by=lambda tax: tax.code).map(tuple)),
        draw(st.lists(line_taxes, max_size=1).map(tuple)),
        draw(st.none() | st.just(net)),
    )
    tax = finance.tax_document(code, [line.taxed(net)])
    side = draw(st.sampled_from(contracts.Side))
    return billing.Invoice(draw(ids), side, "DE", draw(ids), code, draw(days), (line,), tax)


@st.composite
def charges(draw: st.DrawFn) -> billing.Charge:
    return billing.Charge(
        key=draw(texts),
        contract_id=draw(texts),
        line_id=draw(texts),
        kind=draw(st.sampled_from(billing.ChargeKind)),
        service=draw(st.from_type(periods.Span)),
        trigger=draw(days),
        booked_on=draw(days),
        booked=draw(booked()),
        rate_ids=draw(st.lists(texts, max_size=2).map(tuple)),
        quantity=draw(st.none() | numbers),
        evidence=draw(st.lists(texts, max_size=2).map(tuple)),
        explanation=draw(st.from_type(explanation.Explanation)),
        corrects=draw(st.none() | texts),
        credits=draw(st.none() | texts),
        gross=draw(st.none() | money("EUR")),
    )


moneys_above_zero = st.builds(finance.Money, st.integers(1, 10**12), currencies)
bank_accounts = st.builds(
    billing.BankAccount,
    st.from_regex(r"[0-9]{6}", fullmatch=True),
    st.from_regex(r"[0-9]{8}", fullmatch=True),
    st.just("Müller & Söhne"),
)


@st.composite
def receivables(draw: st.DrawFn) -> billing.Receivable:
    return billing.Receivable(
        draw(ids),
        draw(ids),
        draw(ids),
        draw(days),
        draw(later_days),
        draw(booked()),
        draw(st.lists(ids, max_size=2)),
        draw(st.sampled_from(contracts.Side)),
    )


@st.composite
def allocations(draw: st.DrawFn) -> billing.Allocation:
    amount, reverses = draw(moneys_above_zero), draw(st.none() | ids)
    signed = amount if reverses is None else -amount
    return billing.Allocation(draw(ids), draw(days), draw(ids), draw(ids), signed, reverses)


unique_pairs = st.dictionaries(texts, texts, max_size=2).map(lambda found: tuple(found.items()))
billing_profiles = st.builds(
    billing.BillingProfile,
    ids,
    grouping=st.sampled_from(billing.InvoiceGrouping),
    sort=st.lists(st.sampled_from(billing.LineKey), min_size=1, max_size=2, unique=True),
    subtotals=st.integers(0, 1),
    wording=unique_pairs,
    sites=unique_pairs,
    payment=st.builds(billing.PaymentTerms, st.integers(0, 90)),
    review=st.booleans(),
    reviewed_contracts=st.lists(ids, max_size=2),
    tax_method=st.sampled_from(finance.TaxMethod),
)
dunning_stages = st.builds(
    billing.DunningStage,
    ids,
    st.integers(1, 10**6),
    st.lists(moneys_above_zero, max_size=2, unique_by=lambda fee: fee.currency),
    st.none() | not_negative,
)
dunning_tables = st.builds(
    billing.DunningTable,
    st.lists(
        dunning_stages,
        min_size=1,
        max_size=3,
        unique_by=(lambda stage: stage.name, lambda stage: stage.from_days),
    ).map(lambda stages: sorted(stages, key=lambda stage: stage.from_days)),
    st.integers(0, 30),
)


def _windows(marks: list[date]) -> tuple[tuple[date, date | None], ...]:
    ordered: list[date | None] = [*sorted(marks)]
    ordered += [None] if len(ordered) % 2 else []
    return tuple(zip(ordered[::2], ordered[1::2], strict=True))  # type: ignore[arg-type]


OF_THEIR_OWN: Mapping[type, st.SearchStrategy[Any]] = {
    billing.PaymentTerms: st.builds(
        billing.PaymentTerms,
        st.integers(0, 400),
        end_of_month=st.booleans(),
        months=st.integers(0, 12),
    ),
    billing.BillingProfile: billing_profiles,
    billing.QuantityOverride: st.builds(
        billing.QuantityOverride,
        ids,
        st.integers(1, 99),
        not_negative,
        numbers,
        st.just("Anna"),
        st.just("agreed by phone"),
        days,
    ),
    billing.ReviewStep: st.builds(
        billing.ReviewStep,
        ids,
        st.integers(1, 99),
        st.sampled_from(billing.ReviewDeed),
        st.just("Anna"),
        days,
        texts,
    ),
    billing.Receivable: receivables(),
    billing.Payment: st.builds(
        billing.Payment,
        ids,
        ids,
        ids,
        days,
        moneys_above_zero,
        st.lists(ids, max_size=2),
        texts,
        st.sampled_from(contracts.Side),
        st.none() | moneys_above_zero,
    ),
    billing.Allocation: allocations(),
    billing.DunningTable: dunning_tables,
    billing.PromiseToPay: st.builds(billing.PromiseToPay, ids, days, later_days, moneys_above_zero),
    billing.BankAccount: bank_accounts,
    str: texts,
    int: st.integers(),
    Fraction: numbers,
    date: days,
    datetime: instants,
    time: st.times(),
    periods.Month: months,
    periods.Span: spans,
    periods.Interval: intervals,
    periods.Schedule: st.builds(periods.Schedule, days, intervals),
    periods.DayCount: st.sampled_from([periods.ACTUAL_ACTUAL, periods.DayCount.fixed(30)]),
    explanation.Explanation: explanations(),
    finance.Money: money(),
    finance.ExactAmount: st.builds(finance.ExactAmount, numbers, currencies),
    finance.Rounding: st.builds(
        finance.Rounding, st.sampled_from(explanation.RoundingMode), st.none() | positive
    ),
    finance.Rate: st.builds(
        finance.Rate,
        st.just("EUR"),
        st.sampled_from(["GBP", "USD"]),
        days,
        positive,
        st.sampled_from(finance.RateKind),
        source=ids,
        retrieved_at=st.none() | instants,
        known_from=st.none() | days,
    ),
    finance.RatePolicy: st.builds(
        finance.RatePolicy,
        st.none() | st.integers(0, 400),
        st.booleans(),
        st.booleans(),
        st.lists(currencies, max_size=2, unique=True).map(tuple),
        cross_of_one_day=st.booleans(),
    ),
    finance.Booked: booked(),
    finance.LegalEntity: entities,
    finance.Group: groups,
    finance.JournalLine: journal_entries().map(lambda entry: entry.lines[0]),
    finance.JournalEntry: journal_entries(),
    finance.TaxRate: tax_rates,
    finance.TaxRule: st.builds(
        finance.TaxRule,
        ids,
        texts,
        st.sampled_from(["S", "AE"]),
        ids,
        texts,
        codes=st.lists(texts, max_size=2),
        buyers=st.lists(texts, max_size=2),
        abroad=st.none() | st.booleans(),
        registered=st.none() | st.booleans(),
        rate_of=st.sampled_from(finance.RateOf),
        jurisdiction=texts,
        further=st.lists(named_taxes, max_size=2, unique_by=lambda tax: tax.code),
        withheld=st.lists(named_taxes, max_size=1),
        valid_from=days,
        valid_to=st.none() | later_days,
    ),
    finance.StackedTax: st.builds(finance.StackedTax, texts, not_negative, tax_bases)
    | st.builds(finance.StackedTax, texts, fixed=money("CAD")),
    finance.CostRateTable: cost_rate_tables,
    finance.TransferRule: transfer_rules,
    finance.TransferEvidence: transfer_evidence(),
    finance.CostPlus: st.builds(finance.CostPlus, not_negative, st.booleans()),
    finance.PercentOfSell: st.builds(finance.PercentOfSell, not_negative),
    finance.ResaleMinus: st.builds(finance.ResaleMinus, st.fractions(0, 100, max_denominator=50)),
    finance.FixedRate: st.builds(finance.FixedRate, amounts()),
    finance.TransferRateCard: transfer_cards,
    parties.Customer: st.builds(
        parties.Customer, ids, texts, texts, currencies, texts, tax_id=st.none() | ids
    ),
    parties.Supplier: st.builds(parties.Supplier, ids, texts, texts, currencies),
    parties.Person: st.builds(parties.Person, ids, texts, histories_of_employment, st.booleans()),
    pricing.Flat: st.builds(pricing.Flat, amounts(), timings),
    pricing.PerUnit: st.builds(pricing.PerUnit, amounts()),
    pricing.FillUp: st.builds(pricing.FillUp, band_tables("EUR")),
    pricing.LookUp: st.builds(pricing.LookUp, band_tables("JPY")),
    pricing.AtLeast: only(pricing.AtLeast, around(pricing.AtLeast, schemes("EUR"), amounts("EUR"))),
    pricing.AtMost: st.builds(pricing.AtMost, schemes("EUR"), amounts("EUR")),
    pricing.MinimumQuantity: only(
        pricing.MinimumQuantity, around(pricing.MinimumQuantity, schemes("EUR"), not_negative)
    ),
    pricing.BandTable: band_tables("BHD"),
    pricing.Package: packages("EUR"),
    pricing.FillUpBlocks: st.builds(pricing.FillUpBlocks, block_bands("EUR"), beyond_blocks),
    pricing.LookUpBlocks: st.builds(pricing.LookUpBlocks, block_bands("JPY"), beyond_blocks),
    pricing.Percentage: percentages("EUR"),
    pricing.GraduatedPercentage: st.builds(pricing.GraduatedPercentage, band_tables("EUR")),
    pricing.Dynamic: st.builds(pricing.Dynamic, currencies, not_negative),
    pricing.PercentOff: percents_off,
    pricing.AmountOff: amounts_off("EUR"),
    pricing.Discounted: st.builds(pricing.Discounted, schemes("EUR"), discounts("EUR")),
    pricing.FreeUnits: only(
        pricing.FreeUnits, around(pricing.FreeUnits, schemes("EUR"), not_negative)
    ),
    pricing.Converted: only(
        pricing.Converted, around(pricing.Converted, schemes("EUR"), conversions)
    ),
    pricing.Commitment: only(pricing.Commitment, commitments(schemes("EUR"), "EUR")),
    pricing.AtPeriodEnd: st.builds(pricing.AtPeriodEnd, schemes("EUR")),
    pricing.CapacitySteps: capacity_steps("EUR"),
    pricing.Ramp: ramps("EUR"),
    pricing.FixedUplift: st.builds(pricing.FixedUplift, not_negative),
    pricing.IndexUplift: uplifts()
    .map(lambda it: it.change)
    .filter(lambda it: isinstance(it, pricing.IndexUplift)),
    pricing.IndexSeries: st.dictionaries(months, positive, max_size=3).map(
        lambda found: pricing.IndexSeries(found.items())
    ),
    pricing.Uplift: uplifts(),
    pricing.Uplifted: only(
        pricing.Uplifted, around(pricing.Uplifted, schemes("EUR") | ramps("EUR"), uplifts())
    ),
    pricing.PriceEntry: price_entries(),
    pricing.PriceBook: price_books,
    pricing.Profile: profiles,
    products.UnitsMetered: units_metered,
    products.DevicesCounted: devices_counted,
    products.Billing: billings,
    products.Notice: notices,
    products.Renewal: renewals,
    products.ExpensesIncurred: st.builds(products.ExpensesIncurred, numbers),
    products.Accounting: accountings,
    products.FundTerms: fund_terms,
    products.Rollover: rollovers,
    products.TopUp: top_ups,
    products.IncidentTerms: st.builds(
        products.IncidentTerms,
        price_lists.filter(bool),
        st.sampled_from(products.Shortfall),
        price_lists,
        st.integers(0, 9),
        st.sampled_from(products.ChargeDay),
        st.booleans(),
    ),
    products.Override: overrides(),
    products.Origin: origins,
    **shares,
    products.Component: components,
    products.Product: some_products() | some_versions(),
    orders.Stage: stages,
    orders.Purchase: purchases,
    **changes,
    orders.Adjustment: adjustments(),
    orders.QuoteVersion: quote_versions,
    orders.Acceptance: acceptances,
    orders.Quote: st.builds(
        orders.Quote,
        ids,
        st.sampled_from(contracts.Side),
        texts,
        texts,
        currencies,
        st.lists(quote_versions, min_size=1, max_size=2).map(
            lambda found: sorted(found, key=lambda version: version.quoted_on)
        ),
        st.lists(acceptances, max_size=2),
        st.lists(ids, max_size=2),
    ),
    contracts.ContractLine: contract_lines(sells=True),
    contracts.Contract: some_contracts(),
    contracts.Amendment: ids.flatmap(amendments),
    contracts.SeatTerm: st.builds(
        contracts.SeatTerm, days, later_days, amounts(), st.integers(0, 30), roundings
    ),
    contracts.AgreedTexts: agreed_texts,
    contracts.NewQuantity: st.builds(contracts.NewQuantity, ids, not_negative),
    contracts.NewPrice: st.builds(contracts.NewPrice, ids, schemes("EUR")),
    contracts.LineEnds: st.builds(
        contracts.LineEnds, ids, st.none() | st.sampled_from(products.LeftOver)
    ),
    contracts.LineRunsOn: st.builds(contracts.LineRunsOn, ids, st.none() | days),
    contracts.LineBegins: st.builds(contracts.LineBegins, contract_lines()),
    contracts.FundCloses: st.builds(contracts.FundCloses, ids, migrated_lots("EUR")),
    contracts.UnitsRefunded: st.builds(
        contracts.UnitsRefunded, ids, migrated_lots("EUR").filter(lambda lots: len(lots) > 0)
    ),
    contracts.MigratedLot: migrated_lot("EUR"),
    orders.OrderLine: order_lines,
    orders.Order: whole_orders(),
    assets.Device: st.builds(
        assets.Device, ids, texts, texts, st.lists(days, max_size=5, unique=True).map(_windows)
    ),
    assets.MasterArticle: st.builds(assets.MasterArticle, ids, ids, not_negative, days),
    assets.Entitlement: st.builds(
        assets.Entitlement,
        ids,
        ids,
        ids,
        not_negative,
        days,
        st.none() | later_days,
        texts,
        st.none() | ids,
        st.none() | ids,
        st.none() | texts,
        article=st.none() | st.builds(assets.MasterArticle, ids, ids, not_negative, days),
    ),
    assets.Sighting: sightings,
    assets.Snapshot: sightings.flatmap(
        lambda seen: st.builds(
            assets.Snapshot, st.just(seen.source), days, st.just([seen]), st.booleans()
        )
    ),
    assets.TriageDecision: st.builds(
        assets.TriageDecision,
        st.sampled_from(["accept", "merge"]),
        sightings,
        ids,
        days,
        days,
        ids,
        number=st.integers(1, 9),
    )
    | st.builds(assets.TriageDecision, st.just("ignore"), sightings, st.none(), days, days, ids),
    assets.IdentityRules: identity_rules,
    assets.TriagePolicy: st.builds(
        assets.TriagePolicy, identity_rules, st.integers(0, 90), st.booleans()
    ),
    funds.Block: st.builds(
        funds.Block, ids, texts, positive, days, st.none() | later_days, st.none() | money()
    ),
    funds.Draw: st.builds(
        funds.Draw,
        ids,
        days,
        not_negative,
        not_negative,
        st.none() | st.times(),
        st.none() | days,
        texts,
        texts,
    ),
    funds.Refund: st.builds(
        funds.Refund, ids, ids, days, positive, st.none() | money(), st.none() | days, st.booleans()
    ),
    funds.Incident: st.builds(
        funds.Incident,
        ids,
        texts,
        days,
        st.none() | days,
        st.none() | days,
        st.none() | ids,
        st.booleans(),
        st.none() | days,
        st.none() | ids,
        st.none() | ids,
    ),
    funds.WarningLevel: st.builds(funds.WarningLevel, percent_used=positive)
    | st.builds(funds.WarningLevel, units_left=not_negative),
    funds.CarriedLot: st.builds(funds.CarriedLot, not_negative, st.integers(0, 12), texts),
    funds.Allowance: allowances,
    funds.BlockPool: block_pools,
    funds.Unlimited: unlimited,
    funds.Layer: st.builds(
        funds.Layer,
        ids,
        st.one_of(allowances, block_pools, unlimited),
        rate=amounts(),
        kinds=st.lists(texts, max_size=3),
        tariffs=st.lists(st.tuples(texts, positive), max_size=3),
        apply_multiplier=st.booleans(),
    ),
    work.TimeEntry: st.builds(
        work.TimeEntry,
        id=ids,
        person_id=texts,
        day=days,
        hours=numbers,
        multiplier=not_negative,
        started_at=st.none() | st.times(),
        recorded_on=st.none() | days,
        role=texts,
        subject=st.builds(work.WorkSubject, st.none() | texts, texts, texts, texts, texts, texts),
    )
    | st.builds(
        work.TimeEntry.between,
        ids,
        texts,
        instants.filter(lambda at: at.year < 2000),
        instants.filter(lambda at: at.year >= 2000),
        st.just("Asia/Kolkata"),
    ),
    work.HourlyRate: hourly_rates,
    products.ExpenseTerms: expense_terms,
    contracts.Cover: covers,
    work.RateCard: rate_cards,
    products.WeeklyHours: weekly_hours,
    products.RateCalendar: rate_calendars(),
    products.TimeTerms: time_terms,
    products.TimeRounding: time_roundings,
    work.UsageRecord: usage_records(),
    work.Progress: st.builds(
        work.Progress, ids, ids, ids, days, st.fractions(0, 1), recorded_on=st.none() | days
    )
    | st.builds(work.Progress, ids, ids, ids, days, milestone=texts),
    interchange.ExternalKey: st.builds(
        interchange.ExternalKey, ids, ids, ids, ids, days, st.none() | later_days
    ),
    interchange.FocusColumns: focus_columns(),
    interchange.UsageColumns: st.builds(
        interchange.UsageColumns,
        ids,
        id=texts,
        day=texts,
        at=st.none() | texts,
        quantity=st.just("quantity"),
        replaces=st.none() | texts,
        constants=st.dictionaries(st.just("quantity"), texts),
        zone=st.none() | st.sampled_from(["UTC", "Europe/Berlin"]),
        factor=numbers,
        source=texts,
        ours=st.lists(st.sampled_from(["customer", "meter"]), max_size=2),
    ),
    **{
        type(field): st.just(field) | st.just(_renamed(field))
        for field in (
            fields.TextField("a", max_length=9, pattern="[A-Z]+", default="AB"),
            fields.NumberField("b", least="0.5", most=9, decimals=1, default=1),
            fields.MoneyField("c", ["EUR"], least=0, default=finance.Money(5, "EUR")),
            fields.DateField("d", earliest=date(2000, 1, 1), default=date(2026, 4, 1)),
            fields.BoolField("e", default=False),
            fields.SingleField("f", ["x", "y"], default="y"),
            fields.MultiField("g", ["x", "y"], at_most=1, default=("x",)),
            fields.ReferenceField("h", "person", where={"country": ["GB"]}),
            fields.ComputedField("i", function="f", reads="b", gives="number"),
        )
    },
    fields.FieldOption: st.builds(fields.FieldOption, ids, pairs),
    fields.FieldSchema: st.builds(
        fields.FieldSchema,
        texts,
        st.lists(
            st.sampled_from(list("abcdefgh")).map(fields.TextField)
            | st.just(fields.BoolField("z")),
            max_size=4,
            unique_by=lambda field: field.id,
        ),
        st.integers(4, 100),
    ),
    pricing.TimeBuckets: time_buckets(),
    pricing.UsageRule: usage_rules(),
    billing.Invoice: invoices(),
    billing.Charge: charges(),
    **sla_values.VALUES,
    finance.TaxDocument: invoices().map(lambda invoice: invoice.tax),
    Company: st.builds(
        Company,
        groups,
        st.lists(st.tuples(texts, pairs), max_size=2).map(tuple),
        st.lists(tax_rates, max_size=2).map(tuple),
        st.lists(transfer_rules, max_size=2).map(tuple),
        cost_rate_tables,
        st.lists(st.tuples(texts, st.none() | texts), max_size=2).map(tuple),
        st.lists(texts, max_size=2).map(tuple),
        closed_periods=closed_periods,
    ),
    finance.ClosedPeriods: closed_periods,
}

for _cls, _strategy in OF_THEIR_OWN.items():
    st.register_type_strategy(_cls, _strategy)


def values_of(cls: type) -> st.SearchStrategy[Any]:
    """Values of a class: by the table above, or from the types of its fields."""
    assert attrs.has(cls)
    return st.from_type(cls)
