"""Arguments in, one clear message out; exit code 2 for whatever the caller can mend."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from harmony_core.demo import FIRST_MONTH, LAST_MONTH
from harmony_core.errors import HarmonyError, InputRejected
from harmony_core.periods import Month

_SHOWN_PROBLEMS = 20


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; gives the exit code: 0, or 2 for bad arguments and damaged input."""
    parser = _parser()
    options = parser.parse_args(arguments)
    if options.last < options.first:
        parser.error(f"--to {options.last} is before --from {options.first}")
    try:
        from harmony_core.cli._demo import run_demo
    except ModuleNotFoundError as missing:
        print(
            f"harmony-core: {missing.name} is not installed: "
            "pip install 'harmony-core[cli,sql,report]'",
            file=sys.stderr,
        )
        return 2
    try:
        run_demo(options.out, options.first, options.last, options.data)
    except InputRejected as rejected:
        shown = rejected.problems[:_SHOWN_PROBLEMS]
        more = len(rejected.problems) - len(shown)
        lines = [*shown, f"... and {more} more"] if more else shown
        print("harmony-core: the input was refused", *lines, sep="\n  ", file=sys.stderr)
        return 2
    except (HarmonyError, OSError) as reason:
        print(f"harmony-core: {reason}", file=sys.stderr)
        return 2
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="harmony-core",
        description="Contracts, billing and books for companies that sell services.",
    )
    commands = parser.add_subparsers(title="commands", required=True, metavar="COMMAND")
    demo = commands.add_parser(
        "demo",
        help="play the months of the demo company and write its report",
        description="Plays the months of Northbridge Group, an invented company, into a SQLite "
        "file, prints what came out, and writes a report, two explained invoices and the journal.",
    )
    demo.add_argument(
        "--out",
        type=Path,
        default=Path("demo-out"),
        metavar="DIR",
        help="where to write (demo-out)",
    )
    demo.add_argument(
        "--from",
        dest="first",
        type=_month,
        default=FIRST_MONTH,
        metavar="2024-04",
        help="first month",
    )
    demo.add_argument(
        "--to", dest="last", type=_month, default=LAST_MONTH, metavar="2026-03", help="last month"
    )
    demo.add_argument(
        "--data",
        type=Path,
        default=None,
        metavar="DIR",
        help="input files in the form of the shipped ones (those of the package)",
    )
    return parser


def _month(text: str) -> Month:
    try:
        month = Month.of(text)
    except HarmonyError as reason:
        raise argparse.ArgumentTypeError(str(reason)) from None
    if not FIRST_MONTH <= month <= LAST_MONTH:
        raise argparse.ArgumentTypeError(
            f"the company's files cover {FIRST_MONTH} to {LAST_MONTH}, not {month}"
        )
    return month
