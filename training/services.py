"""Making training data: what a run is made of, and the run with exactly these inputs."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import IntegrityError, transaction

from constitution.models import Constitution
from training.asking import instructions_version
from training.budget import MICROS, Budget, check_budget
from training.folders import run_folder, shard_of, write_lines
from training.models import GenerationRun, GenerationShard, ProviderBatch
from training.pipelines import Pipeline, pipeline_of
from training.prompts import Prompt, prompts_sha256
from training.providers import check_model, is_rehearsal, provider_of, sampling_settings
from training.results import iterate_rows, iterate_samples, n_readable
from training.working import RunInProgress, execute_run, is_claimed
from voting.version import CODE_VERSION

__all__ = [
    "ConstitutionNotAdopted",
    "RunInProgress",
    "execute_run",
    "is_claimed",
    "iterate_rows",
    "iterate_samples",
    "n_readable",
    "run_folder",
    "start_run",
]

SHARD_SIZE = 500
MAX_TOKENS = 1024


class ConstitutionNotAdopted(Exception):
    """Training data is made only from a constitution that can no longer change."""


def start_run(
    *,
    constitution: Constitution,
    kind: str = GenerationRun.Kind.REVISION,
    prompts: Sequence[Prompt],
    model: str,
    base_url: str = "",
    options: Mapping[str, Any] | None = None,
    seed: int = 0,
    sampling: Mapping[str, Any] | None = None,
    budget: Budget | None = None,
    max_connections: int = 20,
    uses_batches: bool = False,
    prompts_from: str = "",
) -> GenerationRun:
    """Return the run with exactly these inputs: the one made before, or a new one. Asks no model yet.

    `options` are those of the kind's pipeline; what is not given has the pipeline's default. `budget`,
    `max_connections` and `uses_batches` shape no answer: a run that is taken up again may have others.
    `prompts_from` says in words where the prompts come from.
    """
    plan = make_plan(
        constitution=constitution,
        kind=kind,
        prompts=prompts,
        model=model,
        base_url=base_url,
        options=options,
        seed=seed,
        sampling=sampling,
    )
    how = manner(model, budget or Budget(), max_connections, uses_batches)
    run, is_new = GenerationRun.objects.get_or_create(
        fingerprint=plan.fingerprint,
        defaults={
            "constitution": constitution,
            "constitution_sha256": constitution.sha256,
            "kind": kind,
            "model": model,
            "base_url": base_url,
            "parameters": plan.parameters,
            "prompts_sha256": plan.prompts_sha256,
            "prompts_from": prompts_from,
            "is_rehearsal": is_rehearsal(model),
            "code_version": CODE_VERSION,
            "n_samples": len(plan.prompts),
            **how,
        },
    )
    if run.status != GenerationRun.Status.FINISHED:
        if not is_new:
            change_manner(run, how)
        write_inputs(run, plan)
    return run


@dataclass(frozen=True)
class Plan:
    """A run before it is one: all that shapes its answers."""

    pipeline: Pipeline
    prompts: Sequence[Prompt]
    parameters: dict[str, Any]
    recipe: dict[str, Any]
    shaping: dict[str, Any]
    prompts_sha256: str

    @property
    def fingerprint(self) -> str:
        return digest(self.shaping | {"prompts": self.prompts_sha256})


def make_plan(
    *,
    constitution: Constitution,
    kind: str,
    prompts: Sequence[Prompt],
    model: str,
    base_url: str = "",
    options: Mapping[str, Any] | None = None,
    seed: int = 0,
    sampling: Mapping[str, Any] | None = None,
) -> Plan:
    """Check what a run is to be made of, and settle its parameters; writes nothing."""
    pipeline = pipeline_of(kind)
    check_inputs(constitution, prompts)
    completed = pipeline.complete(options or {})
    recipe = pipeline.make_recipe(constitution, completed)
    check_model(model, base_url=base_url)
    parameters = completed | run_parameters(pipeline, model, seed, sampling or {})
    shaping = {
        "constitution": constitution.sha256,
        "kind": pipeline.kind,
        "model": model,
        "base_url": base_url,
        "parameters": parameters,
        "recipe": recipe,
    }
    samples = pipeline.expand(prompts, completed) if pipeline.expand else prompts
    return Plan(pipeline, samples, parameters, recipe, shaping, prompts_sha256(prompts))


def manner(model: str, budget: Budget, max_connections: int, uses_batches: bool) -> dict[str, Any]:
    """How a run is carried out, checked: nothing of this shapes an answer."""
    check_budget(budget, model)
    if max_connections < 1:
        raise ValueError(f"a run needs at least 1 connection, not {max_connections}")
    if uses_batches and provider_of(model) != "anthropic":
        raise ValueError(f"only Anthropic's models are asked in batches here, not “{model}”")
    return {
        "token_budget": budget.tokens,
        "money_budget_micros": budget.micros(),
        "max_connections": max_connections,
        "uses_batches": uses_batches,
    }


def change_manner(run: GenerationRun, how: dict[str, Any]) -> None:
    """Let a run go on with another budget or pace; a budget cannot be less than what is used already.

    While batches are on their way it goes on in batches: asked directly, their calls would be paid twice.
    """
    if not how["uses_batches"] and ProviderBatch.objects.on_their_way(run).exists():
        raise ValueError(
            f"run {run.pk} has batches on their way at the provider: let it go on in batches, so that "
            "nothing is paid for twice"
        )
    try:
        with transaction.atomic():
            update(run, **how)
    except IntegrityError as error:
        raise ValueError(
            f"the budget is less than what run {run.pk} has used or reserved already: "
            f"{run.committed_tokens:,} tokens, ${run.committed_micros / MICROS:,.4f}"
        ) from error


def check_inputs(constitution: Constitution, prompts: Sequence[Prompt]) -> None:
    """Refuse what no run can be made of."""
    if not constitution.is_adopted():
        raise ConstitutionNotAdopted(
            f"{constitution.reference} is a draft: adopt it before making training data."
        )
    if not prompts:
        raise ValueError("a run needs at least one prompt")


def run_parameters(pipeline: Pipeline, model: str, seed: int, sampling: Mapping[str, Any]) -> dict[str, Any]:
    """All that shapes the answers besides constitution, options, model and prompts, as it is really sent."""
    wanted = {name: value for name, value in sampling.items() if value is not None}
    return {
        "seed": seed,
        "sampling": sampling_settings(model, {"max_tokens": MAX_TOKENS, "seed": seed} | wanted),
        "instructions": instructions_version(pipeline.instructions),
        "task_version": pipeline.task_version,
        "shard_size": SHARD_SIZE,
    }


def digest(value: dict[str, Any]) -> str:
    """SHA-256 of a value's JSON with sorted keys."""
    return hashlib.sha256(json.dumps(value, sort_keys=True).encode()).hexdigest()


def write_inputs(run: GenerationRun, plan: Plan) -> None:
    """Lay down the recipe and the samples of each shard, so that a worker needs nothing else."""
    size = run.parameters["shard_size"]
    write_lines(run_folder(run) / "recipe.json", [plan.recipe])
    shards = []
    for number, start in enumerate(range(0, len(plan.prompts), size)):
        part = plan.prompts[start : start + size]
        if not shard_of(run, number).samples.exists():
            rows = (sample_row(prompt, plan.shaping, plan.pipeline) for prompt in part)
            write_lines(shard_of(run, number).samples, rows)
        shards.append(GenerationShard(run=run, number=number, n_samples=len(part)))
    GenerationShard.objects.bulk_create(shards, ignore_conflicts=True)


def sample_row(prompt: Prompt, shaping: dict[str, Any], pipeline: Pipeline) -> dict[str, Any]:
    """A sample's id is a digest of all that shapes its answer: a longer run finds a shorter one's answers."""
    extra = pipeline.sample_fields(prompt) if pipeline.sample_fields else {}
    return {
        "sample_id": digest(shaping | extra | {"prompt": prompt.text})[:32],
        "prompt": prompt.text,
        "prompt_id": prompt.id,
        "source_id": prompt.source_id,
        "tags": list(prompt.tags),
        **extra,
    }


def update(run: GenerationRun, **fields: Any) -> None:
    """Set these fields, in memory and in the database, and no others."""
    for name, value in fields.items():
        setattr(run, name, value)
    run.save(update_fields=list(fields))
