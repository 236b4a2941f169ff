#!/usr/bin/env python3
"""Run every check of the project: style, types, layers, tests. `make test` and CI call it.

    python scripts/check.py [ARGUMENT OF PYTEST ...]

Each check runs even when one before it failed; the exit code is 0 only when all pass. The tests
come last, so that pytest's closing line ends the output of a good run.
"""

from __future__ import annotations

import os
import subprocess
import sys
import sysconfig
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
TYPED = ["src", "tests", "benchmarks", "scripts", "conftest.py"]
# loadfile: the examples of one page share their names, so one process runs them in order.
CHECKS = {
    "style": ["ruff", "check", "."],
    "format": ["ruff", "format", "--check", "."],
    "types": ["mypy", *TYPED],
    "layers": ["lint-imports"],
    "tests": [
        "pytest",
        "--numprocesses=2",
        "--dist=loadfile",
        "--quiet",
    ],
}


def main(arguments: list[str]) -> int:
    # The tools of the environment that this runs in, whether or not it has been activated.
    path = os.pathsep.join([sysconfig.get_path("scripts"), os.environ.get("PATH", "")])
    failed = []
    for name, command in CHECKS.items():
        words = [*command, *arguments] if name == "tests" else command
        print(f"--- {name}: {' '.join(words)}", flush=True)
        environment = os.environ | {"PATH": path}
        if subprocess.run(words, cwd=ROOT, env=environment, check=False).returncode:
            failed.append(name)
    if failed:
        print(f"--- failed: {', '.join(failed)}", flush=True)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
