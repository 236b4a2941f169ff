"""To which day a notice ends a line: R15."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from tests.demo.independent.exact import ONE_DAY, add_months

# --- R15 -----------------------------------------------------------------------------------------
# > The day of a notice is that of its receipt; an instant is the day that it is then for the entity
# > of the contract.


def receipt(text: str, zone: str) -> date:
    """Read a day, or an instant with its offset."""
    if "T" not in text:
        return date.fromisoformat(text)
    return datetime.fromisoformat(text).astimezone(ZoneInfo(zone)).date()


# > The notice period is counted in months, weeks or days from that day, which does not count; of
# > clear days the last does not either. The line ends with the first day from
# > there on, but not before the last day of its first term, that is the end of a month, a quarter,
# > a year or one of its terms, a 15th, or any day, as its product or its terms say. Sundays and
# > holidays count.
#
# Decision: days are tried one after another.


def end_by_notice(renewal: dict[str, Any], start: date, received: date) -> date:
    """Give the last day of a line after a notice."""
    first_term, further = int(renewal["initial_months"]), int(renewal["renewal_months"])
    terms = [add_months(start, first_term + n * further) - ONE_DAY for n in range(99)]
    day = max(_reached(renewal, received), terms[0])
    while not _can_end(renewal["notice_to"], day, terms):
        day += ONE_DAY
    return day


def _reached(renewal: dict[str, Any], received: date) -> date:
    if "notice_months" in renewal:
        return add_months(received, int(renewal["notice_months"]))
    days = int(renewal.get("notice_days") or 0) + 7 * int(renewal.get("notice_weeks") or 0)
    return received + ONE_DAY * (days + bool(renewal.get("clear_days")))


def _can_end(to: str, day: date, terms: list[date]) -> bool:
    if to == "term_end":
        return day in terms
    if to == "any_day":
        return True
    if to == "half_month":
        return day.day == 15 or (day + ONE_DAY).day == 1
    months = {"month_end": 1, "quarter_end": 3, "year_end": 12}[to]
    return (day + ONE_DAY).day == 1 and day.month % months == 0
