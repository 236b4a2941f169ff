"""Files for accounting systems: what they say adds up to our books, and keeps the system's rules.

The readers here are written from the published rules of each format, not from what writes it.
"""

from __future__ import annotations

import csv
import re
from collections import Counter, defaultdict
from collections.abc import Iterable
from datetime import UTC, date, datetime
from decimal import Decimal
from io import StringIO
from typing import Any

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from harmony_core.errors import InvalidValue
from harmony_core.finance import (
    Booked,
    Column,
    JournalEntry,
    JournalLine,
    LegalEntity,
    Money,
    Role,
    custom_unit,
    dimensions,
    trial_balance,
)
from harmony_core.interchange import (
    DatevStack,
    FecNames,
    datev_postings,
    fec,
    fec_file_name,
    sage50_transactions,
    xero_manual_journals,
)

DE = LegalEntity("DE", "Northbridge GmbH", "DE", "EUR", "Europe/Berlin")
GB = LegalEntity("GB", "Northbridge Ltd", "GB", "GBP", "Europe/London", fiscal_year_start_month=4)
FR = LegalEntity("FR", "Northbridge SAS", "FR", "EUR", "Europe/Paris")
STACK = DatevStack(29098, 55003, label="March 2026")
NAMES = FecNames(
    {"invoice": ("VE", "Ventes"), "cost": ("AC", "Achats")},
    {code: f"Compte {code}" for code in ("4110", "7060", "4457", "6040", "4010")},
)
CREATED = datetime(2026, 4, 1, 9, 30, 15, 250_000, UTC)
ROLES = {
    "4110": Role.RECEIVABLE,
    "7060": Role.REVENUE,
    "4457": Role.TAX_PAYABLE,
    "6040": Role.COST_OF_SALES,
    "4010": Role.PAYABLE,
}
TEXTS = st.text(st.characters(codec="cp1252", exclude_categories=["Cc"]), max_size=80)


@st.composite
def journals(draw: st.DrawFn, entity: LegalEntity) -> list[JournalEntry]:
    """Draw balanced entries of one company in one financial year, and some of another company."""
    found = []
    for number in range(draw(st.integers(1, 6))):
        of = draw(
            st.sampled_from([entity, entity, entity, LegalEntity("XX", "Other", "US", "USD")])
        )
        transaction = draw(st.sampled_from(["EUR", "JPY", of.currency]))
        cents = draw(st.lists(st.integers(-(10**9), 10**9), min_size=1, max_size=5))
        amounts = [
            Booked(Money(minor, transaction), Money(minor // 3, of.currency), Money(minor, "USD"))
            for minor in cents
        ]
        rest = Booked.zero(transaction, of.currency, "USD")
        for amount in amounts:
            rest -= amount
        lines = [
            JournalLine(
                ROLES[code],
                code,
                amount,
                dimensions(customer=draw(st.sampled_from([None, "K-1", "K-2"])), division="Cloud"),
            )
            for amount in (*amounts, rest)
            for code in [draw(st.sampled_from(sorted(ROLES)))]
        ]
        found.append(
            JournalEntry(
                f"E-{number}",
                of.id,
                draw(st.dates(date(2026, 4, 1), date(2026, 12, 31))),
                draw(st.sampled_from(["invoice", "cost"])),
                f"INV-{number}",
                tuple(lines),
                text=draw(TEXTS),
            )
        )
    return found


def balances(journal: Iterable[JournalEntry], entity: LegalEntity) -> dict[str, Decimal]:
    own = [entry for entry in journal if entry.entity == entity.id]
    rows = trial_balance(own, column=Column.ENTITY).accounts
    return {row.account: row.balance.amount for row in rows if row.balance}


def sums(rows: Iterable[tuple[str, Decimal]]) -> dict[str, Decimal]:
    found: dict[str, Decimal] = defaultdict(Decimal)
    for account, amount in rows:
        found[account] += amount
    return {account: amount for account, amount in found.items() if amount}


def table(text: str, delimiter: str = ",") -> list[list[str]]:
    assert text.endswith("\r\n")
    return list(csv.reader(StringIO(text, newline=""), delimiter=delimiter))


def entry(entity: LegalEntity, *amounts: tuple[str, str], **changes: Any) -> JournalEntry:
    lines = tuple(
        JournalLine(ROLES.get(code, Role.REVENUE), code, Booked(money, money, money))
        for code, text in amounts
        for money in [Money.of(text, entity.currency)]
    )
    plain = JournalEntry("E-1", entity.id, date(2026, 5, 31), "invoice", "INV-1", lines)
    return attrs.evolve(plain, **changes)


# --- Xero ---------------------------------------------------------------------------------------


@given(journals(GB))
def test_xero_books_what_we_booked(journal: list[JournalEntry]) -> None:
    rows = []
    for file in xero_manual_journals(journal, GB, system_accounts=()):
        header, *lines = table(file)
        assert header[:6] == [
            "*Narration", "*Date", "Description", "*AccountCode", "*TaxRate", "*Amount",
        ]  # fmt: skip
        assert len(lines) <= 300
        journals_there: dict[tuple[str, str], Decimal] = defaultdict(Decimal)
        for narration, day, _, code, rate, amount, *_ in lines:
            assert narration
            assert rate == "Tax Exempt"
            assert re.fullmatch(r"\d\d/\d\d/\d{4}", day)
            journals_there[narration, day] += Decimal(amount)
            rows.append((code, Decimal(amount)))
        assert not any(journals_there.values()), "each journal balances by itself"
    assert sums(rows) == balances(journal, GB)


@given(st.lists(st.integers(2, 120), min_size=1, max_size=12))
def test_xero_never_splits_an_entry(lengths: list[int]) -> None:
    journal = [
        entry(GB, *[("7060", "-1")] * (length - 1), ("6040", str(length - 1)), id=f"E-{number:02}")
        for number, length in enumerate(lengths)
    ]
    files = list(xero_manual_journals(journal, GB, system_accounts=()))
    seen = [{row[0] for row in table(file)[1:]} for file in files]
    assert sum(map(len, seen)) == len(lengths)
    assert sum(len(table(file)) - 1 for file in files) == sum(lengths)


def test_xero_shows_tracking_and_names_of_tax_rates() -> None:
    money = Money.of("10", "GBP")
    amount = Booked(money, money, money)
    line = JournalLine(Role.REVENUE, "7060", -amount, dimensions(division="Cloud", contract="C-1"))
    journal = [
        JournalEntry(
            "E-1", "GB", date(2026, 5, 1), "invoice", "INV-1",
            (JournalLine(Role.COST_OF_SALES, "6040", amount), line), text="Backup\nMay",
        )
    ]  # fmt: skip
    file = next(
        xero_manual_journals(
            journal, GB, system_accounts=("1100",),
            tax_rates={"7060": "No VAT"}, tracking={"customer": "Customer", "division": "Division"},
        )
    )  # fmt: skip
    assert table(file)[1:] == [
        ["E-1: Backup May", "01/05/2026", "cost_of_sales", "6040", "Tax Exempt", "10.00",
         "", "", "", ""],
        ["E-1: Backup May", "01/05/2026", "revenue", "7060", "No VAT", "-10.00",
         "", "", "Division", "Cloud"],
    ]  # fmt: skip


def test_xero_refuses_what_it_cannot_carry() -> None:
    owed = entry(GB, ("4110", "5"), ("7060", "-5"))
    with pytest.raises(InvalidValue, match=r"'4110' takes no manual journal.*clearing account"):
        xero_manual_journals([owed], GB, system_accounts={"4110"})
    long = entry(GB, *[("7060", "-1")] * 300, ("6040", "300"))
    with pytest.raises(InvalidValue, match="301 lines, a file takes 300"):
        xero_manual_journals([long], GB, system_accounts=())
    with pytest.raises(InvalidValue, match="'12345678901' is longer than 10 signs"):
        xero_manual_journals(
            [entry(GB, ("12345678901", "5"), ("7060", "-5"))], GB, system_accounts=()
        )
    with pytest.raises(InvalidValue, match="system_accounts must be a list, got '4110'"):
        xero_manual_journals([owed], GB, system_accounts="4110")
    in_tokens = LegalEntity("XX", "Tokens", "XX", custom_unit("TOKEN"))
    with pytest.raises(InvalidValue, match="currencies of ISO 4217, but 'XX' keeps its books in T"):
        xero_manual_journals([], in_tokens, system_accounts=())
    kuwait = LegalEntity("KW", "Kuwait", "KW", "KWD")
    with pytest.raises(InvalidValue, match="2 decimal places, but KWD"):
        xero_manual_journals([], kuwait, system_accounts=())
    with pytest.raises(InvalidValue, match="2 tracking categories, got 3"):
        xero_manual_journals([], GB, system_accounts=(), tracking={"a": "A", "b": "B", "c": "C"})
    with pytest.raises(InvalidValue, match="has EUR in its entity column"):
        xero_manual_journals(
            [attrs.evolve(entry(DE, ("4110", "5"), ("7060", "-5")), entity="GB")],
            GB,
            system_accounts=(),
        )


# --- Sage 50 ------------------------------------------------------------------------------------


@given(journals(GB))
def test_sage_books_what_we_booked(journal: list[JournalEntry]) -> None:
    text = "".join(sage50_transactions(journal, GB, departments={"Cloud": 7}))
    text.encode("cp1252")
    header, *lines = table(text)
    assert header[:10] == [
        "Type", "Account Reference", "Nominal A/C Ref", "Department Code", "Date", "Reference",
        "Details", "Net Amount", "Tax Code", "Tax Amount",
    ]  # fmt: skip
    rows = []
    balance: dict[str, Decimal] = defaultdict(Decimal)
    for kind, account, nominal, department, day, reference, details, net, code, tax, *_ in lines:
        sign = {"JD": 1, "JC": -1}[kind]
        assert re.fullmatch(r"\d{1,8}\.\d\d", net)
        assert (account, department, code, tax) == ("", "7", "T9", "0.00")
        assert 1 <= len(nominal) <= 8
        assert len(reference) <= 30
        assert 0 < len(details) <= 60
        assert re.fullmatch(r"\d\d/\d\d/\d{4}", day)
        rows.append((nominal, sign * Decimal(net)))
        balance[reference] += sign * Decimal(net)
    assert not any(balance.values()), "each journal balances by itself"
    assert sums(rows) == balances(journal, GB)


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"id": "E" * 31}, "has 31 signs; Sage 50 takes 1 to 30"),
        ({"source": ""}, "the source '' has 0 signs"),
        ({"text": "漢"}, "'漢' in '漢' is not in cp1252"),
    ],
)
def test_sage_refuses_what_it_cannot_carry(changed: dict[str, str], message: str) -> None:
    with pytest.raises(InvalidValue, match=message):
        sage50_transactions([entry(GB, ("4110", "5"), ("7060", "-5"), **changed)], GB)


def test_sage_refuses_long_accounts_and_great_amounts_and_unknown_divisions() -> None:
    great = entry(GB, ("123456789", "100000000"), ("7060", "-100000000"))
    with pytest.raises(InvalidValue) as refused:
        sage50_transactions([great], GB)
    assert "'123456789' has 9 signs" in str(refused.value)
    assert "100000000.00 GBP has more than eight digits" in str(refused.value)
    money = Money.of("5", "GBP")
    amount = Booked(money, money, money)
    journal = [
        JournalEntry(
            "E-1", "GB", date(2026, 5, 1), "invoice", "INV-1",
            (
                JournalLine(Role.REVENUE, "7060", amount, dimensions(division="Lab")),
                JournalLine(Role.REVENUE, "7061", -amount),
            ),
        )
    ]  # fmt: skip
    with pytest.raises(InvalidValue, match="'Lab' has no department"):
        sage50_transactions(journal, GB, departments={"Cloud": 1})
    with pytest.raises(InvalidValue, match="T0 to T99, got 'T100'"):
        sage50_transactions(journal, GB, tax_code="T100")
    with pytest.raises(InvalidValue, match="0 to 999, got 1000"):
        sage50_transactions(journal, GB, departments={"Lab": 1000})


# --- DATEV --------------------------------------------------------------------------------------

POSTING = {  # position: what the description of the format asks for
    1: r"\d{1,10},\d\d",
    2: r'"[SH]"',
    3: r'"[A-Z]{3}"',
    7: r"\d{1,9}",
    8: r"\d{1,9}",
    9: r'("\d{4}")?',
    10: r"\d{4}",
    11: r'"[\w$&%*+\-/]{1,36}"',
    14: r'"([^"]|""){0,120}"',
    114: r"[01]",
}
HEADER = {
    1: '"EXTF"', 2: "700", 3: "21", 4: '"Buchungsstapel"', 5: "13", 6: r"\d{17}", 7: "",
    8: r'"\w\w"', 11: r"\d{4,7}", 12: r"\d{1,5}", 13: r"\d{8}", 14: "[4-8]", 15: r"\d{8}",
    16: r"\d{8}", 17: r'"[\w.\-/ ]{0,30}"', 18: '"([A-Z]{2})?"', 19: "[12]", 20: r"\d+",
    21: "[01]", 22: '"[A-Z]{3}"',
}  # fmt: skip


def datev_cells(row: str) -> list[str]:
    """Part a row at its semicolons, quotation marks kept, as the expressions see them."""
    assert row.endswith("\r\n")
    return re.findall(r'("(?:[^"]|"")*"|[^;]*)(?:;|$)', row[:-2])[: row.count(";") + 2]


def datev_rows(rows: list[str]) -> list[list[str]]:
    header, names, *lines = rows
    cells = datev_cells(header)
    for position, expression in HEADER.items():
        assert re.fullmatch(expression, cells[position - 1]), (position, cells[position - 1])
    assert header.count(";") == 30
    assert len(names[:-2].split(";")) == 125
    found = []
    for line in lines:
        line.encode("cp1252")
        cells = datev_cells(line)[:125]
        for position, expression in POSTING.items():
            assert re.fullmatch(expression, cells[position - 1]), (position, cells[position - 1])
        found.append(cells)
    return found


@given(journals(DE))
def test_datev_books_what_we_booked(journal: list[JournalEntry]) -> None:
    own = [one for one in journal if balances([one], DE)]
    if not any(line.amount.entity for one in own for line in one.lines):
        return
    rows = []
    for cells in datev_rows(list(datev_postings(journal, DE, STACK, created=CREATED))):
        amount = Decimal(cells[0].replace(",", "."))
        assert amount > 0
        side = {'"S"': 1, '"H"': -1}[cells[1]]
        rows += [(cells[6], side * amount), (cells[7], -side * amount)]
    assert sums(rows) == balances(journal, DE)


def test_datev_says_what_a_row_is_of() -> None:
    money = [Money.of(text, "EUR") for text in ("119", "-100", "-19")]
    journal = [
        JournalEntry(
            "E-1", "DE", date(2026, 3, 5), "invoice", "INV-1",
            tuple(
                JournalLine(ROLES[code], code, Booked(one, one, one), dimensions(contract="C-1"))
                for code, one in zip(("4110", "7060", "4457"), money, strict=True)
            ),
            text='The "best" backup; March',
        )
    ]  # fmt: skip
    stack = attrs.evolve(STACK, fixed=True, tax_keys={"7060": "40"})
    written = datev_postings(journal, DE, stack, created=CREATED, cost_centre="contract")
    rows = list(written)
    assert rows[0] == (
        '"EXTF";700;21;"Buchungsstapel";13;20260401093015250;;"HC";"";"";29098;55003;20260101;4;'
        '20260305;20260305;"March 2026";"";1;0;1;"EUR";;;;;;;;;\r\n'
    )
    sale, tax = datev_rows(rows)
    assert sale[:14] == [
        "100,00", '"S"', '"EUR"', "", "", "", "4110", "7060", '"0040"', "0503", '"INV-1"', "", "",
        '"The ""best"" backup; March"',
    ]  # fmt: skip
    assert sale[36] == '"C-1"'
    assert sale[47:51] == ['"entry"', '"E-1"', '"contract"', '"C-1"']
    assert sale[113] == "1"
    assert tax[6:9] == ["4110", "4457", ""]


@pytest.mark.parametrize(
    ("one", "message"),
    [
        (entry(DE, ("411", "5"), ("7060", "-5")), "'411' is no number of 4 or 5 digits"),
        (entry(DE, ("411000", "5"), ("7060", "-5")), "'411000' is no number"),
        (entry(DE, ("01234", "5"), ("7060", "-5")), "personal account '01234' begins with 0"),
        (entry(DE, ("4110", "10000000000"), ("7060", "-10000000000")), "more than ten digits"),
        (entry(DE, ("4110", "5"), ("7060", "-5"), source="INV 1"), "document's number 'INV 1'"),
        (entry(DE, ("4110", "5"), ("7060", "-5"), text="漢"), "is not in cp1252"),
    ],
)
def test_datev_refuses_what_it_cannot_carry(one: JournalEntry, message: str) -> None:
    with pytest.raises(InvalidValue, match=message):
        datev_postings([one], DE, STACK, created=CREATED)


def test_datev_takes_one_financial_year() -> None:
    gb_like = attrs.evolve(DE, fiscal_year_start_month=4)
    days = [date(2026, 3, 31), date(2026, 4, 1)]
    journal = [entry(DE, ("4110", "5"), ("7060", "-5"), id=f"E-{day}", day=day) for day in days]
    assert len(list(datev_postings(journal, DE, STACK, created=CREATED))) == 4
    with pytest.raises(InvalidValue, match="2026-04-01 is not in the financial year from 2025-04"):
        datev_postings(journal, gb_like, STACK, created=CREATED)
    with pytest.raises(InvalidValue, match="no entry of 'DE'"):
        datev_postings([], DE, STACK, created=CREATED)


def test_datev_refuses_two_keys_in_one_row() -> None:
    stack = attrs.evolve(STACK, tax_keys={"4110": "9", "7060": "3"})
    with pytest.raises(InvalidValue, match="4110 and 7060 ask for two tax keys"):
        datev_postings([entry(DE, ("4110", "5"), ("7060", "-5"))], DE, stack, created=CREATED)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"consultant": 1000}, "consultant's number is 1001 to 9999999, got 1000"),
        ({"client": 0}, "client's number"),
        ({"account_length": 9}, "length of accounts is 4 to 8"),
        ({"label": "March; 2026"}, "a label is up to 30"),
        ({"tax_keys": {"4400": "x"}}, "a tax key is up to 4 digits"),
    ],
)
def test_a_datev_stack_is_checked(changes: dict[str, Any], message: str) -> None:
    with pytest.raises(InvalidValue, match=message):
        attrs.evolve(STACK, **changes)


# --- FEC ----------------------------------------------------------------------------------------


def closed(one: JournalEntry) -> date:
    return date(one.day.year + one.day.month // 12, one.day.month % 12 + 1, 1)


@given(journals(FR))
def test_the_fec_books_what_we_booked(journal: list[JournalEntry]) -> None:
    text = "".join(fec(journal, FR, NAMES, validated=closed))
    header, *lines = [row.split("\t") for row in text.removesuffix("\r\n").split("\r\n")]
    assert " ".join(header) == (
        "JournalCode JournalLib EcritureNum EcritureDate CompteNum CompteLib CompAuxNum CompAuxLib "
        "PieceRef PieceDate EcritureLib Debit Credit EcritureLet DateLet ValidDate Montantdevise "
        "Idevise"
    )
    rows = []
    numbers: dict[str, list[int]] = defaultdict(list)
    balance: Counter[tuple[str, str]] = Counter()
    for cells in lines:
        row = dict(zip(header, cells, strict=True))
        for name in (
            "JournalCode",
            "JournalLib",
            "EcritureNum",
            "CompteLib",
            "PieceRef",
            "EcritureLib",
        ):
            assert row[name].strip(), name
        assert re.fullmatch(r"\d{3}.*", row["CompteNum"])
        for name in ("EcritureDate", "PieceDate", "ValidDate"):
            datetime.strptime(row[name], "%Y%m%d")  # noqa: DTZ007
        debit, credit = (Decimal(row[name].replace(",", ".")) for name in ("Debit", "Credit"))
        assert min(debit, credit) == 0 <= max(debit, credit)
        assert bool(row["Montantdevise"]) == bool(row["Idevise"])
        rows.append((row["CompteNum"], debit - credit))
        balance[row["JournalCode"], row["EcritureNum"]] += int((debit - credit) * 100)
        if numbers[row["JournalCode"]][-1:] != [int(row["EcritureNum"])]:
            numbers[row["JournalCode"]].append(int(row["EcritureNum"]))
    assert not any(balance.values()), "each entry balances by itself"
    assert all(found == list(range(1, len(found) + 1)) for found in numbers.values())
    validations = [cells[header.index("ValidDate")] for cells in lines]
    assert validations == sorted(validations)
    assert sums(rows) == balances(journal, FR)


def test_the_fec_shows_parties_and_foreign_amounts() -> None:
    amount = Booked(Money.of("-110", "USD"), Money.of("-100", "EUR"), Money.of("-110", "USD"))
    journal = [
        JournalEntry(
            "E-1", "FR", date(2026, 3, 5), "invoice", "INV-1",
            (
                JournalLine(Role.RECEIVABLE, "4110", -amount, dimensions(customer="K-1")),
                JournalLine(Role.REVENUE, "7060", amount, dimensions(customer="K-1")),
            ),
            text="Sauvegarde\tmars",
        )
    ]  # fmt: skip
    names = attrs.evolve(NAMES, parties={"K-1": "Dupont"})
    _, owed, sold = fec(journal, FR, names, validated=lambda _: date(2026, 4, 15))
    assert owed == (
        "VE\tVentes\t1\t20260305\t4110\tCompte 4110\tK-1\tDupont\tINV-1\t20260305\t"
        "Sauvegarde mars\t100,00\t0,00\t\t\t20260415\t110,00\tUSD\r\n"
    )
    assert sold == (
        "VE\tVentes\t1\t20260305\t7060\tCompte 7060\t\t\tINV-1\t20260305\t"
        "Sauvegarde mars\t0,00\t100,00\t\t\t20260415\t-110,00\tUSD\r\n"
    )


def test_the_fec_refuses_what_it_cannot_carry() -> None:
    odd = entry(FR, ("41", "5"), ("7999", "-5"), kind="transfer", source=" ")
    with pytest.raises(InvalidValue) as refused:
        fec([odd], FR, NAMES, validated=lambda _: date(2026, 5, 30))
    for part in (
        "no journal for the kind 'transfer'",
        "no name for the account '7999'",
        "'41' does not begin with three digits",
        "it has no source",
        "it is of 2026-05-31, but was validated on 2026-05-30",
    ):
        assert part in str(refused.value)
    with pytest.raises(InvalidValue, match="kept in euros, but the books of 'GB' are in GBP"):
        fec([], GB, NAMES, validated=closed)
    owed = entry(FR, ("4110", "5"), ("7060", "-5"))
    with_party = attrs.evolve(
        owed,
        lines=(attrs.evolve(owed.lines[0], dimensions=dimensions(customer="K-9")), owed.lines[1]),
    )
    with pytest.raises(InvalidValue, match="no name for the party 'K-9'"):
        fec([with_party], FR, attrs.evolve(NAMES, parties={}), validated=closed)


def test_the_fec_is_of_one_year_in_the_order_of_validation() -> None:
    days = {"E-1": date(2026, 3, 31), "E-2": date(2026, 4, 1)}
    journal = [entry(FR, ("4110", "5"), ("7060", "-5"), id=name, day=days[name]) for name in days]
    valid = {"E-1": date(2026, 5, 1), "E-2": date(2026, 4, 2)}
    rows = list(fec(journal, FR, NAMES, validated=lambda one: valid[one.id]))
    cells = [row.split("\t") for row in rows[1::2]]
    assert [(row[2], row[3], row[15]) for row in cells] == [
        ("1", "20260401", "20260402"),
        ("2", "20260331", "20260501"),
    ]
    april = attrs.evolve(FR, fiscal_year_start_month=4)
    with pytest.raises(InvalidValue, match="2026-04-01 is not in the financial year from 2025-04"):
        fec(journal, april, NAMES, validated=closed)


@pytest.mark.parametrize(
    ("journals", "message"),
    [
        ({"invoice": ("", "Ventes")}, "kind 'invoice' needs a code and a name"),
        ({"invoice": ("VE", " ")}, "kind 'invoice' needs a code and a name"),
        ({"invoice": ("VE", "Ventes"), "x": ("VE", "Autres")}, "'VE' has one name, got 'Ventes'"),
    ],
)
def test_the_journals_of_the_fec_are_named(
    journals: dict[str, tuple[str, str]], message: str
) -> None:
    with pytest.raises(InvalidValue, match=message):
        attrs.evolve(NAMES, journals=journals)


def test_more_than_ten_faults_are_counted() -> None:
    journal = [entry(FR, ("41", "5"), ("7060", "-5"), id=f"E-{number}") for number in range(12)]
    with pytest.raises(InvalidValue, match=r"\.\.\. and 14 more"):
        fec(journal, FR, NAMES, validated=closed)


@pytest.mark.parametrize("siren", ["73282932", "732829321", "73282932A", "٧٣٢٨٢٩٣٢٠"])
def test_a_siren_number_is_checked(siren: str) -> None:
    with pytest.raises(InvalidValue, match="nine digits"):
        fec_file_name(siren, date(2026, 12, 31))
