"""How a billing system writes its bands, and a scheme with other policies than its own."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from fractions import Fraction
from typing import Any, TypeVar

import attrs

from harmony_core.errors import InvalidBands
from harmony_core.explanation import RoundingMode, exact_text
from harmony_core.finance import Exact, exact
from harmony_core.pricing._banded import FillUp, LookUp
from harmony_core.pricing._bands import BandTable
from harmony_core.pricing._blocks import FillUpBlocks, LookUpBlocks
from harmony_core.pricing._conversion import Conversion, Converted
from harmony_core.pricing._package import Package
from harmony_core.pricing._profile_policies import BandRows
from harmony_core.pricing._scheme import listed
from harmony_core.pricing._simple import PerUnit

Row = Sequence[Exact | None]

_ONE = Fraction(1)
_OF_UNITS = (PerUnit, Package, FillUp, LookUp, FillUpBlocks, LookUpBlocks)
"""The schemes whose quantity is a number of units, and not a value of money."""

T = TypeVar("T")


def table_of(currency: str, rows: Iterable[Row], how: BandRows) -> BandTable:
    """Read rows with upper limits, or of closed ranges, as a table.

    Raises:
        InvalidBands: ranges leave out units or share some, or the rows break a rule of a table.
    """
    if how is BandRows.UP_TO:
        return BandTable.of(currency, rows)
    of_row = "each range of units"
    ranges = [tuple(listed(row, of_row)) for row in listed(rows, "ranges of units")]
    for number, row in enumerate(ranges, 1):
        if len(row) not in (3, 4):
            raise InvalidBands(
                f"range {number} is (first, last, price), and the flat fee where there is one: "
                f"got {len(row)} cells in {row!r}"
            )
    _refuse_holes(ranges)
    return BandTable.of(currency, [row[1:] for row in ranges])


def _refuse_holes(ranges: Sequence[Row]) -> None:
    """The first range begins with 0 or 1, each other one at most one unit after the last."""
    reached = Fraction(0)
    for number, (first, last, *_) in enumerate(ranges, 1):
        if first is None:
            raise InvalidBands(f"range {number} needs a first unit; that of the first is 0")
        begins = exact(first, "a first unit")
        if not reached <= begins <= reached + _ONE:
            what = "shares units with" if begins < reached else "leaves units out after"
            raise InvalidBands(
                f"range {number} begins with {exact_text(begins)} and so {what} the one that ends "
                f"with {exact_text(reached)}: begin at the next unit"
            )
        if last is None:
            return  # open: a table refuses what comes after it
        reached = exact(last, "a last unit")


def blocks_of(rows: Iterable[Row]) -> list[tuple[Exact, int | None, Exact]]:
    """Read rows of blocks; a number of -1 or ``None`` means a band without an end.

    Raises:
        InvalidBands: a row has another form; blocks have no flat fee.
    """
    numbered = enumerate(listed(rows, "rows of blocks"), 1)
    return [_block(number, tuple(listed(row, "each row of blocks"))) for number, row in numbered]


def _block(number: int, row: Row) -> tuple[Exact, int | None, Exact]:
    if len(row) != 3 or row[0] is None or row[2] is None:
        raise InvalidBands(f"row {number} of blocks is (size, blocks, price), got {row}")
    if row[1] is None:
        return row[0], None, row[2]
    blocks = exact(row[1], "a number of blocks")
    if blocks.denominator != 1:
        raise InvalidBands(f"row {number} has {exact_text(blocks)} blocks: a band holds whole ones")
    return row[0], None if blocks == -1 else int(blocks), row[2]


Policies = Mapping[type, Mapping[str, object]]
"""For each class of schemes the names of its policies and what they become; ``None``: as it is."""


def with_policies(value: T, policies: Policies) -> T:
    """Give ``value`` with these policies in it and in every scheme that it holds.

    What holds no such scheme comes back as the very same object.
    """
    value = _with_parts(value, lambda part: with_policies(part, policies))
    named = policies.get(type(value), {}).items()
    changes = {name: new for name, new in named if new not in (None, getattr(value, name))}
    return attrs.evolve(value, **changes) if changes else value  # type: ignore[misc]  # T has fields


def with_whole_units(value: T, mode: RoundingMode) -> T:
    """Give ``value`` with every scheme of units in it priced for whole ones, rounded by ``mode``.

    What is converted into whole units right before it is priced has them already; a rounding that
    does nothing else is the policy itself, and becomes ``mode``.
    """
    if isinstance(value, _OF_UNITS):
        return Converted(value, Conversion.multiply(1, mode))  # type: ignore[return-value]  # T is a scheme here
    if isinstance(value, Converted) and isinstance(value.scheme, _OF_UNITS):
        conversion = value.conversion
        if conversion.rounding is not None and conversion.places <= 0:
            if (conversion.factor, conversion.places) != (_ONE, 0) or conversion.rounding is mode:
                return value
            return attrs.evolve(value, conversion=Conversion.multiply(1, mode))
    return _with_parts(value, lambda part: with_whole_units(part, mode))


def _with_parts(value: T, change: Callable[[Any], Any]) -> T:
    """Give ``value`` with ``change`` made to what it holds; the same object where nothing does."""
    if isinstance(value, tuple):
        parts = tuple(map(change, value))
        same = all(new is old for new, old in zip(parts, value, strict=True))
        return value if same else parts  # type: ignore[return-value]  # T is a tuple here
    cls: Any = type(value)
    if not attrs.has(cls):
        return value
    changes: dict[str, Any] = {}
    for field in attrs.fields(cls):
        if field.init:
            old = getattr(value, field.name)
            new = change(old)
            if new is not old:
                changes[field.alias or field.name] = new
    return attrs.evolve(value, **changes) if changes else value  # type: ignore[misc]  # T has fields
