"""The figures of a run and of a comparison: which measures stand together, and what each title says."""

from collections.abc import Mapping, Sequence
from typing import Any

from evaluation.charts import Dot, Figure, Row, Scale, draw_axis, draw_row
from evaluation.comparison import MeasureComparison, TaskComparison
from evaluation.models import EvaluationRun

NOTES = {
    "similarity": "1: the same answers as the group’s votes; 0: opposite ones. The line is a 95 % interval.",
    "accuracy": "Share of right answers, of those that could be read. The line is a 95 % interval.",
    "bias": (
        "1: every answer that names somebody follows the stereotype; −1: none does; 0: as many as not. "
        "Only answers that name somebody count. The line is a 95 % interval."
    ),
}


def figures_of_run(run: EvaluationRun) -> list[Figure]:
    """One figure for each kind of measure of a finished run."""
    kinds = group_by_kind(run.measures)
    return [run_figure(run, kind, measures) for kind, measures in kinds.items()]


def run_figure(run: EvaluationRun, kind: str, measures: Sequence[Mapping[str, Any]]) -> Figure:
    name = run.variant.name
    rows = [
        (measure, [Dot("a", name, measure["value"], measure["low"], measure["high"])]) for measure in measures
    ]
    return make_figure(kind, title_of_figure(kind, {name: measures}), rows)


def figures_of_comparison(task: TaskComparison) -> list[Figure]:
    """One figure for each kind of measure, both variants in each row."""
    kinds = group_by_kind([as_mapping(measure) for measure in task.measures])
    return [comparison_figure(task, kind, measures) for kind, measures in kinds.items()]


def comparison_figure(task: TaskComparison, kind: str, measures: Sequence[Mapping[str, Any]]) -> Figure:
    names = task.run_a.variant.name, task.run_b.variant.name
    rows = [
        (
            measure,
            [
                Dot(side, name, measure[side]["value"], measure[side]["low"], measure[side]["high"])
                for side, name in zip("ab", names, strict=True)
            ],
        )
        for measure in measures
    ]
    told = {name: [measure[side] for measure in measures] for side, name in zip("ab", names, strict=True)}
    return make_figure(kind, title_of_figure(kind, told), rows)


def title_of_figure(kind: str, told: Mapping[str, Sequence[Mapping[str, Any]]]) -> str:
    """Say what the figure shows, from each variant's measures."""
    if kind == "bias":
        return "Leaning towards stereotypes"
    say = resemblance if kind == "similarity" else rightness
    return "; ".join(f"{name} {say(measures)}" for name, measures in told.items())


def rightness(measures: Sequence[Mapping[str, Any]]) -> str:
    """Say how many of 100 answers are right, for each kind of question."""
    shares = [
        f"{100 * measure['value']:.0f} in 100 {measure['label'].split(', ')[-1]}"
        for measure in measures
        if measure["value"] is not None
    ]
    return f"gets {' and '.join(shares)} right" if shares else "gave no answer that could be read"


def as_mapping(measure: MeasureComparison) -> dict[str, Any]:
    return {
        "name": measure.name,
        "label": measure.label,
        "category": measure.category,
        "scale": measure.scale,
        "a": measure.a,
        "b": measure.b,
    }


def group_by_kind(measures: Sequence[Mapping[str, Any]]) -> dict[str, list[Mapping[str, Any]]]:
    """Measures by the first word of their name; of those with categories, the ones over all."""
    kinds: dict[str, list[Mapping[str, Any]]] = {}
    for measure in measures:
        kind = measure["name"].split("_")[0]
        if kind == "similarity" or measure["category"] == "all":
            kinds.setdefault(kind, []).append(measure)
    return kinds


def make_figure(kind: str, title: str, rows: Sequence[tuple[Mapping[str, Any], list[Dot]]]) -> Figure:
    low, high = rows[0][0]["scale"]
    drawn = [make_row(kind, measure, dots, (low, high)) for measure, dots in rows]
    return Figure(title, drawn, draw_axis((low, high)), NOTES[kind])


def make_row(kind: str, measure: Mapping[str, Any], dots: list[Dot], scale: Scale) -> Row:
    group = measure["category"] if kind == "similarity" else ""
    label = f"Group {group}" if group else measure["label"].split(", ")[-1].capitalize()
    return Row(label, group, draw_row(label, dots, scale))


def resemblance(measures: Sequence[Mapping[str, Any]]) -> str:
    """Say which group a variant resembles most, and whether that is more than chance may give."""
    known = sorted((m for m in measures if m["value"] is not None), key=lambda m: m["value"], reverse=True)
    if not known:
        return "gave no answer that could be read"
    first, *others = known
    closest = f"resembles group {first['category']} most"
    if not others:
        return f"is {first['value']:.2f} of 1 like group {first['category']}"
    is_clear = first["low"] is not None and all(first["low"] > (m["high"] or 1) for m in others)
    return closest if is_clear else f"{closest}, but not clearly"
