"""How many devices count for a period.

One fleet gives different numbers under different policies, so the policy is agreed in the
contract, stored on the line and on the charge. A device counts by its id: once a day, and under
every policy but ``daily`` once a period, however often it vanished and returned.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import date, timedelta
from fractions import Fraction
from itertools import accumulate

import attrs

from harmony_core.assets._devices import Device
from harmony_core.assets._types import AssetTypes
from harmony_core.errors import InvalidValue, expect_word
from harmony_core.explanation import exact_text
from harmony_core.finance import Exact, exact
from harmony_core.periods import Span
from harmony_core.products import CountPolicy


@attrs.frozen
class DeviceCount:
    """A count and what is behind it.

    Attributes:
        period: the days counted.
        policy: the rule.
        quantity: what is billed: devices, or device days under ``daily``; at least the minimum.
        counted: the same before the minimum.
        device_ids: the devices behind ``counted``, sorted. Under ``daily`` all that were active.
        per_day: devices on each day of the period, at least the minimum.
        minimum: devices billed even if fewer are there.
    """

    period: Span
    policy: CountPolicy
    quantity: Fraction
    counted: Fraction
    device_ids: tuple[str, ...]
    per_day: tuple[Fraction, ...]
    minimum: Fraction = Fraction(0)


def count_devices(
    devices: Iterable[Device],
    period: Span,
    policy: CountPolicy,
    types: Collection[str],
    asset_types: AssetTypes | None = None,
    *,
    minimum: Exact = 0,
) -> DeviceCount:
    """Count the devices of some types in a period.

    Args:
        devices: of the customer or site that the contract covers; others are not left out here.
            A device given twice, by two sources say, counts once.
        period: at least one day.
        policy: which devices count.
        types: at least one type; with ``asset_types``, all sub-types count as well.
        asset_types: the tree; ``None`` when types have no sub-types.
        minimum: devices to bill at least; under ``daily`` on each day.

    Raises:
        InvalidValue: an empty period, no type, or a minimum below zero.
        NotFound: a type that is not in the tree.

    >>> april = Span.of_days(date(2026, 4, 1), date(2026, 4, 30))
    >>> laptop = Device("D-1", "laptop", "K-1", [(date(2026, 4, 11), None)])
    >>> count_devices([laptop], april, CountPolicy.DAILY, ["laptop"]).quantity
    Fraction(20, 1)
    """
    policy = expect_word(policy, CountPolicy)
    if not period.days:
        raise InvalidValue(f"devices are counted over at least one day, got none at {period.start}")
    least = exact(minimum, "a minimum")
    if least < 0:
        raise InvalidValue(f"a minimum must not be below zero, got {exact_text(least)}")
    active = _active_by_id(devices, period, _wanted(types, asset_types))
    per_day = _per_day(active.values(), period)
    counted, ids = _counted(policy, active, per_day, period)
    floored = tuple(max(Fraction(number), least) for number in per_day)
    daily = policy is CountPolicy.DAILY
    quantity = sum(floored, Fraction(0)) if daily else max(counted, least)
    return DeviceCount(period, policy, quantity, counted, ids, floored, least)


def _wanted(types: Collection[str], asset_types: AssetTypes | None) -> frozenset[str]:
    wanted = frozenset([types] if isinstance(types, str) else types)
    if not wanted:
        raise InvalidValue("no asset type named: a line without types would count nothing")
    return wanted if asset_types is None else asset_types.under(wanted)


def _active_by_id(
    devices: Iterable[Device], period: Span, wanted: frozenset[str]
) -> dict[str, Device]:
    """Devices of the wanted types that are active in the period, one for each id."""
    found: dict[str, Device] = {}
    for device in devices:
        if device.type not in wanted or not any(device.active_in(period)):
            continue
        other = found.get(device.id)
        windows = device.active if other is None else (*other.active, *device.active)
        found[device.id] = device if other is None else attrs.evolve(other, active=windows)
    return found


def _per_day(devices: Iterable[Device], period: Span) -> list[int]:
    changes = [0] * (period.days + 1)
    for device in devices:
        for part in device.active_in(period):
            changes[(part.start - period.start).days] += 1
            changes[(part.end - period.start).days] -= 1
    return list(accumulate(changes))[:-1]


def _counted(
    policy: CountPolicy, active: dict[str, Device], per_day: list[int], period: Span
) -> tuple[Fraction, tuple[str, ...]]:
    if policy is CountPolicy.DAILY:
        return Fraction(sum(per_day)), tuple(sorted(active))
    if policy is CountPolicy.ANY_ACTIVE:
        return Fraction(len(active)), tuple(sorted(active))
    day = _day_that_counts(policy, per_day, period)
    ids = tuple(sorted(id_ for id_, device in active.items() if device.is_active(day)))
    return Fraction(len(ids)), ids


def _day_that_counts(policy: CountPolicy, per_day: list[int], period: Span) -> date:
    if policy is CountPolicy.LAST_DAY:
        return period.last_day
    if policy is CountPolicy.PEAK:
        return period.start + timedelta(days=per_day.index(max(per_day)))
    return period.first_day
