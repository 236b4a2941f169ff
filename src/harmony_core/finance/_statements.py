"""Where in the statements an account stands: the balance sheet, profit and loss, or equity."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from harmony_core.errors import NotFound, Word, expect_word
from harmony_core.finance._entities import AccountRole, Role


class StatementClass(Word):
    """Where in the statements an account stands, which decides its rate."""

    BALANCE_SHEET = "bs"
    """assets and debts: the closing rate"""
    PROFIT_AND_LOSS = "pl"
    """income and costs: the average rate"""
    EQUITY = "equity"
    """paid in or kept: the rates of its days"""


_CLASSES: Mapping[AccountRole, StatementClass] = MappingProxyType(
    {
        **dict.fromkeys(
            (
                Role.RECEIVABLE,
                Role.PAYABLE,
                Role.BANK,
                Role.WORK_IN_PROGRESS,
                Role.CONTRACT_BALANCE,
                Role.TAX_PAYABLE,
                Role.TAX_RECOVERABLE,
                Role.TAX_WITHHELD,
                Role.PURCHASE_BALANCE,
                Role.EXPENSE_CLEARING,
                Role.INTERCOMPANY_RECEIVABLE,
                Role.INTERCOMPANY_PAYABLE,
            ),
            StatementClass.BALANCE_SHEET,
        ),
        **dict.fromkeys(
            (
                Role.REVENUE,
                Role.COST_OF_SALES,
                Role.LABOUR_COST,
                Role.LABOUR_ABSORBED,
                Role.EXPENSE_COST,
                Role.INTERCOMPANY_REVENUE,
                Role.INTERCOMPANY_COST,
                Role.BREAKAGE_REVENUE,
                Role.BAD_DEBT,
                Role.WORK_CAPITALISED,
                Role.ROUNDING,
                Role.EXCHANGE_DIFFERENCE,
            ),
            StatementClass.PROFIT_AND_LOSS,
        ),
    }
)
NO_CLASSES: Mapping[AccountRole, StatementClass] = MappingProxyType({})


def statement_of(
    role: AccountRole, classes: Mapping[AccountRole, StatementClass]
) -> StatementClass:
    """Give the class of a role, or of the nearest wider one; ``classes`` come before our own.

    Raises:
        NotFound: the role has no class.
    """
    wider = role
    while wider:
        if found := classes.get(wider) or _CLASSES.get(wider):
            return expect_word(found, StatementClass)
        wider = wider.rpartition(".")[0]
    raise NotFound(
        f"no class of the statements for the role {role!r}: pass classes={{{role!r}: "
        "StatementClass.BALANCE_SHEET}} or another"
    )
