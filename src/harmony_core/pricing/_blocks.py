"""Bands that are measured in blocks: a block that is begun is charged in full.

A band says how many blocks it holds (its width), not where it ends. Its blocks have a size of
their own, so that small ones can come first and larger ones after them.
"""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction

import attrs

from harmony_core.errors import InvalidBands, InvalidValue, Word, expect_each
from harmony_core.explanation import Explainer, Explanation, exact_text
from harmony_core.finance import Exact, ExactAmount, exact
from harmony_core.pricing._repricing import Change
from harmony_core.pricing._scheme import (
    ONLY_LINE,
    PricePoint,
    amount_of,
    listed,
    units,
    whole_number,
)


class BeyondBlocks(Word):
    """What units cost that lie beyond the last block of a last band with an end."""

    REFUSE = "refuse"
    """the quantity is refused"""
    CHARGE_NOTHING = "charge_nothing"
    """they are not charged; under look up, nothing at all is"""
    LAST_BAND = "last_band"
    """the last band goes on"""


def _size(value: Exact) -> Fraction:
    return exact(value, "a block size")


def _number(value: int | None) -> int | None:
    return None if value is None else whole_number(value, "a number of blocks")


@attrs.frozen
class BlockBand:
    """``blocks`` blocks of ``block_size`` units at ``block_price`` each; ``None``: no end."""

    block_price: ExactAmount
    block_size: Fraction = attrs.field(converter=_size)
    blocks: int | None = attrs.field(default=None, converter=_number)

    def __attrs_post_init__(self) -> None:
        amount_of(self.block_price, "a block price")
        if self.block_size <= 0:
            size = exact_text(self.block_size)
            raise InvalidBands(f"a block holds more than nothing, got a size of {size}")
        if self.blocks is not None and self.blocks < 1:
            raise InvalidBands(f"a band holds one block or more, got {self.blocks}")

    def repriced(self, change: Change) -> BlockBand:
        """Give the band with ``change`` made to its block price."""
        return attrs.evolve(self, block_price=change(self.block_price))

    def begun(self, quantity: Fraction) -> int:
        """Give the number of blocks that ``quantity`` units begin."""
        return -(-quantity // self.block_size)

    def holds(self, quantity: Fraction) -> bool:
        """Say whether the blocks begun by ``quantity`` fit into this band."""
        return self.blocks is None or self.begun(quantity) <= self.blocks


def _bands(bands: Iterable[BlockBand]) -> tuple[BlockBand, ...]:
    found = expect_each(bands, BlockBand, "bands of blocks")
    if not found:
        raise InvalidBands("a table of blocks needs a band: give at least one")
    for number, band in enumerate(found[:-1], 1):
        if band.blocks is None:
            raise InvalidBands(
                f"band {number} of {len(found)} has no end, so none of the next is ever reached: "
                "only the last band may have blocks=None"
            )
    currencies = sorted({band.block_price.currency for band in found})
    if len(currencies) > 1:
        raise InvalidBands(f"one table, one currency: found {', '.join(currencies)}")
    return found


def _beyond(value: BeyondBlocks) -> BeyondBlocks:
    return BeyondBlocks(value)


def blocks_of(currency: str, rows: Iterable[tuple[Exact, int | None, Exact]]) -> list[BlockBand]:
    """Make bands from rows of ``(block_size, blocks, block_price)``."""
    return [
        BlockBand(ExactAmount.of(price, currency), size, blocks)
        for size, blocks, price in map(_row, listed(rows, "rows of blocks"))
    ]


def _row(row: tuple[Exact, int | None, Exact]) -> tuple[Exact, int | None, Exact]:
    if len(tuple(listed(row, "each row of blocks"))) != 3:
        raise InvalidBands(
            f"a row of blocks is (block_size, blocks, block_price), got {len(row)} cells in {row!r}"
        )
    return row


@attrs.frozen
class FillUpBlocks:
    """Each band is filled in turn; what it holds is charged by the block.

    >>> blocks = FillUpBlocks.of("USD", [(1, 10, "1.5"), (1, 100, "1"), (100, None, "0.5")])
    >>> blocks.price(111)
    ExactAmount.of('115.5', 'USD')
    """

    bands: tuple[BlockBand, ...] = attrs.field(converter=_bands)
    beyond: BeyondBlocks = attrs.field(default=BeyondBlocks.REFUSE, converter=_beyond)

    @classmethod
    def of(
        cls,
        currency: str,
        rows: Iterable[tuple[Exact, int | None, Exact]],
        beyond: BeyondBlocks = BeyondBlocks.REFUSE,
    ) -> FillUpBlocks:
        """Make it from rows of ``(block_size, blocks, block_price)``."""
        return cls(blocks_of(currency, rows), beyond)

    @property
    def currency(self) -> str:
        """The one currency of the bands."""
        return self.bands[0].block_price.currency

    def _parts(self, quantity: Exact) -> list[tuple[BlockBand, int]]:
        """Give each band that is entered with the number of its blocks."""
        rest = units(quantity)
        parts: list[tuple[BlockBand, int]] = []
        for band in self.bands:
            if band.blocks is None or band.holds(rest):
                return [*parts, (band, band.begun(rest))]
            parts.append((band, band.blocks))
            rest -= band.blocks * band.block_size
        if self.beyond is BeyondBlocks.REFUSE:
            raise _too_many(quantity)
        if self.beyond is BeyondBlocks.LAST_BAND:
            last, blocks = parts[-1]
            parts[-1] = (last, blocks + last.begun(rest))
        return parts

    def repriced(self, change: Change) -> FillUpBlocks:
        """Give the same scheme with ``change`` made to its amounts: see :func:`repriced`."""
        return attrs.evolve(self, bands=[band.repriced(change) for band in self.bands])

    def price(self, quantity: Exact, point: PricePoint = ONLY_LINE) -> ExactAmount:  # noqa: ARG002  of the shared form
        """Give the sum over the bands.

        Raises:
            InvalidValue: the last band has an end, the quantity lies beyond it, and the policy
                does not say what that costs.
        """
        amounts = (blocks * band.block_price.value for band, blocks in self._parts(quantity))
        return ExactAmount(sum(amounts, Fraction(0)), self.currency)

    def explain(self, quantity: Exact, point: PricePoint = ONLY_LINE) -> Explanation:  # noqa: ARG002  of the shared form
        """Give the same amount with its derivation, a step for each band that is entered."""
        why = Explainer("fill up by blocks", 1)
        parts = self._parts(quantity)
        rest = why.given("quantity", "quantity", units(quantity))
        one, amounts = why.given("one_block", "one block", 1), []
        for number, (band, blocks) in enumerate(parts, 1):
            place = str(number)
            size = why.given(f"size_{number}", "units in a block", band.block_size)
            price = why.given(
                f"price_{number}", "block price", band.block_price.value, self.currency
            )
            if number < len(parts) or (band.blocks == blocks and not band.holds(why.value(rest))):
                count = why.given(f"blocks_{number}", "blocks in the band", blocks)
            else:
                label = "band {number}: blocks, exactly"
                share = why.step(f"share_{number}", label, "divide", rest, size, number=place)
                label = "band {number}: blocks begun"
                count = why.step(f"blocks_{number}", label, "round_up", share, one, number=place)
            label = "band {number}: blocks at their price"
            amounts.append(
                why.step(f"amount_{number}", label, "multiply", count, price, number=place)
            )
            if number < len(parts):
                label = "band {number}: units in its blocks"
                full = why.step(f"full_{number}", label, "multiply", count, size, number=place)
                label = "units beyond band {number}"
                rest = why.step(f"rest_{number}", label, "subtract", rest, full, number=place)
        return why.explanation(why.step("amount", "sum of the bands", "add", *amounts))


@attrs.frozen
class LookUpBlocks:
    """All units are charged in blocks of the band that the quantity reaches.

    >>> blocks = LookUpBlocks.of("USD", [(100, 10, "10"), (100, None, "1")])
    >>> blocks.price(1000), blocks.price(2000)
    (ExactAmount.of('100', 'USD'), ExactAmount.of('20', 'USD'))
    """

    bands: tuple[BlockBand, ...] = attrs.field(converter=_bands)
    beyond: BeyondBlocks = attrs.field(default=BeyondBlocks.REFUSE, converter=_beyond)

    @classmethod
    def of(
        cls,
        currency: str,
        rows: Iterable[tuple[Exact, int | None, Exact]],
        beyond: BeyondBlocks = BeyondBlocks.REFUSE,
    ) -> LookUpBlocks:
        """Make it from rows of ``(block_size, blocks, block_price)``."""
        return cls(blocks_of(currency, rows), beyond)

    @property
    def currency(self) -> str:
        """The one currency of the bands."""
        return self.bands[0].block_price.currency

    def _reached(self, quantity: Fraction) -> BlockBand | None:
        rest = quantity
        for band in self.bands:
            if band.blocks is None or band.holds(rest):
                return band
            rest -= band.blocks * band.block_size
        if self.beyond is BeyondBlocks.REFUSE:
            raise _too_many(quantity)
        return self.bands[-1] if self.beyond is BeyondBlocks.LAST_BAND else None

    def repriced(self, change: Change) -> LookUpBlocks:
        """Give the same scheme with ``change`` made to its amounts: see :func:`repriced`."""
        return attrs.evolve(self, bands=[band.repriced(change) for band in self.bands])

    def price(self, quantity: Exact, point: PricePoint = ONLY_LINE) -> ExactAmount:  # noqa: ARG002  of the shared form
        """Give the blocks begun of the band reached, at its price.

        Raises:
            InvalidValue: the last band has an end, the quantity lies beyond it, and the policy
                does not say what that costs.
        """
        count = units(quantity)
        band = self._reached(count)
        if band is None:
            return ExactAmount.of(0, self.currency)
        return ExactAmount(band.begun(count) * band.block_price.value, self.currency)

    def explain(self, quantity: Exact, point: PricePoint = ONLY_LINE) -> Explanation:  # noqa: ARG002  of the shared form
        """Give the same amount with its derivation."""
        why = Explainer("look up by blocks", 1)
        count = units(quantity)
        band = self._reached(count)
        given = why.given("quantity", "quantity", count)
        if band is None:
            label = "beyond the last block nothing is charged"
            return why.explanation(why.given("amount", label, 0, self.currency))
        size = why.given("size", "units in a block", band.block_size)
        price = why.given("price", "block price", band.block_price.value, self.currency)
        one = why.given("one_block", "one block", 1)
        share = why.step("share", "blocks, exactly", "divide", given, size)
        begun = why.step("blocks", "blocks begun", "round_up", share, one)
        return why.explanation(
            why.step("amount", "blocks at their price", "multiply", begun, price)
        )


def _too_many(quantity: Exact) -> InvalidValue:
    count = exact_text(exact(quantity, "a quantity"))
    return InvalidValue(
        f"the last block ends below {count} units: give the last band no end (blocks=None), or say "
        "by the policy `beyond` what such units cost"
    )
