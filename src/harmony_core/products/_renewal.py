"""How an agreement goes on and ends: its terms, their renewal, and the notice that stops it.

These are what was agreed, as data on product and contract line; ``harmony_core.contracts`` counts
the days. Dates are contract arithmetic and no legal advice, so every rule is a value.
"""

from __future__ import annotations

import attrs

from harmony_core.errors import InvalidValue, Word, expect
from harmony_core.periods import Interval


class NoticeAnchor(Word):
    """On which days an agreement can end."""

    ANY_DAY = "any_day"
    WEEK_END = "week_end"
    """a Sunday (ISO 8601)"""
    HALF_MONTH = "half_month"
    """the 15th, or the last day of a month"""
    MONTH_END = "month_end"
    QUARTER_END = "quarter_end"
    HALF_YEAR_END = "half_year_end"
    YEAR_END = "year_end"
    """the last day of the fiscal year, or of the calendar year"""
    CONTRACT_MONTH = "contract_month"
    """the last day of a month that is counted from the start of the agreement"""
    CONTRACT_YEAR = "contract_year"
    """the day before an anniversary of the start"""
    TERM_END = "term_end"
    """the last day of the term or of a renewal of it"""


class NoticeCounting(Word):
    """Which days of a notice period count."""

    CORRESPONDING = "corresponding"
    """the day of receipt does not, the last day does: received on the 2nd, 14 days end on the 16th
    (BGB 187, 188; the corresponding date rule of English law)"""
    CLEAR_DAYS = "clear_days"
    """neither does: received on the 2nd, 14 clear days have passed on the 17th"""


def _anchor(value: NoticeAnchor) -> NoticeAnchor:
    return NoticeAnchor(value)


def _counting(value: NoticeCounting) -> NoticeCounting:
    return NoticeCounting(value)


@attrs.frozen
class Notice:
    """A notice of ``period`` to the days that ``to`` names.

    Args:
        period: from the receipt of a notice to the earliest end; ``None`` asks for no notice.
        to: the days on which the agreement can end.
        counting: which days count.
        year_ends_in: the month, 1 to 12, with whose end the (fiscal) year of ``to`` ends; quarters
            and half-years are counted from the same year.

    >>> Notice(Interval.of(1, "week"), NoticeAnchor.MONTH_END).to.value
    'month_end'
    """

    period: Interval | None
    to: NoticeAnchor = attrs.field(default=NoticeAnchor.ANY_DAY, converter=_anchor)
    counting: NoticeCounting = attrs.field(
        default=NoticeCounting.CORRESPONDING, converter=_counting
    )
    year_ends_in: int = 12

    def __attrs_post_init__(self) -> None:
        if self.period is not None and not isinstance(self.period, Interval):
            raise InvalidValue(
                f"a notice period is an Interval, such as Interval.months(3), got {self.period!r}"
            )
        expect(self.year_ends_in, int, "year_ends_in")
        if self.year_ends_in not in range(1, 13):
            raise InvalidValue(f"a year ends in month 1 to 12, got {self.year_ends_in!r}")
        if self.period is None and self.counting is NoticeCounting.CLEAR_DAYS:
            raise InvalidValue("clear days are counted within a notice period: give one")


@attrs.frozen
class Renewal:
    """An initial term, its tacit renewals, and the notice that ends them.

    Args:
        initial_months: months of the first term, at least one.
        renewal_months: months of each later term; zero runs on after the first term until a notice
            ends it.
        notice: what ends it.
        maximum_renewals: after so many it ends by itself; zero never renews, ``None`` has no end.

    Raises:
        InvalidValue: a number is below its least value, renewals are counted of what runs on, or
            the notice is none.
    """

    initial_months: int
    renewal_months: int
    notice: Notice
    maximum_renewals: int | None = None

    def __attrs_post_init__(self) -> None:
        if not isinstance(self.notice, Notice):
            raise InvalidValue(
                f"a renewal ends by a Notice, such as Notice(Interval.months(3)), got "
                f"{self.notice!r}"
            )
        for name in ("initial_months", "renewal_months"):
            expect(getattr(self, name), int, f"{name} of a renewal")
        if self.maximum_renewals is not None:
            expect(self.maximum_renewals, int, "maximum_renewals of a renewal")
        if self.initial_months < 1 or self.renewal_months < 0:
            raise InvalidValue(
                "a renewal needs an initial term of at least one month and no negative months, "
                f"got {self.initial_months} and {self.renewal_months}"
            )
        if self.maximum_renewals is not None:
            if self.maximum_renewals < 0:
                raise InvalidValue(f"renewals are zero or more, got {self.maximum_renewals}")
            if self.maximum_renewals and not self.renewal_months:
                raise InvalidValue(
                    f"{self.maximum_renewals} renewals of no months: give renewal_months, or leave "
                    "maximum_renewals out so that it runs on"
                )

    @property
    def runs_on(self) -> bool:
        """Whether it goes on after the initial term until somebody ends it."""
        return not self.renewal_months and self.maximum_renewals is None
