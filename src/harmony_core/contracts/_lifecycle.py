"""The life of a contract as one table: its states, and what can happen to it in each of them.

A state is not stored. It follows, as of a day, from the days on which lines run and from the
amendments that say why they end (:func:`state_on`); what is billed follows from the very same days,
so a contract that has ended is not billed, and one that is billed has not ended. The table says
what may be done, and refuses the rest.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from harmony_core.errors import RuleBroken, Word


class ContractState(Word):
    """Where a contract stands."""

    DRAFT = "draft"
    """proposed, as a quote or an order, and not agreed"""
    AGREED = "agreed"
    """both sides agreed; its first day has not come"""
    ACTIVE = "active"
    """it runs"""
    SUSPENDED = "suspended"
    """made inactive; it does not run for now"""
    NOTICE_GIVEN = "notice_given"
    """it runs, and a notice or an agreement has fixed its last day"""
    ENDED = "ended"
    """its last day has passed"""
    CANCELLED = "cancelled"
    """given up before its first day"""

    @property
    def is_billed(self) -> bool:
        """Whether days in this state are billed: those on which a line runs."""
        return self in (ContractState.ACTIVE, ContractState.NOTICE_GIVEN)


class ContractEvent(Word):
    """What happens to a contract: a deed of its parties, or a day that comes."""

    AGREEMENT = "agreement"
    """both sides agree on it"""
    BEGIN = "begin"
    """its first day comes"""
    AMENDMENT = "amendment"
    """quantities, prices or lines change"""
    EXTENSION = "extension"
    """its term is renewed or made longer"""
    SUSPENSION = "suspension"
    """it is made inactive from a day on"""
    RESUMPTION = "resumption"
    """it goes on after a suspension"""
    NOTICE = "notice"
    """one side gives notice"""
    WITHDRAWAL = "withdrawal"
    """a notice is taken back, and the other side agrees"""
    TERMINATION = "termination"
    """both sides agree on an earlier end"""
    SUCCESSION = "succession"
    """another contract takes its place: another party, other types, or a renewal on new terms"""
    CANCELLATION = "cancellation"
    """it is given up before it begins"""
    EXPIRY = "expiry"
    """its last day has passed"""

    @property
    def comes_by_itself(self) -> bool:
        """Whether a day brings it, and nobody's deed."""
        return self in (ContractEvent.BEGIN, ContractEvent.EXPIRY)


_S, _E = ContractState, ContractEvent

LIFECYCLE: Mapping[ContractState, Mapping[ContractEvent, ContractState]] = MappingProxyType(
    {
        _S.DRAFT: MappingProxyType(
            {_E.AMENDMENT: _S.DRAFT, _E.AGREEMENT: _S.AGREED, _E.CANCELLATION: _S.CANCELLED}
        ),
        _S.AGREED: MappingProxyType(
            {
                _E.AMENDMENT: _S.AGREED,
                _E.BEGIN: _S.ACTIVE,
                _E.NOTICE: _S.AGREED,
                _E.WITHDRAWAL: _S.AGREED,
                _E.TERMINATION: _S.AGREED,
                _E.SUCCESSION: _S.AGREED,
                _E.CANCELLATION: _S.CANCELLED,
            }
        ),
        _S.ACTIVE: MappingProxyType(
            {
                _E.AMENDMENT: _S.ACTIVE,
                _E.EXTENSION: _S.ACTIVE,
                _E.SUSPENSION: _S.SUSPENDED,
                _E.NOTICE: _S.NOTICE_GIVEN,
                _E.WITHDRAWAL: _S.ACTIVE,
                _E.TERMINATION: _S.NOTICE_GIVEN,
                _E.SUCCESSION: _S.NOTICE_GIVEN,
                _E.EXPIRY: _S.ENDED,
            }
        ),
        _S.SUSPENDED: MappingProxyType(
            {
                _E.AMENDMENT: _S.SUSPENDED,
                _E.RESUMPTION: _S.ACTIVE,
                _E.TERMINATION: _S.ENDED,
                _E.SUCCESSION: _S.ENDED,
            }
        ),
        _S.NOTICE_GIVEN: MappingProxyType(
            {
                _E.AMENDMENT: _S.NOTICE_GIVEN,
                _E.WITHDRAWAL: _S.ACTIVE,
                _E.TERMINATION: _S.NOTICE_GIVEN,
                _E.SUCCESSION: _S.NOTICE_GIVEN,
                _E.EXPIRY: _S.ENDED,
            }
        ),
        _S.ENDED: MappingProxyType({_E.AMENDMENT: _S.ENDED, _E.TERMINATION: _S.ENDED}),
        _S.CANCELLED: MappingProxyType({}),
    }
)
"""For each state the events that can happen in it, and the state that follows.

The state follows where the event concerns every line that runs: a notice for some of them leaves
the contract active, and is withdrawn while it is. One that is received between the agreement and
the first day leaves it agreed: it begins, and is under notice from its first day on. What is
amended after the end changes days before it. A deed that ends a contract takes effect on the days
that it says: where its last day has passed already, the expiry follows at once.
"""


def state_after(state: ContractState, event: ContractEvent) -> ContractState:
    """Give the state that follows an event.

    Raises:
        RuleBroken: the event cannot happen in that state; the message says which can.

    >>> state_after(ContractState.ACTIVE, ContractEvent.NOTICE).value
    'notice_given'
    >>> state_after(ContractState.ENDED, ContractEvent.NOTICE)
    Traceback (most recent call last):
    ...
    harmony_core.errors.RuleBroken: no notice of a contract that is ended: possible are amendment, \
termination
    """
    if (after := LIFECYCLE[state].get(event)) is not None:
        return after
    possible = ", ".join(LIFECYCLE[state])
    way_out = f"possible are {possible}" if possible else "agree on a new one"
    raise RuleBroken(f"no {event.value} of a contract that is {_words(state)}: {way_out}")


def _words(state: ContractState) -> str:
    return "under notice" if state is ContractState.NOTICE_GIVEN else state.value
