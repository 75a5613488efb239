"""Two variants side by side, paired by item: measures, differences, corrected p-values."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from evaluation.models import EvaluationRun, ModelVariant
from evaluation.services import read_judgements
from evaluation.statistics import PairedDifference, holm, paired_difference
from evaluation.tasks import TASKS
from evaluation.tasks.base import Measure


@dataclass(frozen=True)
class MeasureComparison:
    """One measure of both variants over the items both answered."""

    name: str
    label: str
    category: str
    scale: tuple[float, float]
    a: dict[str, float | None]
    b: dict[str, float | None]
    paired: PairedDifference
    p_adjusted: float | None = None


@dataclass(frozen=True)
class TaskComparison:
    """One task that both variants ran; `reason` says why it is not compared, where it is not."""

    task: str
    title: str
    run_a: EvaluationRun
    run_b: EvaluationRun
    measures: list[MeasureComparison]
    reason: str = ""

    @property
    def is_rehearsal(self) -> bool:
        return self.run_a.is_rehearsal or self.run_b.is_rehearsal


@dataclass(frozen=True)
class Comparison:
    """Variant A beside variant B on every task both have finished."""

    a: ModelVariant
    b: ModelVariant
    tasks: list[TaskComparison]
    only_a: list[str]
    only_b: list[str]
    n_tests: int


def compare_variants(*, a: ModelVariant, b: ModelVariant) -> Comparison:
    """Compare two variants on each task both have finished; Holm's correction runs over all tests made."""
    runs_a, runs_b = finished_runs(a), finished_runs(b)
    shared = [name for name in TASKS if name in runs_a and name in runs_b]
    tasks = [compare_task(*choose_pair(runs_a[name], runs_b[name])) for name in shared]
    p_values = [measure.paired.p_value for task in tasks for measure in task.measures]
    return Comparison(
        a=a,
        b=b,
        tasks=correct(tasks, holm(p_values)),
        only_a=[TASKS[name].title for name in TASKS if name in runs_a and name not in runs_b],
        only_b=[TASKS[name].title for name in TASKS if name in runs_b and name not in runs_a],
        n_tests=sum(p is not None for p in p_values),
    )


def finished_runs(variant: ModelVariant) -> dict[str, list[EvaluationRun]]:
    """The variant's finished runs by task, newest first."""
    runs: dict[str, list[EvaluationRun]] = {}
    for run in variant.runs.filter(status=EvaluationRun.Status.FINISHED).order_by("-finished_at", "-pk"):
        runs.setdefault(run.task, []).append(run)
    return runs


def choose_pair(
    runs_a: Sequence[EvaluationRun], runs_b: Sequence[EvaluationRun]
) -> tuple[EvaluationRun, EvaluationRun]:
    """The newest two runs on the same data and settings, else on the same data, else simply the newest."""
    pairs = [(run_a, run_b) for run_a in runs_a for run_b in runs_b]
    alike = [pair for pair in pairs if not mismatch(*pair)]
    same_settings = [pair for pair in alike if pair[0].parameters == pair[1].parameters]
    return (same_settings or alike or pairs)[0]


def mismatch(run_a: EvaluationRun, run_b: EvaluationRun) -> str:
    """Why two runs of a task cannot be compared; empty if they can."""
    if run_a.task_version != run_b.task_version:
        return f"A ran version {run_a.task_version} of this task, B version {run_b.task_version}."
    if run_a.data_sha256 != run_b.data_sha256:
        return "The two were run on different data, so their scores cannot be compared. Run both on the same."
    return ""


def compare_task(run_a: EvaluationRun, run_b: EvaluationRun) -> TaskComparison:
    """Set two runs of one task side by side."""
    task = TASKS[run_a.task]
    reason = mismatch(run_a, run_b)
    measures: list[MeasureComparison] = []
    if not reason:
        judged_a, judged_b = keep_shared(run_a, run_b)
        of_b = {(measure.name, measure.category): measure for measure in task.measure(judged_b)}
        for measure in task.measure(judged_a):
            other = of_b.get((measure.name, measure.category))
            if other is not None:
                measures.append(compare_measure(measure, other))
        if not judged_a:
            reason = "There is no item that both answered."
    return TaskComparison(task.name, task.title, run_a, run_b, measures, reason)


def keep_shared(run_a: EvaluationRun, run_b: EvaluationRun) -> tuple[list, list]:
    """Both runs' judged answers to the items that both answered readably."""
    a = {judged.sample_id: judged for judged in read_judgements(run_a) if judged.value is not None}
    b = {judged.sample_id: judged for judged in read_judgements(run_b) if judged.value is not None}
    shared = sorted(a.keys() & b.keys())
    return [a[key] for key in shared], [b[key] for key in shared]


def compare_measure(a: Measure, b: Measure) -> MeasureComparison:
    """Compare one measure, its items paired by id."""
    place_in_b = {item: index for index, item in enumerate(b.item_ids)}
    order = [place_in_b[item] for item in a.item_ids]
    paired = paired_difference(a.tallies, b.tallies[order], a.clusters, a.formula)
    shown_a, shown_b = a.to_dict(), b.to_dict()
    return MeasureComparison(a.name, a.label, a.category, a.scale, shown_a, shown_b, paired)


def correct(tasks: Sequence[TaskComparison], adjusted: list[float | None]) -> list[TaskComparison]:
    """Hand each test its corrected p-value, in the order in which the tests were made."""
    values = iter(adjusted)
    return [
        replace(task, measures=[replace(measure, p_adjusted=next(values)) for measure in task.measures])
        for task in tasks
    ]
