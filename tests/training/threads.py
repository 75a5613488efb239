"""A run carried out beside the test, by a worker in the same process."""

from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

from django.db import connections

from tests.training.processes import PATIENCE
from training.control import cancel_run
from training.models import GenerationRun
from training.services import execute_run


@contextmanager
def at_work(run: GenerationRun, **options: Any) -> Iterator[Future[None]]:
    """Carry out a run in a thread of its own; where the test fails meanwhile, the run is canceled."""
    with ThreadPoolExecutor(1) as worker:
        ending = worker.submit(work, run.pk, options)
        try:
            yield ending
            ending.result(PATIENCE)
        except BaseException:
            cancel_run(run)
            raise


def work(pk: object, options: dict[str, Any]) -> None:
    try:
        execute_run(run=GenerationRun.objects.get(pk=pk), **options)
    finally:
        connections.close_all()
