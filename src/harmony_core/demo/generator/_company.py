"""The group, its entities with their books, divisions, taxes, transfer rules and asset types."""

from itertools import permutations

from harmony_core.demo.generator._rows import Json

ROLES = (
    "receivable", "payable", "revenue", "revenue.managed", "revenue.cloud", "revenue.projects",
    "revenue.hardware", "contract_balance", "tax_payable", "cost_of_sales", "purchase_balance",
    "labour_cost", "labour_absorbed", "expense_cost", "expense_clearing", "intercompany_revenue",
    "intercompany_cost", "intercompany_receivable", "intercompany_payable", "breakage_revenue",
    "rounding", "exchange_difference",
)  # fmt: skip
# Codes as the accountants of each country write them, in the order of ROLES.
CODES = {
    "GB": (
        "1100 2100 4000 4010 4020 4030 4040 2300 2200 5000 1350 6000 6090 6200 2150 4900 5900 1150"
        " 2110 4090 7990 7900"
    ),
    "DE": (
        "1200 1600 8400 8410 8420 8430 8440 1710 1776 3400 1590 4120 4190 4660 1740 8990 3990 1290"
        " 1690 8490 4990 4840"
    ),
    "US": (
        "11000 20000 40000 40100 40200 40300 40400 24000 22000 50000 13500 60000 60900 62000 20500"
        " 49000 59000 11500 20100 40900 79900 79000"
    ),
    "IN": (
        "110001 210001 410000 410001 410002 410003 410004 230001 220001 510001 130501 610001 610090"
        " 620001 215001 490001 590001 115001 210101 410090 799001 790001"
    ),
}
ENTITIES = (
    ("GB", "Northbridge Services Ltd", "GBP", "Europe/London", "4"),
    ("DE", "Northbridge Deutschland GmbH", "EUR", "Europe/Berlin", "1"),
    ("US", "Northbridge Inc.", "USD", "America/New_York", "1"),
    ("IN", "Northbridge Delivery India Pvt Ltd", "INR", "Asia/Kolkata", "4"),
)
DIVISIONS = (
    ("managed", "Managed services", "Managed Services"),
    ("cloud", "Cloud", "Cloud"),
    ("projects", "Projects", "Projekte"),
    ("hardware", "Hardware", "Hardware"),
)
ASSET_TYPES = {
    "device": None,
    "computer": "device",
    "workstation": "computer",
    "laptop": "computer",
    "server": "computer",
    "network": "device",
    "switch": "network",
    "firewall": "network",
    "access_point": "network",
}
COMPUTERS, NETWORK = ("laptop", "workstation", "server"), ("access_point", "switch", "firewall")


def company() -> Json:
    return {
        "group": {
            "id": "NB",
            "name": "Northbridge Group",
            "currency": "GBP",
            "opening_day": "2024-04-01",
        },
        "entities": [
            {
                "id": key,
                "name": name,
                "country": key,
                "currency": currency,
                "zone": zone,
                "fiscal_year_start_month": month,
                "accounts": dict(zip(ROLES, CODES[key].split(), strict=True)),
            }
            for key, name, currency, zone, month in ENTITIES
        ],
        "divisions": [{"id": key, "names": {"en": en, "de": de}} for key, en, de in DIVISIONS],
        "tax_rates": _tax_rates(),
        "tax_rules": _tax_rules(),
        "transfer_rules": _transfer_rules(),
        "asset_types": [{"id": key, "parent": parent} for key, parent in ASSET_TYPES.items()],
    }


def _tax_rates() -> list[Json]:
    rows: list[tuple[str, str, str, str, str | None]] = []
    for category in ("S", "H"):
        rows += [
            ("GB", category, "20", "2011-01-04", None),
            # Germany lowered its rate for the second half of 2020.
            ("DE", category, "19", "2007-01-01", "2020-06-30"),
            ("DE", category, "16", "2020-07-01", "2020-12-31"),
            ("DE", category, "19", "2021-01-01", None),
        ]
    rows += [
        ("IN", "CGST", "9", "2017-07-01", None),
        ("IN-KA", "SGST", "9", "2017-07-01", None),
        ("US", "S", "0", "2011-03-31", None),
        ("US-NY", "H", "4", "2005-06-01", None),
        ("US-NY-NYC", "CITY", "4.5", "2009-08-01", None),
        ("US-NY-MCTD", "MCTD", "0.375", "2009-06-01", None),
    ]
    rows += [(key, "G", "0", "2007-01-01", None) for key in ("GB", "DE", "US", "IN")]
    names = ("jurisdiction", "category", "percent", "valid_from", "valid_to")
    return [dict(zip(names, row, strict=True)) for row in rows]


def _tax_rules() -> list[Json]:
    """Sales at home that bear several taxes: customers are in Karnataka and in New York City."""

    def rule(key: str, seller: str, category: str, **more: Json) -> Json:
        said: dict[str, Json] = {"codes": [], "jurisdiction": seller}
        dated: dict[str, Json] = {"valid_from": "2017-07-01", "valid_to": None}
        return {"id": key, "seller": seller, "category": category, **said, **dated, **more}

    def beside(*taxes: tuple[str, str]) -> list[Json]:
        return [{"jurisdiction": place, "code": code} for place, code in taxes]

    city = beside(("US-NY-NYC", "CITY"), ("US-NY-MCTD", "MCTD"))
    return [
        rule(
            "TAX-IN",
            "IN",
            "CGST",
            reason="supply within Karnataka",
            further=beside(("IN-KA", "SGST")),
        ),
        rule(
            "TAX-NYC",
            "US",
            "H",
            codes=["H"],
            jurisdiction="US-NY",
            reason="goods delivered in New York City",
            further=city,
        ),
    ]


def _transfer_rules() -> list[Json]:
    cost_plus_5 = {"method": "cost_plus", "markup_percent": "5"}
    special: dict[tuple[str, str], list[dict[str, str | None]]] = {
        ("GB", "IN"): [{"method": "cost_plus", "markup_percent": "8"}],
        ("DE", "IN"): [{"method": "percent_of_sell", "percent": "60"}],
        ("US", "IN"): [{"method": "fixed_rate", "rate": "28.00", "currency": "USD"}],
        ("GB", "US"): [
            {**cost_plus_5, "valid_to": "2025-03-31"},
            {"method": "percent_of_sell", "percent": "55", "valid_from": "2025-04-01"},
        ],
    }
    rules: list[Json] = []
    keys = [row[0] for row in ENTITIES]
    for seller, performer in permutations(keys, 2):
        versions = special.get((seller, performer), [dict(cost_plus_5)])
        for number, terms in enumerate(versions, start=1):
            valid_from = terms.pop("valid_from", "2022-01-01")
            valid_to = terms.pop("valid_to", None)
            rules.append(
                {
                    "id": f"TR-{seller}-{performer}-{number}",
                    "seller": seller,
                    "performer": performer,
                    **terms,
                    "valid_from": valid_from,
                    "valid_to": valid_to,
                }
            )
    return rules
