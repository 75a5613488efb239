"""Anthropic's Message Batches as they go over the wire: requests out, results in."""

import asyncio
import logging
from collections.abc import AsyncIterator, Collection
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.conf import settings

if TYPE_CHECKING:
    from inspect_ai.model import ModelOutput

    from training.calls import Call

logger = logging.getLogger(__name__)

TRIES_TO_SEND = 6
LONGEST_PAUSE = 120.0
MOST_FAULTS = 20
BUSY = (429, 529)
CARRIED = {"max_tokens", "max_retries", "stop_seqs"}


class Refused(Exception):
    """The provider did not take a batch."""


def as_request(call: "Call") -> dict[str, Any]:
    """One request of a batch; its custom id is the key under which the answer is kept."""
    from training.calls import MAX_TOKENS, told

    unknown = set(told(call.config)) - CARRIED
    if unknown:
        raise Refused(f"a request in a batch cannot carry the setting {', '.join(sorted(unknown))}")
    params: dict[str, Any] = {
        "model": call.model.api.service_model_name(),
        "max_tokens": call.config.max_tokens or MAX_TOKENS,
        "messages": [
            {"role": message.role, "content": message.text}
            for message in call.messages
            if message.role != "system"
        ],
    }
    system = "\n\n".join(message.text for message in call.messages if message.role == "system")
    if system:
        params["system"] = system
    if call.config.stop_seqs:
        params["stop_sequences"] = call.config.stop_seqs
    return {"custom_id": call.key, "params": params}


async def create_batch(client: Any, requests: list[dict[str, Any]]) -> str | None:
    """Send a batch and return its id; None when the connection broke, so that nobody knows if it was taken.

    The library must not try again by itself: a batch that was taken would be sent, and paid for, twice.
    """
    from anthropic import APIConnectionError, APIStatusError

    pause = 1.0
    for _ in range(TRIES_TO_SEND):
        try:
            batch = await client.with_options(max_retries=0).messages.batches.create(requests=requests)
            return str(batch.id)
        except APIStatusError as error:
            if error.status_code not in BUSY:
                if error.status_code >= 500:
                    return None
                raise Refused(str(error)) from None
            reason = str(error)
        except APIConnectionError:
            return None
        await asyncio.sleep(pause)
        pause *= 2
    raise Refused(reason)


async def until_ended(client: Any, batch_id: str) -> None:
    """Ask how the batch stands, less and less often; a provider out of reach is waited for, too."""
    from anthropic import APIError

    pause, n_faults = float(settings.BATCH_POLL_SECONDS), 0
    while True:
        try:
            batch = await client.messages.batches.retrieve(batch_id)
            if batch.processing_status == "ended":
                return
            n_faults = 0
        except APIError as error:
            n_faults += 1
            if n_faults >= MOST_FAULTS:
                raise
            logger.info("batch %s cannot be asked about: %s", batch_id, error)
        await asyncio.sleep(pause)
        pause = min(pause * 1.5, LONGEST_PAUSE)


async def cancel_batches(client: Any, batch_ids: Collection[str]) -> None:
    """Have batches ended; what they had answered by then is paid for, and can still be imported."""
    from anthropic import APIStatusError

    for batch_id in batch_ids:
        try:
            await client.messages.batches.cancel(batch_id)
        except APIStatusError as error:
            if error.status_code in BUSY or error.status_code >= 500:
                raise
            logger.info("batch %s has ended already: %s", batch_id, error)


async def results_of(client: Any, batch_id: str) -> AsyncIterator[Any]:
    """The results in whatever order they come."""
    async for result in await client.messages.batches.results(batch_id):
        yield result


async def find_batch(
    client: Any, *, custom_ids: Collection[str], since: datetime, known: Collection[str]
) -> str | None:
    """The provider's batch with these custom ids, among those made since then that we know nothing of.

    Custom ids can be read only from the results, so a batch of the right size is waited for.
    """
    async for batch in client.messages.batches.list(limit=100):
        if batch.created_at < since:
            return None
        counts = batch.request_counts
        size = counts.processing + counts.succeeded + counts.errored + counts.canceled + counts.expired
        if batch.id in known or size != len(custom_ids):
            continue
        await until_ended(client, batch.id)
        async for result in results_of(client, batch.id):
            if result.custom_id in custom_ids:
                return str(batch.id)
            break
    return None


async def read_output(result: Any) -> "tuple[ModelOutput | None, str]":
    """The answer in a result, or why there is none."""
    from inspect_ai.model import model_output_from_anthropic

    if result.result.type == "succeeded":
        return await model_output_from_anthropic(result.result.message), ""
    if result.result.type == "errored":
        error = result.result.error.error
        return None, f"{error.type}: {error.message}"
    return None, str(result.result.type)
