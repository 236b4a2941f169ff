"""Usage from any external system: each row has exactly one outcome, and none is lost.

A row is accepted as a usage record, rejected with its reason, unmapped (a key in it means none of
our objects that day) or repeated (a record that came before, with the same content). Another
content under the id of a record is refused, as with an idempotency key: the first one holds, and
a correction takes an id of its own and says which record it replaces. So a feed may be read
again, in part or as a whole, and gives nothing twice.

Rows are read one by one. What is remembered of them is the records accepted so far, by id.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from datetime import date
from fractions import Fraction
from itertools import islice
from types import MappingProxyType
from typing import Any, TypeAlias

import attrs

from harmony_core.errors import InvalidValue, expect, expect_each
from harmony_core.explanation import exact_text
from harmony_core.interchange._external_keys import ExternalKeys
from harmony_core.interchange._faults import shown
from harmony_core.interchange._tables import Header, Row
from harmony_core.interchange._usage_outcomes import (
    AcceptedUsage,
    ControlTotal,
    NotUsage,
    ReadRow,
    RejectedUsage,
    RepeatedUsage,
    Tally,
    UnmappedUsage,
    UsageFeed,
    UsageLayout,
    UsageOutcome,
)
from harmony_core.work import UsageRecord

_BLOCK = 1000
"""How many rows are asked for at once where a store says which records it has."""


_PARTS = (AcceptedUsage, RejectedUsage, UnmappedUsage, RepeatedUsage, NotUsage)

Known: TypeAlias = (
    Iterable[UsageRecord] | Callable[[tuple[UsageRecord, ...]], Iterable[UsageRecord]]
)
"""Records of earlier feeds, or what gives those of them that share an id with the records asked."""


def stream_usage(
    rows: Iterable[Row | Mapping[str, Any]],
    layout: UsageLayout,
    keys: ExternalKeys,
    *,
    known: Known = (),
    through: date | None = None,
    name: str = "usage",
) -> Iterator[UsageOutcome]:
    """Give the outcome of one row after the other, for feeds that are too long to be kept.

    Args:
        rows: mappings of names to cells, or rows of :func:`csv_table` or :func:`json_lines`. What
            is neither is rejected by itself, and the others go on.
        layout: which column is what.
        keys: what the keys in the rows mean.
        known: records of earlier feeds; or a function that is given a thousand new records at a
            time and gives those of the earlier ones that have the source and id of one of them.
        through: today, as a rule: usage of a later day is rejected.
        name: of the feed; the third row of an iterator is ``usage[2]``.

    Raises:
        InputRejected: a table has no header that can be understood, or lacks a column that the
            layout names.
    """
    _refuse_other_kinds(rows, layout, keys, through, name)
    read = layout.reader(keys) if through is None else _until(through, layout.reader(keys))
    named = _with_columns(
        (_row(row, name, number) for number, row in enumerate(rows)), layout.required
    )
    before: dict[tuple[str, str], UsageRecord] = {}
    if not callable(known):
        listed = expect_each(known, UsageRecord, "records of earlier feeds")
        before.update((_identity(record), record) for record in listed)
        for row in named:
            yield _compared(read(row), before)
        return
    while block := [read(row) for row in islice(named, _BLOCK)]:
        new = tuple(
            one.record
            for one in block
            if isinstance(one, AcceptedUsage) and _identity(one.record) not in before
        )
        kept = {_identity(record): record for record in known(new)}  # not remembered: ask again
        for outcome in block:
            yield _compared(outcome, before, kept)


def read_usage(
    rows: Iterable[Row | Mapping[str, Any]],
    layout: UsageLayout,
    keys: ExternalKeys,
    *,
    known: Known = (),
    through: date | None = None,
    name: str = "usage",
) -> UsageFeed:
    """Read a feed as a whole; the arguments are those of :func:`stream_usage`.

    >>> from harmony_core.interchange import ExternalKey, UsageColumns
    >>> keys = ExternalKeys([ExternalKey("probe", "acme", "customer", "K-1")])
    >>> layout = UsageColumns("probe", day="day", ours=["meter"])
    >>> row = {"id": "u1", "customer": "acme", "meter": "calls", "quantity": 12}
    >>> feed = read_usage([{**row, "day": "2026-03-04"}, {**row, "day": "4 March"}], layout, keys)
    >>> feed.accepted[0].customer_id, feed.problems
    ('K-1', ("usage[1]: day must be a day like 2026-03-31, got '4 March'",))
    """
    outcomes = stream_usage(rows, layout, keys, known=known, through=through, name=name)
    accepted: list[UsageRecord] = []
    others: defaultdict[type, list[Any]] = defaultdict(list)
    tallies: defaultdict[type, _Running] = defaultdict(_Running)
    for outcome in outcomes:
        tallies[type(outcome)].add(outcome.quantity, layout.billed(outcome.row))
        if isinstance(outcome, AcceptedUsage):
            accepted.append(outcome.record)
        else:
            others[type(outcome)].append(outcome)
    return UsageFeed(
        tuple(accepted),
        tuple(others[RejectedUsage]),
        tuple(others[UnmappedUsage]),
        tuple(others[RepeatedUsage]),
        tuple(others[NotUsage]),
        ControlTotal(*(tallies[part].tally for part in _PARTS)),
    )


def _refuse_other_kinds(
    rows: object, layout: object, keys: object, through: object, name: object
) -> None:
    if isinstance(rows, str | bytes | Mapping) or not isinstance(rows, Iterable):
        raise InvalidValue(
            f"rows of a feed must be a list of mappings, or csv_table(...), got {shown(rows)}"
        )
    if not callable(getattr(layout, "reader", None)):
        such_as = "UsageColumns('probe', day='day')"
        raise InvalidValue(f"a layout says which column is what, such as {such_as}, got {layout!r}")
    expect(keys, ExternalKeys, "the keys of a feed", "ExternalKeys([...])")
    expect(through, date | None, "the last day of a feed")
    expect(name, str, "the name of a feed")


class _Running:
    """Adds up whole numbers by denominator, so that long sums stay quick."""

    def __init__(self) -> None:
        self._rows = self._unreadable = 0
        self._quantities: defaultdict[int, int] = defaultdict(int)
        self._billed: defaultdict[str, Fraction] = defaultdict(Fraction)

    def add(self, quantity: Fraction | None, billed: tuple[str, Fraction] | None) -> None:
        self._rows += 1
        if quantity is None:
            self._unreadable += 1
        else:
            self._quantities[quantity.denominator] += quantity.numerator
        if billed is not None:
            self._billed[billed[0]] += billed[1]

    @property
    def tally(self) -> Tally:
        parts = (Fraction(above, below) for below, above in self._quantities.items())
        billed = tuple(sorted(self._billed.items()))
        return Tally(self._rows, sum(parts, Fraction(0)), self._unreadable, billed)


def _until(through: date, read: ReadRow) -> ReadRow:
    def read_until(row: Row) -> AcceptedUsage | RejectedUsage | UnmappedUsage | NotUsage:
        outcome = read(row)
        if not isinstance(outcome, AcceptedUsage) or outcome.record.day <= through:
            return outcome
        reason = f"its day {outcome.record.day} is after {through}: send it when it has happened"
        return RejectedUsage(row, reason, outcome.quantity)

    return read_until


def _row(row: Row | Mapping[str, Any], name: str, number: int) -> Row:
    if isinstance(row, Row):
        return row
    if isinstance(row, Mapping):
        return Row(f"{name}[{number}]", row)
    fault = (
        "is no row: give mappings of names to cells, or the rows of csv_table or json_lines, not "
        f"{type(row).__name__}"
    )
    return Row(f"{name}[{number}]", {"": row}, fault)


def _with_columns(rows: Iterable[Row], required: Collection[str]) -> Iterator[Row]:
    """Ask each table once, with its first row, whether it has the columns."""
    header: Header | None = None
    for row in rows:
        if row.header is not None and row.header is not header:
            header = row.header
            header.require(required)
        yield row


def _identity(record: UsageRecord) -> tuple[str, str]:
    return record.source, record.id


def _compared(
    outcome: UsageOutcome,
    before: dict[tuple[str, str], UsageRecord],
    kept: Mapping[tuple[str, str], UsageRecord] = MappingProxyType({}),
) -> UsageOutcome:
    if not isinstance(outcome, AcceptedUsage):
        return outcome
    record = outcome.record
    identity = _identity(record)
    first = kept.get(identity) or before.setdefault(identity, record)
    if first is record:
        return outcome
    if first.recorded_on is not None:
        first = attrs.evolve(first, recorded_on=None)  # when it became known is not its content
    if not first.origin:  # kept before records knew their file
        first = attrs.evolve(first, origin=record.origin)
    if first == record:
        return RepeatedUsage(outcome.row, record)
    if first.origin != record.origin:
        return RejectedUsage(outcome.row, _of_two_files(first, record), record.quantity)
    changed = ", ".join(
        f"{field} {_shown(getattr(first, field))} is now {_shown(getattr(record, field))}"
        for field in attrs.fields_dict(UsageRecord)
        if getattr(first, field) != getattr(record, field)
    )
    way_out = f"send the correction under an id of its own that replaces {record.id!r}"
    if record.origin:
        way_out = (
            f"read {record.origin} when its figures are final; if it is another part of an export "
            "now, read all parts in one reading, or declare part="
        )
    reason = (
        f"usage record {record.id!r} of {record.source} came before and is never changed "
        f"({changed}): {way_out}"
    )
    return RejectedUsage(outcome.row, reason, record.quantity)


def _of_two_files(first: UsageRecord, record: UsageRecord) -> str:
    then, now = (f"{exact_text(one.quantity)} in {one.origin}" for one in (first, record))
    return (
        f"a row like it came before, with {then}, and this one has {now}: "
        "where both are charges, read the files of one export in one reading, or each "
        "with its own part=; where it is the same file, give its table the same name"
    )


def _shown(value: object) -> str:
    return exact_text(value) if isinstance(value, Fraction) else repr(str(value))
