"""Having a model write prompts until every principle is exercised, and say which ones a prompt exercises."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from constitution.models import Constitution
from training.models import Exercise, GenerationRun, PromptSet
from training.prompt_sets.coverage import coverage_of, gaps, note_exercises, prompts_by_likeness
from training.prompt_sets.pipelines import request_prompts
from training.prompt_sets.services import add_prompts, likeness_of, prompts_of
from training.prompts import Prompt
from training.services import execute_run, iterate_rows, start_run

MOST_ROUNDS = 4
# Some prompts come twice or cannot be read: ask for a few more than are missing.
SPARE = 1.2
# Further than any round counts, so that no two rounds ask for the same part.
ROUND_STEP = 1000
Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class Filled:
    """What was added in how many runs, and which principles still lack prompts, by number."""

    n_new: int
    runs: list[GenerationRun]
    missing: dict[int, int]


def fill_gaps(
    *,
    constitution: Constitution,
    prompt_set: PromptSet,
    model: str,
    at_least: int,
    on_progress: Progress | None = None,
    **how: Any,
) -> Filled:
    """Write prompts until at least so many exercise each principle, or several rounds brought no more.

    `how` is handed to `start_run`: address, seed, sampling, budget.
    """
    if at_least < 1:
        raise ValueError(f"at least 1 prompt has to exercise each principle, not {at_least}")
    runs: list[GenerationRun] = []
    n_new = 0
    missing = gaps(coverage_of(constitution, prompt_set), at_least)
    for round_ in range(MOST_ROUNDS):
        if not missing:
            break
        run = begin_writing(constitution, prompt_set, missing, model, round_, **how)
        execute_run(run=run, on_progress=on_progress)
        runs.append(run)
        n_new += take_prompts(run, prompt_set)
        missing = gaps(coverage_of(constitution, prompt_set), at_least)
    return Filled(n_new, runs, missing)


def begin_writing(
    constitution: Constitution,
    prompt_set: PromptSet,
    missing: dict[int, int],
    model: str,
    round_: int,
    **how: Any,
) -> GenerationRun:
    """The run that writes what is missing; a later round asks for other parts than an earlier one."""
    texts = dict(constitution.principles.values_list("position", "text"))
    wanted = {position: round(n * SPARE + 0.5) for position, n in missing.items()}
    written = prompt_set.prompts.filter(run__constitution=constitution).count()
    samples = request_prompts(texts, wanted, first=written + ROUND_STEP * round_)
    kind = GenerationRun.Kind.PROMPTS
    return start_run(constitution=constitution, kind=kind, prompts=samples, model=model, **how)


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
    on_progress: Progress | None = None,
    **how: Any,
) -> tuple[GenerationRun, int]:
    """Ask a model which principles each prompt exercises; the run, and how many pairs are new."""
    prompts = prompts_of(prompt_set, held_out=None)
    kind = GenerationRun.Kind.COVERAGE
    run = start_run(constitution=constitution, kind=kind, prompts=prompts, model=model, **how)
    execute_run(run=run, on_progress=on_progress)
    known = prompts_by_likeness(prompt_set, (likeness_of(prompt.text) for prompt in prompts))
    principles = dict(constitution.principles.values_list("position", "pk"))
    pairs = [
        (known[likeness_of(row["prompt"])], principles[number], None)
        for row in iterate_rows(run)
        for number in row["principles"] or []
    ]
    found_by = Exercise.FoundBy.MODEL
    return run, note_exercises(constitution=constitution, pairs=pairs, found_by=found_by)
