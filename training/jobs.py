"""Queued work: carrying out a generation run in a worker."""

import logging

from procrastinate import RetryStrategy
from procrastinate.contrib.django import app

from training.models import GenerationRun
from training.services import RunInProgress, execute_run

logger = logging.getLogger(__name__)


@app.task(queue="training", pass_context=False, retry=RetryStrategy(max_attempts=3, wait=60))
def execute_generation_run(run_id: str) -> None:
    """Carry out the run, or what is left of it; the run's row says how it went."""
    run = GenerationRun.objects.get(pk=run_id)
    try:
        execute_run(run=run)
    except RunInProgress:
        logger.info("Run %s is in other hands; nothing to do.", run_id)
