"""Having a model write prompts until every principle is exercised, and say which ones a prompt exercises."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from constitution.models import Constitution
from training.budget import Budget, committed
from training.models import Exercise, GenerationRun, PromptSet
from training.prompt_sets.coverage import coverage_of, gaps, note_exercises, prompts_by_likeness
from training.prompt_sets.pipelines import request_prompts
from training.prompt_sets.services import add_prompts, likeness_of, prompts_of
from training.prompts import Prompt
from training.providers import RETRIES
from training.services import Plan, execute_run, iterate_rows, make_plan, start_run

MOST_ROUNDS = 4
# Some prompts come twice or cannot be read: ask for a few more than are missing.
SPARE = 1.2
# Further than any round counts, so that no two rounds ask for the same part; no multiple of the manners.
ROUND_STEP = 1001
Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class Filled:
    """What was added in how many runs, and which principles still lack prompts, by number.

    `held` says why nothing more was written, where a run was paused, canceled or at the end of its budget.
    """

    n_new: int
    runs: list[GenerationRun]
    missing: dict[int, int]
    held: str = ""


def fill_gaps(
    *,
    constitution: Constitution,
    prompt_set: PromptSet,
    model: str,
    at_least: int,
    budget: Budget | None = None,
    retries: int = RETRIES,
    on_progress: Progress | None = None,
    **how: Any,
) -> Filled:
    """Write prompts until at least so many exercise each principle, or several rounds brought no more.

    All rounds together stay within `budget`. A round that is held ends it; asked again, that round goes on.
    `how` is handed to `start_run`: address, seed, sampling, pace.
    """
    left = budget or Budget()
    runs: list[GenerationRun] = []
    n_new = n_idle = 0
    missing = lacking(constitution, prompt_set, at_least)
    while missing and len(runs) < MOST_ROUNDS:
        if left.is_used_up():
            return Filled(n_new, runs, missing, "The budget is used up.")
        samples = samples_for(constitution, prompt_set, missing, n_idle)
        run = begin_writing(constitution, samples, model=model, budget=left, **how)
        before = committed(run)
        run = execute_run(run=run, retries=retries, on_progress=on_progress)
        runs.append(run)
        if run.status != GenerationRun.Status.FINISHED:
            return Filled(
                n_new, runs, missing, run.error or f"The run is {run.get_status_display().lower()}."
            )
        left = left.minus(committed(run).minus(before))
        n_added = take_prompts(run, prompt_set)
        n_new, n_idle = n_new + n_added, n_idle + (not n_added)
        missing = lacking(constitution, prompt_set, at_least)
    return Filled(n_new, runs, missing)


def lacking(constitution: Constitution, prompt_set: PromptSet, at_least: int) -> dict[int, int]:
    """How many prompts each principle still lacks, by its number."""
    if at_least < 1:
        raise ValueError(f"at least 1 prompt has to exercise each principle, not {at_least}")
    return gaps(coverage_of(constitution, prompt_set), at_least)


def samples_for(
    constitution: Constitution, prompt_set: PromptSet, missing: dict[int, int], n_idle: int = 0
) -> list[Prompt]:
    """What a round asks for: other parts than rounds whose prompts the set has, and `n_idle` that gave none.

    A round that was broken off has given nothing yet, so the same is asked for again, and its run goes on.
    """
    texts = dict(constitution.principles.values_list("position", "text"))
    wanted = {position: round(n * SPARE + 0.5) for position, n in missing.items()}
    given = GenerationRun.objects.filter(constitution=constitution, prompts_written__prompt_set=prompt_set)
    return request_prompts(texts, wanted, first=ROUND_STEP * (given.distinct().count() + n_idle))


def begin_writing(constitution: Constitution, samples: list[Prompt], **how: Any) -> GenerationRun:
    kind = GenerationRun.Kind.PROMPTS
    return start_run(constitution=constitution, kind=kind, prompts=samples, **how)


def plan_writing(
    *, constitution: Constitution, prompt_set: PromptSet, at_least: int, **shaping: Any
) -> Plan | None:
    """The first round as it would be begun, for an estimate; None where nothing is missing."""
    missing = lacking(constitution, prompt_set, at_least)
    if not missing:
        return None
    samples = samples_for(constitution, prompt_set, missing)
    kind = GenerationRun.Kind.PROMPTS
    return make_plan(constitution=constitution, kind=kind, prompts=samples, **shaping)


def plan_naming(*, constitution: Constitution, prompt_set: PromptSet, **shaping: Any) -> Plan:
    """The run that names principles as it would be begun, for an estimate."""
    prompts = prompts_of(prompt_set, held_out=None)
    kind = GenerationRun.Kind.COVERAGE
    return make_plan(constitution=constitution, kind=kind, prompts=prompts, **shaping)


def take_prompts(run: GenerationRun, prompt_set: PromptSet) -> int:
    """Add what a finished run wrote to the set, and note which principle each was written for."""
    rows = [row for row in iterate_rows(run) if not row["failed"]]
    prompts = [
        Prompt(text, (row["tag"],), f"principle-{row['principle']}")
        for row in rows
        for text in row["written"]
    ]
    if not prompts:
        return 0
    added = add_prompts(prompt_set=prompt_set, prompts=prompts, run=run)
    known = prompts_by_likeness(prompt_set, (likeness_of(prompt.text) for prompt in prompts))
    principles = dict(run.constitution.principles.values_list("position", "pk"))
    pairs = [
        (known[likeness_of(text)], principles[row["principle"]], None)
        for row in rows
        for text in row["written"]
    ]
    note_exercises(constitution=run.constitution, pairs=pairs, found_by=Exercise.FoundBy.GENERATION)
    return added.n_new


def name_by_model(
    *,
    constitution: Constitution,
    prompt_set: PromptSet,
    model: str,
    retries: int = RETRIES,
    on_progress: Progress | None = None,
    **how: Any,
) -> tuple[GenerationRun, int]:
    """Ask a model which principles each prompt exercises; the run, and how many pairs are new."""
    prompts = prompts_of(prompt_set, held_out=None)
    kind = GenerationRun.Kind.COVERAGE
    run = start_run(constitution=constitution, kind=kind, prompts=prompts, model=model, **how)
    run = execute_run(run=run, retries=retries, on_progress=on_progress)
    known = prompts_by_likeness(prompt_set, (likeness_of(prompt.text) for prompt in prompts))
    principles = dict(constitution.principles.values_list("position", "pk"))
    pairs = [
        (known[likeness_of(row["prompt"])], principles[number], None)
        for row in iterate_rows(run)
        for number in row["principles"] or []
    ]
    found_by = Exercise.FoundBy.MODEL
    return run, note_exercises(constitution=constitution, pairs=pairs, found_by=found_by)
