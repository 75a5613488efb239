"""Queued work of evaluation: carrying out a prepared run in a worker."""

import logging

from procrastinate.contrib.django import app

from evaluation.models import EvaluationRun
from evaluation.services import RunBusy, execute_run, fail_run

logger = logging.getLogger(__name__)


@app.task(queue="evaluation", pass_context=False)
def execute_evaluation_run(run_id: int) -> None:
    """Finish a prepared run; a finished one is left alone, so a repeated job costs nothing."""
    run = EvaluationRun.objects.get(pk=run_id)
    try:
        execute_run(run=run)
    except RunBusy:
        logger.info("Evaluation run %s is in other hands; nothing to do.", run_id)
    except Exception as error:  # a job's outer loop: the row must say what happened
        logger.exception("Evaluation run %s failed.", run_id)
        fail_run(run, error)
