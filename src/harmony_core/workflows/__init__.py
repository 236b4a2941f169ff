"""DONE: the deeds of a company, each in one unit of work.

A workflow loads through ports, decides by pure functions and saves everything together or nothing:
:func:`execute_orders`, :func:`stated_amendment`, :func:`amend_contract`, :func:`give_notice`,
:func:`record_facts`, :func:`feed_usage`, :func:`register_devices`, :func:`billing_night`,
:func:`release_documents`, :func:`credit_invoice`, :func:`receive_payments`, :func:`return_payment`,
:func:`receive_bill_tax`, :func:`pay_suppliers`, :func:`pay_within_group`, :func:`month_end`,
:func:`close_books`, :func:`review_work`, :func:`review_transfers`, :func:`replay`. It knows ports
and no store, so that any store that keeps the promises will do. The day is an argument; nothing
here reads a clock.
"""

from harmony_core.workflows._amendments import (
    AmendedContract,
    StatedAmendment,
    amend_contract,
    stated_amendment,
)
from harmony_core.workflows._billing import NightReport, billing_night
from harmony_core.workflows._documents import BillingProblem, DocumentResult
from harmony_core.workflows._endings import give_notice, succeed_contract, withdraw_notice
from harmony_core.workflows._facts import feed_usage, record_facts, register_devices
from harmony_core.workflows._gaps import UncoveredFact
from harmony_core.workflows._months import MonthReport, close_books, month_end
from harmony_core.workflows._orders import OrdersReport, execute_orders
from harmony_core.workflows._payments import (
    PaymentsReport,
    pay_suppliers,
    pay_within_group,
    payables_ledger,
    receivables_ledger,
    receive_bill_tax,
    receive_payments,
    return_payment,
)
from harmony_core.workflows._release import (
    DraftsReport,
    credit_invoice,
    drafts,
    edit_quantity,
    release_documents,
    return_documents,
    review_documents,
)
from harmony_core.workflows._replay import ReplayReport, replay
from harmony_core.workflows._review import WorkReview, review_transfers, review_work

__all__ = [
    "AmendedContract",
    "BillingProblem",
    "DocumentResult",
    "DraftsReport",
    "MonthReport",
    "NightReport",
    "OrdersReport",
    "PaymentsReport",
    "ReplayReport",
    "StatedAmendment",
    "UncoveredFact",
    "WorkReview",
    "amend_contract",
    "billing_night",
    "close_books",
    "credit_invoice",
    "drafts",
    "edit_quantity",
    "execute_orders",
    "feed_usage",
    "give_notice",
    "month_end",
    "pay_suppliers",
    "pay_within_group",
    "payables_ledger",
    "receivables_ledger",
    "receive_bill_tax",
    "receive_payments",
    "record_facts",
    "register_devices",
    "release_documents",
    "replay",
    "return_documents",
    "return_payment",
    "review_documents",
    "review_transfers",
    "review_work",
    "stated_amendment",
    "succeed_contract",
    "withdraw_notice",
]
