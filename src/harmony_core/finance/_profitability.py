"""What contracts and customers contribute, derived from the journal and nothing else.

Contribution = recognised revenue - direct cost - labour, where labour is hours worked (not billed)
at the cost rate of the day. The lines of journal entries carry dimensions (contract, customer,
division and so on); their roles say what they are; the entry's day says which month it is. So the
figures agree with the books by construction, and one new entry touches one cell.

There are two views of cost and every result names its own. The *group* view takes the true labour
cost of all performers and leaves intercompany charges out. The *entity* view takes what each
company's own books say: its own labour, what it is charged, and what it charges.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from fractions import Fraction
from functools import lru_cache

import attrs

from harmony_core.errors import (
    CurrencyMismatch,
    InvalidValue,
    Word,
    expect,
    expect_word,
    kinds_checked,
)
from harmony_core.finance._contribution import Contribution
from harmony_core.finance._entities import Group, LegalEntity, Role
from harmony_core.finance._exact import Exact, exact
from harmony_core.finance._journal import Dimensions, JournalEntry, dimensions
from harmony_core.finance._money import Money
from harmony_core.finance._ownership import ALWAYS, Ownership
from harmony_core.finance._three import Booked
from harmony_core.periods import Month


class CostView(Word):
    """Whose cost a contribution is net of."""

    GROUP = "group"
    """the true labour cost of whoever did the work; intercompany charges left out"""
    ENTITY = "entity"
    """each company's own books: transfer prices are cost of the one and income of the other"""


def _hours(value: Exact) -> Fraction:
    return exact(value, "hours")


@attrs.frozen(field_transformer=kinds_checked)
class HoursWorked:
    """Hours of work in a month, under the dimensions of the contract they were worked for."""

    month: Month
    dimensions: Dimensions
    hours: Fraction = attrs.field(converter=_hours)


@attrs.frozen(field_transformer=kinds_checked)
class ProfitFact:
    """One cell: what one set of dimensions contributed in one month."""

    month: Month
    dimensions: Dimensions
    figures: Contribution

    def dimension(self, name: str) -> str:
        """Give the value of a dimension; a fact without it answers ``""``."""
        return next((value for key, value in self.dimensions if key == name), "")


_Key = tuple[Month, Dimensions]


@attrs.frozen(field_transformer=kinds_checked)
class ProfitFacts:
    """Cells of one view and one currency, in the order of month and dimensions.

    Made by :func:`profit_facts`; a host with figures from elsewhere uses :meth:`of`.
    """

    view: CostView
    currency: str
    facts: tuple[ProfitFact, ...]

    @classmethod
    def of(cls, view: CostView, currency: str, facts: Iterable[ProfitFact]) -> ProfitFacts:
        """Bring facts together, those of one month and one set of dimensions into one cell.

        Raises:
            CurrencyMismatch: a fact is in another currency.
        """
        cells: dict[_Key, Contribution] = {}
        for fact in facts:
            if fact.figures.revenue.currency != currency:
                raise CurrencyMismatch(currency, fact.figures.revenue.currency)
            key = fact.month, fact.dimensions
            cells[key] = cells[key] + fact.figures if key in cells else fact.figures
        return cls(view, currency, tuple(ProfitFact(*key, cells[key]) for key in sorted(cells)))

    def __iter__(self) -> Iterator[ProfitFact]:
        return iter(self.facts)

    def __len__(self) -> int:
        return len(self.facts)

    def __add__(self, other: ProfitFacts) -> ProfitFacts:
        if self.view is not other.view:
            raise InvalidValue(
                f"facts of the {self.view} view and of the {other.view} view do not add up: "
                "their costs overlap; take both from one view"
            )
        return ProfitFacts.of(self.view, self.currency, (*self.facts, *other.facts))

    def where(self, **values: str) -> ProfitFacts:
        """Keep the facts that have these dimensions, as in ``facts.where(customer="CU-7")``."""
        kept = tuple(
            fact
            for fact in self.facts
            if all(fact.dimension(name) == value for name, value in values.items())
        )
        return attrs.evolve(self, facts=kept)

    @property
    def total(self) -> Contribution:
        """All facts together."""
        return sum((fact.figures for fact in self.facts), Contribution.zero(self.currency))


def profit_facts(
    entries: Iterable[JournalEntry],
    view: CostView,
    group: Group,
    hours: Iterable[HoursWorked] = (),
    *,
    ownership: Ownership = ALWAYS,
) -> ProfitFacts:
    """Read contributions off journal entries, in the group's currency.

    Roles count as follows, also where a product has its own kind of one (``revenue.cloud``):
    ``revenue`` and ``breakage_revenue`` are revenue (``revenue.resale`` of it for resold goods),
    ``cost_of_sales`` and ``expense_cost`` direct cost, ``labour_cost`` labour; in the entity view
    ``intercompany_cost`` less ``intercompany_revenue`` is the transfer cost. Other lines are not
    contribution. Every fact gets the dimension ``entity`` from its entry.

    Args:
        entries: of any entities of the group, in any order.
        view: true cost of the group, or each entity's own books.
        group: names the currency of the group column.
        hours: worked hours, for effective hourly rates; their dimensions should be those of the
            lines (``entity`` among them), or they form cells of their own.
        ownership: since when companies belong to the group. What one booked on days on which it
            did not is left out; in the group view what another charged it, or was charged by it,
            is then revenue and direct cost, as with a stranger.
    """
    return _facts(
        entries,
        view,
        group.currency,
        lambda amount: amount.group,
        hours,
        ownership=ownership,
    )


def entity_profit_facts(
    entries: Iterable[JournalEntry], entity: LegalEntity, hours: Iterable[HoursWorked] = ()
) -> ProfitFacts:
    """Read one entity's contributions off its own entries, in its own currency: entity view.

    Entries of other entities are left out; so are hours whose dimension ``entity`` is another's.
    """
    own = (entry for entry in entries if entry.entity == entity.id)
    worked = (one for one in hours if dict(one.dimensions).get("entity", entity.id) == entity.id)
    return _facts(own, CostView.ENTITY, entity.currency, lambda amount: amount.entity, worked)


def _facts(
    entries: Iterable[JournalEntry],
    view: CostView,
    currency: str,
    column: Callable[[Booked], Money],
    hours: Iterable[HoursWorked],
    *,
    ownership: Ownership = ALWAYS,
) -> ProfitFacts:
    view = expect_word(view, CostView)
    expect(ownership, Ownership, "the ownership of a group", "Ownership.of(Holding(...))")
    cells: defaultdict[_Key, _Cell] = defaultdict(_Cell)
    with_entity = lru_cache(maxsize=None)(_with_entity)  # few sets of dimensions, many lines
    for entry in entries:
        if ownership.share(entry.entity, entry.day) is None:
            continue
        month = Month.containing(entry.day)
        other = entry.counterparty
        strange = other is not None and ownership.share(other, entry.day) is None
        for line in entry.lines:
            places = _places(line.role, view, strange=strange)
            if not places:
                continue
            amount = column(line.amount)
            if amount.currency != currency:
                raise CurrencyMismatch(currency, amount.currency)
            cell = cells[month, with_entity(line.dimensions, entry.entity)]
            for place in places:
                # a credit is below zero in the journal, and income counts up
                cell.minors[place] += -amount.minor if place in _INCOME else amount.minor
    for worked in hours:
        cells[worked.month, worked.dimensions].hours += worked.hours
    facts = (ProfitFact(*key, cell.figures(currency)) for key, cell in cells.items())
    return ProfitFacts.of(view, currency, facts)


_INCOME = ("revenue", "resale_revenue")


@attrs.define
class _Cell:
    minors: defaultdict[str, int] = attrs.field(factory=lambda: defaultdict(int))
    hours: Fraction = Fraction(0)

    def figures(self, currency: str) -> Contribution:
        def money(place: str) -> Money:
            return Money(self.minors.get(place, 0), currency)

        return Contribution(
            money("revenue"),
            money("direct_cost"),
            money("labour_cost"),
            self.hours,
            money("resale_revenue"),
            money("transfer_cost"),
        )


def _places(role: str, view: CostView, *, strange: bool) -> tuple[str, ...]:
    """Say which figures of a contribution a line with this role belongs to."""
    kind, _, special = role.partition(".")
    if kind == Role.REVENUE:
        resold = special == "resale" or special.startswith("resale.")
        return ("revenue", "resale_revenue") if resold else ("revenue",)
    if kind in _TRANSFER:
        if view is CostView.ENTITY:
            return ("transfer_cost",)
        of_strangers = "revenue" if kind == Role.INTERCOMPANY_REVENUE else "direct_cost"
        return (of_strangers,) if strange else ()
    place = _PLACES.get(kind)
    return (place,) if place else ()


_PLACES = {
    Role.BREAKAGE_REVENUE: "revenue",
    Role.COST_OF_SALES: "direct_cost",
    Role.EXPENSE_COST: "direct_cost",
    Role.LABOUR_COST: "labour_cost",
}
_TRANSFER = (Role.INTERCOMPANY_COST, Role.INTERCOMPANY_REVENUE)


def _with_entity(of_line: Dimensions, entity: str) -> Dimensions:
    return dimensions(**{**dict(of_line), "entity": entity})
