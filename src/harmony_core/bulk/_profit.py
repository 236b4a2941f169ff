"""Contribution from columns: millions of lines of a journal by contract, month or whatever else."""

from __future__ import annotations

from enum import IntEnum

import attrs
import numpy as np
from numpy.typing import NDArray

from harmony_core.bulk._cube import Axis, Codes, cells_of, named_cube
from harmony_core.bulk._sums import exact_sums
from harmony_core.bulk._whole_lines import GREATEST
from harmony_core.errors import InvalidValue
from harmony_core.finance import Contribution, Money

Sums = NDArray[np.int64]


class Figure(IntEnum):
    """What a line of the journal counts for, as a code in a column.

    By its role, as :func:`~harmony_core.finance.profit_facts` tells them apart; lines that are no
    contribution have no code and do not belong into the columns.
    """

    REVENUE = 0
    """``revenue`` and ``breakage_revenue``"""
    DIRECT_COST = 1
    """``cost_of_sales`` and ``expense_cost``"""
    LABOUR_COST = 2
    TRANSFER_COST = 3
    """``intercompany_cost`` and ``intercompany_revenue``, in the view of an entity"""


@attrs.frozen(eq=False)
class ProfitCube:
    """Figures of contribution by the codes of its axes, in minor units of one currency.

    Each figure is an array with an axis for every pair that was given. Costs count up, as revenue
    does, and a cell without lines is zero.
    """

    currency: str
    revenue: Sums
    direct_cost: Sums
    labour_cost: Sums
    transfer_cost: Sums

    @property
    def _figures(self) -> tuple[Sums, Sums, Sums, Sums]:
        return self.revenue, self.direct_cost, self.labour_cost, self.transfer_cost

    @property
    def contribution(self) -> Sums:
        """Revenue less all costs.

        Raises:
            InvalidValue: one does not fit 64 bits.
        """
        parts = (self.revenue, -self.direct_cost, -self.labour_cost, -self.transfer_cost)
        return _added(np.stack(parts), (0,))

    def at(self, *codes: int) -> Contribution:
        """Give one cell as money, with its percent; hours are not in the journal.

        Raises:
            InvalidValue: there is no such cell, or not one code for each axis.
        """
        shape = self.revenue.shape
        if len(codes) != len(shape) or not all(
            0 <= code < size for code, size in zip(codes, shape, strict=True)
        ):
            raise InvalidValue(f"the cube has cells of the codes {shape}, there is none at {codes}")
        revenue, direct, labour, transfer = (
            Money(int(figure[codes]), self.currency) for figure in self._figures
        )
        return Contribution.of(revenue, direct, labour, transfer_cost=transfer)

    def summed(self, *axes: int) -> ProfitCube:
        """Add up over axes, counted from 0; levels add up exactly.

        Raises:
            InvalidValue: a sum does not fit 64 bits, or there is no such axis.
        """
        count = self.revenue.ndim
        if not set(axes) <= set(range(count)):
            raise InvalidValue(f"the cube has axes 0 to {count - 1}, got {axes}")
        return ProfitCube(self.currency, *(_added(figure, axes) for figure in self._figures))

    def rolled_up(self, axis: int, onto: Axis) -> ProfitCube:
        """Add up the codes of an axis, counted from 0, by the coarser ones that they imply.

        Args:
            axis: for example that of contracts.
            onto: for each code of that axis the coarser one, such as the customer of each
                contract, and how many of these there are.

        Raises:
            InvalidValue: as :func:`cube`, or there is no such axis.

        >>> minor, contract, customer_of = [-1000, -50, -7], [0, 1, 2], [0, 1, 1]
        >>> found = profit_cube(minor, [0, 0, 0], (contract, 3), currency="EUR")
        >>> found.rolled_up(0, (customer_of, 2)).revenue.tolist()
        [1000, 57]
        """
        shape = self.revenue.shape
        if axis not in range(len(shape)):
            raise InvalidValue(f"the cube has axes 0 to {len(shape) - 1}, got {axis}")
        codes = Codes.of(f"axis {axis} rolled up", *onto, rows=shape[axis])
        sizes = (*shape[:axis], codes.size, *shape[axis + 1 :])
        cells = np.arange(cells_of(sizes)).reshape(sizes)
        cell = np.take(cells, codes.all, axis=axis).ravel()

        def name(number: int) -> str:
            return f"cell {tuple(map(int, np.unravel_index(number, sizes)))}"

        way_out = "add it up by itself, with Python's own numbers"
        sums = (
            exact_sums([(figure.ravel(), cell)], cells.size, name, way_out).reshape(sizes)
            for figure in self._figures
        )
        return ProfitCube(self.currency, *sums)


def profit_cube(minor: object, figures: object, *axes: Axis, currency: str) -> ProfitCube:
    """Add up lines of a journal to contribution, by the codes beside them.

    Args:
        minor: minor units of each line, debit above zero as in the journal: revenue is below.
        figures: for each line the code of its :class:`Figure`.
        axes: pairs of a column of codes from 0 and the number of codes, such as contract and
            month. A code that another one implies (the customer of a contract) is better left out.
        currency: of all lines.

    Raises:
        InvalidValue: as :func:`cube`.

    >>> minor, figure, contract = [-1000, 300, -50, 20], [0, 1, 0, 2], [0, 0, 1, 1]
    >>> found = profit_cube(minor, figure, (contract, 2), currency="EUR")
    >>> found.contribution.tolist(), found.at(0).percent
    ([700, 30], Decimal('70.00'))
    """
    Money.zero(currency)  # refuses a currency that there is not
    named = [(f"axis {number}", *axis) for number, axis in enumerate(axes)]
    # Figures come first, so that those which no line has take no room in the cache.
    by_figure = ("the axis of figures", figures, len(Figure))
    revenue, *costs = named_cube(
        minor,
        [by_figure, *named],
        lambda place: f"cell {place[1:]}, {Figure(place[0]).name},",
    )
    np.negative(revenue, out=revenue)
    return ProfitCube(currency, revenue, *costs)


def _added(sums: Sums, axes: tuple[int, ...]) -> Sums:
    """Add up over some axes, in 64 bits where they surely do."""
    if not sums.size or max(-int(sums.min()), int(sums.max())) * sums.size <= GREATEST:
        within: Sums = np.add.reduce(sums, axis=axes)
        return within
    exact = np.asarray(np.add.reduce(sums.astype(object), axis=axes))
    if exact.size and max(-int(exact.min()), int(exact.max())) > GREATEST:
        raise InvalidValue(
            "a sum of cells does not fit 64 bits: add these cells up with Python's own numbers"
        )
    return exact.astype(np.int64)
