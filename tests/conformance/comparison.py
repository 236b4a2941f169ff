"""Compare what the library answers with what a vector expects.

Numbers in vectors are decimal texts or exact fractions ``a/b``. How strictly a leaf is compared
follows from the type of the answer:

* ``int``, ``Decimal``, ``Fraction``, ``ExactAmount``: the same number; ``12.5`` is ``12.50``.
* ``Money``: the same number with the same digits; ``12.5`` is not ``12.50``.
* ``str``: the same text. ``bool`` and ``None``: the same value.
* ``date``: its ISO form. ``datetime``: the same instant, or wall clock when it has no zone.
* mappings have the same keys; sequences the same length and order.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from fractions import Fraction

from harmony_core.finance import ExactAmount, Money


def assert_matches(answer: object, expected: object) -> None:
    """Fail with every difference, each with its path."""
    differences = list(_differences(answer, expected, "answer"))
    assert not differences, "\n".join(differences)


def _differences(answer: object, expected: object, path: str) -> Iterator[str]:
    if isinstance(expected, Mapping):
        if not isinstance(answer, Mapping):
            yield f"{path}: expected an object, got {answer!r}"
            return
        for key in sorted(expected.keys() | answer.keys(), key=str):
            if key not in answer:
                yield f"{path}.{key}: expected {expected[key]!r}, got nothing"
            elif key not in expected:
                yield f"{path}.{key}: expected nothing, got {answer[key]!r}"
            else:
                yield from _differences(answer[key], expected[key], f"{path}.{key}")
    elif isinstance(expected, list):
        if not isinstance(answer, Sequence) or isinstance(answer, str):
            yield f"{path}: expected a list, got {answer!r}"
            return
        if len(answer) != len(expected):
            yield f"{path}: expected {len(expected)} items, got {len(answer)}: {answer!r}"
        for index, (one, other) in enumerate(zip(answer, expected, strict=False)):
            yield from _differences(one, other, f"{path}[{index}]")
    elif not _same_leaf(answer, expected):
        yield f"{path}: expected {expected!r}, got {answer!r}"


def _same_leaf(answer: object, expected: object) -> bool:
    match answer:
        case None | bool():
            return answer is expected
        case Money():
            return isinstance(expected, str) and str(answer.amount) == expected
        case ExactAmount():
            return answer.value == _number(expected)
        case int() | Decimal() | Fraction():
            return answer == _number(expected)
        case datetime():
            return isinstance(expected, str) and _same_instant(answer, expected)
        case date():
            return answer.isoformat() == expected
        case str():
            return answer == expected
    return False  # floats, and types that no vector can hold


def _number(expected: object) -> Fraction | None:
    if isinstance(expected, bool) or not isinstance(expected, str | int | Decimal):
        return None
    try:
        return Fraction(expected)
    except ValueError:
        return None


def _same_instant(answer: datetime, expected: str) -> bool:
    try:
        wanted = datetime.fromisoformat(expected)
    except ValueError:
        return False
    if "T" not in expected or (wanted.tzinfo is None) != (answer.tzinfo is None):
        return False
    return answer == wanted
