"""Numbers to SVG: plain elements with classes, titles and descriptions, drawn on the server.

Colors come from the style sheet. Whatever text enters a chart is escaped by `element`.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

from django.contrib.humanize.templatetags.humanize import intcomma
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext, ngettext

from analysis.models import group_letter

Place = tuple[float, float]

WIDTH = 480
MIN_HEIGHT, MAX_HEIGHT = 240, 440
MARGIN = 20
DOT = 2.3
# Half the width of a letter of the labels, which are 13 pixels high and bold.
HALF_LETTER = 4.2
# Marks further out than these shares of all people, on either side, stand at the edge of the map.
EDGE_SHARE = 0.01
# An outline leaves out this share of a group's people, those furthest from its middle.
LEFT_OUT_SHARE = 0.1


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
    counts = {"name": name, "agrees": agree, "passes": passed, "disagrees": disagree}
    described = gettext("%(name)s: %(agrees)s agree, %(passes)s pass, %(disagrees)s disagree") % counts
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
    """A group on the map and how many people it has, drawn or not."""

    number: int
    size: int

    @property
    def letter(self) -> str:
        return group_letter(self.number)

    @property
    def css(self) -> str:
        return f"group--{self.letter.lower()}"


@dataclass(frozen=True)
class Dot:
    """One person's place and group."""

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

    def place(self, x: float, y: float) -> Place:
        """The point on the page; people far out stand at the edge."""
        across, down, edge = (x - self.left) * self.scale, (self.top - y) * self.scale, MARGIN / 2
        return min(max(across, edge), WIDTH - edge), min(max(down, edge), self.height - edge)


def opinion_map(
    title: str,
    groups: Sequence[MapGroup],
    dots: Sequence[Dot],
    *,
    own: Place | None = None,
    described: str = "",
) -> SafeString:
    """The map: a mark per person in the color and shape of the group, an outline and a label per group.

    `own` is where the reader stands, `described` the words for those who do not see the map.
    """
    frame = Frame.around(dots)
    places = {
        number: [frame.place(dot.x, dot.y) for dot in dots if dot.group == number]
        for number in (None, *(group.number for group in groups))
    }
    drawn = [group for group in groups if places[group.number]]
    if not described:
        sizes = "; ".join(f"{group.letter} {intcomma(group.size)}" for group in groups)
        described = gettext(
            "Each mark is a person. People who voted alike stand close together. "
            "People in each group: %(sizes)s."
        ) % {"sizes": sizes}
    return element(
        "svg",
        element("title", title),
        element("desc", described),
        element("rect", class_="plot", x=0.5, y=0.5, width=WIDTH - 1, height=round(frame.height) - 1, rx=6),
        *[_outline(group, places[group.number]) for group in drawn],
        _marks("nobody", None, places[None]),
        *[_marks(group.css, group.number, places[group.number]) for group in drawn],
        *[_label(group, places[group.number]) for group in drawn],
        *([_own_mark(frame.place(*own))] if own else []),
        class_="opinion-map",
        view_box=f"0 0 {WIDTH} {round(frame.height)}",
        role="img",
    )


def _range(values: Sequence[float]) -> tuple[float, float]:
    """The span to show: all values but the outermost few."""
    ordered = sorted(values) or [0.0]
    cut = int(len(ordered) * EDGE_SHARE)
    low, high = ordered[cut], ordered[-1 - cut]
    return (low, high) if high - low > 1e-9 else (low - 1, low + 1)


def _middle(places: Sequence[Place]) -> Place:
    """The median place: a few people far out do not move it."""
    return median(x for x, _ in places), median(y for _, y in places)


def _outline(group: MapGroup, places: Sequence[Place]) -> SafeString:
    """The convex hull of a group's people, less those furthest from its middle."""
    middle = _middle(places)
    inner = sorted(places, key=lambda place: math.dist(place, middle))
    hull = convex_hull(inner[: math.ceil(len(inner) * (1 - LEFT_OUT_SHARE))])
    return element(
        "path", class_=f"hull {group.css}", d="M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in hull) + "Z"
    )


def convex_hull(places: Sequence[Place]) -> list[Place]:
    """The corners of the smallest convex shape around all places, in order (Andrew's monotone chain)."""
    ordered = sorted(set(places))
    if len(ordered) < 3:
        return ordered
    return _half_hull(ordered) + _half_hull(ordered[::-1])


def _half_hull(ordered: Sequence[Place]) -> list[Place]:
    corners: list[Place] = []
    for place in ordered:
        while len(corners) > 1 and _turn(corners[-2], corners[-1], place) <= 0:
            corners.pop()
        corners.append(place)
    return corners[:-1]


def _turn(first: Place, second: Place, third: Place) -> float:
    """Positive where the way through three places turns left."""
    return (second[0] - first[0]) * (third[1] - first[1]) - (second[1] - first[1]) * (third[0] - first[0])


def _marks(css: str, number: int | None, places: Sequence[Place]) -> SafeString:
    """All marks of a group in one path: small files for large crowds."""
    shape = _shape(number)
    return element("path", class_=f"mark {css}", d="".join(f"M{x:.1f} {y:.1f}{shape}" for x, y in places))


def _shape(group: int | None) -> str:
    """A circle, square, triangle, diamond or bar, drawn around the current point; a speck for no group."""
    r = DOT
    shapes = {
        0: f"m{-r} 0a{r} {r} 0 1 0 {2 * r} 0a{r} {r} 0 1 0 {-2 * r} 0",
        1: f"m{-r} {-r}h{2 * r}v{2 * r}h{-2 * r}z",
        2: f"m0 {-r - 0.6}l{r + 0.6} {2 * r + 0.6}h{-2 * r - 1.2}z",
        3: f"m0 {-r - 1}l{r + 1} {r + 1}l{-r - 1} {r + 1}l{-r - 1} {-r - 1}z",
        4: f"m{-r - 1} -1.5h{2 * r + 2}v3h{-2 * r - 2}z",
    }
    return "m-1 -1h2v2h-2z" if group is None else shapes[group % len(shapes)]


def _label(group: MapGroup, places: Sequence[Place]) -> SafeString:
    """The group's letter in a disc at its middle, its size below."""
    x, y = _middle(places)
    people = ngettext("%(n)s person", "%(n)s people", group.size) % {"n": intcomma(group.size)}
    return element(
        "g",
        element("circle", class_=f"badge {group.css}", cx=f"{x:.1f}", cy=f"{y:.1f}", r=13),
        element("text", group.letter, class_=f"letter {group.css}", x=f"{x:.1f}", y=f"{y + 5:.1f}"),
        element("text", people, class_="size", x=f"{_inside(x, people):.1f}", y=f"{y + 28:.1f}"),
    )


def _inside(x: float, words: str) -> float:
    """Where centered words of this length are not cut off by the map's edge."""
    half = HALF_LETTER * len(words) + 4
    return min(max(x, half), WIDTH - half)


def _own_mark(place: Place) -> SafeString:
    """Where the reader stands: a ringed dot with the word, above it or, at the upper edge, below."""
    x, y = place
    down = y - 17 if y > 34 else y + 26
    across = min(max(x, 2 * MARGIN), WIDTH - 2 * MARGIN)
    return element(
        "g",
        element("circle", class_="own-ring", cx=f"{x:.1f}", cy=f"{y:.1f}", r=9),
        element("circle", class_="own-dot", cx=f"{x:.1f}", cy=f"{y:.1f}", r=4.5),
        element("text", gettext("You"), class_="own-word", x=f"{across:.1f}", y=f"{down:.1f}"),
        class_="own",
    )
