"""Numbers to SVG: plain elements with classes, titles and descriptions, drawn on the server.

Colors come from the style sheet. Whatever text enters a chart is escaped by `element`.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from analysis.models import group_letter

WIDTH = 480
MIN_HEIGHT, MAX_HEIGHT = 240, 440
MARGIN = 16
DOT = 2.6
# About four people in five of a two-dimensional normal distribution lie within this many deviations.
ELLIPSE_DEVIATIONS = 1.79
# Dots further out than this many deviations of all dots are drawn at the edge.
EDGE_DEVIATIONS = 3.0


def element(name: str, *children: str, **attributes: object) -> SafeString:
    """One SVG element. `class_` and `stroke_width` become class and stroke-width; None is left out."""
    shown = ((_spelled(key), value) for key, value in attributes.items() if value is not None)
    written = format_html_join("", ' {}="{}"', shown)
    inner = format_html_join("", "{}", ((child,) for child in children))
    return format_html("<{}{}>{}</{}>", name, written, inner, name)


def _spelled(key: str) -> str:
    """Python's spelling to SVG's, which has hyphens and, in two names, a capital letter."""
    camel = {"view_box": "viewBox", "preserve_aspect_ratio": "preserveAspectRatio"}
    return camel.get(key, key.rstrip("_").replace("_", "-"))


def vote_bar(name: str, *, agree: int, passed: int, disagree: int) -> SafeString:
    """One stacked bar of agree, pass and disagree; the numbers stand beside it in words as well."""
    total = agree + passed + disagree
    described = f"{name}: {agree} agree, {passed} pass, {disagree} disagree"
    parts, start = [], 0.0
    for count, vote in ((agree, "agree"), (passed, "pass"), (disagree, "disagree")):
        width = 100 * count / total if total else 0.0
        if count:
            parts.append(
                element("rect", class_=f"vote-{vote}", x=f"{start:.2f}", y=0, width=f"{width:.2f}", height=10)
            )
        start += width
    return element(
        "svg",
        element("title", described),
        *parts,
        class_="meter vote-meter",
        view_box="0 0 100 10",
        preserve_aspect_ratio="none",
        role="img",
        aria_label=described,
    )


@dataclass(frozen=True)
class MapGroup:
    """A group on the map: its people's middle, their spread, and how many they are."""

    number: int
    size: int
    mean_x: float
    mean_y: float
    variance_x: float
    variance_y: float
    covariance: float

    @property
    def letter(self) -> str:
        return group_letter(self.number)

    @property
    def css(self) -> str:
        return f"group--{self.letter.lower()}"


@dataclass(frozen=True)
class Dot:
    x: float
    y: float
    group: int | None


@dataclass(frozen=True)
class Frame:
    """Where a point of the map falls on the page: one scale for both directions, up is up."""

    left: float
    top: float
    scale: float
    height: float

    @classmethod
    def around(cls, dots: Sequence[Dot]) -> "Frame":
        left, right = _range([dot.x for dot in dots])
        bottom, top = _range([dot.y for dot in dots])
        scale = (WIDTH - 2 * MARGIN) / (right - left)
        height = (top - bottom) * scale + 2 * MARGIN
        if height > MAX_HEIGHT:
            scale *= (MAX_HEIGHT - 2 * MARGIN) / (height - 2 * MARGIN)
        shown = min(max(height, MIN_HEIGHT), MAX_HEIGHT)
        middle_x, middle_y = (left + right) / 2, (bottom + top) / 2
        return cls(middle_x - WIDTH / 2 / scale, middle_y + shown / 2 / scale, scale, shown)

    def place(self, x: float, y: float) -> tuple[float, float]:
        return (x - self.left) * self.scale, (self.top - y) * self.scale

    def place_inside(self, x: float, y: float) -> tuple[float, float]:
        across, down = self.place(x, y)
        edge = MARGIN / 2
        return min(max(across, edge), WIDTH - edge), min(max(down, edge), self.height - edge)


def opinion_map(title: str, groups: Sequence[MapGroup], dots: Sequence[Dot]) -> SafeString:
    """The map: a mark per person in the color and shape of the group, an outline and a label per group."""
    frame = Frame.around(dots)
    sizes = "; ".join(f"group {group.letter} {group.size:,} people" for group in groups)
    return element(
        "svg",
        element("title", title),
        element("desc", f"Each mark is a person. People who voted alike stand close together: {sizes}."),
        element("rect", class_="plot", x=0.5, y=0.5, width=WIDTH - 1, height=round(frame.height) - 1, rx=6),
        *[_outline(frame, group) for group in groups],
        *_marks(frame, groups, dots),
        *[_label(frame, group) for group in groups],
        class_="opinion-map",
        view_box=f"0 0 {WIDTH} {round(frame.height)}",
        role="img",
    )


def _range(values: Sequence[float]) -> tuple[float, float]:
    """The span to show: all values, but for those far out."""
    if not values:
        return -1.0, 1.0
    mean = math.fsum(values) / len(values)
    spread = math.sqrt(math.fsum((value - mean) ** 2 for value in values) / len(values))
    low = max(min(values), mean - EDGE_DEVIATIONS * spread)
    high = min(max(values), mean + EDGE_DEVIATIONS * spread)
    return (low, high) if high - low > 1e-9 else (mean - 1, mean + 1)


def _outline(frame: Frame, group: MapGroup) -> SafeString:
    """An ellipse around most of a group's people, from the two main directions of their spread."""
    half_sum = (group.variance_x + group.variance_y) / 2
    half_gap = math.hypot((group.variance_x - group.variance_y) / 2, group.covariance)
    long, short = math.sqrt(half_sum + half_gap), math.sqrt(max(half_sum - half_gap, 0.0))
    angle = math.degrees(math.atan2(2 * group.covariance, group.variance_x - group.variance_y) / 2)
    x, y = frame.place(group.mean_x, group.mean_y)
    reach = ELLIPSE_DEVIATIONS * frame.scale
    return element(
        "ellipse",
        class_=f"hull {group.css}",
        rx=f"{max(long * reach, 8):.1f}",
        ry=f"{max(short * reach, 8):.1f}",
        transform=f"translate({x:.1f} {y:.1f}) rotate({-angle:.1f})",
    )


def _marks(frame: Frame, groups: Sequence[MapGroup], dots: Sequence[Dot]) -> list[SafeString]:
    """All marks of a group in one path, people in no group first: small files for large crowds."""
    css_of: dict[int | None, str] = {None: "nobody"}
    css_of |= {group.number: group.css for group in groups}
    drawn = []
    for number, css in css_of.items():
        shape = _shape(number)
        places = [frame.place_inside(dot.x, dot.y) for dot in dots if dot.group == number]
        path = "".join(f"M{x:.1f} {y:.1f}{shape}" for x, y in places)
        if path:
            drawn.append(element("path", class_=f"mark {css}", d=path))
    return drawn


def _shape(group: int | None) -> str:
    """A circle, square, triangle, diamond or bar, drawn around the current point; a speck for no group."""
    r = DOT
    shapes = {
        0: f"m{-r} 0a{r} {r} 0 1 0 {2 * r} 0a{r} {r} 0 1 0 {-2 * r} 0",
        1: f"m{-r} {-r}h{2 * r}v{2 * r}h{-2 * r}z",
        2: f"m0 {-r - 0.6}l{r + 0.6} {2 * r + 0.6}h{-2 * r - 1.2}z",
        3: f"m0 {-r - 1}l{r + 1} {r + 1}l{-r - 1} {r + 1}l{-r - 1} {-r - 1}z",
        4: f"m{-r - 1} {-r / 2}h{2 * r + 2}v{r}h{-2 * r - 2}z",
    }
    return "m-1 -1h2v2h-2z" if group is None else shapes[group % len(shapes)]


def _label(frame: Frame, group: MapGroup) -> SafeString:
    """The group's letter in a disc at its middle, its size below."""
    x, y = frame.place_inside(group.mean_x, group.mean_y)
    people = "1 person" if group.size == 1 else f"{group.size:,} people"
    return element(
        "g",
        element("circle", class_=f"badge {group.css}", cx=f"{x:.1f}", cy=f"{y:.1f}", r=15),
        element("text", group.letter, class_=f"letter {group.css}", x=f"{x:.1f}", y=f"{y + 5.5:.1f}"),
        element("text", people, class_="size", x=f"{x:.1f}", y=f"{y + 32:.1f}"),
        class_="label",
    )
