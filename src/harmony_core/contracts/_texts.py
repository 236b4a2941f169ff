"""The texts of an agreement, which the host keeps: the contract names them by their ids."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

import attrs

from harmony_core.errors import InvalidValue


def _ids(ids: Iterable[str]) -> tuple[str, ...]:
    if isinstance(ids, str):
        raise InvalidValue(f"text ids are a list, got {ids!r}: write [{ids!r}]")
    return tuple(ids)


@attrs.frozen
class AgreedTexts:
    """Ids of the texts that belong to a contract, each a list in the order of the document.

    An id names one wording for good: a text that changes gets another id, so that what was signed
    stays what it was.

    Args:
        service_levels: what is promised.
        exclusions: what is not included.
        conditions: general terms and conditions.

    Raises:
        InvalidValue: an id that is empty or twice in one list.

    >>> AgreedTexts(service_levels=["gold-2026"], conditions=["general-7"]).exclusions
    ()
    """

    service_levels: tuple[str, ...] = attrs.field(default=(), converter=_ids)
    exclusions: tuple[str, ...] = attrs.field(default=(), converter=_ids)
    conditions: tuple[str, ...] = attrs.field(default=(), converter=_ids)

    def __attrs_post_init__(self) -> None:
        for ids in (self.service_levels, self.exclusions, self.conditions):
            if "" in ids:
                raise InvalidValue("a text of a contract needs an id: an empty one names nothing")
            if twice := sorted(one for one, times in Counter(ids).items() if times > 1):
                raise InvalidValue(f"texts are listed once each, found twice: {', '.join(twice)}")
