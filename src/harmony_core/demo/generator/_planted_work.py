"""The time entries that are tricky cases, each with a tag by which the notes find its id."""

from datetime import date
from decimal import Decimal

from harmony_core.demo.generator._people import BY_DEFAULT_RATE, MOVER, US_SPECIALIST
from harmony_core.demo.generator._planted_contracts import Planted
from harmony_core.demo.generator._rows import TimeEntry


def planted_time(planted: Planted) -> list[tuple[TimeEntry, str]]:
    rows: list[tuple[TimeEntry, str]] = []

    def add(
        tag: str,
        contract: str,
        person: str,
        day: date,
        hours: str,
        *,
        line: str = "1",
        at: str | None = "09:30",
        work: str = "remote",
        times: str = "1",
        recorded: date | None = None,
    ) -> None:
        entry = TimeEntry(
            "", person, day, at, Decimal(hours), contract, line, work, Decimal(times), recorded
        )
        rows.append((entry, tag))

    for person, day, at, hours in (
        ("P20", date(2024, 11, 3), "10:30", "3.5"),  # New York turns back while this runs
        ("P23", date(2025, 3, 9), "11:00", "4.25"),  # and forward while this does
        ("P20", date(2025, 11, 2), "10:00", "5"),
        ("P23", date(2026, 3, 8), "11:30", "2.75"),
    ):
        add("clock", planted.american_project, person, day, hours, at=at, work="night", times="2")
    add(
        "late_project",
        planted.late_project,
        "P03",
        date(2024, 9, 24),
        "6.5",
        recorded=date(2024, 10, 17),
    )
    add(
        "late_project",
        planted.late_project,
        "P21",
        date(2025, 3, 28),
        "5.75",
        recorded=date(2025, 4, 10),
    )
    for day, hours, recorded in (
        (date(2025, 6, 12), "6", None),
        (date(2025, 6, 30), "4.5", date(2025, 7, 2)),
        (date(2025, 7, 1), "7", None),
        (date(2025, 7, 15), "5.25", None),
    ):
        add("mover", planted.mover_project, MOVER, day, hours, work="project", recorded=recorded)
    for month in (7, 8, 9, 10, 11, 12):
        add("pilot", planted.pilot, "P02", date(2024, month, 18), "1.75")
        add("pilot", planted.pilot, "P22", date(2024, month, 23), "2.25")
    for number in range(12):
        day = date(2024 + (number * 2 + 3) // 12, (number * 2 + 3) % 12 + 1, 11)
        add("covered", planted.covered, "P24", day, "2.5")
    for day in (date(2024, 6, 4), date(2024, 11, 12), date(2025, 5, 6), date(2025, 12, 9)):
        add("default_rate", planted.covered, BY_DEFAULT_RATE, day, "1.5", work="review")
    for number in range(12):
        first = date(2025 + (number + 3) // 12, (number + 3) % 12 + 1, 1)
        for day_number, hours in ((6, "1.75"), (15, "2"), (24, "1.5")):
            day = first.replace(day=day_number)
            add("split", planted.split_view, US_SPECIALIST, day, hours, at=None, work="incident")
    for day, hours in (
        (date(2024, 6, 6), "2"),
        (date(2024, 11, 5), "2"),
        (date(2024, 11, 14), "2.5"),
        (date(2024, 11, 15), "1"),  # the block's last day
        (date(2024, 11, 16), "1.25"),  # the next block's first
        (date(2024, 11, 27), "3"),
    ):
        add("expiring", planted.expiring, "P04", day, hours)
    add("top_up", planted.top_up, "P06", date(2024, 10, 1), "4", at="08:15")
    add("top_up", planted.top_up, "P06", date(2024, 10, 1), "3", line="2", at="13:00")
    add("top_up", planted.top_up, "P25", date(2025, 2, 10), "7")
    add("short", planted.short, "P13", date(2024, 5, 14), "3")
    add("short", planted.short, "P13", date(2024, 5, 21), "3", at="18:30", times="1.5")
    add("short", planted.short, "P15", date(2024, 8, 6), "3")
    add("short", planted.short, "P15", date(2024, 8, 20), "2", recorded=date(2024, 9, 12))
    return rows
