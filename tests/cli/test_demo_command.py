"""``harmony-core demo`` in-process: what it writes, what it refuses, and how it says so."""

from __future__ import annotations

import builtins
import csv
import io
import json
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from harmony_core.cli import main
from harmony_core.demo import frozen_files
from harmony_core.periods import Month
from harmony_core.repositories.sql import SqlStore
from tests.demo.untraced import untraced

DATA = Path(str(frozen_files()))
FILES = ("report.html", "invoice-en.html", "invoice-de.html", "journal.csv", "journal.beancount")


SHORTENED = ("usage.csv", "time.csv", "expenses.csv", "device_events.csv")
ROWS = 200


def shortened(folder: Path) -> Path:
    """The company's files with few facts: all contracts are there, and it is quick."""
    shutil.copytree(DATA, folder, ignore=shutil.ignore_patterns("__pycache__"))
    for name in SHORTENED:
        lines = (DATA / name).read_text(encoding="utf-8").splitlines(keepends=True)
        (folder / name).write_text("".join(lines[: 1 + ROWS]), encoding="utf-8")
    return folder


@pytest.fixture(scope="session")
def few_facts(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return shortened(tmp_path_factory.mktemp("files") / "data")


def demo(out: Path, data: Path, first: str = "2024-04", last: str = "2024-05") -> int:
    return main(["demo", "--out", str(out), "--from", first, "--to", last, "--data", str(data)])


def written(out: Path) -> dict[str, bytes]:
    return {name: (out / name).read_bytes() for name in FILES}


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory, few_facts: Path) -> Path:
    """Two months, April and May 2024; tests that go on work on a copy."""
    out = tmp_path_factory.mktemp("played")
    with untraced():
        assert demo(out, few_facts) == 0
    return out


@pytest.fixture
def copy(played: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(played, tmp_path / "copy"))


# --- what it does ---------------------------------------------------------------------------------


def test_it_writes_every_file(played: Path) -> None:
    assert {path.name for path in played.iterdir()} == {*FILES, "company.db"}
    rows = list(csv.DictReader(io.StringIO((played / "journal.csv").read_text(encoding="utf-8"))))
    assert len(rows) > 1_000
    report = (played / "report.html").read_text(encoding="utf-8")
    assert report.count("<svg") == 3
    assert "NOT ZERO" not in report
    for title in ("Trial balance of", "Intercompany pairs", "Top ten", "Bottom ten", "twelve"):
        assert title in report
    assert "lang='de'" in (played / "invoice-de.html").read_text(encoding="utf-8")
    assert "lang='en'" in (played / "invoice-en.html").read_text(encoding="utf-8")


def test_the_pages_stand_alone(played: Path) -> None:
    for name in ("report.html", "invoice-en.html", "invoice-de.html"):
        text = (played / name).read_text(encoding="utf-8")
        assert "<script" not in text
        assert "<link" not in text
        assert "src=" not in text


def test_running_again_bills_nothing_new_and_says_so(
    copy: Path, few_facts: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = written(copy)
    assert demo(copy, few_facts) == 0
    said = capsys.readouterr().out
    for words in ("Billed, by contract type", "Trial balance of", "column (GBP): zero", "Written:"):
        assert words in said
    assert str(copy / "report.html") in said.replace("\n", "")
    assert "2 months were closed before: nothing new was billed for them." in said
    assert "Nothing new to bill." in said
    assert written(copy) == before


def test_two_halves_equal_one_run(
    copy: Path, few_facts: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    whole = tmp_path / "whole"
    with untraced():
        assert demo(copy, few_facts, last="2024-06") == 0
        said = capsys.readouterr().out
        assert demo(whole, few_facts, last="2024-06") == 0
    assert "2 months were closed before" in said
    assert "1 months closed" in said
    assert written(copy) == written(whole)


def test_the_shipped_files_open_the_books_with_the_month_that_is_asked_for(tmp_path: Path) -> None:
    with untraced():
        arguments = ["demo", "--out", str(tmp_path), "--from", "2025-02", "--to", "2025-02"]
        assert main(arguments) == 0
    store = SqlStore(f"sqlite:///{tmp_path / 'company.db'}")
    with store.begin() as unit:
        assert unit.months.closed() == {Month(2025, 2)}
        assert {Month.containing(c.trigger) for c in unit.charges.all()} == {Month(2025, 2)}
    store.close()


def test_other_books_are_not_opened_over_these(
    copy: Path, few_facts: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = written(copy)
    assert demo(copy, few_facts, "2024-05", "2024-05") == 2
    said = capsys.readouterr().err
    assert "the books there open on 2024-04-01, not with 2024-05: choose another folder" in said
    assert written(copy) == before


def test_the_package_runs_as_a_module() -> None:
    command = [sys.executable, "-m", "harmony_core.cli", "demo", "--help"]
    ran = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    assert (ran.returncode, ran.stderr) == (0, "")
    assert ran.stdout.startswith("usage: harmony-core demo ")


# --- what it refuses: arguments -------------------------------------------------------------------


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["demo", "--from", "2024-13"], "argument --from: "),
        (["demo", "--to", "soon"], "argument --to: "),
        (["demo", "--from", "2024-06", "--to", "2024-05"], "--to 2024-05 is before --from 2024-06"),
        (["demo", "--from", "2024-03"], "the company's files cover 2024-04 to 2026-03"),
        (["demo", "--to", "2026-04"], "the company's files cover 2024-04 to 2026-03"),
        (["dmeo"], "invalid choice: 'dmeo'"),
        (["demo", "--fast"], "unrecognized arguments: --fast"),
        ([], "the following arguments are required: COMMAND"),
    ],
)
def test_bad_arguments(
    arguments: list[str], message: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "out"
    with pytest.raises(SystemExit) as ended:
        main([*arguments, *(["--out", str(out)] if arguments else [])])
    assert ended.value.code == 2
    said = capsys.readouterr().err
    assert message in said
    assert said.count("error:") == 1
    assert "Traceback" not in said
    assert not out.exists()


def test_a_folder_that_cannot_be_made(
    tmp_path: Path, few_facts: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "file").write_text("in the way", encoding="utf-8")
    assert demo(tmp_path / "file" / "out", few_facts) == 2
    assert capsys.readouterr().err.startswith("harmony-core: ")


def test_a_file_in_the_place_of_the_books_is_refused_in_one_line(
    tmp_path: Path, few_facts: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    books = tmp_path / "company.db"
    books.write_text("garbage\n", encoding="utf-8")
    assert demo(tmp_path, few_facts) == 2
    said = capsys.readouterr().err
    assert said == (
        f"harmony-core: the database sqlite:///{books} cannot be used (file is not a database): "
        "the file is something else, so give another one\n"
    )
    assert books.read_text(encoding="utf-8") == "garbage\n"
    assert [path.name for path in tmp_path.iterdir()] == ["company.db"]


def test_without_an_extra_it_says_which_command_installs_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delitem(sys.modules, "harmony_core.cli._demo", raising=False)
    usual = builtins.__import__

    def without_rich(name: str, *arguments: Any, **named: Any) -> Any:
        if name.partition(".")[0] == "rich":
            raise ModuleNotFoundError("No module named 'rich'", name="rich")
        return usual(name, *arguments, **named)

    monkeypatch.setattr(builtins, "__import__", without_rich)
    assert demo(tmp_path / "out", tmp_path) == 2
    said = capsys.readouterr().err
    assert said == (
        "harmony-core: rich is not installed: pip install 'harmony-core[cli,sql,report]'\n"
    )
    assert not (tmp_path / "out").exists()


# --- what it refuses: files -----------------------------------------------------------------------

Damage = Callable[[Path], None]


def cell(name: str, line: int, column: str, value: str) -> Damage:
    """Another value in a cell; lines count from 1, the header's."""

    def damage(folder: Path) -> None:
        rows = list(csv.reader((folder / name).read_text(encoding="utf-8").splitlines()))
        rows[line - 1][rows[0].index(column)] = value
        with (folder / name).open("w", encoding="utf-8", newline="") as file:
            csv.writer(file, lineterminator="\n").writerows(rows)

    return damage


def twice(name: str, line: int) -> Damage:
    def damage(folder: Path) -> None:
        lines = (folder / name).read_text(encoding="utf-8").splitlines()
        lines.insert(line, lines[line - 1])
        (folder / name).write_text("\n".join(lines) + "\n", encoding="utf-8")

    return damage


def replaced(name: str, old: bytes, new: bytes) -> Damage:
    def damage(folder: Path) -> None:
        content = (folder / name).read_bytes()
        assert old in content
        (folder / name).write_bytes(content.replace(old, new, 1))

    return damage


def gone(name: str) -> Damage:
    return lambda folder: (folder / name).unlink()


def product(key: str, value: object) -> Damage:
    def damage(folder: Path) -> None:
        products = json.loads((folder / "products.json").read_text(encoding="utf-8"))
        products[3][key] = value
        (folder / "products.json").write_text(json.dumps(products), encoding="utf-8")

    return damage


DAMAGES = {
    "bad number": (cell("usage.csv", 6, "quantity", "lots"), "usage.csv:6: quantity must be a"),
    "bad day": (cell("time.csv", 9, "day", "2024-02-30"), "time.csv:9: day must be a day like"),
    "bad currency": (cell("expenses.csv", 4, "currency", "ABC"), "expenses.csv:4: no currency"),
    "unknown product": (
        cell("order_lines.csv", 8, "product", "NOPE"),
        "order_lines.csv:8: product 'NOPE' is not in products.json",
    ),
    "unknown order": (
        cell("order_lines.csv", 8, "order", "SO-999"),
        "order_lines.csv:8: order 'SO-999' is not in orders.csv",
    ),
    "unknown customer": (
        cell("orders.csv", 6, "party", "CU99"),
        "orders.csv:6: party 'CU99' is not in customers.csv",
    ),
    "unknown entity": (
        cell("orders.csv", 6, "entity", "FR"),
        "orders.csv:6: entity 'FR' is not in company.json",
    ),
    "unknown person": (
        cell("time.csv", 7, "person", "P99"),
        "time.csv:7: person 'P99' is not in people.csv",
    ),
    "unknown device": (
        cell("device_events.csv", 7, "device", "D-X"),
        "device_events.csv:7: device 'D-X' is not in devices.csv",
    ),
    "unknown device type": (
        cell("devices.csv", 7, "type", "toaster"),
        "devices.csv:7: type 'toaster' is not in the asset types of company.json",
    ),
    "no such price": (
        cell("order_lines.csv", 8, "unit_price", "a lot"),
        "order_lines.csv:8: ",
    ),
    "currency without prices": (cell("orders.csv", 5, "currency", "CHF"), "has no price in CHF"),
    "contract line twice": (
        twice("order_lines.csv", 8),
        "order_lines.csv:9: C-003, 2, SO-003 is there already, in order_lines.csv:8",
    ),
    "contract of two orders": (
        cell("order_lines.csv", 8, "contract", "C-001"),
        "order_lines.csv:8: contract 'C-001' is of order 'SO-001' already",
    ),
    "amendment of an unknown contract": (
        cell("amendments.csv", 2, "contract", "C-999"),
        "amendments.csv:2: contract 'C-999' is not in order_lines.csv",
    ),
    "amendment of an unknown line": (
        cell("amendments.csv", 2, "line", "9"),
        "amendments.csv:2: contract 'C-041' has no line '9'",
    ),
    "amendment of what is not there": (
        cell("amendments.csv", 2, "change", "colour"),
        "amendments.csv:2: change must be quantity, price, ends or runs_on, got 'colour'",
    ),
    "amendment of two days": (
        cell("amendments.csv", 12, "first_day", "2026-02-01"),
        "amendments.csv:12: A-10 is of another contract or of other days than in amendments.csv:11",
    ),
    "notice for an unknown line": (
        cell("notices.csv", 3, "line", "9"),
        "notices.csv:3: contract 'C-045' has no line '9'",
    ),
    "notice for a line without terms": (
        cell("notices.csv", 3, "contract", "C-001"),
        "notices.csv:3: line '3' of contract 'C-001' runs on without terms to count a notice by",
    ),
    "notice for an order that is not accepted": (
        cell("orders.csv", 12, "accepted_on", ""),
        "notices.csv:3: contract 'C-045' is of an order that is not accepted",
    ),
    "notice at no instant": (
        cell("notices.csv", 3, "received", "2025-06-30T22:30"),
        "notices.csv:3: received must be a day, or an instant with its offset",
    ),
    "notice for an unknown contract": (
        cell("notices.csv", 3, "contract", "C-999"),
        "notices.csv:3: contract 'C-999' is not in order_lines.csv",
    ),
    "customer twice": (
        twice("customers.csv", 4),
        "customers.csv:5: CU03 is there already, in customers.csv:4",
    ),
    "cost rate twice": (twice("cost_rates.csv", 4), "cost_rates.csv:5: "),
    "rate twice": (twice("rates/ecb.csv", 4), "rates/ecb.csv:5: the day "),
    "broken JSON": (replaced("company.json", b'"group"', b'"group'), "company.json:2:"),
    "missing key": (
        replaced("company.json", b'"opening_day"', b'"opened"'),
        "company.json.group.opening_day: expected a text, got None",
    ),
    "unknown scheme": (
        product("pricing", {"scheme": "haggle", "prices": {}}),
        "products.json[3].pricing.scheme: expected one of flat, per_unit, fill_up, look_up",
    ),
    "unknown division": (product("division", "sales"), "products.json[3]: division 'sales' is not"),
    "account missing": (
        replaced("company.json", b'"receivable"', b'"receivables"'),
        "has no account for the role 'receivable'",
    ),
    "missing file": (gone("time.csv"), "time.csv: cannot be read: No such file"),
    "not UTF-8": (
        replaced("customers.csv", b"CU02", b"CU\xff2"),
        "customers.csv: is not UTF-8 text: invalid start byte",
    ),
    "wrong header": (
        replaced("expenses.csv", b"amount", b"sum"),
        "expenses.csv:1: column amount is missing",
    ),
    "missing cell": (
        replaced("people.csv", b"P02,", b""),
        "people.csv:3: 3 cells, but the header has 4",
    ),
}


@pytest.mark.parametrize("name", DAMAGES)
def test_a_damaged_file_is_refused_by_its_path_and_nothing_is_written(
    name: str, few_facts: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    damage, message = DAMAGES[name]
    data, out = Path(shutil.copytree(few_facts, tmp_path / "data")), tmp_path / "out"
    damage(data)
    assert demo(out, data) == 2
    said = capsys.readouterr()
    assert said.err.startswith("harmony-core: the input was refused\n  ")
    assert message in said.err
    assert "Traceback" not in said.err
    assert said.out == ""
    assert not out.exists()


def test_many_faults_are_cut_short(
    few_facts: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    data = Path(shutil.copytree(few_facts, tmp_path / "data"))
    text = (data / "usage.csv").read_text(encoding="utf-8")
    (data / "usage.csv").write_text(text.replace(",2024-", ",24-"), encoding="utf-8")
    assert demo(tmp_path / "out", data) == 2
    lines = capsys.readouterr().err.splitlines()
    assert len(lines) == 22
    assert lines[-1].strip().startswith("... and ")


def test_what_is_found_only_in_a_month_keeps_the_months_before_it_whole(
    few_facts: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Rates end in April: May cannot be booked, and April stays as it was closed."""
    data, out = Path(shutil.copytree(few_facts, tmp_path / "data")), tmp_path / "out"
    header, *rows = (data / "rates/ecb.csv").read_text(encoding="utf-8").splitlines()
    kept = [row for row in rows if row < "2024-05-01"]
    (data / "rates/ecb.csv").write_text("\n".join([header, *kept]) + "\n", encoding="utf-8")
    with untraced():
        assert demo(out, data) == 2
    said = capsys.readouterr().err
    assert said.startswith("harmony-core: no spot rate ")
    assert "Traceback" not in said
    store = SqlStore(f"sqlite:///{out / 'company.db'}")
    with store.begin() as unit:
        assert unit.months.closed() == {Month(2024, 4)}
        assert {Month.containing(c.trigger) for c in unit.charges.all()} == {Month(2024, 4)}
        assert {Month.containing(e.day) for e in unit.journal.entries()} == {Month(2024, 4)}
    store.close()


def test_the_shipped_files_are_sound() -> None:
    assert (DATA / "SOURCES.md").is_file()
    size = sum(path.stat().st_size for path in DATA.rglob("*") if path.is_file())
    assert size <= 1_500_000
