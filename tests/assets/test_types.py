"""The tree of asset types."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harmony_core.assets import AssetTypes
from harmony_core.errors import InvalidValue, NotFound


@st.composite
def trees(draw: st.DrawFn) -> dict[str, str | None]:
    """Every type points at an earlier one, or is at the top."""
    size = draw(st.integers(1, 12))
    parents = [draw(st.integers(-1, number - 1)) for number in range(size)]
    return {f"t{n}": None if parent < 0 else f"t{parent}" for n, parent in enumerate(parents)}


@given(trees(), st.data())
def test_being_below_something_is_passed_on(
    parents: dict[str, str | None], data: st.DataObject
) -> None:
    types = AssetTypes(parents)
    one = data.draw(st.sampled_from(sorted(parents)))
    assert types.is_a(one, one)
    for above in types.line(one):
        assert types.is_a(one, above)
        assert set(types.line(above)) <= set(types.line(one))
        assert types.is_a(above, one) == (above == one)
    assert types.under(frozenset([one])) == {each for each in parents if types.is_a(each, one)}


def test_a_circle_is_refused_and_shown() -> None:
    with pytest.raises(InvalidValue, match="a -> b -> a"):
        AssetTypes({"a": "b", "b": "a"})


def test_a_type_that_is_not_there_is_not_found() -> None:
    with pytest.raises(NotFound, match="'laptop' has a parent 'computer' that is no type"):
        AssetTypes({"laptop": "computer"})
    types = AssetTypes({"computer": None})
    for call in (
        lambda: types.is_a("laptp", "computer"),
        lambda: types.is_a("computer", "laptp"),
        lambda: types.under(frozenset(["laptp"])),
    ):
        with pytest.raises(NotFound, match="no asset type 'laptp'; the tree has computer"):
            call()


def test_equal_trees_are_equal_and_hash_equal() -> None:
    one = AssetTypes({"computer": None, "laptop": "computer"})
    other = AssetTypes({"laptop": "computer", "computer": None})
    assert one == other
    assert hash(one) == hash(other)
    assert one != AssetTypes({"computer": None})
