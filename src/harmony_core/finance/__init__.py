"""HOW MUCH, WHOSE BOOKS: money, rates, entities, and the journal in three currencies.

Amounts are exact. :class:`Money` is settled: a whole number of minor units of one currency;
:class:`ExactAmount` is not rounded yet. Every booked amount stands in three currencies, that of
the transaction, of the legal entity and of the group, each converted once from the first, and
every journal entry is zero in each of the three. Rates are dated facts with a source; a missing
one is refused and never guessed. Tax, loaded cost rates, transfer pricing, consolidation and
contribution are pure functions over the same values. Nothing here knows a contract: lines carry
dimensions.
"""

from harmony_core.finance._allocation import AllocationMode, allocate, allocate_apart, fit
from harmony_core.finance._consolidation import (
    ACQUIRED_EQUITY,
    DISPOSED_NET_ASSETS,
    Consolidation,
    consolidate,
    consolidate_days,
)
from harmony_core.finance._contribution import Contribution, EffectiveHourlyRates
from harmony_core.finance._conversion import (
    Converted,
    convert,
    convert_keeping_residue,
    triangulate,
)
from harmony_core.finance._cost_rate_table import CostRateTable, FoundCostRate
from harmony_core.finance._cost_rates import (
    CostRate,
    blended_cost_rate,
    individual_cost_rate,
    marginal_cost_rate,
)
from harmony_core.finance._currencies import (
    Currency,
    currencies,
    currency,
    custom_unit,
    minor_digits,
)
from harmony_core.finance._efficiency import Efficiency, efficiency_ratio
from harmony_core.finance._entities import AccountRole, Group, LegalEntity, Role
from harmony_core.finance._euro import convert_legally, irrevocable_euro_rates
from harmony_core.finance._exact import Exact, exact, exact_ratio
from harmony_core.finance._exchange import (
    ExchangeAccounts,
    MonetaryItem,
    Settled,
    book_revaluation,
    book_settlement,
    revalue,
)
from harmony_core.finance._explained import explain_conversion, explain_tax
from harmony_core.finance._fiscal import ClosedPeriods, FiscalCalendar, FiscalPeriod
from harmony_core.finance._intercompany import IntercompanyPair, PairLine, book_transfer
from harmony_core.finance._journal import (
    Dimensions,
    JournalEntry,
    JournalLine,
    dimensions,
    journal_entry,
)
from harmony_core.finance._line_tax import LineTax, NamedTax, TaxBase
from harmony_core.finance._margin_watch import (
    MarginAlert,
    MarginReason,
    MarginRule,
    MarginWatch,
    margin_watch,
)
from harmony_core.finance._money import ExactAmount, Money, money_sum
from harmony_core.finance._open_pairs import (
    OpenPair,
    book_pair_payment,
    book_pair_revaluation,
    open_pairs,
)
from harmony_core.finance._ownership import Holding, Ownership
from harmony_core.finance._pair_statement import PairStatement, pair_statements
from harmony_core.finance._pairs import Break, BreakReason, Elimination
from harmony_core.finance._profit_reports import (
    ContributionReport,
    RankedRow,
    Ranking,
    RollUp,
    Trend,
    TrendMonth,
    contribution_by,
    ranking,
    roll_up,
    trend,
)
from harmony_core.finance._profitability import (
    CostView,
    HoursWorked,
    ProfitFact,
    ProfitFacts,
    entity_profit_facts,
    profit_facts,
)
from harmony_core.finance._rate_book import DEFAULT_RATE_POLICY, RateBook, RatePolicy
from harmony_core.finance._rates import FoundRate, Rate, RateKind, RateLeg
from harmony_core.finance._rounding import HALF_EVEN, HALF_UP, Rounding, cash_rounding
from harmony_core.finance._schedule import (
    MonthWeight,
    RecognitionSchedule,
    Remainder,
    early_termination,
    on_days,
    percent_complete,
    spread,
    straight_line,
)
from harmony_core.finance._statements import StatementClass
from harmony_core.finance._tax import (
    DocumentAdjustment,
    TaxDocument,
    TaxGroup,
    TaxLine,
    tax_document,
)
from harmony_core.finance._tax_amounts import (
    IncludedTax,
    NetAndTax,
    ReverseCharge,
    StackedTax,
    StackedTaxes,
    TaxInCurrency,
    Withheld,
    compound_tax,
    reverse_charge,
    tax_in_currency,
    tax_inside,
    tax_on,
    withhold,
)
from harmony_core.finance._tax_rates import TaxRate, TaxTable, in_percent
from harmony_core.finance._tax_rules import (
    EXPORT,
    NEED_A_REASON,
    RateOf,
    Supply,
    TaxDecision,
    TaxPoint,
    TaxRule,
)
from harmony_core.finance._taxed_items import TaxMethod
from harmony_core.finance._three import (
    Booked,
    BookingRates,
    Column,
    booked_sum,
    booking_rates,
    fit_lines,
)
from harmony_core.finance._transfer import (
    TransferCharge,
    TransferRule,
    TransferRules,
    TransferSubject,
    Verdict,
    total_charge,
    transfer_price,
)
from harmony_core.finance._transfer_evidence import TransferEvidence
from harmony_core.finance._transfer_methods import (
    PASS_THROUGH,
    CostPlus,
    FixedRate,
    PercentOfSell,
    ResaleMinus,
    TransferBasis,
    TransferMethod,
    TransferRateCard,
    explain_transfer,
)
from harmony_core.finance._transfer_outcome import (
    CustomerLine,
    OwnBooks,
    TransferOutcome,
    transfer_outcome,
)
from harmony_core.finance._translation import (
    NetAssetRates,
    NetAssets,
    TranslatedAccount,
    Translation,
    TranslationProof,
    prove_translation,
    translate_balances,
    translate_books,
    translate_net_assets,
)
from harmony_core.finance._trial_balance import AccountBalance, TrialBalance, trial_balance
from harmony_core.finance._unbilled import UnbilledTransfer
from harmony_core.finance._variance import SalesFigures, Variance, VarianceCause, variance

__all__ = [
    "ACQUIRED_EQUITY",
    "DEFAULT_RATE_POLICY",
    "DISPOSED_NET_ASSETS",
    "EXPORT",
    "HALF_EVEN",
    "HALF_UP",
    "NEED_A_REASON",
    "PASS_THROUGH",
    "AccountBalance",
    "AccountRole",
    "AllocationMode",
    "Booked",
    "BookingRates",
    "Break",
    "BreakReason",
    "ClosedPeriods",
    "Column",
    "Consolidation",
    "Contribution",
    "ContributionReport",
    "Converted",
    "CostPlus",
    "CostRate",
    "CostRateTable",
    "CostView",
    "Currency",
    "CustomerLine",
    "Dimensions",
    "DocumentAdjustment",
    "EffectiveHourlyRates",
    "Efficiency",
    "Elimination",
    "Exact",
    "ExactAmount",
    "ExchangeAccounts",
    "FiscalCalendar",
    "FiscalPeriod",
    "FixedRate",
    "FoundCostRate",
    "FoundRate",
    "Group",
    "Holding",
    "HoursWorked",
    "IncludedTax",
    "IntercompanyPair",
    "JournalEntry",
    "JournalLine",
    "LegalEntity",
    "LineTax",
    "MarginAlert",
    "MarginReason",
    "MarginRule",
    "MarginWatch",
    "MonetaryItem",
    "Money",
    "MonthWeight",
    "NamedTax",
    "NetAndTax",
    "NetAssetRates",
    "NetAssets",
    "OpenPair",
    "OwnBooks",
    "Ownership",
    "PairLine",
    "PairStatement",
    "PercentOfSell",
    "ProfitFact",
    "ProfitFacts",
    "RankedRow",
    "Ranking",
    "Rate",
    "RateBook",
    "RateKind",
    "RateLeg",
    "RateOf",
    "RatePolicy",
    "RecognitionSchedule",
    "Remainder",
    "ResaleMinus",
    "ReverseCharge",
    "Role",
    "RollUp",
    "Rounding",
    "SalesFigures",
    "Settled",
    "StackedTax",
    "StackedTaxes",
    "StatementClass",
    "Supply",
    "TaxBase",
    "TaxDecision",
    "TaxDocument",
    "TaxGroup",
    "TaxInCurrency",
    "TaxLine",
    "TaxMethod",
    "TaxPoint",
    "TaxRate",
    "TaxRule",
    "TaxTable",
    "TransferBasis",
    "TransferCharge",
    "TransferEvidence",
    "TransferMethod",
    "TransferOutcome",
    "TransferRateCard",
    "TransferRule",
    "TransferRules",
    "TransferSubject",
    "TranslatedAccount",
    "Translation",
    "TranslationProof",
    "Trend",
    "TrendMonth",
    "TrialBalance",
    "UnbilledTransfer",
    "Variance",
    "VarianceCause",
    "Verdict",
    "Withheld",
    "allocate",
    "allocate_apart",
    "blended_cost_rate",
    "book_pair_payment",
    "book_pair_revaluation",
    "book_revaluation",
    "book_settlement",
    "book_transfer",
    "booked_sum",
    "booking_rates",
    "cash_rounding",
    "compound_tax",
    "consolidate",
    "consolidate_days",
    "contribution_by",
    "convert",
    "convert_keeping_residue",
    "convert_legally",
    "currencies",
    "currency",
    "custom_unit",
    "dimensions",
    "early_termination",
    "efficiency_ratio",
    "entity_profit_facts",
    "exact",
    "exact_ratio",
    "explain_conversion",
    "explain_tax",
    "explain_transfer",
    "fit",
    "fit_lines",
    "in_percent",
    "individual_cost_rate",
    "irrevocable_euro_rates",
    "journal_entry",
    "margin_watch",
    "marginal_cost_rate",
    "minor_digits",
    "money_sum",
    "on_days",
    "open_pairs",
    "pair_statements",
    "percent_complete",
    "profit_facts",
    "prove_translation",
    "ranking",
    "revalue",
    "reverse_charge",
    "roll_up",
    "spread",
    "straight_line",
    "tax_document",
    "tax_in_currency",
    "tax_inside",
    "tax_on",
    "total_charge",
    "transfer_outcome",
    "transfer_price",
    "translate_balances",
    "translate_books",
    "translate_net_assets",
    "trend",
    "trial_balance",
    "triangulate",
    "variance",
    "withhold",
]
