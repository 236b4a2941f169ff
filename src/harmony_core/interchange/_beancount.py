"""The journal in the language of Beancount, whose checker then gives a second opinion on it.

One file shows one of the three columns. Every account has one name, made of a root, the entity and
the account code; what Beancount's grammar does not allow in a name is spelt out, so that two codes
never share one. The balances at the end are those of our trial balance, stated without tolerance.

Source: the lexer and the account rules of Beancount 3.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date, timedelta
from types import MappingProxyType
from typing import Final

import attrs

from harmony_core.errors import InvalidValue, NotFound
from harmony_core.finance import (
    AccountRole,
    Column,
    Group,
    JournalEntry,
    JournalLine,
    LegalEntity,
    Role,
    trial_balance,
)

_ASSETS, _LIABILITIES, _INCOME, _EXPENSES = "Assets", "Liabilities", "Income", "Expenses"
_ALL_ROOTS: Final = (_ASSETS, _LIABILITIES, "Equity", _INCOME, _EXPENSES)
_ROOT_OF: Mapping[AccountRole, str] = MappingProxyType(
    {
        Role.RECEIVABLE: _ASSETS,
        Role.BANK: _ASSETS,
        Role.BAD_DEBT: _EXPENSES,
        Role.PAYABLE: _LIABILITIES,
        Role.REVENUE: _INCOME,
        Role.CONTRACT_BALANCE: _LIABILITIES,  # mostly billed ahead; below zero it is accrued income
        Role.TAX_PAYABLE: _LIABILITIES,
        Role.TAX_RECOVERABLE: _ASSETS,
        Role.TAX_WITHHELD: _ASSETS,
        Role.COST_OF_SALES: _EXPENSES,
        Role.PURCHASE_BALANCE: _ASSETS,  # mostly paid ahead; below zero it is accrued cost
        Role.LABOUR_COST: _EXPENSES,
        Role.LABOUR_ABSORBED: _EXPENSES,  # takes back what payroll books elsewhere
        Role.EXPENSE_COST: _EXPENSES,
        Role.EXPENSE_CLEARING: _LIABILITIES,
        Role.INTERCOMPANY_REVENUE: _INCOME,
        Role.INTERCOMPANY_COST: _EXPENSES,
        Role.INTERCOMPANY_RECEIVABLE: _ASSETS,
        Role.INTERCOMPANY_PAYABLE: _LIABILITIES,
        Role.WORK_IN_PROGRESS: _ASSETS,
        Role.WORK_CAPITALISED: _EXPENSES,  # takes back what stands in work in progress
        Role.BREAKAGE_REVENUE: _INCOME,
        Role.ROUNDING: _EXPENSES,
        Role.EXCHANGE_DIFFERENCE: _EXPENSES,
    }
)
_NO_ROOTS: Mapping[AccountRole, str] = MappingProxyType({})
_KEY = re.compile(r"[a-z][a-zA-Z0-9_-]+")
_TAKEN_KEYS = frozenset({"role", "filename", "lineno"})  # the last two are Beancount's own
_STRING_ESCAPES = str.maketrans({"\\": r"\\", '"': r"\"", "\n": r"\n", "\r": r"\r", "\t": r"\t"})


@attrs.frozen
class _Account:
    name: str
    entity: LegalEntity
    code: str
    roles: tuple[AccountRole, ...]
    currencies: tuple[str, ...]


_Chart = Mapping[tuple[str, str], _Account]


def beancount(
    entries: Iterable[JournalEntry],
    group: Group,
    column: Column = Column.ENTITY,
    *,
    title: str | None = None,
    roots: Mapping[AccountRole, str] = _NO_ROOTS,
) -> Iterator[str]:
    """Write one column of the journal as a Beancount file; the strings given bring their line ends.

    The entity column is in each entity's currency, the group column in the group's, and the
    transaction column holds all currencies side by side: every transaction balances in its own.
    Entries are sorted by day, entity and id, so that the order of arrival does not matter. All of
    them are checked before the first string is given.

    Args:
        entries: of the journal; the balances stated are those after the last day among them.
        group: whose entities the entries belong to.
        column: which of the three amounts.
        title: of the file; by default the group's name and the column.
        roots: root by role, for roles of the host's own or in place of the usual root: Assets,
            Liabilities, Equity, Income or Expenses. A role with a dot falls back to the wider one.

    Raises:
        NotFound: a role has no root, or the group has no such entity.
        InvalidValue: a root is none of the five, one account is used under two of them, or an
            amount is not in the currency of the entity, or of the group.
    """
    if odd := sorted(set(roots.values()) - set(_ALL_ROOTS)):
        raise InvalidValue(f"a root is one of {', '.join(_ALL_ROOTS)}, got {', '.join(odd)}")
    column = Column(column)
    journal = sorted(entries, key=lambda entry: (entry.day, entry.entity, entry.id))
    chart = _chart(journal, group, column, {**_ROOT_OF, **roots})
    heading = f"{group.name}, {column.value} column" if title is None else title
    return _file(journal, group, column, chart, heading)


def _file(
    journal: Sequence[JournalEntry], group: Group, column: Column, chart: _Chart, title: str
) -> Iterator[str]:
    yield f"option {_quoted('title')} {_quoted(title)}\n"
    currencies = {code for account in chart.values() for code in account.currencies}
    for code in sorted(currencies):
        yield f"option {_quoted('operating_currency')} {_quoted(_commodity(code))}\n"
    if not journal:
        return
    yield "\n"
    opening_day = min(group.opening_day, journal[0].day)
    for account in sorted(chart.values(), key=lambda account: account.name):
        yield _open(account, opening_day)
    for entry in journal:
        yield _transaction(entry, column, chart)
    yield "\n"
    yield from _balances(journal, column, chart)


def _chart(
    journal: Iterable[JournalEntry],
    group: Group,
    column: Column,
    root_of: Mapping[AccountRole, str],
) -> _Chart:
    """Collect the accounts used, each with its one name, and refuse what cannot be named."""
    roles: dict[tuple[str, str], set[AccountRole]] = {}
    currencies: dict[tuple[str, str], set[str]] = {}
    for entry in journal:
        _refuse_other_currency(entry, group, column)
        for line in entry.lines:
            key = (entry.entity, line.account)
            roles.setdefault(key, set()).add(line.role)
            currencies.setdefault(key, set()).add(line.amount.column(column).currency)
    _refuse_unknown(set().union(*roles.values()), root_of)
    return {
        (entity_id, code): _Account(
            ":".join(
                (_root(entity_id, code, used, root_of), _component(entity_id), _component(code))
            ),
            group.entity(entity_id),
            code,
            tuple(sorted(used)),
            tuple(sorted(currencies[entity_id, code])),
        )
        for (entity_id, code), used in roles.items()
    }


def _refuse_other_currency(entry: JournalEntry, group: Group, column: Column) -> None:
    entity = group.entity(entry.entity)
    _, of_entity, of_group = entry.currencies
    for of_column, got, wanted, owner in (
        (Column.ENTITY, of_entity, entity.currency, entity.id),
        (Column.GROUP, of_group, group.currency, group.id),
    ):
        if column is of_column and got != wanted:
            raise InvalidValue(
                f"entry {entry.id!r} has {got} in its {column.value} column, but the books of "
                f"{owner!r} are in {wanted}: book it at rates into {wanted}"
            )


def _refuse_unknown(roles: Iterable[AccountRole], root_of: Mapping[AccountRole, str]) -> None:
    if unknown := sorted(role for role in roles if _found_root(role, root_of) is None):
        raise NotFound(
            f"no Beancount root for {', '.join(map(repr, unknown))}: pass roots="
            f"{{{unknown[0]!r}: 'Expenses'}} or another of {', '.join(_ALL_ROOTS)}"
        )


def _found_root(role: AccountRole, root_of: Mapping[AccountRole, str]) -> str | None:
    wider = role
    while wider:
        if root := root_of.get(wider):
            return root
        wider = wider.rpartition(".")[0]
    return None


def _root(
    entity_id: str, code: str, roles: Iterable[AccountRole], root_of: Mapping[AccountRole, str]
) -> str:
    found = {role: _found_root(role, root_of) or "" for role in sorted(roles)}
    if len(set(found.values())) > 1:
        uses = ", ".join(f"{role} ({root})" for role, root in found.items())
        raise InvalidValue(
            f"the account {code!r} of {entity_id!r} is used under two roots: {uses}; "
            "give these roles one root by roots={...}, or accounts of their own"
        )
    return next(iter(found.values()))


def _open(account: _Account, day: date) -> str:
    facts = {
        "entity": account.entity.name,
        "code": account.code,
        "roles": ", ".join(account.roles),
    }
    commodities = ",".join(map(_commodity, account.currencies))
    return f"{day} open {account.name} {commodities}\n{_metadata(facts, 2)}"


def _transaction(entry: JournalEntry, column: Column, chart: _Chart) -> str:
    narration = entry.text or f"{entry.kind} {entry.source}"
    facts = {
        "entry": entry.id,
        "kind": entry.kind,
        "source": entry.source,
        "counterparty": entry.counterparty,
        "pair": entry.pair,
    }
    postings = (_posting(line, column, chart[entry.entity, line.account]) for line in entry.lines)
    return f"\n{entry.day} * {_quoted(narration)}\n{_metadata(facts, 2)}{''.join(postings)}"


def _posting(line: JournalLine, column: Column, account: _Account) -> str:
    money = line.amount.column(column)
    facts = {"role": line.role, **{_key(name): value for name, value in line.dimensions}}
    amount = f"{money.amount:f} {_commodity(money.currency)}"
    return f"  {account.name}  {amount}\n{_metadata(facts, 4)}"


def _commodity(code: str) -> str:
    """Spell a code; a unit of a host's own, such as ``TOKEN:0``, has a sign that is none here."""
    return code.replace(":", "-")


def _balances(journal: Sequence[JournalEntry], column: Column, chart: _Chart) -> Iterator[str]:
    """State the trial balance. A Beancount balance is of the morning, hence the day after."""
    day = journal[-1].day + timedelta(days=1)
    for row in trial_balance(journal, column=column).accounts:
        name = chart[row.entity, row.account].name
        yield f"{day} balance {name}  {row.balance.amount:f} ~ 0 {_commodity(row.currency)}\n"


def _metadata(facts: Mapping[str, str | None], indent: int) -> str:
    return "".join(
        f"{' ' * indent}{key}: {_quoted(value)}\n"
        for key, value in facts.items()
        if value is not None
    )


def _quoted(text: str) -> str:
    return f'"{text.translate(_STRING_ESCAPES)}"'


def _key(name: str) -> str:
    """Make a metadata key of a dimension's name."""
    if _KEY.fullmatch(name) and name not in _TAKEN_KEYS and not name.startswith("x-"):
        return name
    return "x-" + _spelt(name, lambda char: char.isascii() and char.isalnum())


def _component(text: str) -> str:
    """Make a part of an account name: letters, digits and hyphens after a capital or a digit.

    Any other text, and one that looks like it, begins with ``X-`` and has its signs spelt.
    """
    plain = text and (text[0].isdecimal() or unicodedata.category(text[0]) == "Lu")
    if plain and all(_letter(char) or char == "-" for char in text) and not text.startswith("X-"):
        return text
    return "X-" + _spelt(text, _letter)


def _letter(char: str) -> bool:
    return char.isalpha() or char.isdecimal()


def _spelt(text: str, plain: Callable[[str], bool]) -> str:
    """Write signs as ``-2E-`` and a hyphen twice, so that different texts stay different."""
    return "".join(
        char if plain(char) else "--" if char == "-" else f"-{ord(char):X}-" for char in text
    )
