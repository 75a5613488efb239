"""Queued work: carrying out a fine-tuning in a worker."""

import logging

from django.db import transaction
from procrastinate.contrib.django import app
from procrastinate.exceptions import AlreadyEnqueued

from training.finetuning.services import (
    FineTuningBusy,
    FineTuningError,
    execute_finetuning,
    make_ready,
    update,
)
from training.models import FineTuningRun

logger = logging.getLogger(__name__)


def queue_finetuning(*, run: FineTuningRun) -> bool:
    """Hand a fine-tuning to a worker; False if it is under way, finished, cancelled or waiting already."""
    job = execute_finetuning_run.configure(queueing_lock=f"finetune-{run.pk}")
    try:
        with transaction.atomic():
            if not make_ready(run):
                return False
            job.defer(run_id=str(run.pk))
    except AlreadyEnqueued:
        return False
    return True


@app.task(queue="finetuning", pass_context=False)
def execute_finetuning_run(run_id: str) -> None:
    """Carry out the fine-tuning, or what is left of it; a finished one is left alone."""
    run = FineTuningRun.objects.get(pk=run_id)
    try:
        execute_finetuning(run=run)
    except FineTuningBusy:
        logger.info("Fine-tuning %s is in other hands; nothing to do.", run_id)
    except FineTuningError as error:
        logger.warning("Fine-tuning %s cannot go on: %s", run_id, error)
    except Exception as error:  # a job's outer loop: the row must say what happened
        logger.exception("Fine-tuning %s failed.", run_id)
        update(run, status=FineTuningRun.Status.FAILED, error=str(error) or type(error).__name__)
