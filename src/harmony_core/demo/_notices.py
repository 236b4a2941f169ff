"""Notices that the company received, and what they do to its contracts."""

from __future__ import annotations

from datetime import date, datetime

import attrs

from harmony_core.contracts import Amendment, Contract, notice_effect, receipt_day
from harmony_core.errors import InvalidValue
from harmony_core.finance import Group
from harmony_core.interchange import Row


@attrs.frozen
class NoticeReceived:
    """A notice to end one line: received on a day or at an instant, recorded then or later."""

    id: str
    contract_id: str
    line_id: str
    received: date | datetime
    recorded_on: date | None

    def amendments(self, contract: Contract, group: Group) -> tuple[Amendment, ...]:
        """What it does to the contract, by the day that it was then where the entity is.

        Raises:
            NotFound, RuleBroken: there is no such line, or no notice ends it.
        """
        zone = group.entity(contract.entity_id).zone
        day = receipt_day(self.received, zone)
        effect = notice_effect(contract, day, id=self.id, line_ids=(self.line_id,))
        return tuple(attrs.evolve(one, recorded_on=self.recorded_on) for one in effect.amendments)


NOTICE = ("id", "contract", "line", "received")


def notice(row: Row) -> NoticeReceived:
    """A row of ``notices.csv``."""
    return NoticeReceived(
        row.text("id"),
        row.text("contract"),
        row.text("line"),
        _received(row),
        row.optional_day("recorded_on"),
    )


def _received(row: Row) -> date | datetime:
    text = row.text("received")
    if "T" not in text:
        return row.day("received")
    wrong = (
        "received must be a day, or an instant with its offset like 2025-06-30T22:30+00:00, "
        f"got {text!r}"
    )
    try:
        instant = datetime.fromisoformat(text)
    except ValueError:
        raise InvalidValue(wrong) from None
    if instant.tzinfo is None:
        raise InvalidValue(wrong)
    return instant
