"""The figures of the report as plain tables, for the terminal and for HTML alike."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator
from fractions import Fraction

import attrs

from harmony_core.assets import CoveredDays
from harmony_core.contracts import Side
from harmony_core.culture import Culture
from harmony_core.demo._results import Results
from harmony_core.explanation import exact_text
from harmony_core.finance import Column, Contribution, Money, ranking, trend, trial_balance

Cell = str | Money | Fraction | int | None


@attrs.frozen
class Table:
    """A title, columns, rows, and sentences below; numbers are right aligned."""

    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    notes: tuple[str, ...] = ()

    def text_rows(self, culture: Culture) -> list[tuple[str, ...]]:
        """The rows in the reader's formats."""
        return [tuple(cell_text(culture, cell) for cell in row) for row in self.rows]


def cell_text(culture: Culture, cell: Cell) -> str:
    """One cell in the reader's formats."""
    if cell is None:
        return "–"
    if isinstance(cell, Money):
        return culture.money(cell)
    if isinstance(cell, int | Fraction):
        return culture.number(cell)
    return cell


def is_number(cell: Cell) -> bool:
    """Whether a cell stands on the right."""
    return cell is None or not isinstance(cell, str)


def tables(results: Results) -> tuple[Table, ...]:
    """Every table of the report, in its order."""
    makers: tuple[Callable[[Results], Table], ...] = (_billed, _group_balance, _pairs, _transfers)
    billed, group, pairs, transfers = (make(results) for make in makers)
    return (
        billed,
        *_trial_balances(results),
        group,
        pairs,
        transfers,
        *_rankings(results),
        _trend(results),
        _uncovered(results),
        _devices(results),
    )


def _billed(results: Results) -> Table:
    nets: defaultdict[tuple[str, str], Money] = defaultdict()
    counts: defaultdict[tuple[str, str], int] = defaultdict(int)
    for charge in results.charges:
        contract = results.contracts[charge.contract_id]
        if contract.side is not Side.SELL or not charge.amount:
            continue
        key = contract.line(charge.line_id).type.value, contract.currency
        nets[key] = nets.get(key, Money.zero(contract.currency)) + charge.amount
        counts[key] += 1
    rows = tuple((kind, code, counts[kind, code], nets[kind, code]) for kind, code in sorted(nets))
    sold = [invoice for invoice in results.invoices if invoice.side is Side.SELL]
    return Table(
        "Billed, by contract type and currency",
        ("type", "currency", "charges", "net"),
        rows,
        (f"{len(sold):,} invoices to customers.",),
    )


def _trial_balances(results: Results) -> Iterator[Table]:
    for entity in results.company.group.entities:
        balance = trial_balance(results.entries, entity.id, Column.ENTITY)
        roles = {code: role for role, code in entity.accounts.items()}
        yield Table(
            f"Trial balance of {entity.name} ({entity.id}), {entity.currency}",
            ("account", "role", "debit", "credit", "balance"),
            tuple(
                (row.account, roles.get(row.account, ""), row.debit, row.credit, row.balance)
                for row in balance.accounts
            ),
            tuple(_zero(results, entity.id, column) for column in Column),
        )


def _zero(results: Results, entity_id: str | None, column: Column) -> str:
    balance = trial_balance(results.entries, entity_id, column)
    state = "zero" if balance.is_zero else "NOT ZERO"
    codes = ", ".join(debit.currency for debit, _ in balance.totals)
    return f"Debits less credits in the {column.value} column ({codes}): {state}."


def _group_balance(results: Results) -> Table:
    consolidation = results.consolidation
    zero = Money.zero(consolidation.currency)
    eliminated = consolidation.eliminated()
    entities = tuple(entity.id for entity in results.company.group.entities)
    rows: tuple[tuple[Cell, ...], ...] = tuple(
        (
            role,
            *(consolidation.parts.get(e, {}).get(role, zero) for e in entities),
            -eliminated.get(role, zero),
            balance,
        )
        for role, balance in consolidation.balances.items()
    )
    state = "zero" if consolidation.is_zero else "NOT ZERO"
    return Table(
        f"The group in {consolidation.currency}: its companies, less what they owe each other",
        ("role", *entities, "eliminated", "group"),
        rows,
        (
            f"Debits less credits of the group: {state}.",
            *(_zero(results, None, column) for column in Column),
        ),
    )


def _pairs(results: Results) -> Table:
    totals: dict[tuple[str, str], tuple[int, Money]] = {}
    by_id = {entry.id: entry for entry in results.entries}
    for elimination in results.consolidation.eliminations:
        legs = [by_id[entry_id] for entry_id in elimination.entry_ids]
        performer, seller = _performer_first(legs[0].entity, legs[1].entity, legs[0].lines[0].role)
        amount = abs(elimination.amount)
        count, total = totals.get((performer, seller), (0, Money.zero(amount.currency)))
        totals[performer, seller] = count + 1, total + amount
    rows = tuple((p, s, count, total) for (p, s), (count, total) in sorted(totals.items()))
    breaks = results.consolidation.breaks
    return Table(
        "Intercompany pairs, matched and eliminated",
        ("performer", "seller", "pairs", f"volume in {results.consolidation.currency}"),
        rows,
        (f"Unmatched legs (breaks): {len(breaks)}.",),
    )


def _performer_first(one: str, other: str, role: str) -> tuple[str, str]:
    return (one, other) if role.endswith(("receivable", "revenue")) else (other, one)


def _transfers(results: Results) -> Table:
    hours: defaultdict[tuple[str, str, str], Fraction] = defaultdict(Fraction)
    amounts: dict[tuple[str, str, str], Money] = {}
    for rated in results.review.times:
        if rated.transfer is None:
            continue
        charge = rated.transfer
        key = charge.performer, charge.seller, charge.amount.currency
        hours[key] += rated.entry.hours
        amounts[key] = amounts.get(key, Money.zero(charge.amount.currency)) + charge.amount
    rows = tuple((key[0], key[1], hours[key], amounts[key]) for key in sorted(amounts))
    total = sum(hours.values(), Fraction(0))
    return Table(
        "Hours that one company worked for another, at their transfer price",
        ("performer", "seller", "hours", "transfer price"),
        rows,
        (
            f"{exact_text(total)} hours in all; customers do not see them. A share of the selling "
            "price is nothing where the hours are covered by a fixed price.",
        ),
    )


def _rankings(results: Results) -> Iterator[Table]:
    ranked = ranking(results.profit, "customer", 10)
    for title, rows in (("Top ten customers", ranked.top), ("Bottom ten customers", ranked.bottom)):
        yield Table(
            f"{title} by contribution (group view, {ranked.currency})",
            ("customer", "name", "revenue", "contribution", "of revenue", "hours"),
            tuple(
                (
                    row.id,
                    results.customers[row.id].name,
                    row.figures.revenue,
                    row.figures.contribution,
                    _percent(row.figures),
                    row.figures.hours,
                )
                for row in rows
            ),
        )


def _trend(results: Results) -> Table:
    shown = trend(results.profit, results.last)
    known = {fact.month for fact in results.profit}
    rows = [
        (
            str(row.month),
            *(
                _trend_cells(row.figures)
                if row.month >= results.first or row.month in known
                else _UNPLAYED
            ),
        )
        for row in shown.months
    ]
    return Table(
        f"Contribution of the last twelve months (group view, {shown.currency})",
        ("month", "revenue", "direct cost", "labour", "contribution", "of revenue"),
        (*rows, ("together", *_trend_cells(shown.total))),
    )


_UNPLAYED: tuple[Cell, ...] = (None,) * 5  # nothing is known of the months before the first


def _trend_cells(figures: Contribution) -> tuple[Cell, ...]:
    return (
        figures.revenue,
        figures.direct_cost,
        figures.labour_cost,
        figures.contribution,
        _percent(figures),
    )


def _percent(figures: Contribution) -> str | None:
    return None if figures.percent is None else f"{figures.percent} %"


def _uncovered(results: Results) -> Table:
    counts: defaultdict[tuple[str, str], int] = defaultdict(int)
    for fact in results.review.uncovered:
        counts[fact.kind, fact.reason] += 1
    rows = tuple((kind, reason, count) for (kind, reason), count in sorted(counts.items()))
    return Table("Facts that no contract line covers", ("kind", "reason", "facts"), rows)


def _devices(results: Results) -> Table:
    """Whose devices several lines pick up, or none, and on how many days of a device."""
    report = results.device_coverage
    days: defaultdict[tuple[str, str], list[CoveredDays]] = defaultdict(list)
    for part in (*report.overlaps, *report.gaps):
        lines = " and ".join("/".join(key) for key in part.lines)
        days[part.customer_id, lines or "no line"].append(part)
    rows = tuple(
        (
            customer,
            lines,
            len({part.device_id for part in parts}),
            sum(part.days.days for part in parts),
        )
        for (customer, lines), parts in sorted(days.items())
    )
    once = sum(part.days.days for part in report.once)
    return Table(
        "Devices that several lines bill, or none",
        ("customer", "billed by", "devices", "days"),
        rows,
        (f"On {once:,} other days a device was billed by exactly one line.",),
    )
