"""2,400 time entries and 800 expenses: who worked where, on which line, written down when."""

from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal

from harmony_core.demo.generator._customers import DIFFICULT, IN_DINAR
from harmony_core.demo.generator._dice import Dice
from harmony_core.demo.generator._orders import Book, active
from harmony_core.demo.generator._people import PART_TIMERS, Staff
from harmony_core.demo.generator._planted_contracts import Planted
from harmony_core.demo.generator._planted_work import planted_time
from harmony_core.demo.generator._prices import LEVELS
from harmony_core.demo.generator._rows import Expense, OrderLine, TimeEntry, recorded

ENTRIES, UNCOVERED, LATE_ENTRIES, EXPENSES, LATE_EXPENSES = 2400, 12, 17, 800, 12
MONTHS = [date(2024 + (3 + n) // 12, (3 + n) % 12 + 1, 1) for n in range(24)]
QUARTER = Decimal("0.25")
KINDS = {
    "time": ("project", "consulting", "onsite"),
    "covered": ("remote", "incident", "onsite"),
    "fund": ("remote", "onsite", "consulting"),
}
# Lowest and highest quarter hours of an entry, and how many tickets such a line draws.
QUARTERS = {"time": (6, 30), "covered": (1, 9), "fund": (1, 8)}
CATEGORIES = (
    ("travel", 18, 160),
    ("hotel", 70, 190),
    ("meals", 9, 45),
    ("parking", 4, 24),
    ("parts", 12, 140),
)


class Worker:
    def __init__(self, book: Book, planted: Planted, staff: Staff, seed: int) -> None:
        self._book, self._planted, self._staff = book, planted, staff
        self._dice = Dice(seed, "time")
        self._busy: set[tuple[str, date]] = set()
        self._weights: list[tuple[OrderLine, str, int]] = []
        self._targets()

    def _targets(self) -> None:
        reserved = {
            self._planted.pilot,
            self._planted.split_view,
            self._planted.expiring,
            self._planted.top_up,
            self._planted.short,
        }
        seen: set[str] = set()
        for line in self._book.sell_lines("time", "fixed"):
            kind = {"transactional": "time", "recurring": "covered", "prepayment": "fund"}[
                self._book.products[line.product].type
            ]
            if line.contract in reserved or line.product.startswith("HW"):
                continue
            if kind == "covered" and line.contract in seen:
                continue  # covered work goes to the first line of a contract
            seen.add(line.contract)
            weight = {"time": 14, "covered": 4, "fund": 5 + self._dice.whole(0, 11)}[kind]
            if self._book.customer[line.contract] in DIFFICULT:
                weight = 26
            self._weights.append((line, kind, weight))

    def _day(self, month: date) -> date:
        """Mostly a working day."""
        while True:
            day = month + timedelta(self._dice.whole(0, 30))
            if day.month == month.month and (day.weekday() < 5 or self._dice.chance(6)):
                return day

    def _target(self, day: date) -> tuple[OrderLine, str]:
        open_today = [row for row in self._weights if active(row[0], day)]
        line, kind, _ = self._dice.weighted(open_today, [row[2] for row in open_today])
        return line, kind

    def _performer(self, entity: str, day: date) -> str:
        """Engineers in India do more than a third of the hours of the three other entities."""
        dice = self._dice
        home = entity
        if entity != "IN":
            others = [other for other in ("GB", "DE", "US") if other != entity]
            home = dice.weighted((entity, "IN", *others), (59, 35, 3, 3))
        free = [key for key in self._staff.at_work(home, day) if (key, day) not in self._busy]
        part_time = [key for key in free if key in PART_TIMERS and dice.chance(50)]
        person = dice.pick([key for key in free if key not in part_time] or free)
        self._busy.add((person, day))
        return person

    def time(self) -> list[TimeEntry]:
        dice, book = self._dice, self._book
        planted = planted_time(self._planted)
        self._busy.update((entry.person, entry.day) for entry, _ in planted)
        rows: list[tuple[TimeEntry, str]] = list(planted)
        for number in range(ENTRIES - len(planted)):
            day = self._day(MONTHS[number % 24])
            line, kind = self._target(day)
            person = self._performer(book.entity[line.contract], day)
            start, multiplier = self._when(day)
            entry = TimeEntry(
                "",
                person,
                day,
                start,
                self._hours(person, kind, line),
                line.contract,
                line.line,
                dice.pick(KINDS[kind]),
                multiplier,
                None,
            )
            rows.append((entry, ""))
        ordinary = dice.shuffled([place for place, row in enumerate(rows) if not row[1]])
        for place in ordinary[:UNCOVERED]:
            rows[place] = (rows[place][0]._replace(contract=None, line=None), "uncovered")
        for place in ordinary[UNCOVERED : UNCOVERED + LATE_ENTRIES]:
            entry = rows[place][0]
            after = recorded(entry.day, dice.pick((2, 4, 9, 17, 33)))
            rows[place] = (entry._replace(recorded_on=after), "late")
        rows.sort(key=lambda row: (row[0].day, row[0].person, row[0].started_at or ""))
        entries = [
            row._replace(id=f"T{number:04}") for number, (row, _) in enumerate(rows, start=1)
        ]
        self._tell(entries, [tag for _, tag in rows])
        return entries

    def _hours(self, person: str, kind: str, line: OrderLine) -> Decimal:
        low, high = QUARTERS[kind]
        if self._book.customer[line.contract] in DIFFICULT:
            low, high = 5, 15
        if person in PART_TIMERS:
            high = min(high, 16)
        return QUARTER * self._dice.whole(low, high)

    def _when(self, day: date) -> tuple[str | None, Decimal]:
        """When the work began, on the clock where it was done, and what its hours count for."""
        dice, rest = self._dice, day.weekday() == 6
        if dice.chance(8) and not rest:
            return f"{dice.whole(18, 20):02}:{dice.pick((0, 30)):02}", Decimal("1.5")
        start = f"{dice.whole(8, 15):02}:{dice.pick((0, 15, 30, 45)):02}"
        return (None if dice.chance(12) else start), Decimal(2 if rest else 1)

    def _tell(self, entries: Sequence[TimeEntry], tags: Sequence[str]) -> None:
        by_tag: dict[str, list[str]] = {}
        for entry, tag in zip(entries, tags, strict=True):
            by_tag.setdefault(tag, []).append(entry.id)

        def note(what: str, tag: str, where: str, expect: str) -> None:
            self._book.note(what, f"{where}, time {', '.join(by_tag[tag])}", expect)

        p = self._planted
        note(
            "Indian work on an American contract across the clock change",
            "clock",
            f"contract {p.american_project}",
            "Started on the Indian clock in the nights in which New York changes its own; hours "
            "are as written, the transfer is 28.00 USD an hour.",
        )
        note(
            "Back-dated after the month's close",
            "late_project",
            f"contract {p.late_project}",
            "The month was billed without it: a correction on the day of recording; its labour is "
            "booked in the month of recording.",
        )
        note(
            "One person, two entities, one month",
            "mover",
            f"contract {p.mover_project}, person P05",
            "June's hours are Britain's (with a transfer), July's Germany's (without); the entry "
            "of 30 June, recorded on 2 July, is booked in July for Britain.",
        )
        note("Zero revenue, real hours", "pilot", f"contract {p.pilot}", "Labour without revenue.")
        note(
            "Covered work with a transfer price",
            "covered",
            f"contract {p.covered}",
            "The customer pays nothing for the hours; Britain owes India cost plus 8 % for them.",
        )
        note(
            "Cost rate by default",
            "default_rate",
            f"contract {p.covered}, person P39",
            "Neither the person nor the group has a rate: 61.50 GBP an hour.",
        )
        note(
            "Earns in the British view, loses in the group's",
            "split",
            f"contract {p.split_view}",
            "290.00 GBP a month; 55 % of a selling price of nothing is transferred, but the "
            "American hours cost more than the revenue.",
        )
        note(
            "Block expiring inside a busy month",
            "expiring",
            f"contract {p.expiring}",
            "The block of 16 August ends on 15 November 2024 with 0.5 h undrawn: breakage in "
            "November; the work from the 16th draws the next block.",
        )
        note(
            "Two blocks bought on the same day",
            "top_up",
            f"contract {p.top_up}",
            "Each line is a fund of its own: line 1 ends 1 h short while line 2 has 9 h left.",
        )
        note(
            "Fund shortfall",
            "short",
            f"contract {p.short}",
            "3 h, then 3 h x 1.5 on a block of 4 h: 3.5 units over are 2 1/3 clock hours. In the "
            "third quarter a draw recorded late brings an overage correction on 2024-09-12.",
        )
        note(
            "Work without a contract",
            "uncovered",
            f"{UNCOVERED} entries",
            "Reported as uncovered; their cost is booked without a contract.",
        )
        note(
            "Recorded late",
            "late",
            f"{LATE_ENTRIES} entries",
            "Those after their month's bill are corrections.",
        )

    def expenses(self, seed: int) -> list[Expense]:
        self._dice = dice = Dice(seed, "expenses")
        self._busy = set()
        passed_on = self._book.sell_lines("expenses")
        kept = [line for line, kind, _ in self._weights if kind == "covered"]
        rows = []
        for number in range(EXPENSES):
            day = self._day(MONTHS[number % 24])
            lines = [line for line in (passed_on if dice.chance(58) else kept) if active(line, day)]
            line = dice.pick(lines)
            person = self._performer(self._book.entity[line.contract], day)
            currency = self._staff.currency(person, day)
            category, low, high = dice.pick(CATEGORIES)
            pence = int(dice.whole(low * 100, high * 100) * LEVELS[currency])
            rows.append(
                Expense(
                    "",
                    person,
                    day,
                    Decimal(pence).scaleb(-2),
                    currency,
                    line.contract,
                    line.line,
                    category,
                    None,
                )
            )
        billed = [place for place, row in enumerate(rows) if self._is_passed_on(row)]
        late = dice.shuffled(billed)[:LATE_EXPENSES]
        for place in late:
            rows[place] = rows[place]._replace(
                recorded_on=recorded(rows[place].day, dice.pick((3, 12, 35, 41)))
            )
        rows.sort(key=lambda row: (row.day, row.person, row.amount))
        expenses = [row._replace(id=f"E{number:03}") for number, row in enumerate(rows, start=1)]
        names = [row.id for row in expenses if row.recorded_on]
        self._book.note(
            "Expenses handed in late",
            ", ".join(names),
            "Re-billed by corrections, at the rate of the expense day.",
        )
        return expenses

    def _is_passed_on(self, row: Expense) -> bool:
        return any(
            line.contract == row.contract and line.line == row.line
            for line in self._book.sell_lines("expenses")
            if self._book.customer[line.contract] != IN_DINAR
        )
