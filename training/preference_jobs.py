"""Queued work: the figures of a large preference run, which would keep a page waiting."""

from django.db import transaction
from procrastinate.contrib.django import app
from procrastinate.exceptions import AlreadyEnqueued

from training.models import GenerationRun
from training.preference_report import Figures, kept_report, make_report
from training.results import n_readable

# A page makes the figures itself up to so many samples, in less than a second; a worker those of larger runs.
MOST_AT_ONCE = 2000


def report_or_queue(run: GenerationRun) -> Figures | None:
    """The run's figures; None where a worker has yet to make them, which it is asked to do."""
    kept = kept_report(run)
    if kept is not None:
        return kept
    if n_readable(run) <= MOST_AT_ONCE:
        return make_report(run)
    job = make_preference_report.configure(queueing_lock=f"preference-report-{run.pk}")
    try:
        with transaction.atomic():
            job.defer(run_id=str(run.pk))
    except AlreadyEnqueued:
        pass
    return None


@app.task(queue="training", pass_context=False)
def make_preference_report(run_id: str) -> None:
    """Make the figures of a run's finished shards and keep them."""
    make_report(GenerationRun.objects.get(pk=run_id))
