"""The report as one HTML page: the tables, and plots drawn by matplotlib (extra ``report``)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from html import escape
from importlib.resources import files
from io import StringIO
from typing import TYPE_CHECKING

from harmony_core.culture import Culture
from harmony_core.demo._results import Results
from harmony_core.demo._tables import Table, is_number
from harmony_core.finance import contribution_by, ranking, trend
from harmony_core.periods import Month, months_between
from harmony_core.products import ContractType

if TYPE_CHECKING:
    from matplotlib.axes import Axes


_COLOURS = {
    ContractType.TRANSACTIONAL: "#c98a2b",
    ContractType.RECURRING: "#2f6690",
    ContractType.PREPAYMENT: "#81a88d",
    ContractType.CONSUMPTION: "#a4516a",
}


def report_html(results: Results, shown: tuple[Table, ...], culture: Culture) -> str:
    """The whole page."""
    group = results.company.group
    title = f"{group.name}, {results.first} to {results.last}"
    figures = "".join(f"<figure>{svg}</figure>" for svg in plots(results))
    sections = "".join(table_html(table, culture) for table in shown)
    lead = (
        f"{len(results.contracts)} contracts, {len(results.charges):,} charges, "
        f"{len(results.entries):,} journal entries in four companies; all figures are derived "
        "from contracts and facts, and every entry is zero in three currencies."
    )
    body = f"<h1>{escape(title)}</h1><p class='lead'>{escape(lead)}</p>{figures}{sections}"
    return page(title, body, "en")


def page(title: str, body: str, language: str) -> str:
    """A page that stands alone: no script, no address elsewhere."""
    return (
        f"<!doctype html><html lang='{escape(language)}'><head><meta charset='utf-8'>"
        f"<meta name='viewport' content='width=device-width'><title>{escape(title)}</title>"
        f"<style>{_style()}</style></head><body>{body}</body></html>\n"
    )


def _style() -> str:
    return (files("harmony_core.demo") / "report.css").read_text(encoding="utf-8")


def table_html(table: Table, culture: Culture) -> str:
    """One table with its title and notes."""
    numeric = [
        any(is_number(row[index]) for row in table.rows) for index in range(len(table.columns))
    ]

    def cells(tag: str, texts: tuple[str, ...]) -> str:
        parts = (
            f"<{tag}{' class=n' if right else ''}>{escape(text)}</{tag}>"
            for text, right in zip(texts, numeric, strict=True)
        )
        return f"<tr>{''.join(parts)}</tr>"

    rows = "".join(cells("td", row) for row in table.text_rows(culture))
    notes = "".join(f"<p class='note'>{escape(note)}</p>" for note in table.notes)
    head = cells("th", table.columns)
    return (
        f"<h2>{escape(table.title)}</h2><div class='wide'><table><thead>{head}</thead>"
        f"<tbody>{rows}</tbody></table></div>{notes}"
    )


def plots(results: Results) -> tuple[str, ...]:
    """Revenue by type, the trend and the ranking, as SVG."""
    return (
        _draw(results, _revenue, 3.4),
        _draw(results, _trend, 3.0),
        _draw(results, _ranked, 5.2),
    )


def _draw(results: Results, draw: Callable[[Results, Axes], None], height: float) -> str:
    from matplotlib import rc_context
    from matplotlib.figure import Figure

    with rc_context({"svg.hashsalt": "harmony-core", "svg.fonttype": "none", "font.size": 9}):
        figure = Figure(figsize=(10, height), layout="constrained")
        axes = figure.subplots()
        draw(results, axes)
        axes.margins(y=0.02 if draw is _ranked else 0.18)  # room for the legend above the bars
        axes.spines[["top", "right"]].set_visible(False)
        text = StringIO()
        figure.savefig(text, format="svg", metadata={"Date": None})
    svg = text.getvalue()
    return svg[svg.index("<svg") :]


def _revenue(results: Results, axes: Axes) -> None:
    """Recognised revenue by contract type and month, in thousands of the group's currency."""
    months = list(months_between(results.first, results.last))
    by_type: defaultdict[str, dict[str, float]] = defaultdict(dict)
    rows = contribution_by(results.profit, "contract_type", "month").rows
    for (kind, month), figures in rows.items():
        by_type[kind][month] = float(figures.revenue.amount) / 1000
    base = [0.0] * len(months)
    for kind in ContractType:
        heights = [by_type[kind.value].get(str(month), 0.0) for month in months]
        axes.bar(_labels(months), heights, bottom=base, label=kind.value, color=_COLOURS[kind])
        base = [low + height for low, height in zip(base, heights, strict=True)]
    axes.set_title(f"Recognised revenue by contract type, thousand {results.profit.currency}")
    axes.legend(ncols=4, frameon=False, loc="upper left")
    axes.tick_params(axis="x", rotation=60)


def _trend(results: Results, axes: Axes) -> None:
    shown = trend(results.profit, results.last)
    months = _labels([row.month for row in shown.months])
    revenue = [float(row.figures.revenue.amount) / 1000 for row in shown.months]
    earned = [float(row.figures.contribution.amount) / 1000 for row in shown.months]
    axes.bar(months, revenue, color="#d5dde5", label="revenue")
    axes.bar(months, earned, color="#2f6690", width=0.5, label="contribution")
    axes.set_title(f"Revenue and contribution of twelve months, thousand {shown.currency}")
    axes.legend(ncols=2, frameon=False, loc="upper left")


def _ranked(results: Results, axes: Axes) -> None:
    ranked = ranking(results.profit, "customer", 10)
    rows = [*reversed(ranked.bottom), *reversed(ranked.top)]
    rows = sorted({row.id: row for row in rows}.values(), key=lambda row: row.figures.contribution)
    values = [float(row.figures.contribution.amount) / 1000 for row in rows]
    colours = ["#a4516a" if value < 0 else "#2f6690" for value in values]
    axes.barh([results.customers[row.id].name for row in rows], values, color=colours)
    axes.axvline(0, color="#1c2733", linewidth=0.8)
    axes.set_title(f"Top and bottom ten customers, contribution in thousand {ranked.currency}")


def _labels(months: list[Month]) -> list[str]:
    return [str(month) for month in months]
