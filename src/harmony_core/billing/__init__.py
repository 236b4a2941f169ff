"""CHARGED: what is due, what it becomes on an invoice and in the books.

``due`` gives the charges of a contract whose trigger has come and that nobody billed: a function
of the contract and of facts as they were known, so that missed nights catch up and a second run
finds nothing. A charge keeps its explanation and the ids of the devices, hours or usage behind it.
``preview`` says what will be billed, tomorrow or in the year to come.
``invoices`` gathers charges into documents with tax; ``recognise`` says which month earns them;
``book_*`` turn all of it into journal entries that are zero in three currencies.
A ``ReceivablesLedger`` says what customers still owe; ``ageing`` and ``dunning`` for how long, and
what to do about it. A ``PayablesLedger`` says what we still owe suppliers.

:func:`contract_facts` says in one flat record what a list shows of a contract without opening it;
:func:`due_items` is the list of the night, and a :class:`KeyFigure` keeps the ids behind it.
"""

from harmony_core.billing._ageing import Ageing, AgeingBucket, ageing
from harmony_core.billing._amendment_charges import AmendmentCharges, BlocksLeft, charges_of
from harmony_core.billing._bill_tax import BillTax, InputTax, bill_tax
from harmony_core.billing._billed_work import billed_work
from harmony_core.billing._booking import book_invoice, book_recognition, line_dimensions
from harmony_core.billing._carrying import CarriedBalance, CarriedValidity, refund
from harmony_core.billing._charge import Charge, ChargeKind, charge_key
from harmony_core.billing._collection import (
    BankAccount,
    CollectionBatch,
    CollectionRow,
    Mandate,
    NotCollected,
    collection_batch,
    working_day,
)
from harmony_core.billing._contract_facts import (
    ContractFacts,
    DerivedField,
    DerivedFields,
    contract_facts,
)
from harmony_core.billing._credit_note import CreditNote, credit_note, left_to_credit
from harmony_core.billing._due import charge_of, due
from harmony_core.billing._due_periods import DuePeriod, due_periods
from harmony_core.billing._dunning import (
    DueReminder,
    DunningStage,
    DunningTable,
    PromiseState,
    PromiseToPay,
    Reminder,
    dunning,
    late_interest,
    promise_state,
)
from harmony_core.billing._facts import Facts
from harmony_core.billing._forecast import Forecast, forecast
from harmony_core.billing._fund_draws import fund_line
from harmony_core.billing._funds import LineFund, fund_of
from harmony_core.billing._impact import Impact, PeriodImpact, impact
from harmony_core.billing._invoice import Invoice, InvoiceLine, TaxSummary
from harmony_core.billing._invoicing import invoices, referring_back, sale
from harmony_core.billing._layout import InvoiceSection, invoice_layout
from harmony_core.billing._ledger import PayablesLedger, ReceivablesLedger
from harmony_core.billing._migration import (
    Migration,
    MigrationForecast,
    migrate,
    migration_forecast,
)
from harmony_core.billing._moved import moved_by_years
from harmony_core.billing._night_list import (
    DueItem,
    DueKind,
    KeyFigure,
    due_items,
    key_figure,
)
from harmony_core.billing._open_items import AllocationRule, OnAccount, OpenItem
from harmony_core.billing._override import overridden
from harmony_core.billing._payment_terms import PaymentTerms
from harmony_core.billing._plan import PlannedCharge, plan
from harmony_core.billing._preview import ExpectedCharge, preview
from harmony_core.billing._profile import BillingProfile, InvoiceGrouping, LineKey
from harmony_core.billing._receivable import Allocation, Payment, Receivable, payable, receivable
from harmony_core.billing._recognition import Recognised, accruals, recognise
from harmony_core.billing._release import (
    REVIEW_TABLE,
    Draft,
    QuantityOverride,
    ReviewDeed,
    ReviewState,
    ReviewStep,
    after_deed,
    fingerprint,
    review_state,
    standing_overrides,
)
from harmony_core.billing._settlement import book_allocations, book_open_items, book_payment
from harmony_core.billing._tax_in_books import tax_in_books
from harmony_core.billing._terms import BillingTerms
from harmony_core.billing._transfer_evidence import transfer_evidence
from harmony_core.billing._usage import usage_lacks
from harmony_core.billing._withholding import withheld_with
from harmony_core.billing._work_books import book_work, booking_month, work_terms, worked_hours

__all__ = [
    "REVIEW_TABLE",
    "Ageing",
    "AgeingBucket",
    "Allocation",
    "AllocationRule",
    "AmendmentCharges",
    "BankAccount",
    "BillTax",
    "BillingProfile",
    "BillingTerms",
    "BlocksLeft",
    "CarriedBalance",
    "CarriedValidity",
    "Charge",
    "ChargeKind",
    "CollectionBatch",
    "CollectionRow",
    "ContractFacts",
    "CreditNote",
    "DerivedField",
    "DerivedFields",
    "Draft",
    "DueItem",
    "DueKind",
    "DuePeriod",
    "DueReminder",
    "DunningStage",
    "DunningTable",
    "ExpectedCharge",
    "Facts",
    "Forecast",
    "Impact",
    "InputTax",
    "Invoice",
    "InvoiceGrouping",
    "InvoiceLine",
    "InvoiceSection",
    "KeyFigure",
    "LineFund",
    "LineKey",
    "Mandate",
    "Migration",
    "MigrationForecast",
    "NotCollected",
    "OnAccount",
    "OpenItem",
    "PayablesLedger",
    "Payment",
    "PaymentTerms",
    "PeriodImpact",
    "PlannedCharge",
    "PromiseState",
    "PromiseToPay",
    "QuantityOverride",
    "Receivable",
    "ReceivablesLedger",
    "Recognised",
    "Reminder",
    "ReviewDeed",
    "ReviewState",
    "ReviewStep",
    "TaxSummary",
    "accruals",
    "after_deed",
    "ageing",
    "bill_tax",
    "billed_work",
    "book_allocations",
    "book_invoice",
    "book_open_items",
    "book_payment",
    "book_recognition",
    "book_work",
    "booking_month",
    "charge_key",
    "charge_of",
    "charges_of",
    "collection_batch",
    "contract_facts",
    "credit_note",
    "due",
    "due_items",
    "due_periods",
    "dunning",
    "fingerprint",
    "forecast",
    "fund_line",
    "fund_of",
    "impact",
    "invoice_layout",
    "invoices",
    "key_figure",
    "late_interest",
    "left_to_credit",
    "line_dimensions",
    "migrate",
    "migration_forecast",
    "moved_by_years",
    "overridden",
    "payable",
    "plan",
    "preview",
    "promise_state",
    "receivable",
    "recognise",
    "referring_back",
    "refund",
    "review_state",
    "sale",
    "standing_overrides",
    "tax_in_books",
    "transfer_evidence",
    "usage_lacks",
    "withheld_with",
    "work_terms",
    "worked_hours",
    "working_day",
]
