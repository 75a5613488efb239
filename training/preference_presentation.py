"""Preference pairs and their figures in the words and marks of pages."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.html import format_html
from django.utils.safestring import SafeString

from analysis.charts import element
from constitution.models import Principle
from training.preferences import PreferencePair

STATUS_WORDS = {
    "ok": "one answer is better",
    "tie": "a tie",
    "identical": "the same text twice",
    "refused": "the judge refused",
    "unread": "could not be read",
}
FILTERS = {
    "": "All pairs",
    "tie": "Ties",
    "split": "Orders disagree",
    "missing": "Without a label",
}
PLOT, TOP, EDGE, LEFT = 260, 28, 12, 44


@dataclass(frozen=True)
class ShownPair:
    """One pair with its bar, its remarks, and the principles it was judged under."""

    pair: PreferencePair
    bar: SafeString | None
    remarks: list[str]
    principles: list[Principle]
    reasoning: list[str]

    @property
    def status(self) -> str:
        return STATUS_WORDS[self.pair.status]

    @property
    def is_decided(self) -> bool:
        return self.pair.status == "ok"


def shown_pair(pair: PreferencePair, principles: Mapping[int, Principle]) -> ShownPair:
    """A pair ready for its template."""
    return ShownPair(
        pair=pair,
        bar=None if pair.label is None else label_bar(pair.label),
        remarks=list(remarks_on(pair)),
        principles=[principles[id] for id in pair.principle_ids if id in principles],
        reasoning=[judgement.text for judgement in pair.judgements if pair.is_clamped and judgement.text],
    )


def remarks_on(pair: PreferencePair) -> Iterator[str]:
    """What a reader should know before trusting a label."""
    if pair.orders_disagree():
        yield "the orders disagree"
    if pair.is_clamped:
        yield "judged after reasoning, clamped to 0.4–0.6"
    if pair.chosen.refuses:
        yield "the chosen answer refuses" if pair.status == "ok" else "an answer refuses"
    if pair.rejected.refuses:
        yield "the rejected answer refuses" if pair.status == "ok" else "an answer refuses"
    if "cut" in (pair.chosen.status, pair.rejected.status):
        yield "an answer was cut off"


def is_shown(pair: PreferencePair, *, principle: int | None, only: str) -> bool:
    """Whether a pair passes the page's filters."""
    if principle is not None and principle not in pair.principle_ids:
        return False
    if only == "tie":
        return pair.is_tie()
    if only == "split":
        return pair.orders_disagree()
    return pair.label is None if only == "missing" else True


def label_bar(label: float) -> SafeString:
    """How likely the chosen answer is the better one: a bar with a mark at one half."""
    described = f"The chosen answer is better with probability {label:.2f}"
    return element(
        "svg",
        element("title", described),
        element("rect", class_="label-bar__value", x=0, y=0, width=f"{100 * label:.2f}", height=10),
        element("rect", class_="label-bar__half", x=49.75, y=0, width=0.5, height=10),
        class_="meter label-bar",
        view_box="0 0 100 10",
        preserve_aspect_ratio="none",
        role="img",
        aria_label=described,
    )


def in_words(value: float | None) -> str:
    """A figure with two digits, or a dash where there is none."""
    return "–" if value is None else f"{round(value, 2) + 0.0:.2f}".replace("-", "−")


def with_bounds(value: float | None, low: float | None, high: float | None) -> SafeString:
    """A figure with its interval: 0.62 (0.41 to 0.80)."""
    if value is None or low is None or high is None:
        return format_html("{}", in_words(value))
    bounds = f"({in_words(low)} to {in_words(high)})"
    return format_html('{} <span class="bounds">{}</span>', in_words(value), bounds)


def agreement_row(name: str, told: Mapping[str, Any]) -> dict[str, Any]:
    """Agreement in a table's cells."""
    return {
        "name": name,
        "n": told["n"],
        "share": None if told["share"] is None else 100 * told["share"],
        "kappa": with_bounds(told["kappa"], told["low"], told["high"]),
    }


def orders_row(name: str, told: Mapping[str, Any]) -> dict[str, Any]:
    """Both orders compared, with the effect of the position."""
    position = told["position"]
    effect = with_bounds(position["mean"], position["low"], position["high"])
    return agreement_row(name, told["agreement"]) | {"effect": effect, "n_effect": position["n"]}


def interval_of(figure: Mapping[str, Any]) -> SafeString:
    return with_bounds(figure["value"], figure["low"], figure["high"])


def reliability_diagram(calibration: Mapping[str, Any]) -> SafeString:
    """People's choices against labels: on the line, labels mean what they say. A table has the numbers."""
    bins = [bin for bin in calibration["bins"] if bin["n"]]
    most = max(bin["n"] for bin in bins)
    marks = [
        element(
            "circle",
            cx=f"{x_of(bin['label']):.1f}",
            cy=f"{y_of(bin['share']):.1f}",
            r=f"{4 + 7 * (bin['n'] / most) ** 0.5:.1f}",
            class_="mark accent",
        )
        for bin in bins
    ]
    bounds = [
        element(
            "line",
            x1=x,
            x2=x,
            y1=y_of(bin["low_share"]),
            y2=y_of(bin["high_share"]),
            class_="reliability__bound",
        )
        for bin in bins
        for x in [f"{x_of(bin['label']):.1f}"]
    ]
    return element(
        "svg",
        element("title", "Share of people who chose the same answer, by the label's size"),
        *axes(),
        element("line", x1=x_of(0.5), y1=y_of(0.5), x2=x_of(1), y2=y_of(1), class_="reliability__ideal"),
        *bounds,
        *marks,
        class_="reliability",
        view_box=f"0 0 {LEFT + PLOT + EDGE} {TOP + PLOT + 44}",
        role="img",
        aria_label="Reliability diagram; its numbers stand in the table beside it",
    )


def axes() -> Iterator[SafeString]:
    """The plot's ground, its grid, and what the axes mean."""
    yield element("rect", x=LEFT, y=TOP, width=PLOT, height=PLOT, class_="plot")
    for tick in (0.0, 0.25, 0.5, 0.75, 1.0):
        y = y_of(tick)
        yield element("line", x1=LEFT, x2=LEFT + PLOT, y1=y, y2=y, class_="grid-line")
        yield element("text", f"{tick:g}", x=LEFT - 6, y=y + 4, text_anchor="end", class_="muted")
    for tick in (0.5, 0.6, 0.7, 0.8, 0.9, 1.0):
        anchor = "end" if tick == 1 else "middle"
        yield element(
            "text", f"{tick:g}", x=f"{x_of(tick):.1f}", y=TOP + PLOT + 18, text_anchor=anchor, class_="muted"
        )
    yield element("text", "the model's label", x=LEFT + PLOT, y=TOP + PLOT + 38, text_anchor="end")
    yield element("text", "share that people chose", x=LEFT, y=16)


def x_of(label: float) -> float:
    return LEFT + PLOT * (label - 0.5) / 0.5


def y_of(share: float) -> float:
    return TOP + PLOT * (1 - share)
