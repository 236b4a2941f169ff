"""What a count of devices costs, and how a bill in advance is settled.

A price is for one device and the whole period. Day by day, each day costs the price of its own
count divided by the days of the period; so bands are applied to the devices of a day and never to a
heap of device days.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable
from fractions import Fraction

import attrs

from harmony_core.assets._counting import DeviceCount, count_devices
from harmony_core.assets._devices import Device
from harmony_core.assets._types import AssetTypes
from harmony_core.explanation import Explainer, Explanation
from harmony_core.finance import HALF_UP, Exact, Money, Rounding, exact
from harmony_core.periods import Span
from harmony_core.pricing import Scheme, explain
from harmony_core.products import CountPolicy


@attrs.frozen
class DeviceAmount:
    """The price of a count, settled."""

    count: DeviceCount
    amount: Money
    explanation: Explanation


def device_amount(
    count: DeviceCount,
    scheme: Scheme,
    rounding: Rounding = HALF_UP,
    *,
    full_days: int | None = None,
    part: Exact = 1,
) -> DeviceAmount:
    """Price a count: the quantity by the scheme, or day by day under the ``daily`` policy.

    Under ``advance_true_up`` this is the advance. A price pays for a whole period: when the days
    counted are only a part of one, ``full_days`` says how many the whole has, and prices by the
    day, advances among them, are for the part. Other policies charge a short period in full; where
    a change of price cuts a period, ``part`` says which share of its days each of them pays for.

    >>> from datetime import date
    >>> from harmony_core.finance import ExactAmount
    >>> from harmony_core.pricing import PerUnit
    >>> april = Span.of_days(date(2026, 4, 1), date(2026, 4, 30))
    >>> laptop = Device("D-1", "laptop", "K-1", [(date(2026, 4, 11), None)])
    >>> count = count_devices([laptop], april, CountPolicy.DAILY, ["laptop"])
    >>> device_amount(count, PerUnit(ExactAmount.of("30.00", "EUR"))).amount
    Money.of('20.00', 'EUR')
    """
    why = Explainer("device count", 1)
    _facts(why, count)
    if count.policy is CountPolicy.DAILY:
        price = _by_day(why, count, scheme, full_days)
    else:
        price = why.adopt(explain(scheme, count.quantity), "price_")
        if count.policy is CountPolicy.ADVANCE_TRUE_UP and full_days not in (
            None,
            count.period.days,
        ):
            days = Fraction(count.period.days, full_days or 1)
            why.given("part", "days served of the days of the full period", days)
            price = why.step("prorated", "price for the days served", "multiply", price, "part")
        elif count.policy is not CountPolicy.ADVANCE_TRUE_UP and exact(part) != 1:
            why.given("part", "days at this price of the days of the period", exact(part))
            price = why.step("prorated", "price for these days", "multiply", price, "part")
    amount = _settled(why, price, scheme.currency, rounding)
    return DeviceAmount(count, amount, why.explanation("amount"))


@attrs.frozen
class AdvanceTrueUp:
    """A period billed in advance and settled when it is over.

    ``advance`` is due for the first day's devices; ``true_up`` is what the days really cost less
    the advance, below zero for a credit. ``explanation`` is that of ``true_up``.
    """

    count: DeviceCount
    advance: Money
    true_up: Money
    explanation: Explanation


def advance_true_up(
    devices: Iterable[Device],
    period: Span,
    scheme: Scheme,
    credits: bool = True,  # noqa: A002  the trade's word
    *,
    types: Collection[str],
    asset_types: AssetTypes | None = None,
    minimum: Exact = 0,
    rounding: Rounding = HALF_UP,
    full_days: int | None = None,
    advance: Money | None = None,
) -> AdvanceTrueUp:
    """Price a period in advance by its first day, and settle it by all of its days.

    The days are settled as one sum, so advance and true-up together are what ``daily`` bills.

    Args:
        devices: as for :func:`count_devices`, and so are ``types``, ``asset_types``, ``minimum``.
        period: as billed in advance.
        scheme: price of one device for the whole period; look-up bands can make growth cheaper.
        credits: without them a true-up below zero is nothing.
        types: which types count.
        asset_types: the tree of types.
        minimum: devices to bill at least, each day.
        rounding: how the advance and the sum of the days are settled.
        full_days: days of the whole period when ``period`` is only a part of one.
        advance: what was billed in advance, where later news would make it another amount.
    """
    fleet = tuple(devices)
    count = count_devices(
        fleet, period, CountPolicy.ADVANCE_TRUE_UP, types, asset_types, minimum=minimum
    )
    if advance is None:
        advance = device_amount(count, scheme, rounding, full_days=full_days).amount
    why = Explainer("true-up of devices billed in advance", 1)
    _facts(why, count)
    why.given("advance", "billed in advance", advance.exact.value, advance.currency)
    _settled(why, _by_day(why, count, scheme, full_days), scheme.currency, rounding)
    result = why.step("difference", "days less advance", "subtract", "amount", "advance")
    if not credits:
        why.given("nothing", "no credit is given below", Fraction(0), scheme.currency)
        result = why.step("true_up", "true-up", "greatest", "difference", "nothing")
    true_up = Money.of(why.value(result), scheme.currency)
    return AdvanceTrueUp(count, advance, true_up, why.explanation(result))


def _facts(why: Explainer, count: DeviceCount) -> None:
    why.fact("first day", count.period.first_day.isoformat())
    why.fact("last day", count.period.last_day.isoformat())
    why.fact("count policy", count.policy.value)
    why.fact("devices", ", ".join(count.device_ids) or "-")


def _by_day(why: Explainer, count: DeviceCount, scheme: Scheme, full_days: int | None) -> str:
    parts = []
    for number, (devices, days) in enumerate(sorted(Counter(count.per_day).items()), start=1):
        price = why.adopt(explain(scheme, devices), f"count{number}_")
        why.given(f"days{number}", "days with this count", Fraction(days), "d")
        label = "price of these days, before dividing"
        parts.append(why.step(f"part{number}", label, "multiply", price, f"days{number}"))
    why.given("days", "days of the period", Fraction(full_days or count.period.days), "d")
    why.step("all_days", "all days", "add", *parts, unit=scheme.currency)
    return why.step("by_day", "by day", "divide", "all_days", "days")


def _settled(why: Explainer, name: str, currency: str, rounding: Rounding) -> Money:
    smallest = rounding.step or Money(1, currency).exact.value
    why.given("step", "smallest unit", smallest, currency)
    why.step("amount", "settled", f"round_{rounding.mode.value}", name, "step", unit=currency)
    return Money.of(why.value("amount"), currency)
