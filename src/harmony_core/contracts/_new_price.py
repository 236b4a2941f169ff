"""A price that was agreed later: which one a line can have, and from when."""

from __future__ import annotations

from datetime import date

import attrs

from harmony_core.contracts._amendment import Amendment, NewPrice
from harmony_core.contracts._line import ContractLine
from harmony_core.errors import InvalidValue, PriceNotFound
from harmony_core.pricing import Ramp, Scheme, anchored, scheme_on
from harmony_core.products import refuse_unmeasurable


def refuse_new_price(amendment: Amendment, change: NewPrice, line: ContractLine) -> None:
    """Refuse a new price that would stop the night that bills it.

    Raises:
        InvalidValue: it is in another currency than the line, cannot price what the line measures,
            or is no price yet on the first day on which it would hold.
    """
    where = f"amendment {amendment.id!r}, line {line.id!r}"
    if change.scheme.currency != line.scheme.currency:
        raise InvalidValue(
            f"{where}: the new price is in {change.scheme.currency}, and the contract in "
            f"{line.scheme.currency}: give it in that currency, or end the line and sell another"
        )
    try:
        refuse_unmeasurable(change.scheme, line.source)
        first_day = max(amendment.first_day, line.start)
        scheme_on(anchored(change.scheme, line.anchor), first_day)
    except (InvalidValue, PriceNotFound) as reason:
        raise InvalidValue(f"{where}: {reason}") from None


def with_new_price(line: ContractLine, scheme: Scheme, first_day: date) -> ContractLine:
    """Give the line at a price that may begin on ``first_day``: what held before it still did."""
    try:
        scheme_on(anchored(scheme, line.anchor), line.start)
    except PriceNotFound:
        scheme = Ramp.of((line.start, line.scheme), (max(first_day, line.start), scheme))
    return attrs.evolve(line, scheme=scheme)
