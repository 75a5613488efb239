"""Fine-tunings: start one, carry it out in a process of its own, pause, cancel, take it up again."""

import hashlib
import json
import re
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.auth.models import User
from django.utils import timezone

from constitution.models import Constitution
from training import claims
from training.datasets.tracing import read_manifest
from training.finetuning.plan import DatasetInput, Places, Plan
from training.finetuning.process import (
    Ending,
    Progress,
    TrainerMissing,
    TrainingProcess,
    check_trainer_is_installed,
)
from training.finetuning.recipes import Recipe
from training.models import FineTuningRun, GenerationRun
from training.shards import sha256_of
from voting.version import CODE_VERSION

HUB_NAME = re.compile(r"[\w.-]+/[\w.-]+@[\w.-]+")
MODEL_FILES = ("*.safetensors", "*.bin", "*.json", "*.model", "*.txt", "*.jinja")
Status = FineTuningRun.Status
Wish = FineTuningRun.Wish


class FineTuningError(Exception):
    """A fine-tuning cannot be started or go on; the message says why and what to do."""


class FineTuningBusy(Exception):
    """Another process is carrying out this fine-tuning now."""


def start_finetuning(
    *,
    recipe: Recipe,
    base_model: str,
    datasets: Mapping[str, Path],
    seed: int = 0,
    name: str = "",
    allows_download: bool = False,
    made_by: User | None = None,
) -> FineTuningRun:
    """Return the fine-tuning with exactly these inputs: the one made before, or a new one. Trains nothing."""
    base_model = check_base_model(base_model, allows_download=allows_download)
    read = {role: describe_dataset(role, datasets, recipe) for role in recipe.datasets}
    constitution = common_constitution(read)
    shaping = {
        "base_model": base_model,
        "recipe": recipe.to_dict(),
        "datasets": {role: entry["manifest_sha256"] for role, entry in read.items()},
        "seed": seed,
    }
    run, _ = FineTuningRun.objects.get_or_create(
        fingerprint=hashlib.sha256(json.dumps(shaping, sort_keys=True).encode()).hexdigest(),
        defaults={
            "name": name or f"{Path(base_model).name}, {recipe.name}",
            "constitution": constitution,
            "recipe_name": recipe.name,
            "recipe": recipe.to_dict(),
            "recipe_sha256": recipe.sha256,
            "base_model": base_model,
            "allows_download": allows_download,
            "datasets": read,
            "seed": seed,
            "is_rehearsal": any(entry["is_rehearsal"] for entry in read.values()),
            "code_version": CODE_VERSION,
            "made_by": made_by,
        },
    )
    return run


def check_base_model(base_model: str, *, allows_download: bool) -> str:
    """A folder with a model, as an absolute path; or a name on the hub, if its download is allowed.

    The revision must be named, so that the same fine-tuning always begins with the same weights.
    """
    folder = Path(base_model)
    if (folder / "config.json").is_file():
        return str(folder.resolve())
    if folder.is_dir():
        raise FineTuningError(f"The folder {folder} holds no model: its config.json is missing.")
    if not HUB_NAME.fullmatch(base_model):
        raise FineTuningError(
            f"“{base_model}” is no folder with a model, and no name such as organization/model@revision."
        )
    if not allows_download:
        raise FineTuningError(
            f"“{base_model}” is no folder here. To fetch it from the Hugging Face hub, allow the download."
        )
    return base_model


def describe_dataset(role: str, datasets: Mapping[str, Path], recipe: Recipe) -> dict[str, Any]:
    """What the row keeps of a dataset, after checking that the recipe can use it."""
    formats = recipe.datasets[role]
    if role not in datasets:
        raise FineTuningError(f"The recipe wants a dataset “{role}” of the format {' or '.join(formats)}.")
    folder = Path(datasets[role]).resolve()
    manifest = read_manifest(folder)
    if manifest["format"] not in formats:
        raise FineTuningError(
            f"The recipe wants {' or '.join(formats)} rows as “{role}”; "
            f"{folder} holds {manifest['format']} rows."
        )
    if not manifest["n_rows_by_split"]["train"]:
        raise FineTuningError(f"The dataset {folder} has no rows to train on.")
    names = ("format", "constitution_sha256", "generation_run", "n_rows_by_split", "is_rehearsal", "licence")
    return {
        "folder": str(folder),
        "manifest_sha256": sha256_of(folder / "manifest.json"),
        **{name: manifest[name] for name in names},
    }


def common_constitution(datasets: Mapping[str, Mapping[str, Any]]) -> Constitution:
    """The one constitution behind all datasets: a variant stands behind one, or nobody could say which."""
    hashes = {entry["constitution_sha256"] for entry in datasets.values()}
    if len(hashes) > 1:
        raise FineTuningError("The datasets come from different constitutions; a variant can have only one.")
    constitution = Constitution.objects.filter(sha256=hashes.pop()).first()
    if constitution is None:
        raise FineTuningError("This site does not know the constitution that the datasets come from.")
    return constitution


def places_of(run: FineTuningRun) -> Places:
    return Places(Path(settings.VAR_DIR) / "finetuning" / str(run.pk))


def execute_finetuning(*, run: FineTuningRun, on_progress: Progress | None = None) -> FineTuningRun:
    """Carry out a fine-tuning, or what is left of it; may take days. The row says how it ended."""
    with hold(run):
        run.refresh_from_db()
        if run.status in (Status.FINISHED, Status.CANCELLED):
            return run
        try:
            if not prepare(run):
                return run
        except (FineTuningError, TrainerMissing, OSError) as error:
            update(run, status=Status.FAILED, error=str(error))
            raise
        process = TrainingProcess(places_of(run), allows_download=run.allows_download)
        ending = process.run(on_look=lambda lines: look(run, process, lines, on_progress))
        conclude(run, ending)
    return run


def prepare(run: FineTuningRun) -> bool:
    """See that trainer and base model are as they must be, and write the plan.

    False if the fine-tuning was canceled meanwhile: a large model takes minutes to read.
    """
    check_trainer_is_installed()
    update(run, wish=Wish.NONE)
    is_local = Path(run.base_model).is_dir()
    sha256 = hash_model(Path(run.base_model)) if is_local else ""
    if run.base_model_sha256 and sha256 != run.base_model_sha256:
        raise FineTuningError(f"The model in {run.base_model} is not the one this fine-tuning began with.")
    inputs = {
        role: DatasetInput(entry["folder"], entry["manifest_sha256"]) for role, entry in run.datasets.items()
    }
    places = places_of(run)
    Plan(run.base_model, run.recipe, inputs, run.seed).write(places.plan)
    places.pause.unlink(missing_ok=True)
    begun = {"status": Status.RUNNING, "error": "", "base_model_sha256": sha256}
    is_begun = FineTuningRun.objects.filter(pk=run.pk).exclude(status=Status.CANCELLED).update(**begun)
    run.refresh_from_db()
    return bool(is_begun)


def hash_model(folder: Path) -> str:
    """One digest over a model's files; reads all of its weights."""
    digest = hashlib.sha256()
    files = {path for pattern in MODEL_FILES for path in folder.glob(pattern)}
    for path in sorted(files):
        digest.update(f"{path.name} {sha256_of(path)}\n".encode())
    return digest.hexdigest()


def look(
    run: FineTuningRun, process: TrainingProcess, lines: list[dict[str, Any]], on_progress: Progress | None
) -> None:
    """Enter what is new in the row, and pass on what people wish meanwhile."""
    if lines:
        last = lines[-1]
        update(run, **{name: last[name] for name in ("stage", "step", "n_steps")})
        if on_progress:
            on_progress(last)
    run.refresh_from_db(fields=["wish"])
    if run.wish == Wish.PAUSE:
        process.ask_to_pause()
    elif run.wish == Wish.CANCEL:
        process.end()


def conclude(run: FineTuningRun, ending: Ending) -> None:
    """Enter how the process ended."""
    places = places_of(run)
    if ending.is_finished:
        result = json.loads(places.result.read_text(encoding="utf-8"))
        update(run, status=Status.FINISHED, wish=Wish.NONE, result=result, finished_at=timezone.now())
    elif run.wish == Wish.CANCEL:
        update(run, status=Status.CANCELLED, wish=Wish.NONE)
        shutil.rmtree(places.folder / "stages", ignore_errors=True)
    elif ending.is_paused:
        update(run, status=Status.PAUSED, wish=Wish.NONE)
    else:
        update(run, status=Status.FAILED, wish=Wish.NONE, error=ending.reason)


def ask_to_pause(run: FineTuningRun) -> bool:
    """Wish for a pause at the next step; False if nothing is under way."""
    return wish(run, Wish.PAUSE, [Status.RUNNING])


def cancel_finetuning(run: FineTuningRun) -> bool:
    """End a fine-tuning for good; one that nobody carries out is cancelled at once."""
    idle = [Status.QUEUED, Status.PAUSED, Status.FAILED]
    if is_broken_off(run):
        idle.append(Status.RUNNING)
    rows = FineTuningRun.objects.filter(pk=run.pk)
    if rows.filter(status__in=idle).update(status=Status.CANCELLED, wish=Wish.NONE):
        return True
    return wish(run, Wish.CANCEL, [Status.RUNNING])


def make_ready(run: FineTuningRun) -> bool:
    """Let a paused, stopped or broken-off fine-tuning wait for a worker again; False if it cannot."""
    idle = [Status.QUEUED, Status.PAUSED, Status.FAILED]
    if is_broken_off(run):
        idle.append(Status.RUNNING)
    rows = FineTuningRun.objects.filter(pk=run.pk, status__in=idle)
    return bool(rows.update(status=Status.QUEUED, wish=Wish.NONE, error=""))


def wish(run: FineTuningRun, what: str, statuses: list[str]) -> bool:
    return bool(FineTuningRun.objects.filter(pk=run.pk, status__in=statuses).update(wish=what))


def update(run: FineTuningRun, **fields: Any) -> None:
    """Set these fields, in memory and in the database, and no others."""
    for name, value in fields.items():
        setattr(run, name, value)
    run.save(update_fields=list(fields))


@contextmanager
def hold(run: FineTuningRun) -> Iterator[None]:
    """Let one process at a time carry out a fine-tuning."""
    try:
        with claims.claim(lock_key(run)):
            yield
    except claims.Claimed:
        raise FineTuningBusy(f"Fine-tuning {run.pk} is being carried out by another process.") from None


def lock_key(run: FineTuningRun) -> int:
    """A signed 64-bit number for the run, as PostgreSQL's advisory locks want it."""
    return int.from_bytes(run.pk.bytes[8:], "big", signed=True)


def is_broken_off(run: FineTuningRun) -> bool:
    """Whether it is marked running and no living process carries it out (a query)."""
    return run.status == Status.RUNNING and not claims.is_claimed(lock_key(run))


def ancestry_of(run: FineTuningRun) -> dict[str, Any]:
    """All that a trained model comes from, as its variant keeps it."""
    runs = GenerationRun.objects.filter(pk__in=[entry["generation_run"] for entry in run.datasets.values()])
    models = {str(row.pk): row.model for row in runs}
    return {
        "finetuning_run": str(run.pk),
        "base_model": {"name": run.base_model, "sha256": run.base_model_sha256},
        "recipe": {"name": run.recipe_name, "sha256": run.recipe_sha256, "settings": run.recipe},
        "seed": run.seed,
        "constitution": {"reference": run.constitution.reference, "sha256": run.constitution.sha256},
        "datasets": {
            role: entry | {"model": models.get(entry["generation_run"], "")}
            for role, entry in run.datasets.items()
        },
        "code_version": run.code_version,
        "versions": run.result.get("versions", {}),
        "device": run.result.get("device", ""),
        "is_rehearsal": run.is_rehearsal,
    }
