"""The work the site does for itself."""

import pytest
from asgiref.sync import async_to_sync
from django.db import connection
from procrastinate.contrib.django import app
from procrastinate.contrib.django.models import ProcrastinateJob

from config.jobs import forget_old_jobs, forget_sign_in_attempts, rescue_stalled_jobs

pytestmark = pytest.mark.django_db


def begin_job(worker_id: int | None) -> int:
    """Put a job into the state of one that a worker has begun."""
    job_id = forget_sign_in_attempts.configure(queueing_lock=None).defer(timestamp=0)
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE procrastinate_jobs SET status = 'doing', worker_id = %s WHERE id = %s",
            [worker_id, job_id],
        )
    return job_id


def register_worker(seconds_silent: int) -> int:
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO procrastinate_workers (last_heartbeat) VALUES (now() - %s * interval '1 second') "
            "RETURNING id",
            [seconds_silent],
        )
        return cursor.fetchone()[0]


def test_what_a_killed_worker_had_begun_is_queued_again():
    job_id = begin_job(register_worker(seconds_silent=120))
    assert async_to_sync(rescue_stalled_jobs.func)(timestamp=0) == 1
    assert ProcrastinateJob.objects.get(pk=job_id).status == "todo"


def test_what_a_living_worker_does_is_left_alone():
    job_id = begin_job(register_worker(seconds_silent=1))
    assert async_to_sync(rescue_stalled_jobs.func)(timestamp=0) == 0
    assert ProcrastinateJob.objects.get(pk=job_id).status == "doing"


def test_records_of_jobs_are_forgotten_after_a_week():
    job_id = forget_sign_in_attempts.defer(timestamp=0)
    with connection.cursor() as cursor:
        cursor.execute("UPDATE procrastinate_jobs SET status = 'succeeded' WHERE id = %s", [job_id])
    async_to_sync(forget_old_jobs.func)(timestamp=0)
    assert ProcrastinateJob.objects.filter(pk=job_id).exists()
    with connection.cursor() as cursor:
        cursor.execute("UPDATE procrastinate_events SET at = now() - interval '8 days'")
    async_to_sync(forget_old_jobs.func)(timestamp=0)
    assert not ProcrastinateJob.objects.filter(pk=job_id).exists()


def test_every_apps_jobs_are_known_to_the_worker():
    assert {"config.jobs.rescue_stalled_jobs", "analysis.jobs.analyze_conversation"} <= set(app.tasks)
