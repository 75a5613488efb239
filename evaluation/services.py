"""What changes variants and runs: registering a variant, running a task by it."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from analysis.models import Analysis
from analysis.services import find_analysis
from constitution.export import export_constitution
from constitution.models import Constitution
from evaluation.models import EvaluationRun, ModelVariant, Score
from evaluation.runs import Answers, AskingFailed, Questions, ask_all
from evaluation.tasks import TASKS, bbq, own_statements
from evaluation.tasks.base import Judgement, Sample, TaskData, TaskDataError, hash_rows
from training.claims import Claimed, claim, is_claimed
from training.providers import (
    RETRIES,
    ModelUnavailable,
    check_base_url,
    check_model,
    check_name,
    get_model,
    is_rehearsal,
    sampling_settings,
)
from voting.models import Conversation
from voting.version import CODE_VERSION

if TYPE_CHECKING:
    from inspect_ai.model import Model

# Enough for a word or a letter, and for a model that thinks aloud first.
MAX_TOKENS = 1024
Progress = Callable[[int, int], None]


class VariantExists(Exception):
    """Another variant already has this slug; a variant never changes once registered."""


class NotAdopted(Exception):
    """A variant can only stand behind an adopted constitution: a draft may still change."""


class RunBusy(Exception):
    """The run is being worked on by another process."""


def register_variant(
    *,
    slug: str,
    name: str,
    model: str,
    base_url: str = "",
    constitution: Constitution | None = None,
    notes: str = "",
) -> ModelVariant:
    """Keep a model that can answer, with the constitution it is shown; the same again changes nothing."""
    if constitution is not None and not constitution.is_adopted():
        raise NotAdopted(f"{constitution} is a draft; adopt it first.")
    check_name(model)
    check_base_url(base_url)
    told = {"name": name or slug, "model": model, "base_url": base_url, "constitution": constitution}
    variant, is_new = ModelVariant.objects.get_or_create(slug=slug, defaults=told | {"notes": notes})
    changed = [key for key, value in told.items() if getattr(variant, key) != value]
    if not is_new and changed:
        raise VariantExists(f"“{slug}” is registered with another {', '.join(changed)}; choose a new slug.")
    return variant


def begin_run(
    *,
    variant: ModelVariant,
    task: str,
    data: Path | None = None,
    conversation: Conversation | None = None,
    analysis: Analysis | None = None,
    limit: int | None = None,
    seed: int = 0,
    epochs: int = 1,
) -> EvaluationRun:
    """Return the run with exactly these inputs, the one made before or a new one. Asks no model yet."""
    if epochs < 1 or (limit is not None and limit < 1):
        raise TaskDataError("Epochs and limit are whole numbers from 1.")
    check_model(variant.model, base_url=variant.base_url)
    loaded = load_data(
        task, variant=variant, data=data, conversation=conversation, analysis=analysis, limit=limit, seed=seed
    )
    return prepare_run(variant=variant, task=task, data=loaded, seed=seed, epochs=epochs, limit=limit)


def run_evaluation(
    *,
    variant: ModelVariant,
    task: str,
    retries: int = RETRIES,
    on_progress: Progress | None = None,
    **inputs: Any,
) -> EvaluationRun:
    """Ask a variant a task's samples and keep scores and measures: paid calls, unless it is finished.

    `inputs` are those of `begin_run`.
    """
    run = begin_run(variant=variant, task=task, **inputs)
    return execute_run(run=run, retries=retries, on_progress=on_progress)


def load_data(
    task: str,
    *,
    variant: ModelVariant,
    data: Path | None,
    conversation: Conversation | None,
    analysis: Analysis | None,
    limit: int | None,
    seed: int,
) -> TaskData:
    """Read a task's samples: BBQ from files, own statements from a conversation's analysis."""
    if task not in TASKS:
        raise TaskDataError(f"There is no task “{task}”; there are {', '.join(TASKS)}.")
    if task == bbq.TASK.name:
        return bbq.load(path=data or bbq.DEMONSTRATION, limit=limit, seed=seed)
    if data is not None:
        raise TaskDataError("Own statements come from a conversation, not from a file.")
    analysis = analysis or latest_analysis(variant, conversation)
    return own_statements.load(analysis=analysis, limit=limit, seed=seed)


def latest_analysis(variant: ModelVariant, conversation: Conversation | None) -> Analysis:
    """The latest analysis of the conversation, or of the one behind the variant's constitution."""
    origin = variant.origin
    if conversation is None and origin is None:
        raise TaskDataError("Name the conversation to ask about: this variant has no constitution.")
    if conversation is None and origin is not None:
        conversation = origin.conversation
    latest = None if conversation is None else find_analysis(conversation)
    if latest is None:
        raise TaskDataError(f"“{conversation}” has no analysis yet: analyze it first.")
    return latest


def prepare_run(
    *, variant: ModelVariant, task: str, data: TaskData, seed: int, epochs: int, limit: int | None
) -> EvaluationRun:
    """Find the run with this fingerprint or make it, and write down all that it asks."""
    sampling = sampling_settings(variant.model, {"max_tokens": MAX_TOKENS})
    told = {"seed": seed, "epochs": epochs, "limit": limit, "sampling": sampling, **data.parameters}
    constitution = variant.constitution
    prompt = "" if constitution is None else export_constitution(constitution, "prompt")
    fingerprint = hash_rows(
        {
            "variant": [variant.slug, variant.model, variant.base_url],
            "constitution": "" if constitution is None else constitution.sha256,
            "prompt": prompt,
            "task": [task, TASKS[task].version, data.sha256],
            "samples": [[sample.id, sample.prompt] for sample in data.samples],
            "parameters": told,
        }
    )
    run, _ = EvaluationRun.objects.get_or_create(
        fingerprint=fingerprint,
        defaults={
            "variant": variant,
            "task": task,
            "task_version": TASKS[task].version,
            "data_sha256": data.sha256,
            "parameters": told,
            "is_rehearsal": is_rehearsal(variant.model),
            "code_version": CODE_VERSION,
            "n_samples": len(data.samples),
        },
    )
    if run.status != EvaluationRun.Status.FINISHED:
        Questions(task, prompt, epochs, fingerprint, data.samples).save(folder_of(run))
    return run


def folder_of(run: EvaluationRun) -> Path:
    """Where a run's questions and logs stand. The fingerprint keeps another database's run 7 apart."""
    return Path(settings.VAR_DIR) / "evaluations" / f"{run.pk}-{run.fingerprint[:12]}"


def execute_run(
    *, run: EvaluationRun, retries: int = RETRIES, on_progress: Progress | None = None
) -> EvaluationRun:
    """Ask what is still unanswered, judge, and finish the run; a failed one can be executed again."""
    with hold(run):
        run.refresh_from_db()
        if run.status == EvaluationRun.Status.FINISHED:
            return run
        change_run(run, status=EvaluationRun.Status.RUNNING, error="")
        folder = folder_of(run)

        def tell(n_answers: int) -> None:
            if n_answers > run.n_answers:
                change_run(run, n_answers=n_answers)
                if on_progress:
                    on_progress(n_answers, run.n_asked)

        try:
            answers = ask_all(folder=folder, model=open_model(run, retries), on_progress=tell)
        except (AskingFailed, ModelUnavailable) as failure:
            fail_run(run, failure)
            return run
        finish_run(run, Questions.read(folder).samples, answers)
    return run


def open_model(run: EvaluationRun, retries: int) -> "Model":
    """The variant's model with the settings that the run says are sent."""
    variant, sampling = run.variant, run.parameters["sampling"]
    return get_model(variant.model, base_url=variant.base_url, retries=retries, **sampling)


@contextmanager
def hold(run: EvaluationRun) -> Iterator[None]:
    """Let one process at a time work on a run."""
    try:
        with claim(lock_key(run)):
            yield
    except Claimed:
        raise RunBusy(f"Run {run.pk} is under way in another process.") from None


def lock_key(run: EvaluationRun) -> int:
    """A number for the run, as PostgreSQL's advisory locks want it."""
    return int(run.fingerprint[:15], 16)


def is_broken_off(run: EvaluationRun) -> bool:
    """Whether the run is marked running and nobody carries it out any more (a query)."""
    return run.status == EvaluationRun.Status.RUNNING and not is_claimed(lock_key(run))


def fail_run(run: EvaluationRun, error: Exception) -> None:
    """Say on the run's row why it stopped; it can be executed again."""
    change_run(run, status=EvaluationRun.Status.FAILED, error=str(error) or type(error).__name__)


def change_run(run: EvaluationRun, **fields: object) -> None:
    """Write some of a run's fields."""
    for name, value in fields.items():
        setattr(run, name, value)
    run.save(update_fields=[*fields])


@transaction.atomic
def finish_run(run: EvaluationRun, samples: list[Sample], answers: Answers) -> None:
    """Judge all answers and keep scores, measures and the log's hash, all together."""
    task = TASKS[run.task]
    judged = [task.judge(sample, answers.by_sample.get(sample.id, [])) for sample in samples]
    Score.objects.filter(run=run).delete()
    Score.objects.bulk_create(make_score(run, judgement) for judgement in judged)
    change_run(
        run,
        status=EvaluationRun.Status.FINISHED,
        measures=[measure.to_dict() for measure in task.measure(judged)],
        n_samples=len(judged),
        n_missing=sum(judgement.value is None for judgement in judged),
        token_use=answers.token_use,
        log=str(answers.log.relative_to(settings.VAR_DIR)),
        log_sha256=answers.log_sha256,
        finished_at=timezone.now(),
    )


def make_score(run: EvaluationRun, judgement: Judgement) -> Score:
    return Score(
        run=run,
        sample_id=judgement.sample_id,
        answer=judgement.answer[:200],
        value=judgement.value,
        details=judgement.details,
    )


def read_judgements(run: EvaluationRun) -> list[Judgement]:
    """A finished run's judged answers, for measuring again without asking again."""
    return [
        Judgement(score.sample_id, score.answer, score.value, score.details)
        for score in run.scores.order_by("sample_id")
    ]
