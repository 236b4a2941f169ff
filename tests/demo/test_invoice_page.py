"""What the customer reads: every amount explained, in his words, and nothing that is not his."""

from __future__ import annotations

import re
from html import unescape

import pytest

from harmony_core.billing import Invoice
from harmony_core.culture import Culture
from harmony_core.demo import DemoFiles, Results, gather, play
from harmony_core.demo._invoice_page import invoice_html, most_varied
from harmony_core.finance import money_sum
from harmony_core.periods import Month
from harmony_core.products import UsageMetered
from harmony_core.repositories import MemoryStore
from tests.demo.untraced import untraced

FIRST, SHOWN = Month(2025, 4), Month(2025, 6)
ENGLISH, GERMAN = Culture.of("en-GB"), Culture.of("de-DE")


@pytest.fixture(scope="module")
def results(demo_files: DemoFiles) -> Results:
    """A quarter in which people changed companies, rates and rules."""
    store = MemoryStore()
    with untraced():
        for _ in play(store, demo_files, FIRST, SHOWN):
            pass
        return gather(store, FIRST, SHOWN)


@pytest.fixture(scope="module")
def issued(results: Results) -> list[Invoice]:
    """All invoices of the last month."""
    return [
        invoice
        for invoice in results.invoices
        if invoice.side.value == "sell" and Month.containing(invoice.day) == SHOWN
    ]


@pytest.fixture(scope="module")
def pages(results: Results, issued: list[Invoice]) -> dict[tuple[str, str], str]:
    """Each of them in both languages, as the text that is seen."""
    return {
        (invoice.id, culture.language): text_of(invoice_html(results, invoice, culture))
        for invoice in issued
        for culture in (ENGLISH, GERMAN)
    }


def text_of(html: str) -> str:
    body = html[html.index("<body>") :]
    return unescape(re.sub(r"<[^>]+>", " ", body))


def cells(html: str, part: str) -> list[str]:
    """The last cell of each row of the table's body or foot."""
    rows = html[html.index(f"<{part}>") : html.index(f"</{part}>")].split("</tr>")
    return [unescape(re.findall(r"<td[^>]*>(.*?)</td>", row)[-1]) for row in rows if row]


def test_there_is_one_to_show_in_each_language(results: Results) -> None:
    for language in ("en", "de"):
        shown = most_varied(results, language)
        assert shown is not None
        assert results.customers[shown.party_id].language == language
        assert len(shown.lines) > 3
    assert most_varied(results, "fr") is None


@pytest.mark.parametrize("culture", [ENGLISH, GERMAN], ids=["en", "de"])
def test_the_amounts_shown_add_up(
    results: Results, issued: list[Invoice], culture: Culture
) -> None:
    assert len(issued) > 100
    for invoice in issued:
        html = invoice_html(results, invoice, culture)
        nets = [item.net for item in invoice.lines]
        taxes = [group.tax for group in invoice.tax.groups]
        assert money_sum(nets, invoice.currency) == invoice.net
        assert invoice.net + money_sum(taxes, invoice.currency) == invoice.total
        assert cells(html, "tbody") == [culture.money(net) for net in nets]
        shown = [invoice.net, *taxes, invoice.total]
        assert cells(html, "tfoot") == [culture.money(amount) for amount in shown]


def test_every_line_has_its_explanation_and_what_is_behind_it(
    results: Results, issued: list[Invoice], pages: dict[tuple[str, str], str]
) -> None:
    by_key = {charge.key: charge for charge in results.charges}
    for invoice in issued:
        text = pages[invoice.id, "de"]
        for item in invoice.lines:
            charge = by_key[item.charge_key]
            assert charge.amount == item.net
            assert charge.explanation.as_text(GERMAN) in text
            for evidence in charge.evidence[:40]:
                assert evidence in text


def test_every_message_of_the_german_page_is_translated(
    results: Results, issued: list[Invoice], monkeypatch: pytest.MonkeyPatch
) -> None:
    """What the pack lacks are names: days, numbers, uplifts, currencies, meters, work types."""
    missing: set[str] = set()
    words = Culture.words

    def listening(culture: Culture, message: str, /, **details: str) -> str:
        if message not in culture.messages:
            missing.add(message)
        return words(culture, message, **details)

    monkeypatch.setattr(Culture, "words", listening)
    for invoice in issued:
        invoice_html(results, invoice, GERMAN)
    lines = [line for contract in results.contracts.values() for line in contract.lines]
    names = {line.source.meter for line in lines if isinstance(line.source, UsageMetered)}
    names |= {contract.currency for contract in results.contracts.values()}
    names |= {rated.entry.work_type for rated in results.review.times}
    rises = r"(\d{4}-\d\d-\d\d: [\d.]+ %(, )?)+"
    plain = re.compile(rf"\d{{4}}-\d\d-\d\d( [TE]\d+)?|{rises}|[\d.,/-]+|D\d+(, D\d+)*")
    assert not sorted(one for one in missing - names if not plain.fullmatch(one))


def test_the_german_page_holds_no_english_words(pages: dict[tuple[str, str], str]) -> None:
    english = re.compile(
        r"\b(the|of|and|per|hours?|price|quantity|unit|settled|billed|period|tax|invoice|net|total"
        r"|month|charge|first|last|because|usage|devices?|line)\b"
    )
    for (invoice_id, language), text in pages.items():
        if language == "de":
            words = re.sub(r"Belege: .*", "", text)  # ids, which carry the names of their sources
            assert not english.findall(words), invoice_id


def test_the_customer_never_sees_who_worked_where_or_what_it_cost(
    results: Results,
    issued: list[Invoice],
    pages: dict[tuple[str, str], str],
    demo_files: DemoFiles,
) -> None:
    people = {word for person in demo_files.people for word in (person.id, person.name)}
    rules = {rule.id for rule in results.company.transfer_rules}
    units = {line.unit for contract in results.contracts.values() for line in contract.lines}
    assert "GB" in units, "gigabytes are no company"
    entities = {entity.id: entity for entity in results.company.group.entities}
    rated = {one.entry.id: one for one in results.review.times}
    by_key = {charge.key: charge for charge in results.charges}
    across = 0
    for invoice in issued:
        customer = results.customers[invoice.party_id]
        others = [one for id_, one in entities.items() if id_ != invoice.entity_id]
        secret = people | rules | {one.name for one in others}
        secret |= {one.id for one in others if one.id != customer.country} - units
        work = [
            rated[id_]
            for item in invoice.lines
            for id_ in by_key[item.charge_key].evidence
            if id_ in rated
        ]
        across += sum(one.transfer is not None for one in work)
        for culture in (ENGLISH, GERMAN):
            text = pages[invoice.id, culture.language]
            for word in secret:
                assert not re.search(rf"(?<![\w-]){re.escape(word)}(?![\w$-])", text), word
            for one in work:
                assert culture.money(one.cost) not in text
                if one.transfer is not None:
                    assert culture.money(one.transfer.amount) not in text
    assert across > 10, "work of other companies is behind some of these invoices"
