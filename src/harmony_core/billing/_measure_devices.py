"""What the devices of a period cost: as counted, or as what was billed ahead of it is settled."""

from __future__ import annotations

from datetime import date
from fractions import Fraction

import attrs

from harmony_core.assets import Fleet, advance_true_up, count_devices, device_amount
from harmony_core.billing._charge import ChargeKind
from harmony_core.billing._measured import Measured, Measurement
from harmony_core.billing._plan import trigger_of
from harmony_core.periods import Timing
from harmony_core.pricing import scheme_on
from harmony_core.products import DevicesCounted


def devices_counted(asked: Measurement, day: date, source: DevicesCounted) -> Measured:
    """The devices of the period at their price; or what settles those that were billed ahead."""
    if asked.kind is ChargeKind.TRUE_UP:
        return _true_up(asked, day, source)
    count = count_devices(
        _fleet(asked, day).devices,
        asked.period.span,
        source.policy,
        source.types,
        asked.terms.asset_types,
        minimum=source.minimum,
    )
    span, full = asked.period.span, asked.period.full
    part = Fraction(span.days, asked.line.served(full).days)
    scheme, rounding = scheme_on(asked.line.scheme, span.start), asked.terms.rounding
    priced = device_amount(count, scheme, rounding, full_days=full.days, part=part)
    explanation = asked.with_price_facts(priced.explanation)
    return Measured(priced.amount, count.quantity, count.device_ids, explanation)


def _true_up(asked: Measurement, day: date, source: DevicesCounted) -> Measured:
    advance = asked.advance
    if advance is None:
        ahead = attrs.evolve(asked, kind=ChargeKind.SERVICE)
        billed = trigger_of(asked.line, ChargeKind.SERVICE, asked.period)
        advance = devices_counted(ahead, billed, source).amount
    settled = advance_true_up(
        _fleet(asked, day).devices,
        asked.period.span,
        scheme_on(asked.line.scheme, asked.period.span.start),
        source.credits,
        types=source.types,
        asset_types=asked.terms.asset_types,
        minimum=source.minimum,
        rounding=asked.terms.rounding,
        full_days=asked.period.full.days,
        advance=advance,
    )
    count = settled.count
    explanation = asked.with_price_facts(settled.explanation)
    return Measured(settled.true_up, count.quantity, count.device_ids, explanation)


def _fleet(asked: Measurement, day: date) -> Fleet:
    at_first = asked.line.billing.timing is Timing.ADVANCE and asked.kind is ChargeKind.SERVICE
    span = asked.period.span
    through = span.first_day if at_first else span.last_day
    return asked.facts.fleet(asked.contract.party_id, day, through)
