"""Making training data: start a run, carry it out, take it up again after any interruption."""

import hashlib
import json
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from django.conf import settings
from django.utils import timezone

from constitution.models import Constitution
from training import claims
from training.asking import instructions_version
from training.models import GenerationRun
from training.pipelines import Pipeline, pipeline_of
from training.prompts import Prompt, prompts_sha256
from training.providers import RETRIES, ModelUnavailable, check_model, is_rehearsal, sampling_settings
from training.samples import RevisedSample, iterate_lines, read_log, read_samples
from training.shards import Connection, RunStopped, Shard, run_shard, sha256_of, write_lines
from voting.version import CODE_VERSION

SHARD_SIZE = 500
MAX_TOKENS = 1024
Progress = Callable[[int, int], None]


class ConstitutionNotAdopted(Exception):
    """Training data is made only from a constitution that can no longer change."""


class RunInProgress(Exception):
    """Another process is carrying out this run now."""


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
) -> GenerationRun:
    """Return the run with exactly these inputs: the one made before, or a new one. Asks no model yet.

    `options` are those of the kind's pipeline; what is not given has the pipeline's default.
    """
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
    digest_of_prompts = prompts_sha256(prompts)
    run, _ = GenerationRun.objects.get_or_create(
        fingerprint=digest(shaping | {"prompts": digest_of_prompts}),
        defaults={
            "constitution": constitution,
            "constitution_sha256": constitution.sha256,
            "kind": pipeline.kind,
            "model": model,
            "base_url": base_url,
            "parameters": parameters,
            "prompts_sha256": digest_of_prompts,
            "is_rehearsal": is_rehearsal(model),
            "code_version": CODE_VERSION,
            "n_samples": len(prompts),
        },
    )
    if run.status != GenerationRun.Status.FINISHED:
        write_inputs(run, prompts, shaping, pipeline)
    return run


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


def run_folder(run: GenerationRun) -> Path:
    return settings.VAR_DIR / "runs" / str(run.pk)


def write_inputs(
    run: GenerationRun, prompts: Sequence[Prompt], shaping: dict[str, Any], pipeline: Pipeline
) -> None:
    """Lay down the recipe and the samples of each shard, so that a worker needs nothing else."""
    write_lines(run_folder(run) / "recipe.json", [shaping["recipe"]])
    for number, start in enumerate(range(0, len(prompts), SHARD_SIZE)):
        part = prompts[start : start + SHARD_SIZE]
        if not shard_of(run, number).samples.exists():
            rows = (sample_row(prompt, shaping, pipeline) for prompt in part)
            write_lines(shard_of(run, number).samples, rows)


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


def n_shards(run: GenerationRun) -> int:
    return -(-run.n_samples // run.parameters["shard_size"])


def shard_of(run: GenerationRun, number: int) -> Shard:
    folder = run_folder(run)
    return Shard(
        recipe=folder / "recipe.json",
        samples=folder / f"shard-{number:05}.jsonl",
        results=folder / f"shard-{number:05}.samples.jsonl",
        folder=folder / f"shard-{number:05}",
    )


def execute_run(
    *,
    run: GenerationRun,
    max_connections: int = 20,
    retries: int = RETRIES,
    on_progress: Progress | None = None,
) -> GenerationRun:
    """Carry out a run, or what is left of it; raises RunInProgress, RunStopped or ModelUnavailable."""
    with hold(run):
        run.refresh_from_db()
        if run.status == GenerationRun.Status.FINISHED:
            return run
        check_model(run.model, base_url=run.base_url)
        update(run, status=GenerationRun.Status.RUNNING, error="")
        how = Connection(run.model, run.base_url, run.parameters["sampling"], max_connections, retries)
        try:
            for number in range(len(run.logs), n_shards(run)):
                execute_shard(run, number, how, on_progress)
        except (RunStopped, ModelUnavailable) as error:
            update(run, status=GenerationRun.Status.FAILED, error=str(error))
            raise
        update(run, status=GenerationRun.Status.FINISHED, finished_at=timezone.now())
    return run


def execute_shard(run: GenerationRun, number: int, how: Connection, on_progress: Progress | None) -> None:
    """Carry out one shard and enter its log in the run's row."""
    before = n_readable(run)

    def tell(n_in_shard: int) -> None:
        update(run, n_finished=before + n_in_shard)
        if on_progress:
            on_progress(run.n_finished, run.n_samples)

    task = pipeline_of(run.kind).task
    path = run_shard(shard_of(run, number), how, task=task, on_progress=tell)
    enter_log(run, number, path)
    tell(run.logs[-1]["n_samples"])


def enter_log(run: GenerationRun, number: int, log: Path) -> None:
    """Take the samples out of a finished log, and enter both files with hash, token use and failures."""
    shard = shard_of(run, number)
    write_lines(shard.results, read_log(log, shard.samples, pipeline_of(run.kind).read_result))
    use = Counter({"input": 0, "output": 0, "calls": 0} | run.token_use)
    n_samples = n_failed = 0
    for row in iterate_lines(shard.results):
        n_samples += 1
        n_failed += bool(row.get("failed"))
        use.update(row["token_use"])
    entry = {
        "file": str(log.relative_to(run_folder(run))),
        "sha256": sha256_of(log),
        "samples": shard.results.name,
        "samples_sha256": sha256_of(shard.results),
        "n_samples": n_samples,
    }
    update(run, logs=[*run.logs, entry], token_use=dict(use), n_failed=run.n_failed + n_failed)


def iterate_rows(run: GenerationRun) -> Iterator[dict[str, Any]]:
    """The result rows of a run's finished shards, of whatever kind it is, one at a time."""
    for log in run.logs:
        yield from iterate_lines(run_folder(run) / log["samples"])


def iterate_samples(run: GenerationRun) -> Iterator[RevisedSample]:
    """All samples of a run's finished shards, one at a time."""
    for log in run.logs:
        yield from read_samples(run_folder(run) / log["samples"])


def n_readable(run: GenerationRun) -> int:
    """How many samples stand in finished shards."""
    return sum(log["n_samples"] for log in run.logs)


def sample_page(run: GenerationRun, start: int, end: int) -> list[RevisedSample]:
    """The samples between two positions of the whole run, as far as its shards are finished and kept here."""
    found: list[RevisedSample] = []
    before = 0
    for log in run.logs:
        here = range(max(start - before, 0), min(end - before, log["n_samples"]))
        path = run_folder(run) / log["samples"]
        if here and path.is_file():
            found += read_samples(path, here.start, here.stop)
        before += log["n_samples"]
    return found


def update(run: GenerationRun, **fields: Any) -> None:
    """Set these fields, in memory and in the database, and no others."""
    for name, value in fields.items():
        setattr(run, name, value)
    run.save(update_fields=list(fields))


@contextmanager
def hold(run: GenerationRun) -> Iterator[None]:
    """Let one process at a time carry out a run."""
    try:
        with claims.claim(lock_key(run)):
            yield
    except claims.Claimed:
        raise RunInProgress(f"Run {run.pk} is being carried out by another process.") from None


def lock_key(run: GenerationRun) -> int:
    """A signed 64-bit number for the run, as PostgreSQL's advisory locks want it."""
    return int.from_bytes(run.pk.bytes[:8], "big", signed=True)


def is_claimed(run: GenerationRun) -> bool:
    """Whether a living process carries out the run now."""
    return claims.is_claimed(lock_key(run))
