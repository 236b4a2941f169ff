"""The documentation forgets no room of the house."""

from __future__ import annotations

from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "src" / "harmony_core"

# The command line has pages of its own kind, and the demo is reached through it.
WITHOUT_REFERENCE = {"cli", "demo"}

ROOMS = sorted(
    {path.parent.name for path in PACKAGE.glob("*/__init__.py")} - WITHOUT_REFERENCE | {"errors"}
)


@pytest.mark.parametrize("room", ROOMS)
def test_every_room_has_its_page_of_the_reference(room: str) -> None:
    page = ROOT / "docs" / "reference" / f"{room}.md"
    assert f"automodule:: harmony_core.{room}\n" in page.read_text(encoding="utf-8")


@pytest.mark.parametrize("room", ROOMS)
def test_every_room_is_on_the_plan_of_the_house(room: str) -> None:
    plan = (ROOT / "docs" / "explanation" / "house.md").read_text(encoding="utf-8")
    assert f"`{room}`" in plan
