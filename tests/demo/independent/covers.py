"""On which line of its contract work lands that names none: R23."""

from __future__ import annotations

import json
from pathlib import Path
from typing import NamedTuple

# --- R23 -----------------------------------------------------------------------------------------
# > Work that names a contract and no line goes to the line whose cover names its work type, and
# > else to the line that takes the rest. A line does not take a type that its cover leaves out.
# > Where none is left, or several are, the work is uncovered: it bills nothing, and its cost and
# > its transfer (R8, R9) are those of the contract.


class CoverOf(NamedTuple):
    line: str
    left_out: set[str]
    named: set[str]
    rest: bool


def read_covers(folder: Path) -> dict[str, list[CoverOf]]:
    """By contract, the covers of its lines."""
    path = folder / "line_terms.json"
    found: dict[str, list[CoverOf]] = {}
    for raw in json.loads(path.read_text(encoding="utf-8")) if path.exists() else ():
        if cover := raw.get("cover"):
            found.setdefault(raw["contract"], []).append(
                CoverOf(
                    raw["line"],
                    set(cover["all_but"]),
                    set(cover["work_types"]),
                    bool(cover.get("takes_the_rest")),
                )
            )
    return found


def line_of_work(covers: list[CoverOf], work_type: str) -> str:
    """Give the line that takes it; empty for none."""
    taking = [cover for cover in covers if work_type not in cover.left_out]
    for reached in (
        [cover.line for cover in taking if work_type in cover.named],
        [cover.line for cover in taking if cover.rest],
    ):
        if reached:
            return reached[0] if len(reached) == 1 else ""
    return ""
