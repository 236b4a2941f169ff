"""Why so much of a target is used: each stretch that counted, and their sum."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from harmony_core.explanation import Explainer, Explanation
from harmony_core.sla._clock_track import Run
from harmony_core.sla._durations import in_minutes


def explained(target: str, runs: Sequence[Run], last: datetime, time: timedelta) -> Explanation:
    """Explain the open time used up to ``last``; the figure is in minutes."""
    why = Explainer("time used of a target", 1)
    why.fact("target", target)
    promised = in_minutes(time)
    used = []
    for number, run in enumerate(runs, start=1):
        if run.since >= last:
            break
        part = Explainer("open time", 1)
        until = last if run.until is None else min(run.until, last)
        part.fact("from", run.since.isoformat())
        part.fact("to", until.isoformat())
        part.fact("calendar", ", ".join(sorted(run.calendar.zones)))
        worked = part.given("worked", "open time", in_minutes(run.worked(last)), "min")
        used.append(why.adopt(part.explanation(worked), f"run-{number}.", heading="it counted"))
    why.given("promised", "promised", promised, "min")
    why.step("used", "used", "add", *used, unit="min")
    why.step("left", "left", "subtract", "promised", "used")
    return why.explanation("used")
