"""What must not type-check does not, line by line; what must, does."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
_FAULT = re.compile(r"^(?P<file>[^:]+):(?P<line>\d+): error: .*\[(?P<code>[\w-]+)\]$")
_WANTED = re.compile(r"# E: (?P<codes>[\w -]+)$")


@pytest.fixture(scope="module")
def faults() -> dict[tuple[str, int], set[str]]:
    """Run mypy once over all files of both directories, as the project is checked."""
    files = [str(path.relative_to(ROOT)) for path in sorted(HERE.glob("must_*/*.py"))]
    command = [sys.executable, "-m", "mypy", "--no-error-summary", "--hide-error-context"]
    result = subprocess.run(
        [*command, *files], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert not result.stderr
    found: dict[tuple[str, int], set[str]] = {}
    for line in result.stdout.splitlines():
        if fault := _FAULT.match(line):
            place = Path(fault["file"]).as_posix(), int(fault["line"])
            found.setdefault(place, set()).add(fault["code"])
    return found


@pytest.mark.parametrize(
    "path", sorted(HERE.glob("must_*/*.py")), ids=lambda path: f"{path.parent.name}/{path.stem}"
)
def test_each_line_fails_as_it_says_and_no_other(
    path: Path, faults: dict[tuple[str, int], set[str]]
) -> None:
    name = path.relative_to(ROOT).as_posix()
    wanted = {
        number: set(codes["codes"].split())
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1)
        if (codes := _WANTED.search(line))
    }
    assert bool(wanted) is (path.parent.name == "must_fail")
    assert {number: codes for (file, number), codes in faults.items() if file == name} == wanted
