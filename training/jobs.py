"""Queued work: carrying out a generation run in a worker."""

import logging

from procrastinate import RetryStrategy
from procrastinate.contrib.django import app

import training.classifiers.jobs  # noqa: F401  (registers its job with the worker)
from training.datasets.jobs import write_dataset_export
from training.finetuning.jobs import execute_finetuning_run
from training.models import GenerationRun
from training.services import RunInProgress, execute_run

__all__ = ["execute_finetuning_run", "execute_generation_run", "write_dataset_export"]

logger = logging.getLogger(__name__)


@app.task(queue="training", pass_context=False, retry=RetryStrategy(max_attempts=3, wait=60))
def execute_generation_run(run_id: str) -> None:
    """Carry out the run, or what is left of it; the run's row says how it went."""
    run = GenerationRun.objects.get(pk=run_id)
    try:
        execute_run(run=run)
    except RunInProgress:
        logger.info("Run %s is in other hands; nothing to do.", run_id)
