"""The control script: it works alone, gives what is committed, and gets hand-made figures right."""

from __future__ import annotations

import csv
import json
import subprocess
import sys
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

HERE = Path(__file__).resolve().parent
SCRIPT = HERE / "independent" / "control_totals.py"
COMMITTED = HERE / "control_totals.json"
DATA = HERE.parents[1] / "src" / "harmony_core" / "demo" / "data"

# The script runs in a process without site-packages (-S), in which the library cannot be imported.
ALONE = """
import runpy, sys
sys.modules["harmony_core"] = None
sys.argv = sys.argv[1:]
runpy.run_path(sys.argv[0], run_name="__main__")
"""


def run(*arguments: str) -> str:
    done = subprocess.run(
        [sys.executable, "-I", "-S", "-c", ALONE, str(SCRIPT), *arguments],
        capture_output=True,
        check=False,
        encoding="utf-8",
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_the_library_is_out_of_reach_in_that_process() -> None:
    blocked = 'import sys; sys.modules["harmony_core"] = None; import harmony_core'
    done = subprocess.run([sys.executable, "-c", blocked], capture_output=True, check=False)
    assert b"ModuleNotFoundError" in done.stderr


def test_the_committed_totals_are_what_the_script_writes(tmp_path: Path) -> None:
    out = tmp_path / "control_totals.json"
    run("--data", str(DATA), "--out", str(out))
    assert out.read_bytes() == COMMITTED.read_bytes()


# --- a tiny company, with figures worked out by hand ----------------------------------------------


def write_csv(path: Path, header: str, *rows: str) -> None:
    path.parent.mkdir(exist_ok=True)
    path.write_text("\n".join([header, *rows]) + "\n", encoding="utf-8")


def product(
    product_id: str,
    type_: str,
    pricing: dict[str, Any],
    quantity: dict[str, Any],
    billing: tuple[str, int],
    recognition: str,
    fund: dict[str, Any] | None = None,
) -> dict[str, Any]:
    return {
        "id": product_id,
        "type": type_,
        "tax_category": "S",
        "pricing": pricing,
        "quantity": quantity,
        "billing": {"timing": billing[0], "interval_months": str(billing[1]), "lead_days": "0"},
        "accounting": {"revenue": "revenue", "recognition": recognition},
        "fund": fund,
        "components": None,
    }


def per_unit(**prices: str) -> dict[str, Any]:
    return {"scheme": "per_unit", "prices": prices}


PRODUCTS = [
    product(
        "seat",
        "recurring",
        per_unit(GBP="12.00"),
        {"source": "fixed"},
        ("advance", 1),
        "straight_line",
    ),
    product(
        "licence",
        "recurring",
        per_unit(GBP="3.10"),
        {"source": "fixed"},
        ("arrears", 1),
        "straight_line",
    ),
    product(
        "traffic",
        "consumption",
        {
            "scheme": "fill_up",
            "prices": {"GBP": [["10", "12", None], ["50", "10", None], [None, "8", None]]},
        },
        {"source": "usage", "meter": "gb"},
        ("arrears", 1),
        "at_once",
    ),
    product(
        "device",
        "consumption",
        per_unit(EUR="30.00"),
        {"source": "devices", "types": ["computer"], "policy": "daily"},
        ("arrears", 1),
        "at_once",
    ),
    product(
        "block",
        "prepayment",
        per_unit(GBP="100.00"),
        {"source": "fixed"},
        ("advance", 0),
        "as_drawn",
        {
            "unit": "hours",
            "valid_months": "2",
            "units_per_hour": {"*": "1"},
            "order": "expiry",
            "overage_prices": {"GBP": "95.00"},
        },
    ),
    product(
        "hour",
        "transactional",
        per_unit(GBP="95.00"),
        {"source": "time"},
        ("arrears", 1),
        "at_once",
    ),
    product(
        "travel",
        "transactional",
        per_unit(GBP="1"),
        {"source": "expenses", "markup_percent": "10"},
        ("arrears", 1),
        "at_once",
    ),
]


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One month and a half of a company with round rates: 1 EUR = 0.80 GBP = 80 INR."""
    folder = tmp_path_factory.mktemp("tiny")
    entities = [("GB", "GBP"), ("DE", "EUR"), ("IN", "INR")]
    company = {
        "group": {"id": "T", "name": "Tiny", "currency": "GBP", "opening_day": "2024-04-01"},
        "entities": [{"id": id_, "country": id_, "currency": cur} for id_, cur in entities],
        "tax_rates": [
            {
                "jurisdiction": country,
                "category": category,
                "percent": percent,
                "valid_from": "2020-01-01",
                "valid_to": None,
            }
            for country, category, percent in [("GB", "S", "20"), ("DE", "S", "19")]
        ],
        "transfer_rules": [
            {
                "id": "T-1",
                "seller": "GB",
                "performer": "IN",
                "method": "cost_plus",
                "markup_percent": "8",
                "valid_from": "2024-01-01",
                "valid_to": None,
            }
        ],
        "asset_types": [
            {"id": "computer", "parent": None},
            {"id": "laptop", "parent": "computer"},
            {"id": "switch", "parent": None},
        ],
    }
    (folder / "company.json").write_text(json.dumps(company), encoding="utf-8")
    (folder / "products.json").write_text(json.dumps(PRODUCTS), encoding="utf-8")
    write_csv(folder / "people.csv", "id,name,contractor,delivery", "P-1,A,0,1", "P-2,B,0,1")
    write_csv(
        folder / "employments.csv",
        "person,valid_from,entity,group",
        "P-1,2020-01-01,IN,delivery",
        "P-2,2020-01-01,GB,delivery",
    )
    write_csv(
        folder / "cost_rates.csv",
        "scope,key,valid_from,currency,hourly",
        "person,P-1,2024-01-01,INR,1450.00",
        "group,GB:delivery,2024-01-01,GBP,40.00",
    )
    write_csv(
        folder / "customers.csv",
        "id,name,country,currency,language,parent,merged_into",
        "K-1,Master,GB,GBP,en,,",
        "K-2,Berlin,DE,EUR,de,,",
        "K-3,Duplicate,GB,GBP,en,,K-1",
    )
    write_csv(
        folder / "orders.csv",
        "id,side,party,entity,currency,accepted_on",
        "O-1,sell,K-1,GB,GBP,2024-04-01",
        "O-2,sell,K-2,DE,EUR,2024-04-01",
        "O-3,buy,S-1,GB,GBP,2024-04-01",
    )
    write_csv(
        folder / "order_lines.csv",
        "order,line,contract,product,quantity,unit_price,start,end,for_contract",
        "O-1,1,C-1,seat,10,,2024-04-16,,",
        "O-1,1,C-2,traffic,,,2024-04-01,,",
        "O-2,1,C-3,device,,,2024-04-01,,",
        "O-1,1,C-4,block,3,,2024-04-10,,",
        "O-1,1,C-5,hour,,,2024-04-01,,",
        "O-1,2,C-5,travel,,,2024-04-01,,",
        "O-3,1,B-1,licence,10,,2024-04-01,,C-1",
    )
    write_csv(
        folder / "amendments.csv",
        "id,contract,line,agreed_on,first_day,change,value,recorded_on",
    )
    write_csv(folder / "notices.csv", "id,contract,line,received,recorded_on")
    write_csv(
        folder / "devices.csv",
        "id,type,customer",
        *("D-1,laptop,K-2", "D-2,laptop,K-2", "D-3,computer,K-2", "D-4,switch,K-2"),
    )
    write_csv(
        folder / "device_events.csv",
        "device,day,kind,recorded_on",
        "D-1,2024-03-01,on,",
        "D-2,2024-04-01,on,",
        "D-2,2024-04-11,off,",
        "D-3,2024-04-21,on,",
        "D-4,2024-04-01,on,",
    )
    write_csv(
        folder / "time.csv",
        "id,person,day,started_at,hours,contract,line,work_type,multiplier,recorded_on",
        "T-1,P-1,2024-04-15,09:00,12.5,C-5,1,work,1,",
        "T-2,P-2,2024-04-12,09:00,3,C-4,1,work,1.5,",
    )
    write_csv(
        folder / "expenses.csv",
        "id,person,day,amount,currency,contract,line,category,recorded_on",
        "E-1,P-1,2024-04-15,8000.00,INR,C-5,2,travel,",
    )
    write_csv(
        folder / "usage.csv",
        "id,source,day,customer,meter,quantity,recorded_on",
        "U-1,feed,2024-04-05,K-1,gb,40,",
        "U-2,feed,2024-04-06,K-3,gb,20,",
        "U-3,feed,2024-04-20,K-1,gb,5,2024-05-10",
        "U-4,feed,2024-04-20,K-1,unheard,5,",
    )
    days = [date(2024, 3, 25) + timedelta(days=n) for n in range(100)]
    write_csv(
        folder / "rates" / "ecb.csv",
        "Date,USD,JPY,GBP,INR,",
        *(f"{day},1.00,160,0.80,80.00," for day in reversed(days) if day.weekday() < 5),
    )
    write_csv(folder / "rates" / "other.csv", "day,base,quote,rate,source,known_from")
    return folder


@pytest.fixture(scope="module")
def two_months(tiny: Path) -> dict[str, Any]:
    totals: dict[str, Any] = json.loads(run("--data", str(tiny), "--to", "2024-05"))
    return totals


def test_what_is_billed(two_months: dict[str, Any]) -> None:
    def net(amount: str, charges: str = "1") -> dict[str, str]:
        return {"net": amount, "charges": charges}

    assert two_months["billed"] == {
        "2024-04": {"recurring": {"GBP": net("120.00")}, "prepayment": {"GBP": net("300.00")}},
        "2024-05": {
            "recurring": {"GBP": net("120.00")},
            "prepayment": {"GBP": net("95.00")},  # 4.5 h drawn on 3 h: 1.5 h, one by the clock
            # 10 x 12 + 40 x 10 + 10 x 8 = 600; five late units at 8; 50 device days of 30
            "consumption": {"GBP": net("640.00", "2"), "EUR": net("50.00")},
            "transactional": {"GBP": net("1275.50", "2")},  # 12.5 h x 95.00 + 80.00 and a tenth
        },
    }
    assert two_months["bought"] == {"2024-05": {"GBP": "31.00"}}
    assert two_months["corrections"] == {"count": "1", "net": {"GBP": "40.00"}}


def test_invoices_and_tax(two_months: dict[str, Any]) -> None:
    assert two_months["invoices"] == {
        "DE": {"count": "1", "net": {"EUR": "50.00"}, "tax": {"EUR": "9.50"}},
        "GB": {"count": "5", "net": {"GBP": "2550.50"}, "tax": {"GBP": "510.10"}},
    }


def test_when_it_is_earned(two_months: dict[str, Any]) -> None:
    assert two_months["recognised"] == {
        "2024-04": {
            "recurring": "60.00",  # 15 of 30 days
            "consumption": "640.00",  # 600.00 and 50.00 EUR
            "prepayment": "395.00",  # all three hours drawn, and an hour of overage at 95.00
            "transactional": "1275.50",
        },
        "2024-05": {
            "recurring": "121.94",  # the other 15 days, and 16 of 31 days of the next period
            "consumption": "88.00",  # the correction, and 62 device days of 31: 60.00 EUR
        },
    }


def test_what_the_work_cost(two_months: dict[str, Any]) -> None:
    assert two_months["labour"] == {"IN": {"2024-04": "18125.00"}, "GB": {"2024-04": "120.00"}}
    assert two_months["expenses"] == {"IN": "8000.00"}
    assert two_months["transfers"] == {"IN->GB": {"INR": "27575.00", "hours": "12.5"}}


def test_what_is_left(two_months: dict[str, Any]) -> None:
    # April: 2370.50 - 31.00 licences - 181.25 - 120.00 labour - 80.00 expenses
    assert two_months["contribution"] == {"2024-04": "1958.25", "2024-05": "178.94"}
    assert two_months["contribution_by_customer"] == {"K-1": "2049.19", "K-2": "88.00"}
    assert two_months["contribution_total"] == "2137.19"


def test_counts_and_balances(two_months: dict[str, Any]) -> None:
    assert two_months["device_counts"] == {"C-3/1": {"2024-04-01": "50"}}
    fund = {"bought": "3", "drawn": "3", "lapsed": "0", "remaining": "0", "overage_hours": "1"}
    assert two_months["funds"] == {"C-4/1": fund}
    assert two_months["uncovered"] == {"time": "0", "usage": "1"}


def test_a_later_first_month_moves_the_opening_day(tiny: Path) -> None:
    totals = json.loads(run("--data", str(tiny), "--from", "2024-05", "--to", "2024-05"))
    assert set(totals["billed"]) == {"2024-05"}
    # Of the seats only the period from 16 May. April's metered charges, triggered on 1 May, are
    # earned before the opening day, so they fall into its first month.
    assert totals["recognised"]["2024-05"]["recurring"] == "61.94"
    assert totals["recognised"]["2024-05"]["transactional"] == "1275.50"


def test_details_can_be_listed(tiny: Path) -> None:
    def rows(name: str) -> list[dict[str, str]]:
        text = run("--data", str(tiny), "--to", "2024-05", "--detail", name)
        return list(csv.DictReader(text.splitlines()))

    late = [row for row in rows("charges") if row["kind"] == "correction"]
    assert [(row["contract"], row["trigger"], row["net"]) for row in late] == [
        ("C-2", "2024-05-10", "40.00")
    ]
    seats = [row for row in rows("recognition") if row["contract"] == "C-1"]
    assert [row["group_amount"] for row in seats] == ["60.00", "60.00", "61.94"]
    assert [row["amount"] for row in rows("transfers")] == ["8000.00", "19575.00"]
    assert len(rows("labour")) == 3
