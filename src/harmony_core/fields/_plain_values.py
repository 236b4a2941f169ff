"""Fields that hold one plain value: text, a number, money, a date, yes or no.

Each reads a value in the form in which people, programs or stores give it, and refuses any other
with the reason; each says whether it is a narrower form of a parent's field.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from contextlib import suppress
from datetime import date
from fractions import Fraction

import attrs

from harmony_core.errors import InvalidValue
from harmony_core.explanation import exact_text
from harmony_core.fields._values import Field, FieldKind, FieldValue, within
from harmony_core.finance import Exact, Money, exact

_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


def _optional(value: Exact | None) -> Fraction | None:
    return None if value is None else exact(value, "a limit or default")


def _in_limits(value: Fraction, least: Fraction | None, most: Fraction | None) -> None:
    if least is not None and value < least:
        raise InvalidValue(f"must be at least {exact_text(least)}, got {exact_text(value)}")
    if most is not None and value > most:
        raise InvalidValue(f"must be at most {exact_text(most)}, got {exact_text(value)}")


def _default_fault(
    field: TextField | NumberField | MoneyField | DateField | BoolField,
) -> str | None:
    if field.default is not None:
        try:
            field.read(field.default)
        except InvalidValue as reason:
            return f"its default {reason}"
    return None


@attrs.frozen
class TextField(Field):
    """Text of at most ``max_length`` characters that ``pattern``, if given, matches as a whole.

    >>> TextField("inventory", pattern="[A-Z]{2}[0-9]{4}").read("AB0815")
    'AB0815'
    """

    max_length: int = 1000
    pattern: str | None = None
    default: str | None = None

    kind = FieldKind.TEXT

    def own_fault(self) -> str | None:
        """What cannot be true of this field, if anything."""
        if self.max_length < 1:
            return f"max_length must be one or more, got {self.max_length}"
        try:
            re.compile(self.pattern or "")
        except re.error as reason:
            return f"pattern {self.pattern!r} is not a regular expression: {reason}"
        return _default_fault(self)

    def read(self, value: object) -> str:
        """Give the text; refuse what it may not be."""
        if not isinstance(value, str):
            raise InvalidValue(f"must be text, got {value!r}")
        if self.required and not value.strip():
            raise InvalidValue("must not be blank")
        if len(value) > self.max_length:
            raise InvalidValue(f"has {len(value)} characters, at most {self.max_length} are kept")
        if self.pattern is not None and not re.fullmatch(self.pattern, value):
            raise InvalidValue(f"must match {self.pattern!r}, got {value!r}")
        return value

    def plain(self, value: FieldValue) -> object:
        """Give the value as JSON writes it."""
        return value

    def loosens(self, parent: TextField) -> str | None:
        """Say where this allows what ``parent`` does not; ``None`` when nowhere."""
        if self.max_length > parent.max_length:
            return f"max_length {self.max_length} is above {parent.max_length}"
        if parent.pattern is not None and self.pattern != parent.pattern:
            return f"pattern {self.pattern!r} is not {parent.pattern!r}"
        return None


@attrs.frozen
class NumberField(Field):
    """An exact number between two limits, with at most so many decimals.

    >>> NumberField("ram", least=0, decimals=0).read("16")
    Fraction(16, 1)
    """

    least: Fraction | None = attrs.field(default=None, converter=_optional)
    most: Fraction | None = attrs.field(default=None, converter=_optional)
    decimals: int | None = None
    default: Fraction | None = attrs.field(default=None, converter=_optional)

    kind = FieldKind.NUMBER

    def own_fault(self) -> str | None:
        """What cannot be true of this field, if anything."""
        if self.least is not None and self.most is not None and self.least > self.most:
            return f"least {exact_text(self.least)} is above most {exact_text(self.most)}"
        if self.decimals is not None and self.decimals < 0:
            return f"decimals must be zero or more, got {self.decimals}"
        return _default_fault(self)

    def read(self, value: object) -> Fraction:
        """Give the number; refuse what it may not be."""
        number = exact(value, "the value")  # type: ignore[arg-type]  # refuses what is no number
        _in_limits(number, self.least, self.most)
        if self.decimals is not None and (number * 10**self.decimals).denominator != 1:
            raise InvalidValue(
                f"must have at most {self.decimals} decimals, got {exact_text(number)}"
            )
        return number

    def plain(self, value: FieldValue) -> object:
        """Give the value as JSON writes it: a number as text, so that it stays exact."""
        number = exact(value)  # type: ignore[arg-type]  # whatever came in; it refuses
        return exact_text(number)

    def loosens(self, parent: NumberField) -> str | None:
        """Say where this allows what ``parent`` does not; ``None`` when nowhere."""
        if not within(self.least, self.most, parent.least, parent.most):
            return "its limits reach beyond those of the parent"
        if not within(None, self.decimals, None, parent.decimals):
            return f"it allows more than {parent.decimals} decimals"
        return None


def _currencies(codes: Iterable[str]) -> tuple[str, ...]:
    return (codes,) if isinstance(codes, str) else tuple(codes)


@attrs.frozen
class MoneyField(Field):
    """An amount in one of ``currencies`` (none named: in any), between two limits.

    >>> MoneyField("price", "EUR").read({"amount": "12.50", "currency": "EUR"})
    Money.of('12.50', 'EUR')
    """

    currencies: tuple[str, ...] = attrs.field(default=(), converter=_currencies)
    least: Fraction | None = attrs.field(default=None, converter=_optional)
    most: Fraction | None = attrs.field(default=None, converter=_optional)
    default: Money | None = None

    kind = FieldKind.MONEY

    def own_fault(self) -> str | None:
        """What cannot be true of this field, if anything."""
        for code in self.currencies:
            Money(0, code)
        if self.least is not None and self.most is not None and self.least > self.most:
            return f"least {exact_text(self.least)} is above most {exact_text(self.most)}"
        return _default_fault(self)

    def read(self, value: object) -> Money:
        """Give the amount; refuse what it may not be."""
        if isinstance(value, Mapping) and set(value) == {"amount", "currency"}:
            value = Money.of(value["amount"], value["currency"])
        if not isinstance(value, Money):
            raise InvalidValue(f"must be money, an amount with its currency, got {value!r}")
        if self.currencies and value.currency not in self.currencies:
            raise InvalidValue(f"must be in {' or '.join(self.currencies)}, got {value.currency}")
        _in_limits(value.exact.value, self.least, self.most)
        return value

    def plain(self, value: FieldValue) -> object:
        """Give the value as JSON writes it: the amount as text, with its currency."""
        money = self.read(value)
        return {"amount": exact_text(money.exact.value), "currency": money.currency}

    def loosens(self, parent: MoneyField) -> str | None:
        """Say where this allows what ``parent`` does not; ``None`` when nowhere."""
        if parent.currencies and not (set(self.currencies) <= set(parent.currencies)):
            return f"it allows other currencies than {', '.join(parent.currencies)}"
        if parent.currencies and not self.currencies:
            return f"it allows every currency, not only {', '.join(parent.currencies)}"
        if not within(self.least, self.most, parent.least, parent.most):
            return "its limits reach beyond those of the parent"
        return None


@attrs.frozen
class DateField(Field):
    """A day, with an earliest and a latest one if they are given.

    >>> DateField("bought_on").read("2026-04-01")
    datetime.date(2026, 4, 1)
    """

    earliest: date | None = None
    latest: date | None = None
    default: date | None = None

    kind = FieldKind.DATE

    def own_fault(self) -> str | None:
        """What cannot be true of this field, if anything."""
        if self.earliest is not None and self.latest is not None and self.earliest > self.latest:
            return f"earliest {self.earliest} is after latest {self.latest}"
        return _default_fault(self)

    def read(self, value: object) -> date:
        """Give the day; refuse what it may not be."""
        if isinstance(value, str):
            with suppress(ValueError):  # named below with the other things that are no day
                value = date.fromisoformat(value) if _DAY.fullmatch(value) else value
        if type(value) is not date:
            raise InvalidValue(f"must be a day such as 2026-04-01, got {value!r}")
        if self.earliest is not None and value < self.earliest:
            raise InvalidValue(f"must not be before {self.earliest}, got {value}")
        if self.latest is not None and value > self.latest:
            raise InvalidValue(f"must not be after {self.latest}, got {value}")
        return value

    def plain(self, value: FieldValue) -> object:
        """Give the value as JSON writes it."""
        return str(value)

    def loosens(self, parent: DateField) -> str | None:
        """Say where this allows what ``parent`` does not; ``None`` when nowhere."""
        if within(self.earliest, self.latest, parent.earliest, parent.latest):
            return None
        return "its days reach beyond those of the parent"


@attrs.frozen
class BoolField(Field):
    """Yes or no."""

    default: bool | None = None

    kind = FieldKind.BOOL

    def own_fault(self) -> str | None:
        """What cannot be true of this field, if anything."""
        return _default_fault(self)

    def read(self, value: object) -> bool:
        """Give yes or no; refuse what is neither."""
        if type(value) is not bool:
            raise InvalidValue(f"must be true or false, got {value!r}")
        return value

    def plain(self, value: FieldValue) -> object:
        """Give the value as JSON writes it."""
        return value

    def loosens(self, parent: BoolField) -> str | None:  # noqa: ARG002  there is nothing to loosen
        """Say where this allows what ``parent`` does not: never."""
        return None
