"""One shard of a run through Inspect."""

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from training.folders import Shard, sha256_of, write_lines
from training.pipelines import load
from training.providers import get_model, prepare_inspect
from training.session import Session, open_session
from training.watching import watch

if TYPE_CHECKING:
    from inspect_ai import Task
    from inspect_ai.log import EvalLog

__all__ = ["Connection", "RunStopped", "one_at_a_time", "run_shard", "sha256_of", "write_lines"]

INSPECT_ERRORS = (OSError, RuntimeError, ValueError)
# Samples wait here for the log; their answers are kept already.
LOG_BUFFER = 100
# Inspect keeps its state in module variables: one evaluation at a time in a process.
one_at_a_time = threading.Lock()


class RunStopped(Exception):
    """The model could not be reached any more; what is done is kept and the run can be started again."""


@dataclass(frozen=True)
class Connection:
    """How the model is asked; nothing here shapes an answer except `sampling`."""

    model: str
    base_url: str
    sampling: dict[str, Any] = field(default_factory=dict)
    n_at_once: int = 20
    retries: int = 8


def run_shard(
    shard: Shard, connection: Connection, session: Session, *, task: str, on_look: Callable[[], None]
) -> Path:
    """Carry a shard to its end and return its log; `on_look` is called now and then in the caller's thread.

    Inspect runs in a thread of its own, so that `on_look` may use the caller's database connection. What an
    earlier process left is asked for again from the kept answers, which costs nothing.
    """
    make_task = load_task(task)
    clear_logs(shard.folder)

    def work() -> "EvalLog":
        with open_session(session):
            return evaluate(shard, connection, make_task)

    model = f"{connection.model} {connection.base_url}".strip()
    try:
        log = watch(work, on_look=on_look, wake=session.desk.wake)
    except INSPECT_ERRORS as error:
        raise RunStopped(f"The run with {model} stopped: {error}") from error
    if log.status != "success":
        reason = log.error.message if log.error else "it was interrupted"
        why = session.stop.message if session.stop else last_line(reason)
        raise RunStopped(f"The run with {model} stopped; what is finished is kept. {why}")
    return Path(log.location.removeprefix("file://"))


def clear_logs(folder: Path) -> None:
    """Make room for the one log of a shard."""
    folder.mkdir(parents=True, exist_ok=True)
    for left in folder.glob("*.eval"):
        left.unlink()


def load_task(task: str) -> Callable[..., "Task"]:
    """Import Inspect before there are two threads that use it: it cannot be imported by both at once."""
    prepare_inspect()
    from inspect_ai.hooks._startup import init_hooks

    # Before ours is there: it prints every hook that it finds, on every command's output.
    init_hooks()
    import training.counting  # noqa: F401  (tells the session of each finished sample)

    made: Callable[..., Task] = load(task)
    return made


def evaluate(shard: Shard, connection: Connection, make_task: Callable[..., "Task"]) -> "EvalLog":
    """Have Inspect carry out the shard's task, with one log."""
    model = get_model(
        connection.model, base_url=connection.base_url, retries=connection.retries, **connection.sampling
    )
    from inspect_ai import eval as inspect_eval

    return inspect_eval(
        make_task(recipe=str(shard.recipe), shard=str(shard.samples)),
        model=model,
        log_dir=str(shard.folder),
        log_format="eval",
        log_buffer=LOG_BUFFER,
        log_header_only=True,
        log_realtime=False,
        log_model_api=False,
        log_level="error",
        display="none",
        fail_on_error=True,
        max_samples=n_samples_at_once(connection),
        acp_server=False,
        ctl_server=False,
    )[0]


def n_samples_at_once(connection: Connection) -> int:
    """Some more than calls in flight: while one sample is put away, another's call takes its place."""
    return connection.n_at_once + connection.n_at_once // 4


def last_line(message: str) -> str:
    """What an error says in the end, without the name Inspect puts around our own."""
    message = message.removeprefix("ModelGaveUp(").removesuffix(")").strip("'\"")
    lines = [line.strip() for line in message.splitlines() if line.strip()]
    return lines[-1] if lines else "no reason was given"
