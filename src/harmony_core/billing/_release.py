"""The step between what is due and what is sent: somebody looks, changes a quantity, lets go.

A draft is not stored. It is what billing would make of the charges that are due, so that what is
not released stays due and nothing can vanish. Stored is what people did: which quantity they
changed, which draft they looked at. A draft that is no longer what they looked at is to be looked
at again.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from datetime import date
from fractions import Fraction
from hashlib import sha256
from types import MappingProxyType

import attrs

from harmony_core.billing._charge import Charge
from harmony_core.billing._invoice import Invoice
from harmony_core.errors import InvalidValue, RuleBroken, Word
from harmony_core.explanation import exact_text
from harmony_core.finance import Exact, exact


class ReviewState(Word):
    """How far a document has come."""

    DRAFT = "draft"
    REVIEWED = "reviewed"
    RELEASED = "released"


class ReviewDeed(Word):
    """What people do to a document."""

    EDIT = "edit"
    """change a quantity"""
    REVIEW = "review"
    """look at it and find it right"""
    RETURN = "return"
    """take a review back"""
    RELEASE = "release"
    """let it go: its charges are billed"""


REVIEW_TABLE: Mapping[tuple[ReviewState, ReviewDeed], ReviewState] = MappingProxyType(
    {
        (ReviewState.DRAFT, ReviewDeed.EDIT): ReviewState.DRAFT,
        (ReviewState.DRAFT, ReviewDeed.REVIEW): ReviewState.REVIEWED,
        (ReviewState.REVIEWED, ReviewDeed.RETURN): ReviewState.DRAFT,
        (ReviewState.REVIEWED, ReviewDeed.RELEASE): ReviewState.RELEASED,
    }
)
"""What may be done in which state, and where it leads; what is not here is refused."""


def after_deed(state: ReviewState, deed: ReviewDeed, document_id: str) -> ReviewState:
    """Give the state that a deed leads to.

    Raises:
        RuleBroken: it may not be done in this state.

    >>> after_deed(ReviewState.DRAFT, ReviewDeed.RELEASE, "INV-1")
    Traceback (most recent call last):
    ...
    harmony_core.errors.RuleBroken: 'INV-1' is draft: release is not possible, only edit, review
    """
    if (state, deed) not in REVIEW_TABLE:
        possible = [one.value for before, one in REVIEW_TABLE if before is state]
        raise RuleBroken(
            f"{document_id!r} is {state.value}: {deed.value} is not possible, "
            f"only {', '.join(possible) or 'a credit note'}"
        )
    return REVIEW_TABLE[state, deed]


def _quantity(value: Exact) -> Fraction:
    return exact(value, "a quantity")


def _numbered(number: int, what: str) -> None:
    if type(number) is not int or number < 1:
        raise InvalidValue(f"{what} are numbered from 1, got {number!r}")


def _named(by: str, what: str) -> None:
    if not by.strip():
        raise InvalidValue(f"{what} must not be empty: it is asked for later")


@attrs.frozen
class QuantityOverride:
    """A quantity that somebody changed before the charge was released; the facts stay as they are.

    Args:
        charge_key: of the charge that is due.
        number: counted from 1 for each charge; the last one stands.
        quantity: to be charged, zero or more.
        original: what was measured or agreed.
        by, reason, on: who changed it, why, and on which day.

    Raises:
        InvalidValue: a quantity below zero, or nobody or no reason is named.
    """

    charge_key: str
    number: int
    quantity: Fraction = attrs.field(converter=_quantity)
    original: Fraction = attrs.field(converter=_quantity)
    by: str
    reason: str
    on: date

    def __attrs_post_init__(self) -> None:
        _numbered(self.number, "changes of a quantity")
        _named(self.by, "who changes a quantity")
        _named(self.reason, "why a quantity is changed")
        if self.quantity < 0:
            raise InvalidValue(
                f"a quantity is zero or more, got {exact_text(self.quantity)}: credit it instead"
            )

    @property
    def id(self) -> str:
        """The charge and the number."""
        return f"{self.charge_key}#{self.number}"


@attrs.frozen
class ReviewStep:
    """What somebody did to a document; ``fingerprint`` says what it looked like then."""

    document_id: str
    number: int
    deed: ReviewDeed = attrs.field(converter=ReviewDeed)
    by: str
    on: date
    fingerprint: str

    def __attrs_post_init__(self) -> None:
        _numbered(self.number, "steps of a review")
        _named(self.by, "who reviews or releases")

    @property
    def id(self) -> str:
        """The document and the number."""
        return f"{self.document_id}#{self.number}"


@attrs.frozen
class Draft:
    """A document that waits for its release, with the charges that it would bill."""

    document: Invoice
    charges: tuple[Charge, ...]
    state: ReviewState

    @property
    def id(self) -> str:
        """Of the document; it keeps it when it is released."""
        return self.document.id

    @property
    def fingerprint(self) -> str:
        """What tells whether it is still what somebody looked at."""
        return fingerprint(self.document, self.charges)


def fingerprint(document: Invoice, charges: Iterable[Charge]) -> str:
    """Hash what a reader of a document decides on: its charges, quantities, amounts and tax."""
    seen = [
        [document.id, document.day.isoformat(), str(document.total), str(document.tax.total_tax)],
        *sorted(
            [
                one.key,
                str(one.amount),
                "" if one.quantity is None else exact_text(one.quantity),
            ]
            for one in charges
        ),
    ]
    return sha256(json.dumps(seen).encode()).hexdigest()


def review_state(
    document_id: str, seen: str, steps: Iterable[ReviewStep], *, released: bool = False
) -> ReviewState:
    """Give the state of a document from what was done to it.

    Args:
        document_id: of the document.
        seen: its fingerprint now; a review of anything else does not count.
        steps: of any documents, in any order.
        released: whether it is among the issued documents.
    """
    if released:
        return ReviewState.RELEASED
    state = ReviewState.DRAFT
    own = (step for step in steps if step.document_id == document_id)
    for step in sorted(own, key=lambda step: step.number):
        if step.deed is ReviewDeed.REVIEW and step.fingerprint == seen:
            state = ReviewState.REVIEWED
        else:
            state = ReviewState.DRAFT
    return state


def standing_overrides(overrides: Iterable[QuantityOverride]) -> dict[str, QuantityOverride]:
    """Give the last change of each charge; one that went back to the original changes nothing."""
    last: dict[str, QuantityOverride] = {}
    for one in overrides:
        if one.charge_key not in last or one.number > last[one.charge_key].number:
            last[one.charge_key] = one
    return {key: one for key, one in last.items() if one.quantity != one.original}
