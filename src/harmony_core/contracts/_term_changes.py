"""What differs between two versions of a contract: as data to the last detail, and in words.

Everything that a contract holds is compared, field by field, so that nothing is changed unseen.
Where a line's sentences say the difference, the words are those sentences; where they do not, the
words are the detail itself.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from enum import Enum
from fractions import Fraction
from typing import Any, TypeVar

import attrs

from harmony_core.contracts._amendment import Amendment
from harmony_core.contracts._amendment_words import amendment_in_words, line_title
from harmony_core.contracts._contract import Contract
from harmony_core.contracts._line import ContractLine
from harmony_core.culture import Culture
from harmony_core.errors import InvalidValue
from harmony_core.explanation import exact_text

T = TypeVar("T", ContractLine, Amendment)


@attrs.frozen
class TermChange:
    """One field of a contract, or of one of its lines, that differs between two versions.

    Attributes:
        field: ``quantity``, ``scheme``, ``party_id``; ``line`` for a line that is new or gone, and
            ``amendment`` for an amendment that is.
        old: its value before; ``None`` where there was none.
        new: its value after; ``None`` where there is none any more.
        before: the line, or the contract, before; ``None`` where it is new.
        after: the same after; ``None`` where it is gone.
    """

    field: str
    old: object
    new: object
    before: ContractLine | Contract | None = None
    after: ContractLine | Contract | None = None

    @property
    def line_id(self) -> str | None:
        """The line that changes; ``None`` where it is the contract itself."""
        line = self.after or self.before
        return line.id if isinstance(line, ContractLine) else None

    @property
    def details(self) -> tuple[tuple[str, object, object], ...]:
        """Each single value that differs: its path, before and after."""
        return tuple(_details(self.field, self.old, self.new))

    def as_data(self) -> dict[str, Any]:
        """The change as plain data, numbers and days as text."""
        return {
            "line": self.line_id,
            "field": self.field,
            "details": [
                {"path": path, "old": _plain(old), "new": _plain(new)}
                for path, old, new in self.details
            ],
        }

    def in_words(self, culture: Culture) -> tuple[str, ...]:
        """Say what it was and what it is, in the reader's language."""
        if self.field == "amendment":
            return self._amended(culture)
        line = self.after or self.before
        title = line_title(culture, line) if isinstance(line, ContractLine) else ""
        if self.field == "line":
            words = "{line}: it is new." if self.before is None else "{line}: it is gone."
            return (culture.words(words, line=title),)
        label = culture.words(_LABELS.get(self.field, self.field))
        prefix = f"{title}: {label}" if title else label
        old, new = (self._sentences(culture, one) for one in (self.before, self.after))
        if old != new:
            gone = " ".join(one for one in old if one not in new)
            come = " ".join(one for one in new if one not in old)
            return (f"{prefix}: {_arrow(culture, gone, come)}",)
        return tuple(
            f"{prefix}{_rest(path)}: {_arrow(culture, _words(culture, was), _words(culture, now))}"
            for path, was, now in self.details
        )

    def _sentences(self, culture: Culture, line: ContractLine | Contract | None) -> list[str]:
        if not isinstance(line, ContractLine) or self.field not in _TOPICS:
            return []
        topic = _TOPICS[self.field]
        return [said.strip() for found, said in line.describe(culture).sentences if found == topic]

    def _amended(self, culture: Culture) -> tuple[str, ...]:
        found, contract = (self.old, self.before) if self.new is None else (self.new, self.after)
        if not isinstance(found, Amendment) or not isinstance(contract, Contract):
            raise InvalidValue(f"an amendment of a contract differs, got {found!r}")
        said = amendment_in_words(culture, contract, found)
        return (culture.words("It is withdrawn:"), *said) if self.new is None else said


_TOPICS = {
    "scheme": "price",
    "source": "quantity",
    "billing": "billing",
    "delivery": "delivery",
    "renewal": "renewal",
    "cover": "coverage",
}
"""The topic of a line's description that says all there is to a field."""

_LABELS = {
    "side": "side",
    "party_id": "party",
    "entity_id": "legal entity",
    "currency": "currency",
    "order_id": "order",
    "texts": "texts",
    "continues": "takes the place of",
    "product_id": "product",
    "names": "name",
    "type": "type",
    "division": "division",
    "unit": "unit",
    "quantity": "quantity",
    "scheme": "price",
    "source": "how the quantity is found",
    "billing": "billing",
    "accounting": "recognition",
    "tax_category": "tax category",
    "start": "first day",
    "last_day": "last day",
    "delivery": "delivery",
    "renewal": "terms",
    "fund": "fund",
    "serves": "serves",
    "cover": "coverage",
    "trail": "origin of the terms",
    "counts_from": "counted from",
    "opening": "opening balance",
    "tax_included": "prices include tax",
}


def term_changes(old: Contract, new: Contract) -> tuple[TermChange, ...]:
    """Give what differs between two versions of a contract; nothing where they are equal.

    Lines and amendments are matched by their ids. Read by itself, ``details`` of all changes
    together say everything that differs.

    Raises:
        InvalidValue: they are two contracts, and not two versions of one.
    """
    if old.id != new.id:
        raise InvalidValue(
            f"two versions of one contract are compared, got {old.id!r} and {new.id!r}"
        )
    found = [*_fields(old, new, {"lines", "amendments"})]
    for line, now_line in _matched(old.lines, new.lines):
        if line is None or now_line is None:
            found.append(TermChange("line", line, now_line, line, now_line))
        else:
            found += _fields(line, now_line, set())
    for was, now in _matched(old.amendments, new.amendments):
        if was is not None and now != was:
            found.append(TermChange("amendment", was, None, old, old))
        if now is not None and now != was:
            found.append(TermChange("amendment", None, now, new, new))
    return tuple(found)


def changes_in_words(culture: Culture, old: Contract, new: Contract) -> tuple[str, ...]:
    """Say what differs between two versions of a contract, a line of text each."""
    return tuple(said for change in term_changes(old, new) for said in change.in_words(culture))


def _fields(
    before: Contract | ContractLine, after: Contract | ContractLine, apart: set[str]
) -> Iterator[TermChange]:
    for field in attrs.fields(type(after)):
        if field.init and field.name not in apart:
            old, new = getattr(before, field.name), getattr(after, field.name)
            if old != new:
                yield TermChange(field.name, old, new, before, after)


def _matched(old: Sequence[T], new: Sequence[T]) -> Iterator[tuple[T | None, T | None]]:
    known: dict[str, T] = {one.id: one for one in old}
    found: dict[str, T] = {one.id: one for one in new}
    for name in dict.fromkeys([*known, *found]):
        yield known.get(name), found.get(name)


def _details(path: str, old: object, new: object) -> Iterator[tuple[str, object, object]]:
    """The single values in which two values differ, as deep as they have one shape."""
    if type(old) is type(new) and attrs.has(type(old)):
        for key, was in _parts(old).items():
            if was != (now := _parts(new)[key]):
                yield from _details(f"{path}.{key}", was, now)
    elif isinstance(old, tuple) and isinstance(new, tuple) and len(old) == len(new):
        for index, (was, now) in enumerate(zip(old, new, strict=True)):
            if was != now:
                yield from _details(f"{path}[{index}]", was, now)
    else:
        yield path, old, new


def _plain(value: object) -> Any:
    """A value as plain data, for a report; what is stored is for records."""
    if isinstance(value, Enum):
        return value.value
    if value is None or isinstance(value, bool | int | str):
        return value
    if isinstance(value, Fraction):
        return exact_text(value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Mapping):
        return {str(key): _plain(one) for key, one in value.items()}
    if isinstance(value, tuple | list | frozenset):
        return [_plain(one) for one in value]
    if attrs.has(type(value)):
        return {key: _plain(one) for key, one in _parts(value).items()}
    return str(value)


def _parts(value: object) -> dict[str, object]:
    """The fields of a value, by the names under which it is made."""
    cls: Any = type(value)
    fields = (field for field in attrs.fields(cls) if field.init)
    return {field.alias or field.name: getattr(value, field.name) for field in fields}


def _words(culture: Culture, value: object) -> str:
    if value is None or value in ((), ""):
        return culture.words("nothing")
    if isinstance(value, bool):
        return culture.words("yes") if value else culture.words("no")
    if isinstance(value, int | Fraction):
        return culture.number(value)
    if isinstance(value, Enum):
        return culture.words(str(value.value))
    if type(value) is date:
        return culture.day(value)
    if isinstance(value, str):
        return value
    plain = _plain(value)
    return ", ".join(map(str, plain)) if isinstance(plain, list) else str(plain)


def _arrow(culture: Culture, old: str, new: str) -> str:
    nothing = culture.words("nothing")
    return f"{old or nothing} → {new or nothing}"


def _rest(path: str) -> str:
    """What follows the field in a path: ``billing.lead_days`` leaves ``lead_days``."""
    for index, sign in enumerate(path):
        if sign in ".[":
            return f" ({path[index:].lstrip('.')})"
    return ""
