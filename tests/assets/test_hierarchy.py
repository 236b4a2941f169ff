"""What is part of what, on which day."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harmony_core.assets import AssetHierarchy, Placement
from harmony_core.errors import InvalidValue

START = date(2026, 1, 1)
days = st.integers(0, 9).map(lambda number: START + timedelta(days=number))


@st.composite
def placements(draw: st.DrawFn) -> list[Placement]:
    """An asset stands below one with a smaller number, so there is no circle on any day."""
    found = {}
    for _ in range(draw(st.integers(0, 12))):
        number, day = draw(st.integers(1, 6)), draw(days)
        parent = draw(st.none() | st.integers(0, number - 1))
        above = None if parent is None else f"a{parent}"
        found[number, day] = Placement(f"a{number}", day, above)
    return list(found.values())


@given(placements(), days, st.data())
def test_up_and_down_agree_whatever_the_order(
    facts: list[Placement], day: date, data: st.DataObject
) -> None:
    tree = AssetHierarchy(facts)
    shuffled = AssetHierarchy(data.draw(st.permutations([*facts, *facts])))
    for number in range(7):
        asset = f"a{number}"
        assert shuffled.line(asset, day) == tree.line(asset, day)
        assert set(tree.components(asset, day)) <= set(tree.below(asset, day))
        for other in (f"a{n}" for n in range(7)):
            is_part = asset in tree.line(other, day)[1:]
            assert is_part == (other in tree.below(asset, day))
            assert (tree.parent(other, day) == asset) == (other in tree.components(asset, day))


@given(placements(), st.integers(0, 5), st.integers(1, 5), days)
def test_a_circle_is_refused_exactly_when_there_would_be_one(
    facts: list[Placement], below: int, further: int, day: date
) -> None:
    """Hang an asset below one that may already be part of it, for one day only."""
    low = f"a{min(6, below + further)}"
    facts = [one for one in facts if one.asset_id != f"a{below}"]
    tree = AssetHierarchy(facts)
    until = Placement(f"a{below}", day + timedelta(days=1), None)
    closing = [*facts, Placement(f"a{below}", day, low), until]
    if f"a{below}" in tree.line(low, day):
        with pytest.raises(InvalidValue, match=f"on {day} assets would be parts of each other"):
            AssetHierarchy(closing)
    else:
        assert AssetHierarchy(closing).parent(f"a{below}", day) == low


def test_a_component_moves_on_a_day_and_earlier_answers_stand() -> None:
    facts = [
        Placement("disk", START, "server-1"),
        Placement("disk", date(2026, 4, 1), "server-2", recorded_on=date(2026, 4, 20)),
        Placement("disk", date(2026, 5, 1), None),
    ]
    tree = AssetHierarchy(facts)
    assert tree.parent("disk", date(2025, 12, 31)) is None
    assert tree.parent("disk", date(2026, 3, 31)) == "server-1"
    assert tree.parent("disk", date(2026, 4, 1)) == "server-2"
    assert tree.parent("disk", date(2026, 5, 1)) is None
    before = AssetHierarchy(facts, known=date(2026, 4, 19))
    assert before.parent("disk", date(2026, 4, 10)) == "server-1"


def test_two_answers_for_one_day_are_refused_unless_one_is_known_later() -> None:
    one = Placement("disk", START, "server-1")
    with pytest.raises(InvalidValue, match="asset 'disk': two values hold from 2026-01-01"):
        AssetHierarchy([one, Placement("disk", START, "server-2")])
    corrected = Placement("disk", START, "server-2", recorded_on=date(2026, 1, 5))
    assert AssetHierarchy([one, corrected]).parent("disk", START) == "server-2"


def test_a_circle_is_shown() -> None:
    with pytest.raises(InvalidValue, match=r"on 2026-04-01 assets .*: b -> a -> b"):
        AssetHierarchy([Placement("a", START, "b"), Placement("b", date(2026, 4, 1), "a")])
    with pytest.raises(InvalidValue, match="a -> a"):
        AssetHierarchy([Placement("a", START, "a")])
