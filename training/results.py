"""What runs have written so far, read sample by sample from the files of their finished shards."""

from collections.abc import Iterator
from typing import Any

from training.folders import iterate_lines, run_folder
from training.models import GenerationRun
from training.samples import RevisedSample, read_samples


def finished_logs(run: GenerationRun) -> list[dict[str, Any]]:
    """The logs of a finished run, or those of the shards that are finished already (a query)."""
    if run.logs:
        return list(run.logs)
    return list(run.shards.filter(is_finished=True).order_by("number").values_list("log", flat=True))


def iterate_rows(run: GenerationRun) -> Iterator[dict[str, Any]]:
    """The result rows of a run's finished shards, of whatever kind it is, one at a time."""
    for log in finished_logs(run):
        yield from iterate_lines(run_folder(run) / log["samples"])


def iterate_samples(run: GenerationRun) -> Iterator[RevisedSample]:
    """All samples of a run's finished shards, one at a time."""
    for log in finished_logs(run):
        yield from read_samples(run_folder(run) / log["samples"])


def n_readable(run: GenerationRun) -> int:
    """How many samples stand in finished shards."""
    return sum(log["n_samples"] for log in finished_logs(run))
