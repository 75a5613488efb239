"""Queued work: having a provider end the batches of a canceled run, also where no worker carries it out."""

import asyncio

from procrastinate import RetryStrategy
from procrastinate.contrib.django import app

from training.batch_requests import cancel_batches
from training.models import GenerationRun, ProviderBatch
from training.providers import get_model


@app.task(queue="training", pass_context=False, retry=RetryStrategy(max_attempts=5, wait=60))
def cancel_provider_batches(run_id: str) -> None:
    """Cancel what the provider still works on, unless the run goes on by now."""
    run = GenerationRun.objects.get(pk=run_id)
    sent = ProviderBatch.objects.on_their_way(run).exclude(batch_id="")
    names = list(sent.values_list("batch_id", flat=True))
    if run.status == GenerationRun.Status.CANCELED and names:
        asyncio.run(end_batches(run, names))


async def end_batches(run: GenerationRun, names: list[str]) -> None:
    # The client belongs to the loop that asks with it.
    api = get_model(run.model, base_url=run.base_url).api
    await cancel_batches(api.client, names)  # type: ignore[attr-defined]
