"""How a customer wants to be billed: data that the house keeps beside the customer."""

from __future__ import annotations

from collections.abc import Iterable

import attrs

from harmony_core.billing._payment_terms import PaymentTerms
from harmony_core.contracts import Contract
from harmony_core.errors import InvalidValue, Word
from harmony_core.finance import TaxMethod


class InvoiceGrouping(Word):
    """What one invoice holds, of all that a customer owes an entity on a day in a currency."""

    CUSTOMER = "customer"
    """everything"""
    CONTRACT = "contract"
    """one contract"""
    ORDER = "order"
    """the contracts of one order; those without an order stand together"""
    SITE = "site"
    """the contracts of one site of the customer, see ``BillingProfile.sites``"""


class LineKey(Word):
    """By what the lines of an invoice are sorted and added up."""

    CONTRACT = "contract"
    ORDER = "order"
    SITE = "site"
    DIVISION = "division"
    PRODUCT = "product"
    TYPE = "type"


def _texts(values: Iterable[str]) -> tuple[str, ...]:
    if isinstance(values, str):
        raise InvalidValue(f"a list of ids is expected, got the text {values!r}")
    return tuple(values)


def _pairs(pairs: Iterable[tuple[str, str]]) -> tuple[tuple[str, str], ...]:
    return tuple((name, text) for name, text in pairs)


def _keys(keys: Iterable[LineKey]) -> tuple[LineKey, ...]:
    found = tuple(LineKey(key) for key in keys)
    if len(set(found)) < len(found):
        raise InvalidValue(f"a key stands twice in {', '.join(found)}")
    return found


@attrs.frozen
class BillingProfile:
    """How invoices of a customer are grouped, sorted, subtotalled, worded, reviewed and paid.

    Args:
        id: of the customer.
        grouping: what one invoice holds.
        sort: by what its lines stand in order; after that, as the contract has them.
        subtotals: how many of the keys of ``sort``, from the first on, get a subtotal each.
        wording: pairs of a key that the host's templates know and the text, or the host's own
            key of a text, to show; :meth:`words` asks for one.
        sites: pairs of a contract's id and the site that it is for.
        payment: when an invoice is to be paid.
        review: whether somebody looks at every document before it is released.
        reviewed_contracts: contracts that are looked at though ``review`` is false.
        tax_method: where tax is rounded.

    Raises:
        InvalidValue: a key or a pair stands twice, or there are more subtotals than keys.
    """

    id: str
    grouping: InvoiceGrouping = attrs.field(
        default=InvoiceGrouping.CUSTOMER, converter=InvoiceGrouping, kw_only=True
    )
    sort: tuple[LineKey, ...] = attrs.field(default=(), converter=_keys, kw_only=True)
    subtotals: int = attrs.field(default=0, kw_only=True)
    wording: tuple[tuple[str, str], ...] = attrs.field(default=(), converter=_pairs, kw_only=True)
    sites: tuple[tuple[str, str], ...] = attrs.field(default=(), converter=_pairs, kw_only=True)
    payment: PaymentTerms = attrs.field(factory=PaymentTerms, kw_only=True)
    review: bool = attrs.field(default=False, kw_only=True)
    reviewed_contracts: tuple[str, ...] = attrs.field(default=(), converter=_texts, kw_only=True)
    tax_method: TaxMethod = attrs.field(
        default=TaxMethod.PER_CATEGORY_AND_RATE, converter=TaxMethod, kw_only=True
    )

    def __attrs_post_init__(self) -> None:
        if not 0 <= self.subtotals <= len(self.sort):
            raise InvalidValue(
                f"{self.subtotals} subtotals of {len(self.sort)} keys: name what they are of"
            )
        for pairs in (self.wording, self.sites):
            if len(dict(pairs)) < len(pairs):
                raise InvalidValue(f"profile {self.id!r} names something twice: {pairs}")

    def words(self, key: str, otherwise: str) -> str:
        """What stands under a key for this customer, or else what everybody gets."""
        return dict(self.wording).get(key, otherwise)

    def reviews(self, contract: Contract) -> bool:
        """Whether somebody looks at the documents of a contract before they are released."""
        return self.review or contract.id in self.reviewed_contracts

    def document_of(self, contract: Contract) -> str:
        """What tells the documents of one day apart; empty where there is one for all."""
        match self.grouping:
            case InvoiceGrouping.CONTRACT:
                return contract.id
            case InvoiceGrouping.ORDER:
                return contract.order_id or ""
            case InvoiceGrouping.SITE:
                return dict(self.sites).get(contract.id, "")
        return ""

    def place_of(self, contract: Contract, line_id: str) -> tuple[str, ...]:
        """The values of the sort keys of a line."""
        return tuple(self._value(key, contract, line_id) for key in self.sort)

    def _value(self, key: LineKey, contract: Contract, line_id: str) -> str:
        line = contract.line(line_id)
        match key:
            case LineKey.CONTRACT:
                return contract.id
            case LineKey.ORDER:
                return contract.order_id or ""
            case LineKey.SITE:
                return dict(self.sites).get(contract.id, "")
            case LineKey.DIVISION:
                return line.division
            case LineKey.PRODUCT:
                return line.product_id
        return line.type.value
