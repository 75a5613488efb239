"""Batches of a run that is held: canceled at the provider, never asked a second time by another way."""

from concurrent.futures import Future

import pytest
from django.db import connection
from procrastinate.contrib.django.models import ProcrastinateJob

from tests.factories import make_adopted_constitution
from tests.training.processes import wait_until
from tests.training.threads import at_work
from training.batch_jobs import cancel_provider_batches
from training.control import cancel_run, pause_run, requeue_run
from training.models import GenerationRun, ProviderBatch
from training.prompts import Prompt
from training.services import execute_run, start_run

N_SAMPLES = 8
CALLS = N_SAMPLES * 3

pytestmark = [
    pytest.mark.e2e,
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("var_dir", "keys"),
]


@pytest.fixture(autouse=True)
def no_job_is_left(transactional_db):
    yield
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM procrastinate_jobs")


@pytest.fixture
def begin(provider, settings):
    """Start the run whose batches never end by themselves, or take it up in another manner."""
    provider.batches.n_polls = 1_000_000
    settings.BATCH_POLL_SECONDS = 0.05
    constitution = make_adopted_constitution()

    def start(*, uses_batches: bool = True) -> GenerationRun:
        return start_run(
            constitution=constitution,
            prompts=[Prompt(f"Question {number}?") for number in range(N_SAMPLES)],
            model="anthropic/claude-test",
            base_url=provider.anthropic_url,
            options={"rounds": 1},
            uses_batches=uses_batches,
        )

    return start


def wait_for_a_batch(worker: Future[None]) -> None:
    wait_until(lambda: worker.done() or ProviderBatch.objects.filter(status="sent").exists())


def canceled(provider) -> list[bool]:
    return [batch["is_canceled"] for batch in provider.batches.made.values()]


def test_a_canceled_run_has_its_batch_canceled_by_the_worker_that_waits(begin, provider):
    with at_work(begin()) as worker:
        wait_for_a_batch(worker)
        assert cancel_run(GenerationRun.objects.get())
    assert canceled(provider) == [True]


@pytest.fixture
def paused(begin) -> GenerationRun:
    """A run that was paused while its batch was on its way."""
    run = begin()
    with at_work(run) as worker:
        wait_for_a_batch(worker)
        pause_run(run)
    return run


def test_a_run_canceled_after_a_pause_has_its_batch_canceled_by_a_job(paused, provider):
    assert canceled(provider) == [False]
    assert cancel_run(paused)
    (job,) = ProcrastinateJob.objects.filter(args__run_id=str(paused.pk))
    cancel_provider_batches(**job.args)
    assert canceled(provider) == [True]
    provider.batches.n_polls = 1
    requeue_run(paused)
    assert execute_run(run=paused).status == "finished"
    assert provider.batches.n_requests == len(provider.batches.paid) == CALLS


def test_a_run_that_goes_on_keeps_its_batch(paused, provider):
    cancel_run(paused)
    requeue_run(paused)
    cancel_provider_batches(run_id=str(paused.pk))
    assert canceled(provider) == [False]


def test_what_is_on_its_way_in_a_batch_is_not_asked_directly(paused, begin, provider):
    with pytest.raises(ValueError, match="has batches on their way at the provider"):
        begin(uses_batches=False)
    assert begin().uses_batches
    assert provider.n_calls == 0
