"""Runs as queued work: offered to several workers, one at a time in each, and left alone when held."""

import pytest
from procrastinate.contrib.django.models import ProcrastinateJob

from tests.factories import make_adopted_constitution
from training.control import pause_run
from training.critique.smoke import smoke_of
from training.jobs import execute_generation_run, has_run, queue_run
from training.models import GenerationRun
from training.prompts import Prompt
from training.services import execute_run, start_run

pytestmark = pytest.mark.usefixtures("var_dir", "keys")


@pytest.fixture
def run(monkeypatch) -> GenerationRun:
    monkeypatch.setattr("training.services.SHARD_SIZE", 2)
    return start_run(
        constitution=make_adopted_constitution(),
        prompts=[Prompt(f"Question {number}?") for number in range(5)],
        model="rehearsal/demonstration",
        options={"rounds": 1},
    )


def jobs() -> list[ProcrastinateJob]:
    return list(ProcrastinateJob.objects.filter(task_name__endswith="execute_generation_run"))


def test_a_run_is_offered_to_as_many_workers_as_it_has_parts(run):
    assert queue_run(run=run)
    assert [job.args for job in jobs()] == [{"run_id": str(run.pk)}] * 3


def test_a_worker_carries_the_run_out(run):
    execute_generation_run(run_id=str(run.pk))
    run.refresh_from_db()
    assert (run.status, run.n_finished) == ("finished", 5)


def test_the_smoke_set_is_answered_after_each_run_and_not_after_itself(run):
    execute_generation_run(run_id=str(run.pk))
    run.refresh_from_db()
    smoke = smoke_of(run)
    assert next(job.args for job in jobs()) == {"run_id": str(smoke.pk)}
    execute_generation_run(run_id=str(smoke.pk))
    assert GenerationRun.objects.count() == 2


def test_the_smoke_set_stays_within_what_is_left_of_the_budget(run):
    GenerationRun.objects.filter(pk=run.pk).update(token_budget=1_000_000)
    execute_generation_run(run_id=str(run.pk))
    run.refresh_from_db()
    assert smoke_of(run).token_budget == 1_000_000 - run.committed_tokens


def test_a_worker_that_has_a_run_leaves_the_next_to_others(run):
    with has_run:
        execute_generation_run(run_id=str(run.pk))
    run.refresh_from_db()
    assert run.status == "queued"
    (job,) = jobs()
    assert job.scheduled_at is not None


def test_a_paused_run_is_left_alone_until_it_is_queued_again(run):
    pause_run(run)
    execute_generation_run(run_id=str(run.pk))
    run.refresh_from_db()
    assert (run.status, run.n_finished) == ("paused", 0)
    queue_run(run=run)
    assert run.status == "queued"


def test_a_finished_run_is_not_queued(run):
    execute_run(run=run)
    run.refresh_from_db()
    assert not queue_run(run=run)
    assert jobs() == []
