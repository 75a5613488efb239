"""One shard of a run through Inspect, begun or taken up from what a killed process left."""

import hashlib
import json
import os
import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zipfile import BadZipFile

from training.pipelines import load
from training.providers import get_model, prepare_inspect
from training.watching import watch

if TYPE_CHECKING:
    from inspect_ai import Task
    from inspect_ai.log import EvalLog

INSPECT_ERRORS = (OSError, RuntimeError, ValueError)
# Inspect keeps its state in module variables: one evaluation at a time in a process.
one_at_a_time = threading.Lock()


class RunStopped(Exception):
    """The model could not be reached any more; what is done is kept and the run can be started again."""


@dataclass(frozen=True)
class Shard:
    """A part of a run: the recipe, the samples to ask, the folder of its logs, and where the results go."""

    recipe: Path
    samples: Path
    results: Path
    folder: Path


@dataclass(frozen=True)
class Connection:
    """How the model is asked; nothing here shapes an answer except `sampling`."""

    model: str
    base_url: str
    sampling: dict[str, Any] = field(default_factory=dict)
    max_connections: int = 20
    retries: int = 8


def run_shard(shard: Shard, connection: Connection, *, task: str, on_progress: Callable[[int], None]) -> Path:
    """Run a shard to its end and return its log; `on_progress` is told how many samples stand in the log.

    Inspect runs in a thread of its own, so that `on_progress` may use the caller's database connection.
    """
    shard.folder.mkdir(parents=True, exist_ok=True)
    make_task = load_task(task)

    def work() -> "EvalLog":
        with one_at_a_time:
            return evaluate(shard, connection, make_task)

    model = f"{connection.model} {connection.base_url}".strip()
    try:
        log = watch(work, on_look=lambda: on_progress(n_samples_in(newest_log(shard.folder))))
    except INSPECT_ERRORS as error:
        raise RunStopped(f"The run with {model} stopped: {error}") from error
    return path_of(log, shard, model)


def load_task(task: str) -> Callable[..., "Task"]:
    """Import Inspect before there are two threads that use it: it cannot be imported by both at once."""
    prepare_inspect()
    made: Callable[..., Task] = load(task)
    return made


def evaluate(shard: Shard, connection: Connection, make_task: Callable[..., "Task"]) -> "EvalLog":
    """Start the shard, or take it up from the fullest log that a killed process left."""
    model = get_model(
        connection.model, base_url=connection.base_url, retries=connection.retries, **connection.sampling
    )
    from inspect_ai import eval as inspect_eval
    from inspect_ai import eval_retry

    settings: dict[str, Any] = {
        "log_dir": str(shard.folder),
        "log_format": "eval",
        "log_buffer": 1,
        "log_realtime": False,
        "log_model_api": False,
        "log_level": "error",
        "display": "none",
        "fail_on_error": True,
        "max_connections": connection.max_connections,
        "max_samples": connection.max_connections,
        "acp_server": False,
        "ctl_server": False,
    }
    left = log_to_take_up(shard.folder)
    if left is not None and left.status == "success":
        return left
    if left is not None:
        return eval_retry(left, **settings)[0]
    task = make_task(recipe=str(shard.recipe), shard=str(shard.samples))
    return inspect_eval(task, model=model, log_header_only=True, **settings)[0]


def path_of(log: "EvalLog", shard: Shard, model: str) -> Path:
    """The finished log's path; an unfinished one becomes RunStopped with a sentence a person can act on."""
    if log.status != "success":
        reason = log.error.message if log.error else "it was interrupted"
        raise RunStopped(f"The run with {model} stopped; what is finished is kept. {last_line(reason)}")
    path = Path(log.location.removeprefix("file://"))
    for other in set(shard.folder.glob("*.eval")) - {path}:
        other.unlink()
    return path


def last_line(message: str) -> str:
    """What an error says in the end, without the name Inspect puts around our own."""
    message = message.removeprefix("ModelGaveUp(").removesuffix(")").strip("'\"")
    lines = [line.strip() for line in message.splitlines() if line.strip()]
    return lines[-1] if lines else "no reason was given"


def log_to_take_up(folder: Path) -> "EvalLog | None":
    """The log that an earlier process left, ready for Inspect's retry when it is not finished."""
    from inspect_ai.log import read_eval_log

    path = fullest_log(folder)
    if path is None:
        return None
    log = read_eval_log(str(path))
    # Without a file the task is found by its registered name, wherever the process was started.
    log.eval.task_file = None
    return log


def fullest_log(folder: Path) -> Path | None:
    """Of the logs that killed processes left, the one with most finished samples, if any has one."""
    counts = {path: n_samples_in(path) for path in sorted(folder.glob("*.eval"))}
    fullest = max(counts, key=counts.__getitem__, default=None)
    return fullest if fullest and counts[fullest] else None


def newest_log(folder: Path) -> Path | None:
    return max(folder.glob("*.eval"), key=lambda path: path.stat().st_mtime_ns, default=None)


def n_samples_in(path: Path | None) -> int:
    """How many samples stand finished in a log; one only begun, or broken off in writing, has none."""
    if path is None:
        return 0
    from inspect_ai.log import read_eval_log_sample_summaries

    try:
        return sum(summary.completed for summary in read_eval_log_sample_summaries(str(path)))
    except (OSError, ValueError, KeyError, BadZipFile):
        return 0


def sha256_of(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def write_lines(path: Path, rows: Iterable[dict[str, Any]]) -> None:
    """Write JSON Lines so that the file is either whole or absent."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    with draft.open("w", encoding="utf-8") as lines:
        for row in rows:
            lines.write(json.dumps(row, ensure_ascii=False, sort_keys=True) + "\n")
    draft.replace(path)
