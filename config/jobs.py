"""Work the site does for itself: rescue what stalled, forget what is no longer needed."""

import logging

from axes.models import AccessAttempt
from django.conf import settings
from django.utils import timezone
from procrastinate.contrib.django import app

logger = logging.getLogger(__name__)

DAYS_JOBS_ARE_KEPT = 7


@app.periodic(cron="* * * * *")
@app.task(queue="site", queueing_lock="rescue_stalled_jobs", pass_context=False)
async def rescue_stalled_jobs(timestamp: int) -> int:
    """Queue again what a killed worker had begun; jobs are written so that this repeats nothing."""
    stalled = list(await app.job_manager.get_stalled_jobs())
    for job in stalled:
        await app.job_manager.retry_job(job)
        logger.warning("job %s (%s) had stalled and is queued again", job.id, job.task_name)
    return len(stalled)


@app.periodic(cron="*/15 * * * *")
@app.task(queue="site", queueing_lock="forget_sign_in_attempts", pass_context=False)
def forget_sign_in_attempts(timestamp: int) -> int:
    """Delete failed sign-ins, and the addresses they came from, once they no longer count."""
    oldest = timezone.now() - settings.AXES_COOLOFF_TIME
    return AccessAttempt.objects.filter(attempt_time__lt=oldest).delete()[0]


@app.periodic(cron="17 * * * *")
@app.task(queue="site", queueing_lock="forget_old_jobs", pass_context=False)
async def forget_old_jobs(timestamp: int) -> None:
    """Delete the records of jobs that ended some days ago."""
    await app.job_manager.delete_old_jobs(nb_hours=24 * DAYS_JOBS_ARE_KEPT, include_failed=True)
