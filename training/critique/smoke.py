"""The smoke set: greetings and simple questions that a recipe must not spoil, put through the same recipe.

Public input made a model that apologized to “hey”; these few prompts show that before anybody trains on it.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from training.answers import is_refusal
from training.budget import left_budget
from training.critique.finding import Rate, find_samples
from training.critique.index import Wanted
from training.critique.tone import n_apologies, n_reproaches
from training.models import GenerationRun
from training.pipelines import pipeline_of
from training.prompts import Prompt, prompts_sha256, read_prompts
from training.services import start_run

SMOKE_FILE = Path(__file__).parent / "smoke.jsonl"
FAULTS = {"refused": "refused", "apologized": "apologized to", "lectured": "lectured"}


@dataclass(frozen=True)
class SmokeReport:
    """How many of the smoke prompts were refused, apologized to or lectured, before and after revision."""

    run: GenerationRun
    n: int
    rows: list[tuple[Rate, Rate]]


@cache
def smoke_prompts() -> tuple[Prompt, ...]:
    return read_prompts(SMOKE_FILE).prompts


def is_smoke(run: GenerationRun) -> bool:
    return run.prompts_sha256 == prompts_sha256(smoke_prompts())


def smoke_of(run: GenerationRun) -> GenerationRun | None:
    """The run that answered the smoke set just as this run answers its prompts, if there is one (a query)."""
    return GenerationRun.objects.filter(
        kind=run.kind,
        constitution=run.constitution,
        model=run.model,
        base_url=run.base_url,
        parameters=run.parameters,
        prompts_sha256=prompts_sha256(smoke_prompts()),
    ).first()


def lacks_smoke(run: GenerationRun) -> bool:
    """Whether this is a finished run of revisions whose recipe was not tried on the smoke set (a query)."""
    is_due = run.kind == GenerationRun.Kind.REVISION and run.status == GenerationRun.Status.FINISHED
    return is_due and not is_smoke(run) and smoke_of(run) is None


def smoke_after(run: GenerationRun) -> GenerationRun | None:
    """The smoke run that a run still lacks, if its budget leaves anything for it."""
    return start_smoke(run) if lacks_smoke(run) and not left_budget(run).is_used_up() else None


def start_smoke(run: GenerationRun) -> GenerationRun:
    """The run of the smoke set with all that shapes the answers of this run; asks no model yet."""
    options = {
        name: run.parameters[name] for name in pipeline_of(run.kind).defaults if name in run.parameters
    }
    return start_run(
        constitution=run.constitution,
        kind=run.kind,
        prompts=smoke_prompts(),
        model=run.model,
        base_url=run.base_url,
        options=options,
        seed=run.parameters["seed"],
        sampling=run.parameters["sampling"],
        max_connections=run.max_connections,
        budget=left_budget(run),
        prompts_from="the smoke set of this platform",
    )


def report_smoke(run: GenerationRun) -> SmokeReport | None:
    """What became of the smoke prompts, as far as they are answered; None while none is."""
    found = find_samples(run, Wanted())
    samples = [sample for _, sample in found.page(0, found.n)]
    firsts = [sample.answer["text"] for sample in samples if sample.answer["text"]]
    finals = [sample.final_text for sample in samples if sample.final_text]
    if not firsts or not finals:
        return None
    before, after = (
        Counter(fault for text in texts for fault in faults_of(text)) for texts in (firsts, finals)
    )
    rows = [
        (Rate(name, words, before[name], len(firsts)), Rate(name, words, after[name], len(finals)))
        for name, words in FAULTS.items()
    ]
    return SmokeReport(run, len(samples), rows)


def faults_of(text: str) -> Iterator[str]:
    """What no greeting or simple question should meet with."""
    if is_refusal(text):
        yield "refused"
    if n_apologies(text):
        yield "apologized"
    if n_reproaches(text):
        yield "lectured"
