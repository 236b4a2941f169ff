"""The books of all 24 months: what an independent script says, and what must hold of any books.

``control_totals.json`` is written by ``independent/control_totals.py``, which shares no code with
the library. The two agree in every figure, without tolerance.
"""

from __future__ import annotations

import json
import shutil
import subprocess
from collections import Counter, defaultdict, deque
from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from beancount import loader
from beancount.core import data

from harmony_core.billing import BillingTerms, Charge, Facts, accruals
from harmony_core.demo import FIRST_MONTH, LAST_MONTH
from harmony_core.finance import (
    Booked,
    Column,
    Role,
    booked_sum,
    consolidate,
    consolidate_days,
    trial_balance,
)
from harmony_core.interchange import beancount, journal_csv
from harmony_core.parties import Directory
from harmony_core.periods import months_between
from harmony_core.repositories import MemoryStore
from tests.demo.library_totals import Totals
from tests.demo.untraced import untraced

CONTROL: dict[str, Any] = json.loads(
    (Path(__file__).parent / "control_totals.json").read_text(encoding="utf-8")
)
MONTHS = tuple(months_between(FIRST_MONTH, LAST_MONTH))
FEW_MINOR_UNITS = 5
BETWEEN_COMPANIES = (
    Role.INTERCOMPANY_REVENUE,
    Role.INTERCOMPANY_COST,
    Role.INTERCOMPANY_RECEIVABLE,
    Role.INTERCOMPANY_PAYABLE,
)


@pytest.fixture(scope="module")
def totals(in_memory: MemoryStore) -> Totals:
    with untraced():
        return Totals(in_memory)


@pytest.fixture(scope="module")
def sections(totals: Totals) -> dict[str, object]:
    with untraced():
        return totals.sections()


@pytest.fixture(autouse=True)
def _fast() -> Iterator[None]:
    with untraced():
        yield


@pytest.mark.parametrize("section", sorted(CONTROL))
def test_the_library_and_the_independent_script_agree(
    sections: dict[str, object], section: str
) -> None:
    assert sections[section] == CONTROL[section]


def test_one_contract_earns_in_one_view_and_loses_in_the_other() -> None:
    views = CONTROL["views"]["C-049"]
    assert Decimal(views["GB"]) > 0 > Decimal(views["group"])
    assert Decimal(views["US"]) < 0


def test_every_section_is_compared(sections: dict[str, object]) -> None:
    assert sections.keys() == CONTROL.keys()


def test_every_entry_adds_up_to_zero_in_three_columns(totals: Totals) -> None:
    for entry in totals.entries:
        for column in Column:
            amounts = [line.amount.column(column) for line in entry.lines]
            assert len({amount.currency for amount in amounts}) == 1
            assert sum(amount.minor for amount in amounts) == 0, (entry.id, column)


def test_what_conversion_leaves_is_a_few_minor_units_on_a_line_of_its_own(totals: Totals) -> None:
    rounded = [entry for entry in totals.entries if entry.rounding]
    assert rounded, "cross rates leave something somewhere"
    for entry in rounded:
        assert sum(line.role == Role.ROUNDING for line in entry.lines) == 1
        assert not entry.rounding.transaction
        assert abs(entry.rounding.entity.minor) <= FEW_MINOR_UNITS, entry.id
        assert abs(entry.rounding.group.minor) <= FEW_MINOR_UNITS, entry.id


def test_the_group_is_the_sum_of_its_companies_less_the_pairs_on_every_day(
    totals: Totals,
) -> None:
    group, month_ends = totals.company.group, {month.last_day for month in MONTHS}
    sums: Counter[str] = Counter()
    between: Counter[str] = Counter()
    waiting = deque(totals.entries)  # by day
    first, last = FIRST_MONTH.first_day, LAST_MONTH.last_day
    days = [first + timedelta(days=number) for number in range((last - first).days + 1)]
    assert len(days) == 730
    for day, found in zip(days, consolidate_days(totals.entries, group, days), strict=True):
        while waiting and waiting[0].day <= day:
            for line in waiting.popleft().lines:
                sums[line.role] += line.amount.group.minor
                if line.role in BETWEEN_COMPANIES:
                    between[line.role] += line.amount.group.minor
        assert found.through == day
        assert not found.breaks
        assert found.is_zero
        balances = {role: balance.minor for role, balance in found.balances.items()}
        assert balances == {role: sums[role] - between[role] for role in sums}
        assert {role: amount.minor for role, amount in found.eliminated().items()} == between
        assert not any(balances.get(role) for role in BETWEEN_COMPANIES)
        if day in month_ends:
            assert found == consolidate(totals.entries, group, day)
    assert not waiting


def test_no_more_is_recognised_of_a_charge_than_was_booked(
    totals: Totals, in_memory: MemoryStore
) -> None:
    booked = {charge.key: charge.booked for charge in totals.charges}
    booked |= {charge.key: charge.booked for charge in _accrued(totals, in_memory)}
    so_far: dict[str, Booked] = {}
    for row in sorted(totals.recognised_rows, key=lambda row: row.month):
        whole = booked[row.charge_key]
        before = so_far.get(row.charge_key, Booked.zero(*whole.currencies))
        so_far[row.charge_key] = earned = before + row.amount
        for column in Column:
            part, all_of_it = earned.column(column).minor, whole.column(column).minor
            assert 0 <= part <= all_of_it or all_of_it <= part <= 0, (row, whole)
    done = [key for key, earned in so_far.items() if earned == booked[key]]
    assert len(done) > len(so_far) * 3 // 4


def _accrued(totals: Totals, store: MemoryStore) -> list[Charge]:
    """What was earned by the end of the last month and is billed only after it."""
    with store.begin() as unit:
        facts = Facts(
            time=unit.facts.time(LAST_MONTH.last_day),
            expenses=unit.facts.expenses(LAST_MONTH.last_day),
            usage=unit.facts.usage(LAST_MONTH.last_day),
            devices=unit.devices.all(),
            device_events=unit.facts.device_events(LAST_MONTH.last_day),
            directory=Directory(unit.customers.all()),
        )
        terms = BillingTerms(totals.company.group, unit.rates.book(), totals.company.asset_types)
    return [
        charge
        for contract in totals.contracts.values()
        for charge in accruals(contract, facts, terms, LAST_MONTH)
    ]


def test_contract_balances_are_what_was_billed_less_what_was_earned(totals: Totals) -> None:
    """Invoices and recognition meet on one account, contract by contract, in every column."""
    balance: defaultdict[str, list[Booked]] = defaultdict(list)
    for entry in totals.entries:
        for line in entry.lines:
            if line.role == Role.CONTRACT_BALANCE:
                balance[str(line.dimension("contract"))].append(line.amount)
    expected: defaultdict[str, list[Booked]] = defaultdict(list)
    for charge in totals.charges:
        if totals.contracts[charge.contract_id].side.value == "sell":
            expected[charge.contract_id].append(-charge.booked)
    for row in totals.recognised_rows:
        if totals.contracts[row.contract_id].side.value == "sell":
            expected[row.contract_id].append(row.amount)
    assert balance.keys() <= expected.keys()
    for contract_id, amounts in expected.items():
        currencies = amounts[0].currencies
        booked = booked_sum(balance[contract_id], currencies)
        assert booked == booked_sum(amounts, currencies), contract_id


@pytest.mark.parametrize("column", [Column.ENTITY, Column.GROUP])
def test_the_journal_passes_the_checker_of_beancount(totals: Totals, column: Column) -> None:
    group = totals.company.group
    directives, errors, _ = loader.load_string("".join(beancount(totals.entries, group, column)))
    assert not errors
    transactions = [item for item in directives if isinstance(item, data.Transaction)]
    assert len(transactions) == len(totals.entries)
    assert _balances_in(directives) == _balances_of(totals, column)


RULES = """skip 1
fields entry, entity, day, kind, source, counterparty, pair, line, role, code_, {columns}
date %day
date-format %Y-%m-%d
account1 (%entity:%code_)
amount1 %{column}_amount %{column}_currency
"""


@pytest.mark.skipif(shutil.which("hledger") is None, reason="hledger is not installed")
@pytest.mark.parametrize("column", Column)
def test_hledger_agrees_on_every_balance(totals: Totals, column: Column, tmp_path: Path) -> None:
    amounts = [f"{each.value}_{part}" for each in Column for part in ("amount", "currency")]
    rules = RULES.format(columns=", ".join(amounts), column=column.value)
    (tmp_path / "journal.csv.rules").write_text(rules, encoding="utf-8")
    with (tmp_path / "journal.csv").open("w", encoding="utf-8", newline="") as file:
        file.writelines(journal_csv(totals.entries))
    command = ["hledger", "-f", str(tmp_path / "journal.csv"), "balance", "--flat", "-N", "-E"]
    said = subprocess.run([*command, "-O", "json"], check=True, capture_output=True, text=True)
    found = {}
    name_of = {entity.id: entity.name for entity in totals.company.group.entities}
    for account, _, _, balances in json.loads(said.stdout)[0]:
        for one in balances:
            quantity = one["aquantity"]
            amount = Decimal(quantity["decimalMantissa"]).scaleb(-quantity["decimalPlaces"])
            entity, code = account.split(":", 1)
            found[name_of[entity], code, one["acommodity"]] = amount
    expected = _balances_of(totals, column)
    assert {key: amount for key, amount in found.items() if amount} == {
        key: amount for key, amount in expected.items() if amount
    }


def _balances_in(directives: list[Any]) -> dict[tuple[str, str, str], Decimal]:
    account_of = {
        item.account: (item.meta["entity"], item.meta["code"])
        for item in directives
        if isinstance(item, data.Open)
    }
    sums: defaultdict[tuple[str, str, str], Decimal] = defaultdict(Decimal)
    for item in directives:
        if isinstance(item, data.Transaction):
            posting: Any
            for posting in item.postings:
                sums[*account_of[posting.account], posting.units.currency] += posting.units.number
    return sums


def _balances_of(totals: Totals, column: Column) -> dict[tuple[str, str, str], Decimal]:
    balance = trial_balance(totals.entries, column=column)
    assert balance.is_zero
    names = {entity.id: entity.name for entity in totals.company.group.entities}
    return {
        (names[row.entity], row.account, row.currency): row.balance.amount
        for row in balance.accounts
    }
