"""What a period of a line costs, as known on a day: each source of quantity is measured its way."""

from __future__ import annotations

from datetime import date

from harmony_core.billing._charge import ChargeKind
from harmony_core.billing._fund_draws import is_refunded
from harmony_core.billing._measure_devices import devices_counted
from harmony_core.billing._measure_funds import overage, top_ups, used_block
from harmony_core.billing._measure_usage import units_metered, usage_metered
from harmony_core.billing._measure_work import expenses_passed_on, time_worked
from harmony_core.billing._measured import Measured, Measurement
from harmony_core.billing._plan import BY_MONTH, moving_facts
from harmony_core.billing._usage import UsageOfPeriod
from harmony_core.periods import proration
from harmony_core.pricing import explain
from harmony_core.products import (
    DevicesCounted,
    ExpensesIncurred,
    TimeWorked,
    UnitsMetered,
    UsageMetered,
    meters_of,
)


def measure(asked: Measurement, day: date) -> Measured:
    """Give what the period costs, as known on ``day``."""
    if asked.kind is ChargeKind.OVERAGE:
        return overage(asked, day)
    if asked.kind is ChargeKind.TOP_UP:
        return top_ups(asked, day)
    start, last = asked.period.span.start, asked.line.last_day
    if is_refunded(asked.line, start) and last is not None and day > last:
        return used_block(asked, day)
    match asked.line.source:
        case TimeWorked() as source:
            return time_worked(asked, day, source)
        case ExpensesIncurred() as source:
            return expenses_passed_on(asked, day, source)
        case UsageMetered() as source:
            return usage_metered(asked, day, source)
        case UnitsMetered() as source:
            return units_metered(asked, day, source)
        case DevicesCounted() as source:
            return devices_counted(asked, day, source)
    return _agreed(asked)


def recorded_between(asked: Measurement, before: date, now: date) -> tuple[str, ...]:
    """Give the ids of the facts about the period that were recorded after one day, by another."""
    contract, line, span = asked.contract, asked.line, asked.period.span
    party, source = contract.party_id, line.source
    known: list[tuple[str, date]] = []
    if asked.kind in BY_MONTH or isinstance(source, TimeWorked):
        entries = moving_facts(contract, line, span, asked.facts)
        known += ((one.id, one.known_on) for one in entries)
    elif isinstance(source, ExpensesIncurred):
        items = asked.facts.expenses_of(contract.id, line.id, span)
        known += ((one.id, one.known_on) for one in items)
    elif meters := meters_of(source):
        each = (UsageOfPeriod(asked.facts, party, one, span) for one in meters)
        return tuple(sorted({name for one in each for name in one.became_known(before, now)}))
    elif isinstance(source, DevicesCounted):
        events = asked.facts.device_events_of(party)
        known += ((one.device_id, one.known_on) for one in events if one.day < span.end)
    return tuple(sorted({name for name, day in known if before < day <= now}))


def _agreed(asked: Measurement) -> Measured:
    why = asked.explainer("agreed quantity")
    price = why.adopt(explain(asked.scheme(why), asked.line.quantity), "price_")
    if asked.line.fund is None and asked.period.span != asked.period.full:
        ratio = proration(asked.period.span, asked.period.full)
        why.given("part", "days served of the days of the full period", ratio)
        price = why.step("prorated", "price for the days served", "multiply", price, "part")
    return asked.settled(why, price, asked.line.quantity, ())
