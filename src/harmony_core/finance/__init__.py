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
from harmony_core.finance._conversion import convert, triangulate
from harmony_core.finance._currencies import Currency, currencies, currency, minor_digits
from harmony_core.finance._entities import AccountRole, Group, LegalEntity, Role
from harmony_core.finance._exact import Exact, exact
from harmony_core.finance._journal import (
    Dimensions,
    JournalEntry,
    JournalLine,
    dimensions,
    journal_entry,
)
from harmony_core.finance._money import ExactAmount, Money, money_sum
from harmony_core.finance._rates import (
    DEFAULT_RATE_POLICY,
    FoundRate,
    Rate,
    RateBook,
    RateKind,
    RateLeg,
    RatePolicy,
)
from harmony_core.finance._rounding import HALF_EVEN, HALF_UP, Rounding
from harmony_core.finance._tax import (
    DocumentAdjustment,
    TaxDocument,
    TaxGroup,
    TaxLine,
    TaxMethod,
    TaxRate,
    TaxTable,
    tax_document,
)
from harmony_core.finance._three import (
    Booked,
    BookingRates,
    Column,
    booked_sum,
    booking_rates,
    fit_lines,
)
from harmony_core.finance._trial_balance import AccountBalance, TrialBalance, trial_balance

__all__ = [
    "DEFAULT_RATE_POLICY",
    "HALF_EVEN",
    "HALF_UP",
    "AccountBalance",
    "AccountRole",
    "AllocationMode",
    "Booked",
    "BookingRates",
    "Column",
    "Currency",
    "Dimensions",
    "DocumentAdjustment",
    "Exact",
    "ExactAmount",
    "FoundRate",
    "Group",
    "JournalEntry",
    "JournalLine",
    "LegalEntity",
    "Money",
    "Rate",
    "RateBook",
    "RateKind",
    "RateLeg",
    "RatePolicy",
    "Role",
    "Rounding",
    "TaxDocument",
    "TaxGroup",
    "TaxLine",
    "TaxMethod",
    "TaxRate",
    "TaxTable",
    "TrialBalance",
    "allocate",
    "allocate_apart",
    "booked_sum",
    "booking_rates",
    "convert",
    "currencies",
    "currency",
    "dimensions",
    "exact",
    "fit",
    "fit_lines",
    "journal_entry",
    "minor_digits",
    "money_sum",
    "tax_document",
    "trial_balance",
    "triangulate",
]
