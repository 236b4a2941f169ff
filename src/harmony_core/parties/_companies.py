"""Companies that buy and companies that sell to us."""

from __future__ import annotations

from typing import Any

import attrs

from harmony_core.errors import InvalidValue
from harmony_core.finance import minor_digits


def _known_currency(_: object, __: Any, code: str) -> None:
    minor_digits(code)  # raises for a code that no money can have


def _named(_: object, field: Any, value: str) -> None:
    if not value:
        raise InvalidValue(f"{field.name} must not be empty: it names this company everywhere")


@attrs.frozen
class Customer:
    """A company that buys.

    ``country`` is an ISO 3166 alpha-2 code, ``currency`` the one it is invoiced in, ``language`` a
    tag such as ``en-GB``. ``parent_id`` is the company it belongs to. ``merged_into`` says that
    this record was a duplicate and which one stands for it now. ``price_group`` is the one group
    whose prices it gets from a price book. ``tax_id`` is the number under which it is registered
    for tax, as it stands on invoices; tax rules may ask whether there is one. ``tax_place`` is the
    part of its country in which it is taxed, where that counts, such as ``CA-QC`` (ISO 3166-2).

    Raises:
        NotFound: ``currency`` is not an ISO 4217 code.
        InvalidValue: no id, an empty price group or tax number, a place of tax outside its
            country, or the customer is its own parent or merged into itself.
    """

    id: str = attrs.field(validator=_named)
    name: str
    country: str
    currency: str = attrs.field(validator=_known_currency)
    language: str = "en"
    parent_id: str | None = None
    merged_into: str | None = None
    price_group: str | None = None
    tax_id: str | None = None
    tax_place: str | None = None

    def __attrs_post_init__(self) -> None:
        if self.tax_place is not None and self.tax_place.partition("-")[0] != self.country:
            raise InvalidValue(
                f"customer {self.id!r} is taxed in {self.tax_place!r}: name a part of its country "
                f"{self.country!r}, such as '{self.country}-A', or leave it out"
            )
        if self.tax_id == "":
            raise InvalidValue(f"customer {self.id!r} has an empty tax number: leave it out")
        if self.price_group == "":
            raise InvalidValue(f"customer {self.id!r} has an empty price group: leave it out")
        if self.id in {self.parent_id, self.merged_into}:
            raise InvalidValue(
                f"customer {self.id!r} cannot be its own parent or its own duplicate"
            )


@attrs.frozen
class Supplier:
    """A company that we buy from, and the currency of its invoices."""

    id: str = attrs.field(validator=_named)
    name: str
    country: str
    currency: str = attrs.field(validator=_known_currency)
