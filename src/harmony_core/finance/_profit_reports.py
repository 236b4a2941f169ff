"""Who earns money: contribution by any dimension, twelve-month trend, best and worst, tree levels.

All reports read the same facts, carry the view of cost they were made in, and add up to the facts'
total: what lacks a dimension is shown under ``""`` or beside the list, never dropped.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal
from types import MappingProxyType
from typing import Any, TypeAlias

import attrs

from harmony_core.errors import CurrencyMismatch, InvalidValue, NotFound, expect
from harmony_core.finance._contribution import Contribution
from harmony_core.finance._money import Money
from harmony_core.finance._profitability import CostView, ProfitFact, ProfitFacts
from harmony_core.periods import Month

Row: TypeAlias = dict[str, str | Decimal | None]
"""One row of a report as plain values, for a table or a file."""


def _figures(figures: Contribution) -> Row:
    return {
        "revenue": figures.revenue.amount,
        "cost": figures.cost.amount,
        "contribution": figures.contribution.amount,
        "percent": figures.percent,
    }


def _read_only_rows(
    rows: Mapping[tuple[str, ...], Contribution],
) -> Mapping[tuple[str, ...], Contribution]:
    return MappingProxyType(dict(rows))


def _read_only_levels(levels: Mapping[str, Contribution]) -> Mapping[str, Contribution]:
    return MappingProxyType(dict(levels))


@attrs.frozen
class ContributionReport:
    """Contribution by dimensions: ``rows`` from each combination of values to its figures.

    The values stand in the order of ``dimensions``; ``""`` where a fact has no such dimension.
    """

    view: CostView
    currency: str
    dimensions: tuple[str, ...]
    rows: Mapping[tuple[str, ...], Contribution] = attrs.field(
        converter=_read_only_rows, hash=False
    )

    def __reduce__(self) -> tuple[Any, ...]:
        parts = (self.view, self.currency, self.dimensions, dict(self.rows))
        return ContributionReport, parts  # a mapping proxy cannot be pickled

    @property
    def total(self) -> Contribution:
        """All rows together."""
        return sum(self.rows.values(), Contribution.zero(self.currency))

    def as_rows(self) -> list[Row]:
        """One row a combination, in order, as plain values."""
        return [
            {**dict(zip(self.dimensions, values, strict=True)), **_figures(figures)}
            for values, figures in self.rows.items()
        ]


def contribution_by(facts: ProfitFacts, *dimensions: str) -> ContributionReport:
    """Add the facts up by dimensions; ``"month"`` is one of them.

    No facts give an empty report, whatever the dimensions are called.

    Raises:
        NotFound: no fact has one of the dimensions, so that its name is likely misspelt.

    >>> from harmony_core.finance._journal import dimensions as under
    >>> def fact(customer: str, revenue: int) -> ProfitFact:
    ...     zero = Money.zero("EUR")
    ...     figures = Contribution.of(Money.of(revenue, "EUR"), zero, zero)
    ...     return ProfitFact(Month(2026, 3), under(customer=customer), figures)
    >>> facts = ProfitFacts.of(CostView.GROUP, "EUR", [fact("A", 7), fact("B", 2), fact("A", 1)])
    >>> [(key, row.revenue) for key, row in contribution_by(facts, "customer").rows.items()]
    [(('A',), Money.of('8.00', 'EUR')), (('B',), Money.of('2.00', 'EUR'))]
    """
    _require_known(facts, dimensions)
    rows: dict[tuple[str, ...], Contribution] = {}
    for fact in facts:
        values = tuple(_value(fact, name) for name in dimensions)
        rows[values] = rows[values] + fact.figures if values in rows else fact.figures
    ordered = {values: rows[values] for values in sorted(rows)}
    return ContributionReport(facts.view, facts.currency, dimensions, ordered)


def _require_known(facts: ProfitFacts, names: Iterable[str]) -> None:
    if not len(facts):
        return
    known = {"month", *(key for fact in facts for key, _ in fact.dimensions)}
    if unknown := [name for name in names if name not in known]:
        raise NotFound(
            f"no fact has the dimension {', '.join(map(repr, unknown))}: "
            f"these facts know {', '.join(sorted(known))}"
        )


def _value(fact: ProfitFact, name: str) -> str:
    return str(fact.month) if name == "month" else fact.dimension(name)


@attrs.frozen
class TrendMonth:
    """One month of a trend."""

    month: Month
    figures: Contribution


@attrs.frozen
class Trend:
    """Twelve months, those without facts filled with zero, and their weighted total."""

    view: CostView
    currency: str
    months: tuple[TrendMonth, ...]

    @property
    def total(self) -> Contribution:
        """The twelve months together; its percent is that of the sums, not a mean of months."""
        return sum((month.figures for month in self.months), Contribution.zero(self.currency))

    def as_rows(self) -> list[Row]:
        """One row a month, as plain values."""
        return [{"month": str(row.month), **_figures(row.figures)} for row in self.months]


def trend(facts: ProfitFacts, last_month: Month) -> Trend:
    """Show the twelve months that end with ``last_month``; facts of other months are left out."""
    expect(last_month, Month, "last_month", "Month(2026, 3)")
    by_month: dict[Month, Contribution] = {}
    for fact in facts:
        known = by_month.get(fact.month)
        by_month[fact.month] = fact.figures if known is None else known + fact.figures
    zero = Contribution.zero(facts.currency)
    months = (last_month + back for back in range(-11, 1))
    rows = tuple(TrendMonth(month, by_month.get(month, zero)) for month in months)
    return Trend(facts.view, facts.currency, rows)


@attrs.frozen
class RankedRow:
    """One place in a ranking: the id of a customer, contract or what else was ranked."""

    id: str
    figures: Contribution


@attrs.frozen
class Ranking:
    """The ``n`` best, best first, and the ``n`` worst, worst first; ties by id, ascending.

    Where there are fewer than twice ``n``, some stand in both lists. ``unranked`` is what has no
    value in the ranked dimension, ``too_small`` what lies below the minimum revenue.
    """

    view: CostView
    currency: str
    by: str
    top: tuple[RankedRow, ...]
    bottom: tuple[RankedRow, ...]
    unranked: Contribution
    too_small: tuple[RankedRow, ...]

    def as_rows(self) -> list[Row]:
        """One row a place, best list first, as plain values."""
        return [
            {"list": name, self.by: row.id, **_figures(row.figures)}
            for name, rows in (("top", self.top), ("bottom", self.bottom))
            for row in rows
        ]


def ranking(
    facts: ProfitFacts, by: str, n: int = 10, minimum_revenue: Money | None = None
) -> Ranking:
    """Rank by contribution, in the currency of the facts.

    Args:
        facts: of any months; narrow them down first.
        by: dimension to rank, such as ``"customer"``.
        n: length of each list.
        minimum_revenue: leaves out whoever had less revenue, so that a new customer with one
            invoice does not lead the list.

    Raises:
        InvalidValue: ``n`` is below one.
        NotFound: no fact has the dimension ``by``; no facts at all give an empty ranking.
        CurrencyMismatch: the minimum is in another currency than the facts.
    """
    if n < 1:
        raise InvalidValue(f"a ranking needs at least one place, got {n}")
    if minimum_revenue is not None and minimum_revenue.currency != facts.currency:
        raise CurrencyMismatch(facts.currency, minimum_revenue.currency)
    totals = {values[0]: total for values, total in contribution_by(facts, by).rows.items()}
    unranked = totals.pop("", Contribution.zero(facts.currency))
    ranked: list[RankedRow] = []
    too_small: list[RankedRow] = []
    for identity, figures in totals.items():
        small = minimum_revenue is not None and figures.revenue < minimum_revenue
        (too_small if small else ranked).append(RankedRow(identity, figures))
    best = sorted(ranked, key=lambda row: (-row.figures.contribution.minor, row.id))
    worst = sorted(ranked, key=lambda row: (row.figures.contribution.minor, row.id))
    return Ranking(
        facts.view,
        facts.currency,
        by,
        tuple(best[:n]),
        tuple(worst[:n]),
        unranked,
        tuple(too_small),
    )


@attrs.frozen
class RollUp:
    """Contribution of every node of a tree that has figures, its own and those below it."""

    view: CostView
    currency: str
    levels: Mapping[str, Contribution] = attrs.field(converter=_read_only_levels, hash=False)

    def __reduce__(self) -> tuple[Any, ...]:
        return RollUp, (self.view, self.currency, dict(self.levels))

    def as_rows(self) -> list[Row]:
        """One row a node, by id, as plain values."""
        return [{"node": node, **_figures(figures)} for node, figures in self.levels.items()]


def roll_up(facts: ProfitFacts, parents: Mapping[str, str | None], by: str = "contract") -> RollUp:
    """Add every fact to its node and to all nodes above it: contract, customer, division, company.

    Levels agree exactly, because each fact is counted once on each level. A cost that has no
    contract sits at its customer: let the host write the customer's id in the dimension ``by``.

    Args:
        facts: each is placed at the node named by its dimension ``by``.
        parents: the node above each node; a node that is not in it, or has ``None``, is a root.
        by: dimension that names the node.

    Raises:
        InvalidValue: the tree has a circle.
        NotFound: no fact has the dimension ``by``.
    """
    levels: dict[str, Contribution] = {}
    for node, figures in _by_node(facts, by).items():
        for place in _path(node, parents):
            levels[place] = levels[place] + figures if place in levels else figures
    ordered = {node: levels[node] for node in sorted(levels)}
    return RollUp(facts.view, facts.currency, ordered)


def _by_node(facts: ProfitFacts, by: str) -> dict[str, Contribution]:
    return {values[0]: total for values, total in contribution_by(facts, by).rows.items()}


def _path(node: str, parents: Mapping[str, str | None]) -> Iterable[str]:
    path = [node]
    while (above := parents.get(path[-1])) is not None:
        if above in path:
            raise InvalidValue(
                f"the tree has a circle: {' -> '.join((*path, above))}; give one of them no parent"
            )
        path.append(above)
    return path
