"""The command line: ``harmony-core demo`` plays the demo company and writes its report.

It needs the extras ``cli``, ``sql`` and ``report``; the library itself needs none of them.
"""

from harmony_core.cli._main import main

__all__ = ["main"]
