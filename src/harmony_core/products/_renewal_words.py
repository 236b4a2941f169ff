"""Terms, renewals and notice put into words."""

from __future__ import annotations

from harmony_core.culture import Culture
from harmony_core.periods import Interval
from harmony_core.products._renewal import Notice, NoticeAnchor, NoticeCounting, Renewal

_TO = {
    NoticeAnchor.ANY_DAY: "to any day",
    NoticeAnchor.WEEK_END: "to the end of a week",
    NoticeAnchor.HALF_MONTH: "to the 15th or the end of a month",
    NoticeAnchor.MONTH_END: "to the end of a month",
    NoticeAnchor.QUARTER_END: "to the end of a quarter",
    NoticeAnchor.HALF_YEAR_END: "to the end of a half-year",
    NoticeAnchor.YEAR_END: "to the end of a year",
    NoticeAnchor.CONTRACT_MONTH: "to the end of a month of the contract",
    NoticeAnchor.CONTRACT_YEAR: "to the end of a year of the contract",
    NoticeAnchor.TERM_END: "to the end of the term",
}
_OF_THE_YEAR = (NoticeAnchor.QUARTER_END, NoticeAnchor.HALF_YEAR_END, NoticeAnchor.YEAR_END)


def renewal_in_words(culture: Culture, renewal: Renewal | None) -> str:
    """Say how long it runs, how it goes on and what ends it."""
    if renewal is None:
        return culture.words("It does not renew.")
    initial = culture.words(
        "The initial term is one month."
        if renewal.initial_months == 1
        else "The initial term is {months} months.",
        months=culture.number(renewal.initial_months),
    )
    return " ".join([initial, _onward(culture, renewal), notice_in_words(culture, renewal.notice)])


def _onward(culture: Culture, renewal: Renewal) -> str:
    if renewal.runs_on:
        return culture.words("After that it runs on.")
    if renewal.maximum_renewals == 0:
        return culture.words("It ends with the initial term.")
    onward = culture.words(
        "It renews by one month at a time."
        if renewal.renewal_months == 1
        else "It renews by {months} months at a time.",
        months=culture.number(renewal.renewal_months),
    )
    if renewal.maximum_renewals is None:
        return onward
    limit = culture.words(
        "It renews once at most."
        if renewal.maximum_renewals == 1
        else "It renews {count} times at most.",
        count=culture.number(renewal.maximum_renewals),
    )
    return f"{onward} {limit}"


def notice_in_words(culture: Culture, notice: Notice) -> str:
    """Say how long before which days a notice must arrive."""
    to = culture.words(_TO[notice.to])
    if notice.period is None:
        words = culture.words("It can end without notice {to}.", to=to)
    else:
        period = _period(culture, notice.period, notice.counting)
        words = culture.words("Notice of {period} {to} ends it.", period=period, to=to)
    if notice.to in _OF_THE_YEAR and notice.year_ends_in != 12:
        month = culture.number(notice.year_ends_in)
        words += " " + culture.words("The year ends with month {month}.", month=month)
    return words


_ONE = {("day", 1): "one day", ("day", 7): "one week", ("month", 1): "one month"}
_ONE_CLEAR = {
    ("day", 1): "one clear day",
    ("day", 7): "one clear week",
    ("month", 1): "one clear month",
}


def _period(culture: Culture, period: Interval, counting: NoticeCounting) -> str:
    clear = counting is NoticeCounting.CLEAR_DAYS
    if one := (_ONE_CLEAR if clear else _ONE).get((period.unit, period.count)):
        return culture.words(one)
    count = period.count
    if period.unit == "month":
        message = "{count} clear months" if clear else "{count} months"
    elif count % 7 == 0 and not clear:  # clear days are agreed, and said, in days
        count, message = count // 7, "{count} weeks"
    else:
        message = "{count} clear days" if clear else "{count} days"
    return culture.words(message, count=culture.number(count))
