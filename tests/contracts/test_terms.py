"""Terms renew from the original start; a notice ends the first term that it reaches in time."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import islice, pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harmony_core.contracts import ending, last_receipt, next_end, term, term_at, terms
from harmony_core.errors import InvalidValue
from harmony_core.periods import Interval, add_months
from harmony_core.products import Notice, NoticeAnchor, Renewal

DAY = timedelta(days=1)
starts = st.dates(date(2024, 1, 1), date(2032, 12, 31))
periods = st.builds(Interval.days, st.integers(1, 120)) | st.builds(
    Interval.months, st.integers(1, 6)
)
to_term_end = st.builds(Notice, periods, st.just(NoticeAnchor.TERM_END))
renewing = st.builds(
    Renewal, st.integers(1, 36), st.integers(1, 24), to_term_end, st.none() | st.integers(0, 6)
)
running_on = st.builds(
    Renewal,
    st.integers(1, 36),
    st.just(0),
    st.builds(Notice, periods, st.sampled_from([NoticeAnchor.ANY_DAY, NoticeAnchor.MONTH_END])),
)


@given(renewing | running_on, starts)
def test_terms_follow_each_other_and_do_not_drift(renewal: Renewal, start: date) -> None:
    found = list(islice(terms(renewal, start), 8))
    assert found[0].first_day == start
    for number, (one, then) in enumerate(pairwise(found)):
        assert one.last_day is not None
        assert then.first_day == one.last_day + DAY
        months = renewal.initial_months + number * renewal.renewal_months
        assert one.last_day == add_months(start, months) - DAY
    assert [one.number for one in found] == list(range(len(found)))


@given(renewing | running_on, starts, st.integers(-40, 4000))
def test_the_term_at_a_day_is_the_one_that_holds_it(
    renewal: Renewal, start: date, later: int
) -> None:
    day = start + timedelta(days=later)
    listed = [
        one
        for one in islice(terms(renewal, start), 150)
        if one.first_day <= day and (one.last_day is None or day <= one.last_day)
    ]
    assert ([] if (found := term_at(renewal, start, day)) is None else [found]) == listed


@given(renewing, starts, st.integers(0, 3000))
def test_a_notice_ends_the_first_term_that_it_reaches_in_time(
    renewal: Renewal, start: date, later: int
) -> None:
    received = start + timedelta(days=later)
    found = ending(renewal, start, received)
    for one in islice(terms(renewal, start), 150):
        assert one.last_day is not None
        if one.last_receipt is None or received <= one.last_receipt:
            assert (found.last_day, found.renewals) == (one.last_day, one.number)
            return
    raise AssertionError("a term is reached within 150 terms, or the last one ends by itself")


@given(renewing, starts, st.integers(0, 5))
def test_on_the_last_day_it_ends_and_a_day_later_it_renews(
    renewal: Renewal, start: date, number: int
) -> None:
    if renewal.maximum_renewals is not None and number >= renewal.maximum_renewals:
        return
    one, then = term(renewal, start, number), term(renewal, start, number + 1)
    assert one.last_receipt is not None
    in_time = ending(renewal, start, one.last_receipt).last_day
    assert in_time is not None
    assert one.last_day is not None
    assert in_time <= one.last_day
    late = ending(renewal, start, one.last_receipt + DAY).last_day
    assert late is not None
    assert late > one.last_day
    if then.last_receipt is None or one.last_receipt < then.last_receipt:
        assert late == then.last_day


@given(running_on, starts, st.integers(0, 3000))
def test_what_runs_on_ends_with_its_notice_but_not_within_the_first_term(
    renewal: Renewal, start: date, later: int
) -> None:
    received = start + timedelta(days=later)
    found = next_end(renewal, start, received)
    initial = term(renewal, start, 0).last_day
    assert initial is not None
    assert found.ends_on >= max(initial, found.notice_ends)
    assert found.last_receipt == last_receipt(found.ends_on, renewal.notice)
    assert ending(renewal, start, received).last_day == found.ends_on
    assert ending(renewal, start).last_day is None


YEARLY = Renewal(24, 12, Notice(Interval.months(3), NoticeAnchor.TERM_END))


@pytest.mark.parametrize(
    ("renewal", "start", "received", "last_day", "renewals"),
    [
        (YEARLY, "2024-05-01", "2026-01-31", "2026-04-30", 0),
        (YEARLY, "2024-05-01", "2026-02-01", "2027-04-30", 1),
        (Renewal(12, 12, YEARLY.notice), "2023-01-01", "2024-12-15", "2025-12-31", 2),
        (Renewal(24, 0, Notice(Interval.months(1))), "2024-05-01", "2025-01-01", "2026-04-30", 0),
        (Renewal(24, 0, Notice(Interval.months(1))), "2024-05-01", "2027-01-31", "2027-02-28", 1),
        (Renewal(12, 12, YEARLY.notice, 1), "2024-01-01", "2025-12-24", "2025-12-31", 1),
        (Renewal(12, 0, YEARLY.notice, 0), "2024-02-29", "2024-03-01", "2025-02-27", 0),
    ],
)
def test_known_ends(
    renewal: Renewal, start: str, received: str, last_day: str, renewals: int
) -> None:
    found = ending(renewal, date.fromisoformat(start), date.fromisoformat(received))
    assert (str(found.last_day), found.renewals) == (last_day, renewals)


def test_without_a_notice_it_ends_after_its_last_renewal_or_not_at_all() -> None:
    start = date(2024, 1, 1)
    assert ending(YEARLY, start).last_day is None
    limited = ending(Renewal(12, 6, YEARLY.notice, 2), start)
    assert (str(limited.last_day), limited.renewals) == ("2025-12-31", 2)


def test_what_cannot_be_is_refused() -> None:
    with pytest.raises(InvalidValue, match="there is no term 1: terms go from 0 to 0"):
        term(Renewal(12, 0, YEARLY.notice, 0), date(2024, 1, 1), 1)
    with pytest.raises(InvalidValue, match="there is no term -1: terms count from 0"):
        term(YEARLY, date(2024, 1, 1), -1)
    with pytest.raises(InvalidValue, match="3 renewals of no months"):
        Renewal(12, 0, YEARLY.notice, 3)
    with pytest.raises(InvalidValue, match="renewals are zero or more, got -1"):
        Renewal(12, 12, YEARLY.notice, -1)
