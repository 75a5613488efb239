"""The ROC curve of a classifier as SVG; colors come from the style sheet."""

from collections.abc import Sequence

from django.utils.safestring import SafeString

from analysis.charts import element

SIZE = 320
MARGIN = 72
EDGE = 28
TICKS = (0.0, 0.5, 1.0)


def draw_roc(points: Sequence[Sequence[float]], mark: tuple[float, float], described: str) -> SafeString:
    """The curve over the line that guessing would draw, and a mark where the threshold stands."""
    return element(
        "svg",
        element("title", described),
        *grid(),
        element("path", d=path([(0.0, 0.0), (1.0, 1.0)]), class_="roc-chance"),
        element("path", d=path([(x, y) for x, y in points]), class_="roc-curve"),
        element("circle", cx=across(mark[0]), cy=up(mark[1]), r=6, class_="dot dot--a"),
        class_="roc",
        view_box=f"0 0 {MARGIN + SIZE + EDGE} {12 + SIZE + 48}",
        role="img",
        aria_label=described,
    )


def grid() -> list[SafeString]:
    """Faint lines at none, half and all, with their numbers, and a word for each axis."""
    parts = []
    for tick in TICKS:
        label = f"{100 * tick:.0f} %"
        parts += [
            element("path", d=path([(tick, 0.0), (tick, 1.0)]), class_="grid-line"),
            element("path", d=path([(0.0, tick), (1.0, tick)]), class_="grid-line"),
            element("text", label, x=across(tick), y=SIZE + 28, text_anchor="middle"),
            element("text", label, x=MARGIN - 8, y=float(up(tick)) + 4, text_anchor="end"),
        ]
    across_words, up_words = "permitted texts refused", "restricted texts refused"
    parts.append(element("text", across_words, x=MARGIN + SIZE / 2, y=SIZE + 48, text_anchor="middle"))
    turned = f"translate(12 {12 + SIZE / 2}) rotate(-90)"
    parts.append(element("text", up_words, transform=turned, text_anchor="middle"))
    return parts


def path(points: Sequence[tuple[float, float]]) -> str:
    return "M" + " L".join(f"{across(x)} {up(y)}" for x, y in points)


def across(share: float) -> str:
    return f"{MARGIN + SIZE * share:.1f}"


def up(share: float) -> str:
    return f"{12 + SIZE * (1 - share):.1f}"
