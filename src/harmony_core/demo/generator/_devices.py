"""2,600 devices and the 3,900 days on which one of them appeared or vanished."""

from datetime import date, timedelta

from harmony_core.demo.generator._customers import MASTER
from harmony_core.demo.generator._dice import Dice
from harmony_core.demo.generator._orders import Book
from harmony_core.demo.generator._planted_contracts import Planted
from harmony_core.demo.generator._rows import FIRST_DAY, LAST_DAY, Device, DeviceEvent, recorded

DEVICES, RETIRED, RETURNED, LATE = 2600, 1250, 25, 26


class Fleets:
    """All devices; planted ones first, so that their ids do not depend on the draws."""

    def __init__(self, book: Book, planted: Planted, seed: int) -> None:
        self._book, self._dice = book, Dice(seed, "devices")
        self.devices: list[Device] = []
        self._events: list[DeviceEvent] = []
        self._steady()
        self._plant(planted)
        self._ordinary()
        place = {"on": 1, "off": 0}
        self.events = sorted(self._events, key=lambda row: (row.device, row.day, place[row.kind]))

    def _add(self, kind: str, customer: str, day: date, recorded_on: date | None = None) -> str:
        key = f"D{len(self.devices) + 1:04}"
        self.devices.append(Device(key, kind, customer))
        self._event(key, day, "on", recorded_on)
        return key

    def _event(self, device: str, day: date, kind: str, recorded_on: date | None = None) -> None:
        self._events.append(DeviceEvent(device, day, kind, recorded_on))

    def _steady(self) -> None:
        for fleet in self._book.fleets:
            if fleet.steady:
                for kind, count in fleet.sizes:
                    for _ in range(count):
                        self._add(
                            kind,
                            fleet.customer,
                            self._dice.day(date(2021, 2, 1), date(2022, 7, 31)),
                        )

    def _first(self, contract: str, kind: str) -> str:
        customer = self._book.customer[contract]
        return next(row.id for row in self.devices if (row.customer, row.type) == (customer, kind))

    def _plant(self, planted: Planted) -> None:
        note, customer = self._book.note, self._book.customer
        new = self._add("laptop", customer[planted.cliff], date(2024, 11, 18), date(2024, 12, 9))
        note(
            "Look-up cliff, negative correction",
            f"contract {planted.cliff}, device {new}",
            "November 2024 was billed for 50 at 10.00 = 500.00; the late 51st makes it 51 at 8.00 "
            "= 408.00: a correction of -92.00 on 2024-12-09.",
        )
        gone = self._first(planted.dearer, "workstation")
        self._event(gone, date(2025, 2, 1), "off", date(2025, 3, 12))
        note(
            "Look-up cliff, positive correction",
            f"contract {planted.dearer}, device {gone}",
            "February 2025 was billed for 51; the late removal leaves 50 in the dearer band: the "
            "correction of 2025-03-12 is above zero.",
        )
        gone = self._first(planted.british_year_end, "laptop")
        self._event(gone, date(2025, 3, 11), "off", date(2025, 4, 17))
        note(
            "Negative correction over a fiscal year end (Britain)",
            f"contract {planted.british_year_end}, device {gone}",
            "21 device days of March 2025 are given back on 2025-04-17, in the next fiscal year.",
        )
        gone = self._first(planted.german_year_end, "server")
        self._event(gone, date(2024, 12, 5), "off", date(2025, 1, 14))
        note(
            "Negative correction over a fiscal year end (Germany)",
            f"contract {planted.german_year_end}, device {gone}",
            "December 2024 counted 24 on its last "
            "day and now counts 23: the top band's price is given back on 2025-01-14.",
        )
        for contract, kind, day, expect in (
            (planted.swap_last, "server", date(2025, 1, 31), "Counted by the last day: still 12."),
            (
                planted.swap_any,
                "switch",
                date(2025, 5, 31),
                "Any active device counts: 17 in May 2025, 16 before and after.",
            ),
        ):
            old = self._first(contract, kind)
            self._event(old, day, "off")
            fresh = self._add(kind, customer[contract], day)
            note(
                "Device swapped on the last day",
                f"contract {contract}, devices {old} and {fresh}",
                expect,
            )
        self._event(self._first(planted.master_fleet, "server"), date(2024, 6, 18), "off")
        self._add("laptop", MASTER, date(2025, 9, 9))

    def _ordinary(self) -> None:
        dice = self._dice
        places = [
            (kind, fleet.customer)
            for fleet in self._book.fleets
            if not fleet.steady
            for kind, count in fleet.sizes
            for _ in range(count)
        ]
        left = DEVICES - len(self.devices)
        # The larger fleets take what the drawn sizes leave over, or give what they exceed.
        while len(places) < left:
            places += dice.shuffled(places)[: left - len(places)]
        places = sorted(dice.shuffled(places)[:left], key=lambda place: (place[1], place[0]))
        keys: list[tuple[str, date]] = []
        for kind, customer in places:
            early = dice.chance(78)
            first, last = (
                (date(2021, 1, 11), date(2024, 3, 20)) if early else (FIRST_DAY, date(2026, 2, 20))
            )
            day = dice.day(first, last)
            keys.append((self._add(kind, customer, day), day))
        drawn = dice.shuffled(keys)
        already = sum(event.kind == "off" for event in self._events)
        retired = drawn[: RETIRED - already]
        returned = drawn[len(retired) : len(retired) + RETURNED]
        late = [key for key, since in retired if since < FIRST_DAY][:LATE]
        for key, since in retired:
            day = dice.day(max(since + timedelta(1), date(2024, 4, 2)), LAST_DAY - timedelta(5))
            behind = dice.pick((2, 3, 6, 21, 34, 47)) if key in late else 0
            self._event(key, day, "off", recorded(day, behind))
        for key, since in returned:
            day = dice.day(max(since, FIRST_DAY) + timedelta(5), LAST_DAY - timedelta(20))
            self._event(key, day, "off")
            self._event(key, min(day + timedelta(dice.whole(2, 60)), LAST_DAY), "on")
        names = ", ".join(key for key, _ in sorted(returned)[:5])
        self._book.note(
            "Vanished and returned",
            f"{RETURNED} devices, among them {names}",
            "Two spans of activity; one device under any_active when both touch a month.",
        )
        names = ", ".join(sorted(late)[:5])
        self._book.note(
            "Removed, recorded late",
            f"{LATE} devices, among them {names}",
            "Recorded before "
            "the bill: nothing special. After it: a correction on the day of recording.",
        )
