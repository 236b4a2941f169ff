"""A picture of open time as SVG, legible in light and dark surroundings."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from html import escape
from typing import Final

from harmony_core.sla._picture_values import Day, Kind, Lane, Mark, Sheet

_LEFT: Final = 132
_RIGHT: Final = 20
_HOUR: Final = 32
_LANE: Final = 12
_GAP: Final = 4
_LETTERS: Final = 13
_TEXT_WIDTH: Final = 7
"""A letter at that size, on the safe side."""
_COLOURS: Final = 5

# It brings its own ground, because a notebook's theme does not tell an image what lies behind it.
_STYLE: Final = """
.ot-ground{fill:#ffffff}.ot-day{fill:#f3f5f7}.ot-grid{stroke:#d9dee4;stroke-width:1}
.ot-text{fill:#1f2933;font:600 11px system-ui,-apple-system,'Segoe UI',sans-serif}
.ot-soft{fill:#52606d;font:10px system-ui,-apple-system,'Segoe UI',sans-serif}
.ot-mark{stroke:#1f2933;stroke-width:1.5}.ot-bad{stroke:#c53030;stroke-width:1.5}
.ot-word{fill:#1f2933;font:600 10px system-ui,-apple-system,'Segoe UI',sans-serif}
.ot-badword{fill:#c53030;font:600 10px system-ui,-apple-system,'Segoe UI',sans-serif}
.ot-open0{fill:#3b82c4}.ot-open1{fill:#d98a1f}.ot-open2{fill:#7c5cbf}.ot-open3{fill:#c2557f}
.ot-open4{fill:#6b7f3f}.ot-used{fill:#1f9d76}.ot-ahead{fill:#1f9d76;fill-opacity:.3}
.ot-over{fill:#d64545}.ot-paused{fill:url(#ot-hatch)}.ot-hatch{stroke:#7b8794;stroke-width:2}
@media (prefers-color-scheme:dark){
.ot-ground{fill:#14181d}.ot-day{fill:#1e242b}.ot-grid{stroke:#36414c}
.ot-text,.ot-word{fill:#e4e7eb}.ot-soft{fill:#a8b3bf}.ot-mark{stroke:#e4e7eb}
.ot-bad{stroke:#ff7b7b}.ot-badword{fill:#ff8f8f}.ot-open0{fill:#5a9fdc}.ot-open1{fill:#e5a33f}
.ot-open2{fill:#9d83d8}.ot-open3{fill:#db7a9f}.ot-open4{fill:#94a866}.ot-used{fill:#35b88f}
.ot-ahead{fill:#35b88f}.ot-over{fill:#e86a6a}}
""".replace("\n", "")

_HATCH: Final = (
    '<defs><pattern id="ot-hatch" width="6" height="6" patternUnits="userSpaceOnUse" '
    'patternTransform="rotate(45)"><line class="ot-hatch" x1="0" y1="0" x2="0" y2="6"/>'
    "</pattern></defs>"
)

_KINDS: Final[dict[Kind, str]] = {
    "open": "open",
    "used": "used",
    "ahead": "left",
    "over": "over",
    "paused": "paused",
}


def as_svg(sheet: Sheet) -> str:
    """Draw the picture."""
    width = _LEFT + _across(max(day.length for day in sheet.days)) + _RIGHT
    legend, top = _legend(sheet, width)
    body = list[str]()
    for day, marks, new_hours in sheet.rows():
        if new_hours:
            body += _hours(day, top)
            top += _LETTERS
        part, top = _row(sheet, day, marks, top)
        body += part
    height = top + 8
    said = sheet.wording.words(
        "open time from {first} to {last}, {zone}",
        first=sheet.days[0].day.isoformat(),
        last=sheet.days[-1].day.isoformat(),
        zone=sheet.zone,
    )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" '
        f'height="{height}" role="img" aria-label="{escape(said)}">'
        f"<style>{_STYLE}</style>{_HATCH}"
        f'<rect class="ot-ground" width="{width}" height="{height}" rx="8"/>'
        f'<text class="ot-text" x="16" y="24">{escape(sheet.zone)}</text>'
        f"{''.join(legend)}{''.join(body)}</svg>"
    )


def _across(elapsed: timedelta) -> int:
    return (elapsed * _HOUR + timedelta(minutes=30)) // timedelta(hours=1)


def _x(day: Day, at: datetime) -> int:
    return _LEFT + _across(at - day.start)


def _colour(number: int, kind: Kind) -> str:
    """Calendars take their colours in turn."""
    return f"ot-open{number % _COLOURS}" if kind == "open" else f"ot-{kind}"


def _legend(sheet: Sheet, width: int) -> tuple[list[str], int]:
    """Say what each colour is, in as many lines as it takes."""
    entries = list[tuple[str, str]]()
    for number, lane in enumerate(sheet.lanes):
        for kind, spans in lane.spans:
            if spans or kind == "open":
                name = "" if kind == "open" and lane.name else sheet.wording.words(_KINDS[kind])
                text = ": ".join(filter(None, (lane.name, name)))
                entries.append((_colour(number, kind), text))
    parts, x, y = list[str](), _LEFT, 15
    if 16 + len(sheet.zone) * _TEXT_WIDTH > _LEFT:
        y += 18  # below a long name of the zone
    for colour, text in entries:
        wide = 18 + len(text) * _TEXT_WIDTH + 14
        if x > _LEFT and x + wide > width - _RIGHT:
            x, y = _LEFT, y + 18
        parts.append(f'<rect class="{colour}" x="{x}" y="{y}" width="12" height="10" rx="2"/>')
        parts.append(f'<text class="ot-soft" x="{x + 18}" y="{y + 9}">{escape(text)}</text>')
        x += wide
    return parts, y + 24


def _hours(day: Day, top: int) -> Iterable[str]:
    for hour, at in day.ticks:
        yield (
            f'<text class="ot-soft" x="{_x(day, at)}" y="{top + 9}" text-anchor="middle">'
            f"{hour:02}</text>"
        )


def _row(sheet: Sheet, day: Day, marks: Sequence[Mark], top: int) -> tuple[list[str], int]:
    """Draw a day from ``top`` on; also gives where the next one begins."""
    end, parts = _x(day, day.end), list[str]()
    words, tiers = _words(sheet, day, marks, end)
    lanes_top = top + tiers * _LETTERS + 3
    bottom = lanes_top + len(sheet.lanes) * (_LANE + _GAP) - _GAP + 3
    parts.append(
        f'<rect class="ot-day" x="{_LEFT}" y="{top}" width="{end - _LEFT}" '
        f'height="{bottom - top}" rx="2"/>'
    )
    for _, at in day.ticks[1:]:
        x = _x(day, at)
        parts.append(f'<line class="ot-grid" x1="{x}" y1="{top}" x2="{x}" y2="{bottom}"/>')
    middle = (lanes_top + bottom) // 2 + 4
    parts.append(
        f'<text class="ot-text" x="16" y="{middle}">{escape(day.named(sheet.wording))}</text>'
    )
    if length := day.length_named():
        parts.append(f'<text class="ot-soft" x="16" y="{middle + 13}">{length}</text>')
    y = lanes_top
    for number, lane in enumerate(sheet.lanes):
        parts += _bars(day, lane, number, y)
        y += _LANE + _GAP
    for mark, x, tier, anchor in words:
        base = top + tier * _LETTERS + 10
        kind = ("ot-bad", "ot-badword") if mark.is_bad else ("ot-mark", "ot-word")
        parts.append(f'<line class="{kind[0]}" x1="{x}" y1="{base - 8}" x2="{x}" y2="{bottom}"/>')
        parts.append(
            f'<text class="{kind[1]}" x="{x + (4 if anchor == "start" else -4)}" y="{base}" '
            f'text-anchor="{anchor}">{escape(sheet.said(mark))}</text>'
        )
    return parts, bottom + 7


def _bars(day: Day, lane: Lane, number: int, y: int) -> Iterable[str]:
    for kind, spans in lane.spans:
        for span in day.within(spans):
            x, end = _x(day, span.start), _x(day, span.end)
            yield (
                f'<rect class="{_colour(number, kind)}" x="{x}" y="{y}" '
                f'width="{max(end - x, 1)}" height="{_LANE}" rx="2"/>'
            )


def _words(
    sheet: Sheet, day: Day, marks: Sequence[Mark], end: int
) -> tuple[list[tuple[Mark, int, int, str]], int]:
    """Place the words of marks above the lanes, in as many tiers as they need."""
    placed, free = list[tuple[Mark, int, int, str]](), list[int]()
    for mark in marks:
        x, wide = _x(day, mark.at), len(sheet.said(mark)) * _TEXT_WIDTH + 10
        anchor = "start" if x + wide <= end else "end"
        since, until = (x, x + wide) if anchor == "start" else (x - wide, x)
        # Below every word that reaches so far, so that no line goes through a word.
        tier = 1 + max((n for n, taken in enumerate(free) if taken > since), default=-1)
        free[tier : tier + 1] = [until]
        placed.append((mark, x, tier, anchor))
    return placed, len(free)
