"""A plan of schemes rates columns of quantities, block by block, in memory that does not grow."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from fractions import Fraction
from typing import Any, cast

import attrs
import numpy as np

from harmony_core.bulk._arrow import arrow_int64
from harmony_core.bulk._columns import Column, Nulls, blocks, one_column
from harmony_core.bulk._kernel import BLOCK, Buffers, Kernel, Whole
from harmony_core.bulk._room import Room
from harmony_core.bulk._straight import straight_lines
from harmony_core.bulk._whole_lines import GREATEST, Scale
from harmony_core.errors import InvalidValue, expect_word
from harmony_core.finance import HALF_UP, ExactAmount, Rounding, minor_digits
from harmony_core.pricing import Scheme, charge, is_dated, refuse_unbillable


def _as_tuple(schemes: Iterable[Scheme]) -> tuple[Scheme, ...]:
    if not isinstance(schemes, Iterable):
        raise InvalidValue(f"a rate plan takes a list of schemes, got {schemes!r}: put it into one")
    return tuple(schemes)


@attrs.frozen(eq=False)
class Rated:
    """Amounts in whole minor units of each row's currency, in the order of the quantities.

    ``missing`` lists the rows, from 0, that had no quantity: their amount is 0 here and null in
    Arrow. ``one_by_one`` counts the rows that were rated as single values.
    """

    minor: Whole
    missing: Whole
    one_by_one: int = 0

    def __len__(self) -> int:
        return len(self.minor)

    def __arrow_c_array__(self, requested_schema: object = None) -> Any:
        """Hand the column to whatever reads Arrow, without a copy."""
        return arrow_int64(self.minor, self.missing).__arrow_c_array__(requested_schema)


@attrs.frozen
class RatePlan:
    """Schemes, numbered from 0, and the rounding by which the amount of each row is settled.

    Compiled: flat, per unit, fill up and look up with their fees, caps and zero-quantity policies,
    and minimums and maximums around them. Rows of any other scheme, and rows whose whole numbers
    would leave 64 bits, are rated as single values, to the same digit.

    >>> from harmony_core.pricing import BandTable, FillUp, LookUp
    >>> seats = BandTable.of("EUR", [(10, "12"), (50, "10"), (None, "8")])
    >>> plan = RatePlan([FillUp(seats), LookUp(seats)])
    >>> plan.rate([60, 60, 5], codes=[0, 1, 1]).minor.tolist()
    [60000, 48000, 6000]

    Raises:
        InvalidValue: there is no scheme, or something that is none; a scheme whose price depends
            on the day; or the rounding's step is finer than the minor unit of one.
    """

    schemes: tuple[Scheme, ...] = attrs.field(converter=_as_tuple)
    rounding: Rounding = HALF_UP
    _scales: tuple[Scale, ...] = attrs.field(init=False, eq=False, repr=False)
    _kernels: dict[int, tuple[Kernel, ...]] = attrs.field(
        init=False, eq=False, repr=False, factory=dict
    )
    _amounts: Room = attrs.field(init=False, eq=False, repr=False, factory=Room)

    def __attrs_post_init__(self) -> None:
        if not self.schemes:
            raise InvalidValue("a rate plan needs a scheme: give at least one")
        for number, scheme in enumerate(self.schemes):
            _require_scheme(scheme, number)
        object.__setattr__(self, "_scales", tuple(map(self._scale, self.schemes)))

    def _scale(self, scheme: Scheme) -> Scale:
        refuse_unbillable(scheme)
        ExactAmount.of(0, scheme.currency).settle(self.rounding)  # refuses a step that is too fine
        major = 10 ** minor_digits(scheme.currency)
        step = self.rounding.step
        unit = 1 if step is None else int(step * major)
        return Scale(straight_lines(scheme), Fraction(major, unit), unit)

    def rate(
        self,
        quantities: object,
        codes: object = None,
        *,
        places: int | None = None,
        nulls: Nulls = Nulls.REFUSE,
        out: Whole | None = None,
    ) -> Rated:
        """Rate a column.

        Args:
            quantities: whole numbers, a quantity being one of them divided by ``10**places``; or
                an Arrow column of decimals, or :class:`Quantities`, which say their places.
            codes: for each row the number of its scheme; needed where the plan has several.
            places: decimal places of the whole numbers; none when left out.
            nulls: what happens to rows without a quantity.
            out: where to write the amounts, a column of int64 apart from the others. After an
                error some of it is written.

        Raises:
            InvalidValue: a quantity is below zero or missing, a code names no scheme, an amount
                does not fit 64 bits (each with its row, counted from 0), the columns differ in
                length, or are no columns of whole numbers.
        """
        return self._rate(quantities, codes, out, None, places=places, nulls=nulls)

    def rate_batches(
        self,
        batches: Iterable[object],
        *,
        places: int | None = None,
        nulls: Nulls = Nulls.REFUSE,
    ) -> Iterator[Rated]:
        """Rate batch after batch as they come: a column of quantities, or a pair with its codes.

        Raises:
            InvalidValue: as :meth:`rate`; rows are counted within their batch.

        >>> from harmony_core.pricing import PerUnit
        >>> months = RatePlan([PerUnit.of("0.125", "EUR")]).rate_batches([[1, 2], [3]])
        >>> [rated.minor.tolist() for rated in months]
        [[13, 25], [38]]
        """
        if isinstance(batches, str | bytes) or not isinstance(batches, Iterable):
            raise InvalidValue(f"batches come from a list or an iterator, got {batches!r}")
        buffers = Buffers()
        for number, batch in enumerate(batches):
            quantities, codes = batch if isinstance(batch, tuple) else (batch, None)
            try:
                yield self._rate(quantities, codes, None, buffers, places=places, nulls=nulls)
            except InvalidValue as wrong:
                raise InvalidValue(f"batch {number}: {wrong}") from None

    def _rate(
        self,
        quantities: object,
        codes: object,
        out: Whole | None,
        buffers: Buffers | None,
        *,
        places: int | None,
        nulls: Nulls,
    ) -> Rated:
        nulls = expect_word(nulls, Nulls)
        amounts = one_column(quantities, "quantities", places)
        of_rows = None if codes is None else _codes(codes)
        size = len(amounts)
        if of_rows is None and len(self.schemes) > 1:
            raise InvalidValue(
                f"the plan has {len(self.schemes)} schemes: give codes, a column with the number "
                "of each row's scheme"
            )
        if of_rows is not None and len(of_rows) != size:
            raise InvalidValue(f"{size} quantities need as many codes, got {len(of_rows)}")
        if nulls is Nulls.REFUSE and (row := amounts.first_gap()) is not None:
            raise InvalidValue(
                f"row {row} has no quantity: fill it in, leave it out, or pass nulls=Nulls.PASS"
            )
        minor = self._amounts.column(size) if out is None else out
        if out is not None:
            _require_room(out, size, amounts, of_rows)
        buffers = buffers or Buffers(min(BLOCK, size))
        one_by_one = self._rate_column(amounts, of_rows, minor, buffers)
        return Rated(minor, amounts.all_gaps(), one_by_one)

    def _rate_column(
        self, column: Column, codes: Column | None, minor: Whole, buffers: Buffers
    ) -> int:
        """Write the amounts of all rows; gives how many were rated singly."""
        kernels, singly = self._kernels_for(column.places), 0
        schemes = len(self.schemes)
        for start, stop in blocks(len(column)):
            use = buffers.of(stop - start)
            quantity = column.block(start, stop, use.quantity)
            # Without its sign a number below zero is greater than all others: one pass for both.
            greatest = int(np.maximum.reduce(quantity.view(np.uint64)))
            if greatest > GREATEST:
                row = start + int(np.argmax(quantity < 0))
                raise InvalidValue(
                    f"row {row}: a quantity is zero or more, got {column.shown(row)}: "
                    "price what is given back as a charge and turn the sign of the amount"
                )
            code = None
            if codes is not None:
                code = codes.block(start, stop, use.code)
                if np.maximum.reduce(code.view(np.uint64)) >= schemes:
                    row = start + int(np.argmax((code < 0) | (code >= schemes)))
                    raise InvalidValue(
                        f"row {row} has the code {codes.whole(row)}, but the plan has "
                        f"schemes 0 to {schemes - 1}"
                    )
                code = None if schemes == 1 else code
            kernel = next((one for one in kernels if greatest <= one.least_reach), kernels[-1])
            out = minor[start:stop]
            kernel.rate(quantity, code, greatest, out, use)
            gaps = column.gaps(start, stop)
            if len(gaps):
                out[gaps] = 0
            if kernel.all_reach and greatest <= kernel.least_reach:
                continue
            if code is not None and codes is not None:  # rating may have written over them
                code = codes.block(start, stop, use.code)
            reach = kernel.reach[0] if code is None else kernel.reach[code]
            far = np.flatnonzero(quantity > reach)
            if len(gaps):
                far = np.setdiff1d(far, gaps, assume_unique=True)
            for row in map(int, far):
                scheme = self.schemes[0 if code is None else int(code[row])]
                out[row] = self._singly(scheme, column, start + row)
                singly += 1
        return singly

    def _singly(self, scheme: Scheme, column: Column, row: int) -> int:
        money = charge(scheme, column.exact(row), self.rounding)
        if abs(money.minor) > GREATEST:
            raise InvalidValue(
                f"row {row}: {money} is too great for a column of 64 bits: rate this row alone, "
                "by charge()"
            )
        return money.minor

    def _kernels_for(self, places: int) -> tuple[Kernel, ...]:
        """Compile for quantities of so many places, once; the fastest comes first."""
        if places not in self._kernels:
            mode = self.rounding.mode
            each = Kernel(self._scales, places, mode, shared=False)
            scales = [  # what has no reach at all is left out of the common divisor
                scale if reach >= 0 else attrs.evolve(scale, lines=None)
                for scale, reach in zip(self._scales, each.reach, strict=True)
            ]
            found = [Kernel(scales, places, mode, shared=True)]
            if found[0].least_reach < each.least_reach:
                found.append(each)
            self._kernels[places] = tuple(found)
        return self._kernels[places]


def _require_scheme(scheme: object, number: int) -> None:
    if not (hasattr(scheme, "currency") and callable(getattr(scheme, "price", None))):
        raise InvalidValue(
            f"scheme {number} of the plan is {scheme!r}, which has no price: give schemes, such as "
            "FillUp or PerUnit"
        )
    if is_dated(cast(Scheme, scheme)):
        raise InvalidValue(
            f"scheme {number} of the plan, {type(scheme).__name__}, has a price that depends on "
            "the day: take scheme_on(scheme, day), one for each day on which it changes"
        )


def _codes(source: object) -> Column:
    column = one_column(source, "codes", None)
    if column.places:
        raise InvalidValue("codes are whole numbers, got decimals: cast them to integers")
    if (row := column.first_gap()) is not None:
        raise InvalidValue(f"row {row} has no code: say which scheme prices it")
    return column


def _require_room(out: Whole, size: int, *inputs: Column | None) -> None:
    if not isinstance(out, np.ndarray):
        raise InvalidValue(
            f"out must be a numpy array of {size} int64, which is written to, got "
            f"{type(out).__name__}"
        )
    if out.dtype != np.int64 or out.shape != (size,) or not out.flags.c_contiguous:
        raise InvalidValue(
            f"out must be a whole column of {size} int64, got {out.dtype} of shape {out.shape}"
        )
    if not out.flags.writeable:
        raise InvalidValue("out cannot be written: give an array of your own")
    if any(column is not None and column.shares_memory(out) for column in inputs):
        raise InvalidValue("out shares memory with a column that is read: give an array apart")
