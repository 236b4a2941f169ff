"""Time under labels: which part of a stretch of time was normal hours, night, weekend, holiday.

A calendar of any kind answers by :class:`TimeLabels`; who prices or measures by label needs no
more of it. Parts are stretches of instants, so that a change of the clocks neither adds nor loses
a minute.
"""

from __future__ import annotations

from typing import Protocol

import attrs

from harmony_core.periods._instants import InstantSpan


@attrs.frozen
class LabelledSpan:
    """A stretch of time and the one label that holds in it."""

    span: InstantSpan
    label: str


class TimeLabels(Protocol):
    """Whatever puts every instant under exactly one label."""

    @property
    def labels(self) -> frozenset[str]:
        """Every label that it can give."""
        ...

    def labelled(self, span: InstantSpan) -> tuple[LabelledSpan, ...]:
        """Cut ``span`` where the label changes: the parts, in order, are the whole of it.

        An empty span has no parts, and neighbours have different labels.
        """
        ...
