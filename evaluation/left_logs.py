"""The logs that killed processes left, read so that an evaluation goes on where it was."""

from pathlib import Path
from typing import TYPE_CHECKING
from zipfile import BadZipFile

if TYPE_CHECKING:
    from inspect_ai.log import EvalLog


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
