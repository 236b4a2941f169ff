"""The 85 products with everything that they say about themselves."""

from decimal import Decimal
from typing import cast

from harmony_core.demo.generator import _catalogue as catalogue
from harmony_core.demo.generator._catalogue import Item
from harmony_core.demo.generator._prices import LEVELS, MAIN, band_prices, local_price, prices
from harmony_core.demo.generator._rows import Json

# Bought by the customers who pay in yen and in dinar; the rest has no price there.
ALSO_IN = {
    "JPY": (
        "TM-01",
        "TM-04",
        "TM-12",
        "RC-01",
        "RC-06",
        "CL-02",
        "CL-20",
        "CN-03",
        "PP-01",
        "HW-01",
    ),
    "KWD": ("TM-03", "TM-11", "RC-01", "RC-05", "CL-03", "CN-01", "CN-08", "PP-01", "HW-05"),
}
DIVISIONS = {"TM": "projects", "HW": "hardware", "RC": "managed", "PP": "managed",
             "CN": "managed", "CL": "cloud", "BD": "managed"}  # fmt: skip
RENEWALS: tuple[tuple[int, int, int, str], ...] = (
    (12, 12, 3, "quarter_end"),
    (12, 1, 1, "month_end"),
    (24, 12, 3, "term_end"),
    (36, 12, 3, "quarter_end"),
)


class Product:
    """One product as its file tells it, with the few facts that the other makers ask for."""

    def __init__(self, document: dict[str, Json], item: Item, source: str) -> None:
        self.document, self.item, self.source = document, item, source
        self.id, self.scheme = item.id, item.scheme
        self.type = cast("str", document["type"])
        self.interval = item.billing[1]
        self.types: tuple[str, ...] = ()
        self.meter = ""

    def unit_price(self, currency: str) -> Decimal:
        """The list price; only products with one unit price are asked."""
        return local_price(cast("str", self.item.price), currency)


def _currencies(key: str) -> list[str]:
    return [*MAIN, *(currency for currency, keys in ALSO_IN.items() if key in keys)]


def _product(
    item: Item,
    kind: str,
    quantity: dict[str, Json],
    recognition: str,
    renewal: tuple[int, int, int, str] | None = None,
    **more: Json,
) -> Product:
    division, (timing, interval, lead) = DIVISIONS[item.id[:2]], item.billing
    currencies = _currencies(item.id)
    table: Json = (
        prices(item.price, currencies)
        if isinstance(item.price, str)
        else band_prices(item.price, currencies)
    )
    document: dict[str, Json] = {
        "id": item.id,
        "names": {"en": item.en, "de": item.de},
        "type": kind,
        "division": division,
        "unit": item.unit,
        "tax_category": "H" if division == "hardware" else "S",
        "delivery": "project" if division == "projects" else "direct",
        "pricing": {"scheme": item.scheme, "prices": table},
        "quantity": quantity,
        "billing": {"timing": timing, "interval_months": interval, "lead_days": lead},
        "accounting": {"revenue": f"revenue.{division}", "recognition": recognition},
        "renewal": renewal
        and dict(
            zip(
                ("initial_months", "renewal_months", "notice_months", "notice_to"),
                renewal,
                strict=True,
            )
        ),
        "fund": more.get("fund"),
        "components": more.get("components"),
    }
    return Product(document, item, cast("str", quantity["source"]))


def products() -> dict[str, Product]:
    rows = [*_time(), *(_hardware(item) for item in catalogue.HARDWARE)]
    fixed: dict[str, Json] = {"source": "fixed"}
    for number, item in enumerate((*catalogue.RECURRING, *catalogue.CLOUD)):
        renewal = RENEWALS[number % len(RENEWALS)]
        rows.append(_product(item, "recurring", fixed, "straight_line", renewal))
    for item, terms in catalogue.PREPAYMENT:
        rolls_on = None if item.billing[1] == 0 else (12, 12, 1, "term_end")
        row = _product(item, "prepayment", fixed, "as_drawn", rolls_on, fund=_fund(terms))
        rows.append(_at_par(row) if terms.unit == "cash" else row)
    rows += [_measured(*row) for row in catalogue.MEASURED]
    for key, en, de, price, parts in catalogue.BUNDLES:
        item = Item(key, en, de, "user", "per_unit", price)
        components = [
            {"product": part, "quantity": count, "share_percent": share}
            for part, count, share in parts
        ]
        renewal = (12, 12, 3, "term_end")
        rows.append(
            _product(item, "recurring", fixed, "straight_line", renewal, components=components)
        )
    return {row.id: row for row in sorted(rows, key=lambda row: row.id)}


def _time() -> list[Product]:
    monthly = ("arrears", 1, 0)
    rows = [
        _product(
            Item(f"TM-{number:02}", en, de, "hour", "per_unit", price, monthly),
            "transactional", {"source": "time"}, "at_once",
        )
        for number, (en, de, price) in enumerate(catalogue.TIME, start=1)
    ]  # fmt: skip
    at_cost = Item("TM-11", "Expenses at cost", "Auslagen zum Selbstkostenpreis", "expense",
                   "per_unit", "1", monthly)  # fmt: skip
    marked_up = at_cost._replace(
        id="TM-12", en="Expenses with handling", de="Auslagen mit Bearbeitungszuschlag"
    )
    for item, markup in ((at_cost, "0"), (marked_up, "10")):
        measure: dict[str, Json] = {"source": "expenses", "markup_percent": markup}
        row = _product(item, "transactional", measure, "at_once")
        rows.append(_at_par(row))
    return rows


def _at_par(row: Product) -> Product:
    """One unit of money costs one unit of money, in every currency."""
    par: dict[str, Json] = dict.fromkeys(_currencies(row.id), "1")
    row.document["pricing"] = {"scheme": "per_unit", "prices": par}
    return row


def _hardware(item: Item) -> Product:
    once = item._replace(billing=("advance", 0, 0))
    return _product(once, "transactional", {"source": "fixed"}, "at_once")


def _fund(terms: catalogue.Fund) -> Json:
    overage = prices(terms.hour, LEVELS)
    per_hour: Json = {"*": terms.per_hour} if terms.per_hour else dict(overage)
    return {
        "unit": terms.unit,
        "valid_months": terms.valid_months,
        "units_per_hour": per_hour,
        "order": terms.order,
        "overage_prices": overage,
    }


def _measured(item: Item, counted: tuple[str, ...], policy: str) -> Product:
    at_once = "straight_line" if item.billing[0] == "advance" else "at_once"
    if policy == "usage":
        row = _product(item, "consumption", {"source": "usage", "meter": counted[0]}, at_once)
        row.meter = counted[0]
        return row
    measure: dict[str, Json] = {"source": "devices", "types": counted, "policy": policy}
    if item.id in catalogue.MINIMUM_DEVICES:
        measure["minimum"] = catalogue.MINIMUM_DEVICES[item.id]
    row = _product(item, "consumption", measure, at_once, (12, 12, 3, "quarter_end"))
    row.types = counted
    return row
