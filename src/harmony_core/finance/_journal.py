"""Journal entries that are zero in each of three columns, and what they add up to.

There is no tolerance: where conversion leaves a cent, the builder writes a line of the role
``rounding`` that says so, and anything bigger than rounding is refused.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from operator import ge
from typing import TypeAlias

import attrs

from harmony_core.errors import InvalidValue, Unbalanced, kinds_checked
from harmony_core.explanation import RoundingMode
from harmony_core.finance._currencies import minor_digits
from harmony_core.finance._entities import AccountRole, Role
from harmony_core.finance._money import Money
from harmony_core.finance._rounding import HALF_UP, Rounding
from harmony_core.finance._three import Booked, Column, booked_sum

Dimensions: TypeAlias = tuple[tuple[str, str], ...]
"""What a line is about (contract, customer, person ...): pairs of name and id, sorted by name."""


def dimensions(**ids: str | None) -> Dimensions:
    """Name what a journal line is about; an id of ``None`` is left out.

    >>> dimensions(customer="K-7", contract="C-1", person=None)
    (('contract', 'C-1'), ('customer', 'K-7'))
    """
    return tuple(sorted((name, value) for name, value in ids.items() if value is not None))


@attrs.frozen
class JournalLine:
    """An amount on one account: above zero is debit, below zero is credit."""

    role: AccountRole
    account: str
    amount: Booked
    dimensions: Dimensions = ()

    def __attrs_post_init__(self) -> None:
        names = [name for name, _ in self.dimensions] if self.dimensions else ()
        if any(map(ge, names, names[1:])):
            raise InvalidValue(
                f"dimensions are sorted by name and each named once, got {names}: "
                "make them by dimensions(...)"
            )

    def __neg__(self) -> JournalLine:
        return attrs.evolve(self, amount=-self.amount)

    def dimension(self, name: str) -> str | None:
        """Give the id under a dimension, or ``None``."""
        return next((value for key, value in self.dimensions if key == name), None)


@attrs.frozen(field_transformer=kinds_checked)
class JournalEntry:
    """Lines of one entity on one day that add up to zero in each of the three columns.

    Args:
        id: unique in the books.
        entity: id of the legal entity whose books these are.
        day: of booking.
        kind: of the event, such as ``"invoice"`` or ``"transfer"``.
        source: id of the document or fact that caused it.
        lines: one transaction, one entity and one group currency throughout.
        counterparty: id of the group company on the other side, if one is.
        pair: id shared by the two legs of an intercompany pair.
        text: for people.

    Raises:
        Unbalanced: a column does not add up to zero.
        CurrencyMismatch: a column holds two currencies.
        InvalidValue: there is no line.
    """

    id: str
    entity: str
    day: date
    kind: str
    source: str
    lines: tuple[JournalLine, ...]
    counterparty: str | None = None
    pair: str | None = None
    text: str = ""

    def __attrs_post_init__(self) -> None:
        if _is_zero(self.lines):
            return
        total = _total(self.id, self.lines)
        if total:
            open_columns = ", ".join(
                f"{column.value} by {total.column(column)}"
                for column in Column
                if total.column(column)
            )
            raise Unbalanced(
                f"entry {self.id!r} is out of balance: {open_columns}; every column must be "
                "zero (journal_entry adds the rounding line)"
            )

    @property
    def currencies(self) -> tuple[str, str, str]:
        """The codes of the three columns."""
        return self.lines[0].amount.currencies

    @property
    def rounding(self) -> Booked:
        """What the lines of the role ``rounding`` hold: zero where nothing was left."""
        return booked_sum(
            (line.amount for line in self.lines if line.role == Role.ROUNDING), self.currencies
        )

    def mirrored(
        self,
        id: str,  # noqa: A002  the field's own name
        day: date,
        *,
        kind: str | None = None,
        source: str | None = None,
        pair: str | None = None,
        text: str = "",
    ) -> JournalEntry:
        """Give the entry that takes this one back: the same lines with their signs turned."""
        return attrs.evolve(
            self,
            id=id,
            day=day,
            kind=self.kind if kind is None else kind,
            source=self.source if source is None else source,
            lines=tuple(-line for line in self.lines),
            pair=pair,
            text=text,
        )


def journal_entry(
    *,
    id: str,  # noqa: A002  the field's own name
    entity: str,
    day: date,
    kind: str,
    source: str,
    lines: Iterable[JournalLine],
    rounding_account: str,
    counterparty: str | None = None,
    pair: str | None = None,
    text: str = "",
    rounding: Rounding = HALF_UP,
) -> JournalEntry:
    """Make an entry, adding the explicit rounding line where conversion left a residue.

    ``rounding_account`` is the code for the role ``rounding`` in the entity's books. ``rounding``
    is how the lines were converted; it bounds what can be left over: half a step for each line,
    or a whole one for modes that do not go to the nearest. The rest is as in
    :class:`JournalEntry`.

    Raises:
        Unbalanced: the transaction column is not zero by itself, or the residue of another
            column is too big to come from rounding.
        CurrencyMismatch: a column holds two currencies.
    """
    entry_lines = tuple(lines)
    residue = _total(id, entry_lines)
    if residue.transaction:
        raise Unbalanced(
            f"entry {id!r}: the lines are out of balance by {residue.transaction} in the "
            "transaction currency; nothing was converted there, so a line is wrong or missing"
        )
    for column in (Column.ENTITY, Column.GROUP):
        _refuse_more_than_rounding(id, column, residue.column(column), len(entry_lines), rounding)
    if residue:
        entry_lines += (JournalLine(Role.ROUNDING, rounding_account, -residue),)
    return JournalEntry(id, entity, day, kind, source, entry_lines, counterparty, pair, text)


def _is_zero(lines: Sequence[JournalLine]) -> bool:
    """Say whether lines of one currency a column add up to nothing: the short way of nearly all."""
    if not lines:
        return False
    in_transaction, in_entity, in_group = lines[0].amount.currencies
    transaction = entity = group = 0
    for line in lines:
        amount = line.amount
        one, two, three = amount.transaction, amount.entity, amount.group
        if (
            one.currency != in_transaction
            or two.currency != in_entity
            or three.currency != in_group
        ):
            return False
        transaction += one.minor
        entity += two.minor
        group += three.minor
    return not (transaction or entity or group)


def _total(entry_id: str, lines: Sequence[JournalLine]) -> Booked:
    if not lines:
        raise InvalidValue(f"entry {entry_id!r} has no line")
    return booked_sum((line.amount for line in lines), lines[0].amount.currencies)


_NEAREST = tuple(mode for mode in RoundingMode if mode.value.startswith("half"))


def _refuse_more_than_rounding(
    entry_id: str, column: Column, residue: Money, lines: int, rounding: Rounding
) -> None:
    step = rounding.step * 10 ** minor_digits(residue.currency) if rounding.step else 1
    if abs(residue.minor) * (2 if rounding.mode in _NEAREST else 1) > lines * step:
        raise Unbalanced(
            f"entry {entry_id!r}: {residue} is left in the {column.value} column of {lines} "
            "lines, more than rounding can leave; convert all lines at the same rates"
        )
