"""Values as of a day, as known on a day."""

from __future__ import annotations

import pickle
from datetime import date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harmony_core.errors import InvalidValue, NotFound
from harmony_core.periods import History, Version

_FIRST = date(2026, 1, 1)
days = st.integers(0, 12).map(lambda n: _FIRST + timedelta(days=n))
versions = st.lists(
    st.builds(Version, days, days, st.integers()),
    unique_by=lambda version: (version.valid_from, version.known_from),
)


@given(versions, days, st.none() | days)
def test_the_latest_version_in_force_and_known_wins(
    listed: list[Version[int]], day: date, known: date | None
) -> None:
    history = History(tuple(listed))
    seen = [
        version
        for version in listed
        if version.valid_from <= day and (known is None or version.known_from <= known)
    ]
    if not seen:
        with pytest.raises(NotFound, match=str(day)):
            history.at(day, known)
    else:
        best = max(seen, key=lambda version: (version.valid_from, version.known_from))
        assert history.at(day, known) == best.value


@given(versions)
def test_the_order_of_arrival_does_not_matter(listed: list[Version[int]]) -> None:
    history = History(tuple(listed))
    assert History(tuple(reversed(listed))) == history
    assert hash(History(tuple(reversed(listed)))) == hash(history)
    built: History[int] = History(())
    for version in listed:
        built = built.with_value(version.valid_from, version.value, version.known_from)
    assert built == history
    assert pickle.loads(pickle.dumps(history)) == history


@given(versions, days, days)
def test_later_knowledge_does_not_change_old_answers(
    listed: list[Version[int]], day: date, known: date
) -> None:
    history = History(tuple(listed)).with_value(day, 99, known_from=date(2026, 2, 1))
    for asked in (day, day + timedelta(days=1)):
        try:
            before = History(tuple(listed)).at(asked, known)
        except NotFound:
            with pytest.raises(NotFound):
                history.at(asked, known)
        else:
            assert history.at(asked, known) == before


def test_one_value_for_all_days() -> None:
    assert History.always("x").at(date.min) == "x"
    assert bool(History.always("x"))
    assert not History[str](())


def test_nothing_found_says_what_was_asked() -> None:
    history = History.of([(date(2026, 1, 1), 1)])
    with pytest.raises(NotFound, match=r"nothing holds on 2025-12-31: the first .* 2026-01-01"):
        history.at(date(2025, 12, 31))
    with pytest.raises(NotFound, match="on 2025-12-31 as known on 2025-01-01"):
        history.at(date(2025, 12, 31), date(2025, 1, 1))


def test_two_answers_to_one_question_are_refused() -> None:
    history = History.of([(date(2026, 1, 1), 1)])
    with pytest.raises(InvalidValue, match="give the later one its own known_from"):
        history.with_value(date(2026, 1, 1), 2, date.min)
    with pytest.raises(InvalidValue, match="plain dates"):
        history.with_value(datetime(2026, 1, 1), 2, date(2026, 1, 2))  # noqa: DTZ001
