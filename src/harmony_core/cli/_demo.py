"""``harmony-core demo``: play, print, write."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table as RichTable

from harmony_core.culture import Culture
from harmony_core.demo import Table, frozen_files, gather, play, read_files, tables
from harmony_core.demo._invoice_page import invoice_html, most_varied
from harmony_core.demo._report import report_html
from harmony_core.demo._results import Results
from harmony_core.demo._tables import is_number
from harmony_core.interchange import beancount, journal_csv
from harmony_core.periods import Month, months_between
from harmony_core.repositories.sql import SqlStore
from harmony_core.workflows import MonthReport

_LANGUAGES = ("en", "de")
_WIDTH_OF_A_FILE = 160


def run_demo(out: Path, first: Month, last: Month, data: Path | None) -> None:
    """Play the months into ``out/company.db`` and write the report beside it.

    The input is read and checked as a whole before anything is written.
    """
    console = Console(width=None if sys.stdout.isatty() else _WIDTH_OF_A_FILE)
    demo = read_files(frozen_files() if data is None else data)
    out.mkdir(parents=True, exist_ok=True)
    store = SqlStore(f"sqlite:///{out / 'company.db'}")
    try:
        store.create()
        months = list(months_between(first, last))
        reports: list[MonthReport] = []
        with _progress(console) as progress:
            task = progress.add_task("", total=len(months))
            for month, report in zip(months, play(store, demo, first, last), strict=True):
                reports.append(report)
                progress.update(task, advance=1, description=str(month))
        results = gather(store, first, last)
    finally:
        store.close()
    _say_what_was_played(console, reports)
    shown = tables(results)
    english = Culture.of("en-GB")
    for table in shown:
        _print(console, table, english)
    written = _write(out, results, shown, english)
    console.print("\nWritten:", *(f"  {path}" for path in written), sep="\n")


def _progress(console: Console) -> Progress:
    return Progress(
        TextColumn("closing {task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        console=console,
    )


def _say_what_was_played(console: Console, reports: Sequence[MonthReport]) -> None:
    counts = Counter(report.was_closed for report in reports)
    closed, played = counts[True], counts[False]
    if closed:
        console.print(f"{closed} months were closed before: nothing new was billed for them.")
    if played:
        billed = sum(len(report.night.charges) for report in reports)
        console.print(f"{played} months closed, {billed:,} charges billed.")
    else:
        console.print("Nothing new to bill.")


def _print(console: Console, table: Table, culture: Culture) -> None:
    shown = RichTable(title=f"\n{table.title}", title_justify="left", title_style="bold")
    for index, name in enumerate(table.columns):
        right = any(is_number(row[index]) for row in table.rows)
        shown.add_column(name, justify="right" if right else "left", no_wrap=right)
    for row in table.text_rows(culture):
        shown.add_row(*row)
    console.print(shown)
    for note in table.notes:
        console.print(note)


def _write(out: Path, results: Results, shown: tuple[Table, ...], culture: Culture) -> list[Path]:
    texts: dict[str, Iterable[str]] = {"report.html": [report_html(results, shown, culture)]}
    for language in _LANGUAGES:
        if (invoice := most_varied(results, language)) is not None:
            text = invoice_html(results, invoice, Culture.of(language))
            texts[f"invoice-{language}.html"] = [text]
    texts["journal.csv"] = journal_csv(results.entries)
    texts["journal.beancount"] = beancount(results.entries, results.company.group)
    written = []
    for name, parts in texts.items():
        path = out / name
        with path.open("w", encoding="utf-8", newline="") as file:
            file.writelines(parts)
        written.append(path)
    return [*written, out / "company.db"]
