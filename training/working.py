"""Carrying out runs: a worker claims one shard after another until none is left, or the run is held."""

import os
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from training import claims
from training.budget import left_of
from training.control import requeue_run
from training.folders import shard_of
from training.looking import Lookout
from training.models import GenerationRun, GenerationShard
from training.pipelines import pipeline_of
from training.providers import RETRIES, ModelUnavailable, check_model
from training.shards import Connection, RunStopped, one_at_a_time, run_shard
from training.sums import lock_key, sum_shards

Progress = Callable[[int, int], None]
Status = GenerationRun.Status
HELD = (Status.PAUSED, Status.CANCELED)


class RunInProgress(Exception):
    """Other processes carry out all that is left of this run."""


def execute_run(
    *,
    run: GenerationRun,
    max_connections: int | None = None,
    retries: int = RETRIES,
    on_progress: Progress | None = None,
    resumes: bool = True,
) -> GenerationRun:
    """Carry out a run, or what is left of it, beside any other worker.

    A run that was paused or canceled goes on, unless `resumes` is false: then it is left alone.

    Raises RunInProgress when other workers have all that is left, RunStopped or ModelUnavailable when the
    model cannot be asked. A run that was paused or whose budget is used up returns in that state.
    """
    run.refresh_from_db()
    if run.status == Status.FINISHED or (run.status in HELD and not resumes):
        return run
    requeue_run(run)
    try:
        check_model(run.model, base_url=run.base_url)
        carry_out(run, max_connections or run.max_connections, retries, on_progress)
    except (RunStopped, ModelUnavailable) as error:
        stop_run(run, Status.FAILED, str(error))
        raise
    finish_if_done(run)
    run.refresh_from_db()
    return run


def carry_out(run: GenerationRun, n_at_once: int, retries: int, on_progress: Progress | None) -> None:
    """Carry out shards while there are some that nobody holds, and the run may go on."""
    how = Connection(run.model, run.base_url, run.parameters["sampling"], n_at_once, retries)
    n_claimed = n_broke = 0
    while may_go_on(run):
        with one_at_a_time, next_shard(run) as shard:
            if shard is None:
                break
            n_claimed += 1
            begin(run)
            is_broke = not carry_out_shard(run, shard, how, on_progress)
        n_broke += is_broke
        # The first time, what did not fit may have been reserved by workers who have given it back since.
        if is_broke and (n_broke > 1 or is_claimed(run)):
            pause_if_last(run)
            return
    if not n_claimed and run.shards.filter(is_finished=False).exists() and may_go_on(run):
        raise RunInProgress(f"Run {run.pk} is being carried out by other processes.")


def may_go_on(run: GenerationRun) -> bool:
    run.refresh_from_db(fields=["status"])
    return run.status in (Status.QUEUED, Status.RUNNING)


def begin(run: GenerationRun) -> None:
    """Mark the run as running; the time left is told from here on, unless others are at it already."""
    waiting = GenerationRun.objects.filter(pk=run.pk, status=Status.QUEUED)
    waiting.update(
        status=Status.RUNNING, error="", taken_up_at=timezone.now(), n_when_taken_up=F("n_finished")
    )
    run.refresh_from_db()


@contextmanager
def next_shard(run: GenerationRun) -> Iterator[GenerationShard | None]:
    """Hold the first unfinished shard that no other worker holds, if there is one."""
    shard = claim_shard(run)
    try:
        yield shard
    finally:
        if shard is not None:
            claims.give_up(lock_key(run, shard.number))


def claim_shard(run: GenerationRun) -> GenerationShard | None:
    for shard in run.shards.filter(is_finished=False).order_by("number"):
        if not claims.try_claim(lock_key(run, shard.number)):
            continue
        shard.refresh_from_db()
        if not shard.is_finished:
            return shard
        claims.give_up(lock_key(run, shard.number))
    return None


def carry_out_shard(
    run: GenerationRun, shard: GenerationShard, how: Connection, on_progress: Progress | None
) -> bool:
    """Carry out one shard to its end; False if the budget of the run does not reach that far."""
    shard.worker = f"{socket.gethostname()}:{os.getpid()}"
    shard.save(update_fields=["worker"])
    pipeline = pipeline_of(run.kind)
    lookout = Lookout(run, shard, how, pipeline.read_result, on_progress)
    with lookout.places():
        try:
            log = run_shard(
                shard_of(run, shard.number),
                lookout.how,
                lookout.session,
                task=pipeline.task,
                on_look=lookout.look,
            )
            lookout.enter_log(log)
        except RunStopped:
            if lookout.session.stop is None or lookout.session.stop.kind == "stopped":
                raise
        except BaseException:
            # Inspect's thread may still be at work: it must ask nothing more.
            lookout.session.halt("stopped", "The worker has ended.")
            raise
        finally:
            lookout.settle()
    return lookout.session.stop is None or lookout.session.stop.kind != "budget"


def stop_run(run: GenerationRun, status: str, reason: str) -> None:
    """Let every worker of this run stop; a run that somebody held or finished meanwhile stays as it is."""
    moving = GenerationRun.objects.filter(pk=run.pk, status__in=(Status.QUEUED, Status.RUNNING))
    moving.update(status=status, error=reason)
    run.refresh_from_db()


def pause_if_last(run: GenerationRun) -> None:
    """Pause a run whose budget is used up, unless other workers still have a part of it."""
    if is_claimed(run):
        return
    run.refresh_from_db()
    told = f"The budget is used up: {left_of(run)} left, less than the next call could cost at most."
    stop_run(run, Status.PAUSED, f"{told} Raise the budget to go on.")


def finish_if_done(run: GenerationRun) -> None:
    """Enter all logs in the run's row and freeze it, once every shard is finished."""
    with transaction.atomic():
        found = GenerationRun.objects.select_for_update().get(pk=run.pk)
        if found.status == Status.FINISHED or found.shards.filter(is_finished=False).exists():
            return
        logs = list(found.shards.order_by("number").values_list("log", flat=True))
        fields = sum_shards(found) | {"logs": logs, "error": ""}
        GenerationRun.objects.filter(pk=run.pk).update(
            status=Status.FINISHED, finished_at=timezone.now(), **fields
        )


def is_claimed(run: GenerationRun) -> bool:
    """Whether a living process carries out a part of the run now."""
    numbers = run.shards.filter(is_finished=False).values_list("number", flat=True)
    return bool(claims.claimed_of([lock_key(run, number) for number in numbers]))
