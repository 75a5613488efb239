"""Measures and comparisons in words and plain tables, for people who read."""

from collections.abc import Mapping, Sequence
from typing import Any

from evaluation.comparison import Comparison, MeasureComparison, TaskComparison

SIGNIFICANT = 0.05
NOT_KNOWN = "—"


def number(value: float | None, *, signed: bool = False) -> str:
    """Three decimals, a true minus sign, and a dash where nothing is known."""
    if value is None:
        return NOT_KNOWN
    return f"{value:{'+' if signed else ''}.3f}".replace("-", "−")


def interval(low: float | None, high: float | None, *, signed: bool = False) -> str:
    """“0.41 to 0.63”, or a dash."""
    if low is None or high is None:
        return NOT_KNOWN
    return f"{number(low, signed=signed)} to {number(high, signed=signed)}"


def describe_measure(measure: Mapping[str, Any]) -> str:
    """One line: the measure, its value, interval and count."""
    bounds = interval(measure["low"], measure["high"])
    return f"{title_of(measure)}: {number(measure['value'])} ({bounds}; n = {measure['n']})"


def title_of(measure: Mapping[str, Any]) -> str:
    """The measure's label, with its category where the label does not name it already."""
    if measure["category"] in ("all", measure["label"][-1:]):
        return str(measure["label"])
    return f"{measure['label']}, {measure['category'].replace('_', ' ')}"


def describe_p(p_adjusted: float | None) -> str:
    """What a corrected p-value lets one say."""
    if p_adjusted is None:
        return "cannot be tested"
    return "a clear difference" if is_clear(p_adjusted) else "no clear difference"


def shown_measures(measures: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Rows of a page's table: each measure of a run in words and rounded numbers."""
    return [
        {
            "title": title_of(measure),
            "is_part": is_part(measure["name"], measure["category"]),
            "value": number(measure["value"]),
            "interval": interval(measure["low"], measure["high"]),
            "n": measure["n"],
            "n_left_out": measure["n_left_out"],
        }
        for measure in measures
    ]


def shown_rows(task: TaskComparison) -> list[dict[str, Any]]:
    """Rows of a page's table: each measure of both variants, what changed, and whether that is clear."""
    names = ("title", "a", "b", "difference", "interval", "p", "n")
    return [
        dict(zip(names, table_row(measure), strict=True))
        | {"verdict": describe_p(measure.p_adjusted), "is_clear": is_clear(measure.p_adjusted)}
        | {"is_part": is_part(measure.name, measure.category)}
        for measure in task.measures
    ]


def is_part(name: str, category: str) -> bool:
    """Whether a measure is about one category of a task that also has a measure over all of them."""
    return category != "all" and name != "similarity"


def is_clear(p_adjusted: float | None) -> bool:
    return p_adjusted is not None and p_adjusted < SIGNIFICANT


def write_comparison(comparison: Comparison) -> str:
    """The whole comparison as plain text."""
    lines = [f"A: {comparison.a} ({comparison.a.slug})", f"B: {comparison.b} ({comparison.b.slug})"]
    for task in comparison.tasks:
        lines += ["", *write_task(task)]
    for letter, only in (("A", comparison.only_a), ("B", comparison.only_b)):
        lines += [f"\nOnly {letter} has finished: {title}." for title in only]
    if not comparison.tasks:
        lines += ["", "There is no task that both have finished: use run_evaluation for each."]
    if comparison.n_tests:
        lines += ["", f"Intervals are 95 %. p-values are corrected for {comparison.n_tests} tests (Holm)."]
    return "\n".join(lines)


def write_task(task: TaskComparison) -> list[str]:
    """One task's measures as an aligned table, or why there is none."""
    mark = " · rehearsal, prepared answers" if task.is_rehearsal else ""
    heading = [f"{task.title}{mark}"]
    if task.reason:
        return [*heading, task.reason]
    head = ["measure", "A", "B", "B − A", "95 % interval", "p (Holm)", "items"]
    return heading + align([head, *(table_row(measure) for measure in task.measures)])


def table_row(measure: MeasureComparison) -> list[str]:
    paired = measure.paired
    return [
        title_of({"label": measure.label, "category": measure.category}),
        number(paired.a),
        number(paired.b),
        number(paired.difference, signed=True),
        interval(paired.low, paired.high, signed=True),
        number(measure.p_adjusted),
        str(paired.n_items),
    ]


def align(rows: list[list[str]]) -> list[str]:
    """Pad the cells of each column to one width; the first column to the left, numbers to the right."""
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    return [
        "  ".join(
            cell.rjust(width) if column else cell.ljust(width)
            for column, (cell, width) in enumerate(zip(row, widths, strict=True))
        )
        for row in rows
    ]
