"""Queued work of evaluation: carrying out a prepared run in a worker."""

import logging

from django.db import transaction
from procrastinate import RetryStrategy
from procrastinate.contrib.django import app
from procrastinate.exceptions import AlreadyEnqueued

from evaluation.finetuned import register_waiting
from evaluation.models import EvaluationRun, TrialTurn
from evaluation.services import RunBusy, change_run, execute_run, fail_run, is_broken_off
from evaluation.trials.services import answer_turn

logger = logging.getLogger(__name__)


def queue_run(*, run: EvaluationRun) -> bool:
    """Hand a prepared run to a worker; False if it waits for one already, or is under way or finished."""
    under_way = run.status == EvaluationRun.Status.RUNNING and not is_broken_off(run)
    if under_way or run.status == EvaluationRun.Status.FINISHED:
        return False
    job = execute_evaluation_run.configure(queueing_lock=f"evaluate-{run.pk}")
    try:
        with transaction.atomic():
            job.defer(run_id=run.pk)
            change_run(run, status=EvaluationRun.Status.QUEUED, error="")
    except AlreadyEnqueued:
        return False
    return True


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


@app.task(queue="evaluation", pass_context=False, retry=RetryStrategy(max_attempts=60, wait=10))
def answer_trial_turn(turn_id: int) -> None:
    """Have the variant answer; where this process is evaluating just now, try again in a moment."""
    turn = TrialTurn.objects.filter(pk=turn_id).first()
    if turn is not None:
        answer_turn(turn)


@app.periodic(cron="* * * * *")
@app.task(queue="site", queueing_lock="register_finetuned_variants", pass_context=False)
def register_finetuned_variants(timestamp: int) -> int:
    """Make a variant of each fine-tuning that has finished: training itself knows no variants."""
    return register_waiting()
