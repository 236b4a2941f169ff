"""A picture of open time in letters, half an hour each, for a terminal or a log."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from harmony_core.sla._picture_values import Day, Kind, Lane, Mark, Sheet

_CELL = timedelta(minutes=30)
_LETTERS: dict[Kind, str] = {"open": "█", "used": "█", "ahead": "░", "over": "▓", "paused": "="}
_PARTLY, _CLOSED = "▒", "·"


def as_text(sheet: Sheet) -> str:
    """Write the picture; a letter is half an hour of elapsed time."""
    heads = {day.day: _head(day, sheet) for day in sheet.days}
    side = max(len(sheet.zone), *map(len, heads.values())) + 1
    wide = max((len(lane.name) + 1 for lane in sheet.lanes if lane.name), default=0)
    margin, lines = " " * (side + wide), list[str]()
    for day, marks, new_hours in sheet.rows():
        if new_hours:
            lines.append(f"{margin if lines else f'{sheet.zone:{side + wide}}'}{_ticks(day)}")
        head = heads[day.day]
        for lane in sheet.lanes:
            lines.append(f"{head:{side}}{lane.name:{wide}}{_cells(day, lane)}")
            head = ""
        lines += (margin + line for line in _marked(day, marks, sheet))
    return "\n".join(line.rstrip() for line in lines)


def _head(day: Day, sheet: Sheet) -> str:
    return f"{day.named(sheet.wording)} {day.length_named():>5}".rstrip()


def _cell(day: Day, at: datetime) -> int:
    return (at - day.start) // _CELL


def _ticks(day: Day) -> str:
    line = ""
    for hour, at in day.ticks:
        place = _cell(day, at)
        if place > len(line) or not line:
            line = f"{line:{place}}{hour:02}"
    return line


def _cells(day: Day, lane: Lane) -> str:
    cells = [_CLOSED] * -(-day.length // _CELL)
    for kind, spans in lane.spans:
        for span in day.within(spans):
            first, last = _cell(day, span.start), -((day.start - span.end) // _CELL)
            for place in range(first, last):
                since = day.start + place * _CELL
                whole = span.start <= since and span.end >= min(since + _CELL, day.end)
                letter = _LETTERS[kind]
                partly = _PARTLY if letter == "█" else letter
                cells[place] = letter if whole else partly
    return "".join(cells)


def _marked(day: Day, marks: Iterable[Mark], sheet: Sheet) -> list[str]:
    """Write each mark under its half hour; what has no room goes to a line of its own."""
    lines = list[str]()
    for mark in marks:
        place, text = _cell(day, mark.at), f"^ {sheet.said(mark)}"
        for number, line in enumerate(lines):
            if len(line) < place:
                lines[number] = f"{line:{place}}{text}"
                break
        else:
            lines.append(f"{'':{place}}{text}")
    return lines
