"""What calendars answer: when a duration has been worked, and from when on it is."""

from __future__ import annotations

from datetime import datetime

import attrs


@attrs.frozen
class Due:
    """When a duration has been worked.

    ``due`` is the first such instant: at a close, the close. ``breach_at`` is the last one, from
    which on more has been worked: after a close, the next opening, and ``None`` where none comes
    before the horizon. They differ only when time runs out exactly at a close.
    """

    due: datetime
    breach_at: datetime | None


@attrs.frozen
class StartBy:
    """From when a duration is worked up to an instant; :class:`Due` seen in a mirror.

    ``latest`` is the last such instant: at an opening, the opening. ``earliest`` is the first one:
    before an opening, the close before it, and ``None`` where there is none.
    """

    latest: datetime
    earliest: datetime | None
