"""Who bills what: which lines pick up which types, and each device on each day.

A device belongs on exactly one line on each day that it is there. Days on which no line picks it up
are a gap, days on which several do are an overlap; both are listed with the days, so that every
device day is billed once or listed. A device that a line picks up may still not be counted, because
the line's policy looks at other days: that is listed too. Lines stand as they were amended.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from datetime import date
from itertools import pairwise

import attrs

from harmony_core.assets._counting import count_devices
from harmony_core.assets._coverage_report import (
    CoverageReport,
    CoverageRow,
    CoveredDays,
    LineKey,
    NotCounted,
)
from harmony_core.assets._devices import Device
from harmony_core.assets._types import AssetTypes
from harmony_core.contracts import Contract, ContractLine, Side
from harmony_core.errors import NotFound
from harmony_core.parties import Directory
from harmony_core.periods import Span
from harmony_core.products import CountPolicy, DevicesCounted


@attrs.frozen
class _Counting:
    """A line that counts devices, with the contract that says when it runs."""

    contract: Contract
    line: ContractLine
    customer_id: str
    source: DevicesCounted
    types: tuple[str, ...]

    @property
    def key(self) -> LineKey:
        return self.contract.id, self.line.id

    def running(self, period: Span) -> tuple[Span, ...]:
        """The days of a period on which the line runs, cut where its price changes."""
        return tuple(days for days, _ in self.contract.parts(self.line.id, period))

    def row(self, day: date) -> CoverageRow | None:
        """The row of the mapping table on a day; ``None`` where the line does not run."""
        line = self.contract.line_on(self.line.id, day)
        if line is None:
            return None
        named, policy = self.source.types, self.source.policy
        places = (*self.key, self.customer_id)
        return CoverageRow(*places, named, self.types, policy, line.start, line.last_day)


class DeviceCoverage:
    """The mapping of agreements and types, to be asked from both sides.

    Args:
        contracts: of any kind; sell lines that count devices are looked at.
        asset_types: the tree; ``None`` when types have no sub-types.
        directory: resolves customers that were merged.

    Raises:
        NotFound: a line names a type that is not in the tree.
    """

    __slots__ = ("_by_customer", "_directory", "_lines", "_types")

    def __init__(
        self,
        contracts: Iterable[Contract],
        asset_types: AssetTypes | None = None,
        directory: Directory | None = None,
    ) -> None:
        self._types, self._directory = asset_types, directory
        found: list[_Counting] = []
        for contract in contracts:
            if contract.side is Side.SELL:
                customer = self._customer(contract.party_id)
                for line in contract.lines_ever:
                    if isinstance(line.source, DevicesCounted):
                        types = tuple(sorted(self._below(line.source.types)))
                        found.append(_Counting(contract, line, customer, line.source, types))
        self._lines = {one.key: one for one in sorted(found, key=lambda one: one.key)}
        self._by_customer: defaultdict[str, list[_Counting]] = defaultdict(list)
        for one in self._lines.values():
            self._by_customer[one.customer_id].append(one)

    def table(self, day: date) -> tuple[CoverageRow, ...]:
        """Give the mapping table: the lines that run on ``day`` and what each picks up."""
        rows = (one.row(day) for one in self._lines.values())
        return tuple(row for row in rows if row is not None)

    def types_of(self, contract_id: str, day: date) -> tuple[str, ...]:
        """Give the types that an agreement picks up on ``day``, sorted.

        Raises:
            NotFound: no line of such an agreement counts devices.
        """
        if all(contract_id != known for known, _ in self._lines):
            raise NotFound(f"no line of a contract {contract_id!r} counts devices")
        rows = (row for row in self.table(day) if row.contract_id == contract_id)
        return tuple(sorted({type_ for row in rows for type_ in row.types}))

    def lines_of_type(
        self, type_: str, day: date, customer_id: str | None = None
    ) -> tuple[CoverageRow, ...]:
        """Give the lines that pick up a type on ``day``, of one customer or of all.

        Raises:
            NotFound: the type is not in the tree.
        """
        if self._types is not None:
            self._types.line(type_)
        customer = None if customer_id is None else self._customer(customer_id)
        return tuple(
            row
            for row in self.table(day)
            if type_ in row.types and customer in (None, row.customer_id)
        )

    def lines_of_device(self, device: Device, days: date | Span) -> tuple[LineKey, ...]:
        """Give the lines that pick up a device on a day or in a period, while it is there."""
        parts = self._parts(device, _span(days))
        return tuple(sorted({key for part in parts for key in part.lines}))

    def devices_of_line(
        self, contract_id: str, line_id: str, devices: Iterable[Device], days: date | Span
    ) -> tuple[str, ...]:
        """Give the ids of the devices that a line picks up on a day or in a period, sorted.

        Raises:
            NotFound: no such line counts devices.
        """
        key = contract_id, line_id
        if key not in self._lines:
            raise NotFound(f"no line {line_id!r} of a contract {contract_id!r} counts devices")
        found = (one.id for one in devices if key in self.lines_of_device(one, days))
        return tuple(sorted(set(found)))

    def report(
        self,
        devices: Iterable[Device],
        period: Span,
        billable: Collection[str] | None = None,
    ) -> CoverageReport:
        """Look at every device on every day of a period.

        Args:
            devices: with the days on which they are there; a device given twice is one.
            period: the days to look at.
            billable: types that should be billed, with all below them; ``None`` for every type. A
                device of another type is no gap, but may be an overlap. One of a type that nobody
                knows is always a gap.

        Raises:
            NotFound: a billable type that is not in the tree.
        """
        wanted = None if billable is None else self._below(billable)
        merged = _by_id(devices)
        unknown = [one.id for one in merged if not self._is_known(one.type)]
        once: list[CoveredDays] = []
        overlaps: list[CoveredDays] = []
        gaps: list[CoveredDays] = []
        for device in merged:
            is_billable = wanted is None or device.type in wanted or not self._is_known(device.type)
            for part in self._parts(device, period):
                if len(part.lines) == 1:
                    once.append(part)
                elif part.lines:
                    overlaps.append(part)
                elif is_billable:
                    gaps.append(part)
        missed = self._not_counted(merged, period)
        return CoverageReport(
            period, tuple(once), tuple(overlaps), tuple(gaps), tuple(missed), tuple(unknown)
        )

    def _parts(self, device: Device, period: Span) -> Iterator[CoveredDays]:
        """The days on which the device is there, cut where a line begins or ends."""
        customer = self._customer(device.customer_id)
        for there in device.active_in(period):
            runs = [
                (one.key, days)
                for one in self._by_customer.get(customer, ())
                if device.type in one.types
                for days in one.running(there)
            ]
            borders = {there.start, there.end}
            borders.update(day for _, days in runs for day in (days.start, days.end))
            last: CoveredDays | None = None
            for first, stop in pairwise(sorted(borders)):
                keys = tuple(sorted({key for key, days in runs if first in days}))
                if last is not None and last.lines == keys:  # only a price changes here
                    last = attrs.evolve(last, days=Span(last.days.start, stop))
                    continue
                if last is not None:
                    yield last
                last = CoveredDays(device.id, device.type, customer, Span(first, stop), keys)
            if last is not None:
                yield last

    def _not_counted(self, devices: list[Device], period: Span) -> Iterator[NotCounted]:
        """Devices there in the period, whose line counts none of their days; as billing counts."""
        of_customer: defaultdict[str, list[Device]] = defaultdict(list)
        for device in devices:
            of_customer[self._customer(device.customer_id)].append(device)
        for one in self._lines.values():
            mine = [each for each in of_customer[one.customer_id] if each.type in one.types]
            for service in one.line.periods() if mine else ():
                if service.span.start >= period.end:
                    break
                if service.span.end <= period.start:
                    continue
                seen: set[str] = set()
                counted: set[str] = set()
                for days in one.running(service.span):
                    start, end = max(days.start, period.start), min(days.end, period.end)
                    if start < end:
                        seen |= _ids(mine, Span(start, end), CountPolicy.ANY_ACTIVE)
                    counted |= _ids(mine, days, _settling(one.source.policy))
                for device_id in sorted(seen - counted):
                    yield NotCounted(device_id, one.key, service.span, one.source.policy)

    def _below(self, types: Collection[str]) -> frozenset[str]:
        named = frozenset([types] if isinstance(types, str) else types)
        return named if self._types is None else self._types.under(named)

    def _is_known(self, type_: str) -> bool:
        return self._types is None or type_ in self._types.parents

    def _customer(self, customer_id: str) -> str:
        if self._directory is None or customer_id not in self._directory:
            return customer_id
        return self._directory.resolve(customer_id).id


def _span(days: date | Span) -> Span:
    return days if isinstance(days, Span) else Span.of_days(days, days)


def _ids(devices: list[Device], days: Span, policy: CountPolicy) -> set[str]:
    types = {device.type for device in devices}
    return set(count_devices(devices, days, policy, types).device_ids)


def _settling(policy: CountPolicy) -> CountPolicy:
    """The days that decide in the end: an advance is settled by every day of the period."""
    return CountPolicy.DAILY if policy is CountPolicy.ADVANCE_TRUE_UP else policy


def _by_id(devices: Iterable[Device]) -> list[Device]:
    """One device for each id, there on the days of all that were given."""
    found: dict[str, Device] = {}
    for device in devices:
        other = found.get(device.id)
        windows = device.active if other is None else (*other.active, *device.active)
        found[device.id] = attrs.evolve(other or device, active=windows)
    return [found[id_] for id_ in sorted(found)]
