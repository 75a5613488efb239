"""Losses and rewards as curves: the line in SVG, its words and numbers in HTML, so that they keep size."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.safestring import SafeString

from analysis.charts import element
from training.finetuning.progress import Curve

STAGE_WORDS = {
    "sft": "learning the revised answers",
    "dpo": "learning to prefer chosen answers",
    "reward": "learning what is chosen (reward model)",
    "rloo": "learning from rewards (RLOO)",
    "grpo": "learning from rewards (GRPO)",
}
MEASURES = {"loss": "Training loss", "eval_loss": "Loss on held-out rows", "reward": "Mean reward"}
SHOWN = tuple(MEASURES)
WIDTH, HEIGHT = 600, 200
MOST_POINTS = 400
MOST_TABLE_ROWS = 40


@dataclass(frozen=True)
class StageFigure:
    """One stage's curves, with what stands around them, and the same numbers as a table."""

    title: str
    drawing: SafeString
    top: str
    bottom: str
    first: int
    last: int
    names: list[tuple[str, str]]
    rows: list[tuple[int, list[str]]]


def draw_stages(curves: Sequence[Curve]) -> list[StageFigure]:
    """A figure for each stage; of online learning the reward is shown, whose loss says little."""
    figures = []
    for stage in sorted({curve.stage for curve in curves}):
        here = [curve for curve in curves if curve.stage == stage]
        rewards = [curve for curve in here if curve.name == "reward"]
        figures.append(draw_stage(rewards or here))
    return figures


def draw_stage(curves: Sequence[Curve]) -> StageFigure:
    curves = sorted(curves, key=lambda curve: SHOWN.index(curve.name))
    values = [value for curve in curves for value in curve.points.values()]
    steps = [step for curve in curves for step in curve.points]
    box = (min(steps), max(steps), min(values), max(values))
    title = title_of(curves[0])
    return StageFigure(
        title=title,
        drawing=element(
            "svg",
            *(draw_line(curve, box) for curve in curves),
            class_="curve",
            view_box=f"0 0 {WIDTH} {HEIGHT}",
            preserve_aspect_ratio="none",
            role="img",
            aria_label=title,
        ),
        top=shown(box[3]),
        bottom=shown(box[2]),
        first=box[0],
        last=box[1],
        names=[(curve.name, MEASURES[curve.name]) for curve in curves],
        rows=table_rows(curves),
    )


def title_of(curve: Curve) -> str:
    """What the figure shows, in words."""
    points = curve.sorted_points()
    first, last = points[0][1], points[-1][1]
    words = f"Stage {curve.stage}, {STAGE_WORDS.get(curve.kind, curve.kind)}"
    name = "mean reward" if curve.name == "reward" else "loss"
    if len(points) == 1:
        return f"{words}: the {name} is {shown(first)} at first"
    moved = "fell" if last < first else "rose" if last > first else "stayed"
    return f"{words}: the {name} {moved} from {shown(first)} to {shown(last)}"


def draw_line(curve: Curve, box: tuple[int, int, float, float]) -> SafeString:
    """The curve as one line; a single point becomes a short dash."""
    points = thinned(curve.sorted_points(), MOST_POINTS)
    first, last, low, high = box
    places = [
        (
            WIDTH * (step - first) / ((last - first) or 1),
            HEIGHT - 8 - (HEIGHT - 16) * (value - low) / ((high - low) or 1),
        )
        for step, value in points
    ]
    if len(places) == 1:
        places.append((places[0][0] + 6, places[0][1]))
    joined = " ".join(f"{x:.1f},{y:.1f}" for x, y in places)
    name = curve.name.replace("_", "-")
    return element("polyline", points=joined, class_=f"curve__line curve__line--{name}")


def thinned(points: list[tuple[int, float]], most: int) -> list[tuple[int, float]]:
    """At most so many points, evenly, with the first and the last."""
    if len(points) <= most:
        return points
    step = (len(points) - 1) / (most - 1)
    return [points[round(place * step)] for place in range(most)]


def table_rows(curves: Sequence[Curve]) -> list[tuple[int, list[str]]]:
    """Steps with each curve's value, or a dash where it was not measured."""
    measured = sorted({step for curve in curves for step in curve.points})
    steps = [step for step, _ in thinned([(step, 0.0) for step in measured], MOST_TABLE_ROWS)]
    return [
        (step, [shown(curve.points[step]) if step in curve.points else "–" for curve in curves])
        for step in steps
    ]


def shown(value: float) -> str:
    return f"{value:.3g}".replace("-", "−")
