"""Legal entities and the group: whose books, in which currency, under which account codes."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import date
from types import MappingProxyType
from typing import Any, Final, TypeAlias
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import attrs

from harmony_core.errors import AccountNotMapped, InvalidValue, NotFound, kinds_checked
from harmony_core.finance._currencies import minor_digits

AccountRole: TypeAlias = str
"""What an account is for, such as ``"revenue"``. A role may be more special, with a dot:
``"revenue.cloud"`` means the account of ``"revenue"`` where an entity maps nothing nearer."""


class Role:
    """The roles that the library itself books to."""

    RECEIVABLE: Final = "receivable"
    PAYABLE: Final = "payable"
    BANK: Final = "bank"
    """money of the company; other accounts of its banks are more special, such as ``bank.usd``"""
    BAD_DEBT: Final = "bad_debt"
    """what is not paid any more and was written off"""
    REVENUE: Final = "revenue"
    CONTRACT_BALANCE: Final = "contract_balance"
    """billed but not earned (credit), or earned but not billed (debit)"""
    TAX_PAYABLE: Final = "tax_payable"
    """tax on sales; what is no tax of the company's own country, or stands beside it, is more
    special, such as ``tax_payable.CA-QC.QST``"""
    TAX_RECOVERABLE: Final = "tax_recoverable"
    TAX_WITHHELD: Final = "tax_withheld"
    """what customers held back and paid to the tax office: it counts against the company's own"""
    COST_OF_SALES: Final = "cost_of_sales"
    """direct cost of what was sold"""
    PURCHASE_BALANCE: Final = "purchase_balance"
    """the buy side's counterpart of the contract balance"""
    LABOUR_COST: Final = "labour_cost"
    LABOUR_ABSORBED: Final = "labour_absorbed"
    """the counterpart of labour cost: payroll is booked elsewhere"""
    EXPENSE_COST: Final = "expense_cost"
    EXPENSE_CLEARING: Final = "expense_clearing"
    INTERCOMPANY_REVENUE: Final = "intercompany_revenue"
    INTERCOMPANY_COST: Final = "intercompany_cost"
    INTERCOMPANY_RECEIVABLE: Final = "intercompany_receivable"
    INTERCOMPANY_PAYABLE: Final = "intercompany_payable"
    WORK_IN_PROGRESS: Final = "work_in_progress"
    """work that was paid for, and that no customer was billed for yet"""
    WORK_CAPITALISED: Final = "work_capitalised"
    """the counterpart of work in progress: its cost waits for the bill"""
    BREAKAGE_REVENUE: Final = "breakage_revenue"
    """prepaid and never used"""
    ROUNDING: Final = "rounding"
    EXCHANGE_DIFFERENCE: Final = "exchange_difference"


def _frozen_mapping(mapping: Mapping[str, str]) -> Mapping[str, str]:
    return MappingProxyType(dict(mapping))


def _known_currency(_: object, __: object, code: str) -> None:
    minor_digits(code)


_COUNTRY = re.compile("[A-Z]{2}")


def _is_zone(name: str) -> bool:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):  # OSError: a folder of zones
        return False
    return True


@attrs.frozen(field_transformer=kinds_checked)
class LegalEntity:
    """A company of the group with its own books.

    Args:
        id: short and stable, such as ``"GB"``.
        name: as on its invoices.
        country: two capital letters of ISO 3166.
        currency: of its books.
        zone: IANA zone in which its days begin.
        fiscal_year_start_month: 1 to 12.
        accounts: code by role.

    Raises:
        InvalidValue: the country, the zone or the month cannot be.
        NotFound: there is no such currency.
    """

    id: str
    name: str
    country: str
    currency: str = attrs.field(validator=_known_currency)
    zone: str = "UTC"
    fiscal_year_start_month: int = 1
    accounts: Mapping[AccountRole, str] = attrs.field(
        factory=dict, converter=_frozen_mapping, hash=False
    )

    def __attrs_post_init__(self) -> None:
        if not _COUNTRY.fullmatch(self.country):
            raise InvalidValue(
                f"entity {self.id!r}: a country is two capital letters of ISO 3166 such as 'GB', "
                f"got {self.country!r}"
            )
        if not _is_zone(self.zone):
            raise InvalidValue(
                f"entity {self.id!r}: no time zone {self.zone!r}: "
                "give an IANA name like 'Europe/London' or 'UTC'"
            )
        if not 1 <= self.fiscal_year_start_month <= 12:
            raise InvalidValue(
                f"entity {self.id!r}: a fiscal year starts in a month from 1 to 12, "
                f"got {self.fiscal_year_start_month}"
            )

    def account(self, role: AccountRole) -> str:
        """Give the account code for a role, or for the nearest wider role.

        Raises:
            AccountNotMapped: neither the role nor a wider one has a code.

        >>> entity = LegalEntity("GB", "Northbridge Ltd", "GB", "GBP", accounts={"revenue": "4000"})
        >>> entity.account("revenue.cloud")
        '4000'
        """
        wider = role
        while wider:
            if code := self.accounts.get(wider):
                return code
            wider = wider.rpartition(".")[0]
        raise AccountNotMapped(
            f"entity {self.id!r} has no account for the role {role!r}: add it to its accounts"
        )

    def __reduce__(self) -> tuple[Any, ...]:
        values = (getattr(self, field.name) for field in attrs.fields(LegalEntity)[:-1])
        return LegalEntity, (*values, dict(self.accounts))  # a mapping proxy cannot be pickled


def _in_a_row(entities: Iterable[LegalEntity]) -> tuple[LegalEntity, ...]:
    return tuple(entities)


@attrs.frozen(field_transformer=kinds_checked)
class Group:
    """Legal entities that report together in one currency.

    ``opening_day`` is the first day that the group's books cover.

    Raises:
        InvalidValue: there is no entity, or two have the same id.
        NotFound: there is no such currency.
    """

    id: str
    name: str
    currency: str = attrs.field(validator=_known_currency)
    entities: tuple[LegalEntity, ...] = attrs.field(converter=_in_a_row)
    opening_day: date

    def __attrs_post_init__(self) -> None:
        if not self.entities:
            raise InvalidValue(
                f"group {self.id!r} has no legal entity: give it at least the one whose books it is"
            )
        ids = [entity.id for entity in self.entities]
        if twice := sorted({name for name in ids if ids.count(name) > 1}):
            raise InvalidValue(f"group {self.id!r} has two entities called {', '.join(twice)}")

    def entity(self, entity_id: str) -> LegalEntity:
        """Give an entity by its id.

        Raises:
            NotFound: the group has no such entity.
        """
        for entity in self.entities:
            if entity.id == entity_id:
                return entity
        known = ", ".join(entity.id for entity in self.entities)
        raise NotFound(f"group {self.id!r} has no entity {entity_id!r}; it has {known}")
