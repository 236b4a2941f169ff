"""The values that are written in one piece: numbers, texts, days, money, months, explanations."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any

import attrs

from harmony_core.errors import HarmonyError, InvalidValue
from harmony_core.explanation import Explanation, exact_text
from harmony_core.finance import ExactAmount, Money, exact
from harmony_core.interchange._faults import Faults, shown
from harmony_core.interchange._kinds import Record
from harmony_core.interchange._shapes import Shape, fields, fixed, listed, listed_as, text
from harmony_core.periods import Month


@attrs.frozen
class Form:
    """How one type is written and read, and what that looks like.

    ``fields`` says that it becomes an object of its own.
    """

    write: Callable[[Any], Any]
    read: Callable[[Any], Any]
    shape: Shape
    fields: bool = False


def _itself(cls: type, what: str, kind: str) -> Form:
    def write(value: Any) -> Any:
        if type(value) is not cls:
            raise InvalidValue(f"expected {what}, got {shown(value)}")
        return value

    def read(data: Any) -> Any:
        if type(data) is not cls:
            raise Faults.expected(what, data)
        return data

    return Form(write, read, fixed({"type": kind}))


def _as_text(
    cls: type, what: str, write: Callable[[Any], str], read: Callable[[str], Any], schema: Record
) -> Form:
    def written(value: Any) -> str:
        if type(value) is not cls:
            raise InvalidValue(f"expected {what}, got {shown(value)}")
        return write(value)

    def reading(data: Any) -> Any:
        if type(data) is not str:
            raise Faults.expected(what, data)
        try:
            return read(data)
        except (HarmonyError, ValueError):
            raise Faults.expected(what, data) from None

    return Form(written, reading, fixed(schema))


_DECIMAL = re.compile(r"-?\d+(\.\d+)?")
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")


def _decimal(text: str) -> Decimal:
    if not _DECIMAL.fullmatch(text):
        raise InvalidValue(text)
    return Decimal(text)


def _day(text: str) -> date:
    if not _DAY.fullmatch(text):  # Python reads week dates and dates without hyphens too
        raise InvalidValue(text)
    return date.fromisoformat(text)


def _instant_text(instant: datetime) -> str:
    if instant.tzinfo is None:
        raise InvalidValue(f"an instant needs its zone to be stored, got {instant}")
    return instant.astimezone(UTC).isoformat()


def _instant(text: str) -> datetime:
    instant = datetime.fromisoformat(text)
    if instant.tzinfo is None:
        raise InvalidValue(text)
    return instant.astimezone(UTC)


_LENGTH = r"PT[0-9]+(\.[0-9]{1,6})?S"


def _length_text(length: timedelta) -> str:
    if length < timedelta():
        raise InvalidValue(f"a length of time is zero or more, got {length}")
    return f"PT{exact_text(Fraction(length // timedelta(microseconds=1), 10**6))}S"


def _length(text: str) -> timedelta:
    if not re.fullmatch(_LENGTH, text):
        raise InvalidValue(text)
    try:
        return timedelta(microseconds=int(Fraction(text[2:-1]) * 10**6))
    except OverflowError:  # more than timedelta holds
        raise InvalidValue(text) from None


_NUMBER = text(r"[+-]?[0-9]+(\.[0-9]+|/[1-9][0-9]*)?")
_CLOCK = r"[0-9]{2}:[0-9]{2}(:[0-9]{2}(\.[0-9]+)?)?"
_OFFSET = rf"(Z|[+-]{_CLOCK})"
_DATE = r"[0-9]{4}-[0-9]{2}-[0-9]{2}"

_amount = _as_text(Fraction, "an exact number as text", exact_text, exact, _NUMBER)
_code = _itself(str, "a currency code", "string")
_AMOUNT = fields(
    {"amount": _NUMBER, "currency": text("([A-Z]{3}|[A-Z][A-Z0-9_]{1,19}:[0-9])")},
    ["amount", "currency"],
)


def _written_amount(value: Money | ExactAmount) -> dict[str, str]:
    if type(value) is Money:
        return {"amount": str(value.amount), "currency": value.currency}
    if type(value) is ExactAmount:
        return {"amount": exact_text(value.value), "currency": value.currency}
    raise InvalidValue(f"expected an amount, got {shown(value)}")


def _read_amount(make: Callable[[Fraction, str], Any]) -> Callable[[Any], Any]:
    def read(data: Any) -> Any:
        if type(data) is not dict or data.keys() != {"amount", "currency"}:
            raise Faults.expected("an object of amount and currency", data)
        problems: list[tuple[str, str]] = []
        parts: list[Any] = []
        for key, form in (("amount", _amount), ("currency", _code)):
            try:
                parts.append(form.read(data[key]))
            except Faults as faults:
                problems += faults.inside(f".{key}")
        if problems:
            raise Faults(problems)
        try:
            return make(*parts)
        except HarmonyError as reason:
            raise Faults([("", str(reason))]) from None

    return read


def _explained(explanation: Any) -> Any:
    if type(explanation) is not Explanation:
        raise InvalidValue(f"expected an explanation, got {shown(explanation)}")
    return explanation.as_data()


def _explanation(data: Any) -> Any:
    try:
        numbers = [*(part[2] for part in data["given"]), *(step[4] for step in data["steps"])]
        for number in numbers:
            if type(number) is not str:
                raise Faults.expected("exact numbers as text", number)
        return Explanation.from_data(data)
    except (LookupError, TypeError, ValueError) as reason:
        raise Faults([("", f"expected an explanation, but {reason!r}")]) from None


_TEXT = text()
_TEXTS = listed(_TEXT)
_STEP = {
    "type": "array",
    "prefixItems": [_TEXT, _TEXT, _TEXT, _TEXTS, _NUMBER, _TEXT, {"type": "object"}],
    "items": False,
    "minItems": 6,
}
_FACTS = listed(listed_as(_TEXT, _TEXT))
_EXPLANATION = fields(
    {
        "rule": _TEXT,
        "version": {"type": "integer"},
        "given": listed(listed_as(_TEXT, _TEXT, _NUMBER, _TEXT)),
        "steps": listed(_STEP),
        "result": _TEXT,
        "facts": _FACTS,
        "sections": listed(listed_as(_TEXT, _TEXT, _FACTS)),
    },
    ["rule", "version", "given", "steps", "result"],
)

LEAVES: Mapping[Any, Form] = {
    str: _itself(str, "text", "string"),
    int: _itself(int, "a whole number", "integer"),
    bool: _itself(bool, "true or false", "boolean"),
    type(None): _itself(type(None), "nothing", "null"),
    Fraction: _amount,
    Decimal: _as_text(
        Decimal, "a decimal number as text", "{:f}".format, _decimal, text(r"-?[0-9]+(\.[0-9]+)?")
    ),
    date: _as_text(date, "a day like 2026-03-31", date.isoformat, _day, text(_DATE, format="date")),
    datetime: _as_text(
        datetime,
        "an instant with its offset from UTC",
        _instant_text,
        _instant,
        text(f"{_DATE}T{_CLOCK}{_OFFSET}", format="date-time"),
    ),
    time: _as_text(
        time, "a time of day like 09:30:00", time.isoformat, time.fromisoformat, text(_CLOCK)
    ),
    timedelta: _as_text(
        timedelta, "a length of time in seconds like PT28800S", _length_text, _length, text(_LENGTH)
    ),
    Month: _as_text(Month, "a month like 2026-03", str, Month.of, text("[0-9]{4}-[0-9]{2}")),
    Money: Form(_written_amount, _read_amount(Money.of), fixed(_AMOUNT), fields=True),
    ExactAmount: Form(_written_amount, _read_amount(ExactAmount), fixed(_AMOUNT), fields=True),
    Explanation: Form(_explained, _explanation, fixed(_EXPLANATION), fields=True),
}
