"""Queued work: carrying out generation runs in workers."""

import logging
import threading

from django.db import transaction
from procrastinate import RetryStrategy
from procrastinate.contrib.django import app

import training.classifiers.jobs
import training.preference_jobs
import training.prompt_sets.jobs  # noqa: F401  (all three register their jobs with the worker)
from training.control import requeue_run
from training.critique.smoke import smoke_after
from training.datasets.jobs import write_dataset_export
from training.finetuning.jobs import execute_finetuning_run
from training.models import GenerationRun
from training.shards import RunStopped
from training.working import RunInProgress, execute_run

__all__ = ["execute_finetuning_run", "execute_generation_run", "write_dataset_export"]

logger = logging.getLogger(__name__)

MOST_JOBS = 8
"""Workers that one run is offered to; idle ones take a part each."""
ASK_AGAIN_SECONDS = 30
# A worker does one run at a time: its other places are for the site's shorter work.
has_run = threading.Lock()


def queue_run(*, run: GenerationRun) -> bool:
    """Offer a run, or what is left of it, to the workers; False if it is finished."""
    if run.status == GenerationRun.Status.FINISHED:
        return False
    with transaction.atomic():
        requeue_run(run)
        for _ in range(min(run.shards.filter(is_finished=False).count(), MOST_JOBS)):
            execute_generation_run.defer(run_id=str(run.pk))
    return True


@app.task(queue="training", pass_context=False, retry=RetryStrategy(max_attempts=3, wait=60))
def execute_generation_run(run_id: str) -> None:
    """Carry out the run, or what is left of it; the run's row says how it went."""
    run = GenerationRun.objects.get(pk=run_id)
    if not has_run.acquire(blocking=False):
        offer_again(run)
        return
    try:
        answer_smoke_after(execute_run(run=run, resumes=False))
    except RunInProgress:
        logger.info("Run %s is in other hands; nothing to do.", run_id)
    except RunStopped as error:
        logger.warning("Run %s stopped: %s", run_id, error)
        raise
    finally:
        has_run.release()


def answer_smoke_after(run: GenerationRun) -> None:
    """Have the smoke set answered after a finished run of revisions, so that its page can report it."""
    smoke = smoke_after(run)
    if smoke is not None:
        queue_run(run=smoke)


def offer_again(run: GenerationRun) -> None:
    """Leave a run that still has something to do to a worker that is free in a while."""
    if run.status in (GenerationRun.Status.QUEUED, GenerationRun.Status.RUNNING):
        later = execute_generation_run.configure(schedule_in={"seconds": ASK_AGAIN_SECONDS})
        later.defer(run_id=str(run.pk))
