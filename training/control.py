"""Pausing, resuming and canceling runs, from any process: workers see it in the database within a second."""

from training.batch_jobs import cancel_provider_batches
from training.models import GenerationRun, ProviderBatch

Status = GenerationRun.Status
MOVING = (Status.QUEUED, Status.RUNNING)
RESTING = (Status.PAUSED, Status.CANCELED, Status.FAILED)


def pause_run(run: GenerationRun) -> bool:
    """Let no further call begin; calls on their way are finished and kept. False if nothing moves."""
    return move(run, MOVING, Status.PAUSED)


def cancel_run(run: GenerationRun) -> bool:
    """End the run as it is; calls on their way are finished and kept, and the provider ends its batches."""
    is_canceled = move(run, (*MOVING, Status.PAUSED, Status.FAILED), Status.CANCELED)
    if is_canceled and ProviderBatch.objects.on_their_way(run).exists():
        cancel_provider_batches.defer(run_id=str(run.pk))
    return is_canceled


def requeue_run(run: GenerationRun) -> bool:
    """Let a run that was held, or stopped, go on; False if it moves already or is finished."""
    return move(run, RESTING, Status.QUEUED)


def move(run: GenerationRun, before: tuple[str, ...], after: str) -> bool:
    """Change the status if it is one of those before; the database settles who was first."""
    moved = GenerationRun.objects.filter(pk=run.pk, status__in=before).update(status=after, error="")
    run.refresh_from_db()
    return moved == 1
