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

import sys
from collections.abc import Callable, Iterable
from datetime import date
from enum import StrEnum
from functools import partial, reduce
from operator import or_
from types import NoneType, UnionType
from typing import Any, ClassVar, Never, TypeAlias, TypeVar, get_args, get_origin

import attrs

T = TypeVar("T")
W = TypeVar("W", bound=StrEnum)
_Check: TypeAlias = Callable[[Any, Any, Any], None]


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
    tuple: "a tuple",
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
    if any(map(partial(_is_a, value), get_args(kind) if isinstance(kind, UnionType) else (kind,))):
        return
    example = f", such as {such_as}" if such_as else ""
    raise InvalidValue(f"{what} must be {_in_words(kind)}{example}, got {value!r}")


def _is_a(value: object, kind: type) -> bool:
    return type(value) is kind if kind in {date, int} else isinstance(value, kind)


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


def expect_word(value: object, word: type[W]) -> W:
    """Give the member of a closed list that is meant, by itself or by its text.

    Raises:
        InvalidValue: it is on no list.

    >>> class Side(Word):
    ...     SELL = "sell"
    ...     BUY = "buy"
    >>> expect_word("buy", Side), expect_word(Side.SELL, Side)
    (<Side.BUY: 'buy'>, <Side.SELL: 'sell'>)
    """
    if type(value) is word:
        return value
    try:
        return word(value)  # type: ignore[arg-type]  # what is no text is refused by it too
    except ValueError:
        raise InvalidValue(f"{word.__name__} is one of {', '.join(word)}, got {value!r}") from None


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


def kinds_checked(cls: type, fields: list[Any]) -> list[Any]:
    """Hold fields to their annotations: ``@attrs.frozen(field_transformer=kinds_checked)``.

    A fact of the wrong kind, such as a text where a day is meant, would be found much later or
    never. A word may be given as its text. What no class can be asked about, such as a protocol
    or a function, is left alone; what is converted is asked about as it comes out.

    >>> @attrs.frozen(field_transformer=kinds_checked)
    ... class Visit:
    ...     day: date
    ...     rooms: tuple[str, ...] = ()
    >>> Visit("2026-03-01")
    Traceback (most recent call last):
    ...
    harmony_core.errors.InvalidValue: day of Visit must be a plain date, got '2026-03-01'
    >>> Visit(date(2026, 3, 1), (5,))
    Traceback (most recent call last):
    ...
    harmony_core.errors.InvalidValue: each of the rooms of Visit must be a text, got 5
    """
    names = vars(sys.modules[cls.__module__])
    return [_held(field, _meant(field.type, names), cls.__name__) for field in fields]


def _meant(annotation: Any, names: dict[str, Any]) -> Any:
    if not isinstance(annotation, str):
        return annotation
    try:
        return eval(annotation, names)  # as typing.get_type_hints does
    except NameError:  # a class that is written further down
        return None


def _held(field: Any, kind: Any, owner: str) -> Any:
    if not field.init:
        return field
    what = f"{field.name.lstrip('_')} of {owner}"
    if get_origin(kind) is tuple and get_args(kind)[1:] == (...,):
        check = _check_of_each(get_args(kind)[0], what)
    else:
        check = _check_of_one(kind, what)
        if field.converter is None and (word := _word(kind)) is not None:
            field = field.evolve(converter=word)
    if check is None:
        return field
    own = field.validator
    return field.evolve(validator=check if own is None else attrs.validators.and_(check, own))


def _check_of_one(kind: Any, what: str) -> _Check | None:
    if not (known := _classes(kind)):
        return None

    def check(_: Any, __: Any, value: Any) -> None:
        if type(value) not in known:  # the short way for nearly all
            expect(value, reduce(or_, known), what)

    return check


def _check_of_each(kind: Any, what: str) -> _Check | None:
    if not (known := _classes(kind)):
        return None

    def check(_: Any, __: Any, values: Any) -> None:
        if type(values) is not tuple:
            expect(values, tuple, what)
        for value in values:
            if type(value) not in known:
                expect(value, reduce(or_, known), f"each of the {what}")

    return check


def _word(kind: Any) -> Callable[[Any], Any] | None:
    words = [one for one in _classes(kind) if issubclass(one, StrEnum)]
    if len(words) != 1:
        return None
    [word] = words
    return lambda value: expect_word(value, word) if type(value) is str else value


def _classes(kind: Any) -> tuple[type, ...]:
    """Give the classes of an annotation; none where something else is among them."""
    parts = get_args(kind) if isinstance(kind, UnionType) else (kind,)
    found = tuple(get_origin(part) or part for part in parts)
    if all(isinstance(one, type) and not getattr(one, "_is_protocol", False) for one in found):
        return found
    return ()


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
