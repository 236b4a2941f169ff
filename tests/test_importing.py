"""Importing the library is quick and does nothing else: no extra, no file, no connection.

Each case runs in a process of its own, because this one has imported everything already.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parents[1] / "src" / "harmony_core"

# Packages that exist for an extra may import it; the rest is the core.
OF_AN_EXTRA = {"bulk", "cli", "demo", "notebook", "testing"}
EXTRAS = {
    "holidays",
    "hypothesis",
    "matplotlib",
    "nanoarrow",
    "numpy",
    "pandas",
    "pytest",
    "rich",
    "sqlalchemy",
}
CORE = sorted(
    ["harmony_core"]
    + [
        f"harmony_core.{path.stem}"
        for path in PACKAGE.iterdir()
        if (path.suffix == ".py" and path.stem != "__init__")
        or ((path / "__init__.py").is_file() and path.stem not in OF_AN_EXTRA)
    ]
)

# Reading source and byte code, and looking through the directories of sys.path, is what importing
# is; whatever else touches the world is refused. Dependencies are imported before the watch begins.
WATCHED = """
import importlib, sys
import attr, attrs, bisect, dateutil.relativedelta, dateutil.rrule, decimal, enum, fractions
import json, pytz, sortedcontainers, zoneinfo
allowed = (".py", ".pyc", ".so", ".pyd")
def watch(event, arguments):
    if event == "open" and not str(arguments[0]).endswith(allowed):
        # Byte code is written to a passing name beside its place: module.pyc.1234
        if ".pyc." not in str(arguments[0]):
            raise RuntimeError(f"importing opened {arguments[0]}")
    if event.split(".")[0] in {"socket", "subprocess", "sqlite3"} and event != "socket.__new__":
        raise RuntimeError(f"importing did {event} {arguments}")
sys.addaudithook(watch)
importlib.import_module(sys.argv[1])
"""


def _run(code: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-W", "error", "-c", code, *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False)


@pytest.mark.parametrize("module", CORE)
def test_importing_touches_nothing(module: str) -> None:
    result = _run(WATCHED, module)
    assert result.returncode == 0, result.stderr


def test_the_watch_notices_a_file() -> None:
    seen = _run(WATCHED.replace("importlib.import_module", "open"), str(PACKAGE / "py.typed"))
    assert seen.returncode != 0
    assert "importing opened" in seen.stderr


def test_importing_the_core_loads_no_extra() -> None:
    imports = "; ".join(f"import {module}" for module in CORE)
    result = _run(f"{imports}; import sys; print(*sorted(m.split('.')[0] for m in sys.modules))")
    assert result.returncode == 0, result.stderr
    loaded = set(result.stdout.split())
    assert "harmony_core" in loaded
    assert not loaded & EXTRAS


def test_importing_the_library_alone_loads_no_room_of_it() -> None:
    code = "import harmony_core, sys; print(*[m for m in sys.modules if m.startswith('harmony_')])"
    assert _run(code).stdout.split() == ["harmony_core"]
