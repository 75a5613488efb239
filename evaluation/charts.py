"""Measures as dots with whiskers: one small SVG per row, its labels in HTML, so that text keeps its size.

Positions are percentages of the row's width; colors and sizes come from the style sheet.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.safestring import SafeString

from analysis.charts import element
from evaluation.reading import interval, number

Scale = tuple[float, float]

ROW_STEP = 18
# Room at both ends, in percent of the width, so that a dot at the very end is whole.
EDGE = 2.0


@dataclass(frozen=True)
class Dot:
    """One value with its interval; `side` is "a" or "b", which the style sheet tells apart by shape."""

    side: str
    name: str
    value: float | None
    low: float | None
    high: float | None


@dataclass(frozen=True)
class Row:
    """A labeled line of the chart; `group` is an opinion group's letter where the row is about one."""

    label: str
    group: str
    drawing: SafeString


@dataclass(frozen=True)
class Figure:
    """A chart: a title that says what it shows, its rows, and their common axis."""

    title: str
    rows: list[Row]
    axis: SafeString
    note: str = ""


def draw_row(label: str, dots: Sequence[Dot], scale: Scale) -> SafeString:
    """Draw the dots of one row under each other, over faint lines at the axis's ticks."""
    height = ROW_STEP * len(dots) + 6
    described = "; ".join(f"{dot.name}: {number(dot.value)} ({interval(dot.low, dot.high)})" for dot in dots)
    drawn = [part for place, dot in enumerate(dots) for part in draw_dot(dot, 12 + ROW_STEP * place, scale)]
    return element(
        "svg",
        *(line(tick, tick, (0, height), scale, "grid-line") for tick in ticks(scale)),
        *drawn,
        class_=f"dots dots--{len(dots)}",
        role="img",
        aria_label=f"{label}. {described}",
    )


def draw_dot(dot: Dot, y: int, scale: Scale) -> list[SafeString]:
    """A whisker from low to high and the dot on it; nothing where there is no value."""
    if dot.value is None:
        return []
    parts = []
    if dot.low is not None and dot.high is not None:
        parts.append(line(dot.low, dot.high, (y, y), scale, f"whisker whisker--{dot.side}"))
    x = f"{percent(dot.value, scale):.2f}%"
    parts.append(element("circle", cx=x, cy=y, r=6, class_=f"dot dot--{dot.side}"))
    return parts


def draw_axis(scale: Scale) -> SafeString:
    """The numbers under the rows."""
    places = [(tick, f"{percent(tick, scale):.2f}%") for tick in ticks(scale)]
    anchors = ("start", "middle", "end")
    texts = [
        element("text", f"{tick:g}".replace("-", "−"), x=x, y=14, text_anchor=anchor)
        for (tick, x), anchor in zip(places, anchors, strict=True)
    ]
    return element("svg", *texts, class_="dots dots--axis", aria_hidden="true")


def line(start: float, end: float, heights: tuple[int, int], scale: Scale, name: str) -> SafeString:
    """A straight line between two values."""
    x1, x2 = (f"{percent(value, scale):.2f}%" for value in (start, end))
    return element("line", x1=x1, x2=x2, y1=heights[0], y2=heights[1], class_=name)


def ticks(scale: Scale) -> tuple[float, float, float]:
    low, high = scale
    return low, (low + high) / 2, high


def percent(value: float, scale: Scale) -> float:
    """Where a value stands across the row, in percent."""
    low, high = scale
    share = (min(max(value, low), high) - low) / (high - low)
    return EDGE + share * (100 - 2 * EDGE)
