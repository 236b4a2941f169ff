"""AGREED: contracts and their lines.

Everything else relates to a contract line: what is counted, worked, charged, booked and earned.
The four types (transactional, recurring, prepayment, consumption) are bundles of defaults over
the same lines, so that one contract may hold lines of several types, to sell or to buy.

:func:`term_sheet` says all that a contract says on a day, as data and in the reader's language, and
:func:`term_changes` what differs between two versions of it.

Terms renew from the original start (:func:`term`, :func:`term_at`); a notice ends them on a day
and must arrive by another (:func:`terminate`, :func:`next_end`, :func:`last_receipt`).
"""

from harmony_core.contracts._amendment import (
    Amendment,
    Change,
    FundCloses,
    LineBegins,
    LineEnds,
    LineRunsOn,
    NewPrice,
    NewQuantity,
    UnitsRefunded,
)
from harmony_core.contracts._cascade import fed_by, passes_on_to
from harmony_core.contracts._catch_up import CatchUp, catch_up, shared_end
from harmony_core.contracts._committed_seats import SeatAddition, SeatCancellation, SeatTerm
from harmony_core.contracts._contract import Contract, Side
from harmony_core.contracts._cover import Cover, CoverRule, NameList
from harmony_core.contracts._ending import (
    LineTermination,
    NoticeEffect,
    lines_ended,
    lines_resumed,
    notice_effect,
    notice_kept,
    notice_withdrawn,
)
from harmony_core.contracts._inheritance import (
    Affected,
    Difference,
    affected_by,
    differences,
    overridden,
)
from harmony_core.contracts._lifecycle import (
    LIFECYCLE,
    ContractEvent,
    ContractState,
    state_after,
)
from harmony_core.contracts._line import ContractLine
from harmony_core.contracts._migrated import MigratedLot
from harmony_core.contracts._notice import (
    Termination,
    anchor_from,
    last_receipt,
    notice_ends,
    receipt_day,
    terminate,
)
from harmony_core.contracts._possible_end import (
    PossibleEnd,
    contract_end,
    first_deadline,
    lines_from,
    possible_end,
)
from harmony_core.contracts._renewals import UpcomingRenewal, upcoming_renewals
from harmony_core.contracts._standing import (
    LineEnd,
    RunningDays,
    drawn_through,
    left_over,
    line_end,
    require_possible,
    running_days,
    state_on,
)
from harmony_core.contracts._succession import StayingLine, Succession, succeed, succession
from harmony_core.contracts._term import Ending, Term, ending, next_end, term, term_at, terms
from harmony_core.contracts._term_changes import TermChange, changes_in_words, term_changes
from harmony_core.contracts._term_sheet import LineOver, LineSheet, TermSheet, term_sheet
from harmony_core.contracts._texts import AgreedTexts
from harmony_core.contracts._units_added import units_added
from harmony_core.contracts._without_effect import WithoutEffect, without_effect

__all__ = [
    "LIFECYCLE",
    "Affected",
    "AgreedTexts",
    "Amendment",
    "CatchUp",
    "Change",
    "Contract",
    "ContractEvent",
    "ContractLine",
    "ContractState",
    "Cover",
    "CoverRule",
    "Difference",
    "Ending",
    "FundCloses",
    "LineBegins",
    "LineEnd",
    "LineEnds",
    "LineOver",
    "LineRunsOn",
    "LineSheet",
    "LineTermination",
    "MigratedLot",
    "NameList",
    "NewPrice",
    "NewQuantity",
    "NoticeEffect",
    "PossibleEnd",
    "RunningDays",
    "SeatAddition",
    "SeatCancellation",
    "SeatTerm",
    "Side",
    "StayingLine",
    "Succession",
    "Term",
    "TermChange",
    "TermSheet",
    "Termination",
    "UnitsRefunded",
    "UpcomingRenewal",
    "WithoutEffect",
    "affected_by",
    "anchor_from",
    "catch_up",
    "changes_in_words",
    "contract_end",
    "differences",
    "drawn_through",
    "ending",
    "fed_by",
    "first_deadline",
    "last_receipt",
    "left_over",
    "line_end",
    "lines_ended",
    "lines_from",
    "lines_resumed",
    "next_end",
    "notice_effect",
    "notice_ends",
    "notice_kept",
    "notice_withdrawn",
    "overridden",
    "passes_on_to",
    "possible_end",
    "receipt_day",
    "require_possible",
    "running_days",
    "shared_end",
    "state_after",
    "state_on",
    "succeed",
    "succession",
    "term",
    "term_at",
    "term_changes",
    "term_sheet",
    "terminate",
    "terms",
    "units_added",
    "upcoming_renewals",
    "without_effect",
]
