"""Every error of the library: one small tree, each with a stable code.

::

    HarmonyError                     catch it to catch ours and nothing else
    ├── InvalidValue (ValueError)    the parts cannot make a true value
    │   ├── CurrencyMismatch         two currencies met where one was needed
    │   ├── InvalidBands             a band table with a gap, a fall or a mixture
    │   └── Unbalanced               a journal entry that is not zero in one of its columns
    ├── NotFound (LookupError)       nothing under that key, or nothing in force that day
    │   ├── RateNotFound             no exchange rate, with what was tried
    │   ├── AccountNotMapped         an entity has no code for an account role
    │   ├── PriceNotFound            nothing says what this costs
    │   └── BeyondHorizon            an SLA calendar does not reach that far
    │       └── NeverOpens           it has no open time at all
    ├── RuleBroken                   valid parts, but a business rule forbids the deed
    │   ├── AlreadyExecuted          an order gives its contracts once
    │   └── AlreadyCharged           a charge with this key is in the books
    └── InputRejected                outside data was refused; every problem with its path

The message names the value, the rule and the way out; the attributes are for programs. Codes are
never reused, so that a host may translate or document them.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from enum import StrEnum
from types import NoneType, UnionType
from typing import ClassVar, Never, TypeVar, get_args

T = TypeVar("T")


class HarmonyError(Exception):
    """Base of every error that the library raises on purpose."""

    code: ClassVar[str] = "harmony"


class InvalidValue(HarmonyError, ValueError):
    """The parts cannot make a true value."""

    code = "invalid-value"


class Word(StrEnum):
    """A word of a closed list; another one is refused with the list.

    >>> class Side(Word):
    ...     SELL = "sell"
    ...     BUY = "buy"
    >>> Side("lend")
    Traceback (most recent call last):
    harmony_core.errors.InvalidValue: Side is one of sell, buy, got 'lend'
    """

    @classmethod
    def _missing_(cls, value: object) -> Never:
        raise InvalidValue(f"{cls.__name__} is one of {', '.join(cls)}, got {value!r}")


_IN_WORDS = {
    str: "a text",
    int: "a whole number",
    bool: "True or False",
    date: "a plain date",
    NoneType: "None",
}


def expect(value: object, kind: type | UnionType, what: str, such_as: str = "") -> None:
    """Refuse what is not of a kind; a moment is no date, and True no number.

    Raises:
        InvalidValue: says what was expected, such as what, and what was given.

    >>> expect("soon", date, "first_day of the line", "date(2026, 3, 1)")
    Traceback (most recent call last):
    ...
    harmony_core.errors.InvalidValue: first_day of the line must be a plain date, such as
    date(2026, 3, 1), got 'soon'
    """
    if isinstance(value, kind) and (kind not in (date, int) or type(value) is kind):
        return
    example = f", such as {such_as}" if such_as else ""
    raise InvalidValue(f"{what} must be {_in_words(kind)}{example}, got {value!r}")


def expect_name(value: object, what: str) -> None:
    """Refuse what is not a text, or an empty one.

    Raises:
        InvalidValue: it is.

    >>> expect_name("", "id of an order line")
    Traceback (most recent call last):
    ...
    harmony_core.errors.InvalidValue: id of an order line must not be empty: give it a name
    """
    expect(value, str, what)
    if not value:
        raise InvalidValue(f"{what} must not be empty: give it a name")


def expect_each(values: Iterable[T], kind: type[T] | UnionType, what: str) -> tuple[T, ...]:
    """Give a list whose items are all of a kind, as a tuple.

    Raises:
        InvalidValue: it is no list, or the first item of another kind.

    >>> expect_each("C-1/1", str, "lines accepted")
    Traceback (most recent call last):
    ...
    harmony_core.errors.InvalidValue: lines accepted must be a list, got 'C-1/1'
    """
    if isinstance(values, str | bytes) or not isinstance(values, Iterable):
        raise InvalidValue(f"{what} must be a list, got {values!r}")
    found = tuple(values)
    for one in found:
        expect(one, kind, f"each of the {what}")
    return found


def _in_words(kind: type | UnionType) -> str:
    if isinstance(kind, UnionType):
        return " or ".join(map(_in_words, get_args(kind)))
    name = kind.__name__
    return _IN_WORDS.get(kind, f"{'an' if name[0] in 'AEIOU' else 'a'} {name}")


class CurrencyMismatch(InvalidValue):
    """Two currencies met where one was needed."""

    code = "currency-mismatch"

    def __init__(self, left: str, right: str, why: str = "") -> None:
        super().__init__(why or f"cannot combine {left} with {right}: convert one of them first")
        self.left, self.right = left, right

    def __reduce__(self) -> tuple[type[CurrencyMismatch], tuple[str, str, str]]:
        return type(self), (self.left, self.right, str(self))


class InvalidBands(InvalidValue):
    """A band table with a gap, a fall or a mixture."""

    code = "invalid-bands"


class Unbalanced(InvalidValue):
    """A journal entry that does not sum to zero in one of its three columns."""

    code = "unbalanced"


class NotFound(HarmonyError, LookupError):
    """Nothing under that key, or nothing in force on that day."""

    code = "not-found"


class RateNotFound(NotFound):
    """No exchange rate for the pair, day and kind; the message says what was tried."""

    code = "rate-not-found"


class AccountNotMapped(NotFound):
    """A legal entity has no account code for a role."""

    code = "account-not-mapped"


class PriceNotFound(NotFound):
    """Nothing says what this product costs in that currency on that day."""

    code = "price-not-found"


class BeyondHorizon(NotFound):
    """An SLA calendar has too little open time before its horizon, or does not close before it."""

    code = "beyond-horizon"


class NeverOpens(BeyondHorizon):
    """An SLA calendar has no open time as far as it reaches from the instant asked about."""

    code = "never-opens"


class RuleBroken(HarmonyError):
    """Valid parts, but a business rule forbids the deed."""

    code = "rule-broken"


class AlreadyExecuted(RuleBroken):
    """An order was executed before; it gives its contracts once."""

    code = "already-executed"


class AlreadyCharged(RuleBroken):
    """A charge with this key is in the books already."""

    code = "already-charged"


class Problem(str):
    """One fault of outside data: a path (``orders.json[3].lines[0].quantity``) and what is wrong.

    >>> Problem.at("usage.csv:7", "quantity must be a number, got 'x'")
    "usage.csv:7: quantity must be a number, got 'x'"
    """

    __slots__ = ()

    @classmethod
    def at(cls, path: str, message: str) -> Problem:
        """Join path and message."""
        return cls(f"{path}: {message}")


class InputRejected(HarmonyError):
    """Outside data was refused; ``problems`` holds every fault, each with its path."""

    code = "input-rejected"

    def __init__(self, problems: Iterable[str]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(self.problems))

    def __reduce__(self) -> tuple[type[InputRejected], tuple[tuple[str, ...]]]:
        return type(self), (self.problems,)
