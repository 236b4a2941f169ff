"""Contribution from columns: millions of lines of a journal by contract, month or whatever else."""

from __future__ import annotations

from enum import IntEnum

import attrs
import numpy as np
from numpy.typing import NDArray

from harmony_core.bulk._cube import Axis, cube
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
        figures = (self.revenue, self.direct_cost, self.labour_cost, self.transfer_cost)
        revenue, direct, labour, transfer = (
            Money(int(figure[codes]), self.currency) for figure in figures
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
        return ProfitCube(
            self.currency,
            _added(self.revenue, axes),
            _added(self.direct_cost, axes),
            _added(self.labour_cost, axes),
            _added(self.transfer_cost, axes),
        )


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
    sums = cube(minor, *axes, (figures, len(Figure)))
    return ProfitCube(
        currency,
        -sums[..., Figure.REVENUE],
        sums[..., Figure.DIRECT_COST],
        sums[..., Figure.LABOUR_COST],
        sums[..., Figure.TRANSFER_COST],
    )


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
