"""The demo company: Northbridge Group, 24 months of an invented firm of four legal entities.

``data`` holds its frozen files and ``generator`` is the seeded program that wrote them.
:func:`read_files` turns files into values and reports every fault with its path, :func:`load` puts
them into a store, :func:`play` runs the months one after another, and :func:`tables` says what
came out. ``harmony-core demo`` does all of it and writes a report.
"""

from harmony_core.demo._load import DemoFiles, frozen_files, read_files
from harmony_core.demo._play import FIRST_MONTH, LAST_MONTH, load, play
from harmony_core.demo._results import Results, gather
from harmony_core.demo._tables import Table, tables

__all__ = [
    "FIRST_MONTH",
    "LAST_MONTH",
    "DemoFiles",
    "Results",
    "Table",
    "frozen_files",
    "gather",
    "load",
    "play",
    "read_files",
    "tables",
]
