"""What the commands that begin runs have in common: budget, pace, batches, estimate, and how a run ends."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from django.core.management.base import CommandParser

from constitution.models import Constitution
from constitution.services import ConstitutionNotFound
from training.budget import Budget
from training.estimate import estimate_run
from training.jobs import queue_run
from training.models import GenerationRun
from training.prompt_sets.services import describe_set, find_set, prompts_of
from training.prompts import Prompt, read_prompts
from training.providers import RETRIES, ModelUnavailable
from training.services import ConstitutionNotAdopted, RunInProgress, execute_run, make_plan, start_run
from training.shards import RunStopped

Tell = Callable[[str], object]

# What can be wrong with what was asked for, or stop a run; a command says it in one line.
RUN_ERRORS = (
    ConstitutionNotAdopted,
    ConstitutionNotFound,
    ModelUnavailable,
    RunInProgress,
    RunStopped,
    ValueError,
)


def add_run_arguments(parser: CommandParser) -> None:
    """The arguments that shape no answer."""
    add = parser.add_argument
    add("--max-connections", type=int, default=20, help="calls in flight at once")
    add("--max-retries", type=int, default=RETRIES, help="tries after 429, 5xx or a lost connection")
    add("--token-budget", type=int, help="stop before more tokens than this are used")
    add("--money-budget", type=float, metavar="DOLLARS", help="stop before more is spent; needs MODEL_PRICES")
    add("--batches", action="store_true", help="ask through the provider's batches: half the price, hours")
    add("--dry-run", action="store_true", help="say what the run would take, and begin nothing")
    add("--queue", action="store_true", help="leave the run to the workers instead of waiting for it")


def add_prompt_arguments(parser: CommandParser) -> Any:
    """Where the prompts come from; returns the group, so that a command may add a source of its own."""
    source = parser.add_mutually_exclusive_group(required=True)
    source.add_argument("--prompts", type=Path, help='JSON Lines of {"prompt": …}')
    source.add_argument("--prompt-set", default="", help="slug of a set; what it holds out is left out")
    parser.add_argument("--tags", nargs="*", default=[], help="of a set: only prompts with one of these")
    parser.add_argument("--limit", type=int, help="use at most this many prompts")
    return source


def chosen_prompts(words: dict[str, Any]) -> Sequence[Prompt]:
    """The prompts of a file or of a set."""
    if words["prompt_set"]:
        return prompts_of(find_set(words["prompt_set"]), tags=words["tags"], limit=words["limit"])
    if words["tags"]:
        raise ValueError("--tags choose among the prompts of a --prompt-set; a file is taken whole.")
    return read_prompts(words["prompts"], limit=words["limit"]).prompts


def prompts_from(words: dict[str, Any]) -> str:
    """Where the prompts come from, in words; of a file its name alone."""
    if words.get("answers_of"):
        return f"run {words['answers_of']}"
    if words.get("prompt_set"):
        return describe_set(find_set(words["prompt_set"]), words["tags"])
    return f"the file {words['prompts'].name}" if words.get("prompts") else ""


def begin_and_carry_out(
    *,
    constitution: Constitution,
    kind: str,
    prompts: Sequence[Prompt],
    model: str,
    base_url: str,
    seed: int,
    run_options: dict[str, Any],
    words: dict[str, Any],
    tell: Tell,
) -> GenerationRun | None:
    """Do with a run what the command's words say; None when nothing was to be begun."""
    sampling = {"temperature": words.get("temperature"), "max_tokens": words.get("max_tokens")}
    shaping: dict[str, Any] = {
        "constitution": constitution,
        "kind": kind,
        "prompts": prompts,
        "model": model,
        "base_url": base_url,
        "options": run_options,
        "seed": seed,
        "sampling": sampling,
    }
    pace = pace_of(words)
    if words["dry_run"]:
        tell(f"This run would take {estimate_run(make_plan(**shaping), model=model, **pace).in_words()}.")
        return None
    run = start_run(**shaping, **pace, budget=budget_of(words), prompts_from=prompts_from(words))
    tell(f"Run {run.pk}: {run.n_finished} of {run.n_samples} samples are finished.")
    if words["queue"]:
        queue_run(run=run)
        return run
    return execute_run(run=run, retries=words["max_retries"], on_progress=Progress(tell))


def pace_of(words: dict[str, Any]) -> dict[str, Any]:
    """What shapes no answer, as a run takes it."""
    return {"max_connections": words["max_connections"], "uses_batches": words["batches"]}


def budget_of(words: dict[str, Any]) -> Budget:
    return Budget(tokens=words["token_budget"], dollars=words["money_budget"])


class Progress:
    """Tells how far a run is whenever it has moved."""

    def __init__(self, tell: Tell) -> None:
        self.tell = tell
        self.shown = 0

    def __call__(self, n_finished: int, n_samples: int) -> None:
        if n_finished != self.shown:
            self.shown = n_finished
            self.tell(f"{n_finished} of {n_samples} samples")


def outcome(run: GenerationRun) -> str:
    """One line on how a run stands, as a command prints it in the end."""
    if run.status == GenerationRun.Status.FINISHED:
        done = f"{run.n_finished} samples ({run.n_failed} failed), {run.token_use['calls']} calls"
        return f"Run {run.pk}: {done}."
    told = f"Run {run.pk} is {run.get_status_display().lower()}: {run.n_finished} of {run.n_samples} samples."
    return f"{told} {run.error}".strip()
