"""Asking in a provider's batches: half the price, answers within hours, and nothing paid for twice.

What all samples ask next is gathered into one batch. A batch is noted before it is sent and again once the
provider has accepted it, so that after a sudden death at any moment its results are found: by the noted
name, or among the provider's latest batches by the custom ids of its requests.
"""

import asyncio
from collections.abc import Coroutine
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING, Any

from training.batch_requests import (
    Refused,
    as_request,
    cancel_batches,
    create_batch,
    find_batch,
    read_output,
    results_of,
    until_ended,
)
from training.models import GenerationShard, ProviderBatch
from training.prices import Amount

if TYPE_CHECKING:
    from inspect_ai.model import ModelOutput

    from training.calls import Call
    from training.session import Session

GATHER_SECONDS = 1.0
TRIES = 3
MOST_REQUESTS = 10_000
CLOCK_SLACK = timedelta(hours=1)
Status = ProviderBatch.Status


class Batcher:
    """Gathers the calls of one shard into batches; used by Inspect's thread alone."""

    def __init__(self, session: "Session", shard: GenerationShard) -> None:
        self.session = session
        self.shard = shard
        self.gathered: dict[str, Call] = {}
        self.under_way: dict[str, asyncio.Future[str]] = {}
        self.worst: dict[str, Amount] = {}
        self.gathered_at = 0.0
        self.begun: asyncio.Task[None] | None = None
        self.tasks: set[asyncio.Task[None]] = set()
        self.n_open = 0
        self.cancellation: asyncio.Task[None] | None = None

    async def ask(self, call: "Call") -> "ModelOutput":
        """Have the call answered by a batch; what a batch could not answer is asked again in another."""
        from training.calls import ModelGaveUp, to_output

        if self.begun is None:
            self.client, self.first = client_of(call), call
            self.begun = self.spawn(self.take_up())
        await self.wait_for(self.begun)
        reason = ""
        for _ in range(TRIES):
            reason = await self.wait_for(self.under_way.get(call.key) or self.gather(call))
            kept = self.session.keeper.find(call.sample_id, call.key)
            if kept is not None:
                return to_output(kept)
        raise ModelGaveUp(f"The provider did not answer a request in {TRIES} batches: {reason}")

    async def wait_for(self, answer: "asyncio.Future[Any]") -> Any:
        """Wait for an answer, unless the run is held: the batch is noted, and imported when it goes on."""
        from training.session import RunHeld

        while not answer.done():
            if self.session.stop:
                await self.cancel_if_wanted()
                raise RunHeld(self.session.stop.message)
            await asyncio.wait({answer}, timeout=0.2)
        return answer.result()

    def gather(self, call: "Call") -> "asyncio.Future[str]":
        """Put a call among those that go with the next batch."""
        loop = asyncio.get_running_loop()
        self.gathered[call.key] = call
        self.gathered_at = loop.time()
        self.under_way[call.key] = loop.create_future()
        return self.under_way[call.key]

    def spawn(self, work: Coroutine[Any, Any, None]) -> "asyncio.Task[None]":
        """Begin something that goes on beside the samples; a fault in it stops the run."""
        task = asyncio.get_running_loop().create_task(self.guard(work))
        self.tasks.add(task)
        task.add_done_callback(self.tasks.discard)
        return task

    async def guard(self, work: Coroutine[Any, Any, None]) -> None:
        from training.calls import describe

        try:
            await work
        except Exception as error:  # noqa: BLE001  (the outer loop of a task that nobody awaits)
            self.session.halt("stopped", describe(error))

    async def take_up(self) -> None:
        """Find the batches that an earlier process left, then begin to send."""
        left = self.shard.batches.filter(status__in=(Status.SENDING, Status.SENT))
        rows: list[ProviderBatch] = await self.session.desk.ask(lambda: list(left))
        for row in rows:
            for key in row.requests:
                self.under_way[key] = asyncio.get_running_loop().create_future()
            self.n_open += 1
            self.spawn(self.finish(row))
        self.spawn(self.send_waves())

    async def send_waves(self) -> None:
        """Send what is gathered whenever nothing new has come for a moment."""
        loop = asyncio.get_running_loop()
        while not self.session.stop:
            await asyncio.sleep(GATHER_SECONDS / 4)
            is_quiet = loop.time() - self.gathered_at >= GATHER_SECONDS
            if self.gathered and is_quiet and not self.session.is_closed:
                calls = await self.take_what_fits()
                if calls:
                    await self.send(calls)

    async def take_what_fits(self) -> list["Call"]:
        """As many of the gathered calls as the budget allows; the others wait for what these leave."""
        taken: list[Call] = []
        for call in list(self.gathered.values())[:MOST_REQUESTS]:
            worst = call.worst()
            if not await self.session.purse.hold(worst, block=len(self.gathered), may_wait=lambda: False):
                break
            self.worst[call.key] = worst
            taken.append(call)
        if not taken and not self.n_open:
            self.session.halt("budget", "The next call could cost more than what is left of the budget.")
        return taken

    async def send(self, calls: list["Call"]) -> None:
        """Note a batch, send it, and note that the provider has it."""
        requests = [as_request(call) for call in calls]
        samples = {call.key: call.sample_id for call in calls}
        make = partial(ProviderBatch.objects.create, shard=self.shard, requests=samples)
        row = await self.session.desk.ask(make)
        self.n_open += 1
        for call in calls:
            del self.gathered[call.key]
            self.session.keeper.begin(call.sample_id, call.key, self.worst[call.key])
        try:
            batch_id = await create_batch(self.client, requests)
        except Refused as error:
            await self.was_not_sent(row, str(error))
            raise
        if batch_id:
            await self.note_sent(row, batch_id)
        self.spawn(self.finish(row))

    async def note_sent(self, row: ProviderBatch, batch_id: str) -> None:
        row.batch_id, row.status = batch_id, Status.SENT
        await self.session.desk.ask(partial(row.save, update_fields=["batch_id", "status"]))

    async def was_not_sent(self, row: ProviderBatch, reason: str) -> None:
        """The provider never had this batch: its calls cost nothing and can be asked again."""
        for key in row.requests:
            self.end_without_answer(row, key, reason)
        await self.close(row, Status.NOT_SENT)

    async def close(self, row: ProviderBatch, status: str) -> None:
        row.status = status
        await self.session.desk.ask(partial(row.save, update_fields=["status"]))
        self.n_open -= 1

    async def finish(self, row: ProviderBatch) -> None:
        """Wait for a batch's end and import its results, in whatever order they come."""
        batch_id = row.batch_id or await self.find(row)
        if not batch_id:
            await self.was_not_sent(row, "the provider has no such batch")
            return
        if not row.batch_id:
            await self.note_sent(row, batch_id)
        await until_ended(self.client, batch_id)
        missing = set(row.requests)
        async for result in results_of(self.client, batch_id):
            if result.custom_id in missing:
                missing.remove(result.custom_id)
                await self.import_result(row, result)
        for key in missing:
            self.end_without_answer(row, key, "the batch has no result for it")
        await self.close(row, Status.IMPORTED)

    async def find(self, row: ProviderBatch) -> str | None:
        """The name of a batch that may have been accepted before that could be noted."""
        known = await self.session.desk.ask(known_batches)
        since = row.created_at - CLOCK_SLACK
        return await find_batch(self.client, custom_ids=row.requests, since=since, known=known)

    async def import_result(self, row: ProviderBatch, result: Any) -> None:
        """Keep one answer; an earlier process may have kept it before it died."""
        from training.calls import to_json

        key, sample_id = result.custom_id, row.requests[result.custom_id]
        if self.session.keeper.find(sample_id, key) is not None:
            self.tell(key, "")
            return
        output, reason = await read_output(result)
        if output is None:
            self.end_without_answer(row, key, reason)
            return
        cost = self.first.cost(output, self.worst.get(key, Amount()))
        self.session.keeper.keep(sample_id, key, cost, to_json(output))
        self.settle(key, cost)
        self.tell(key, "")

    def end_without_answer(self, row: ProviderBatch, key: str, reason: str) -> None:
        """A call that the batch did not answer cost nothing."""
        self.session.keeper.fail(row.requests[key], key)
        self.settle(key, Amount())
        self.tell(key, reason)

    def settle(self, key: str, cost: Amount) -> None:
        if key in self.worst:
            self.session.purse.settle(self.worst.pop(key), cost)
        else:
            self.session.purse.settle_open(key, cost)

    def tell(self, key: str, reason: str) -> None:
        """Let the sample that waits for this call go on."""
        answer = self.under_way.pop(key, None)
        if answer and not answer.done():
            answer.set_result(reason)

    async def cancel_if_wanted(self) -> None:
        """When the run is canceled, so are its batches; every sample waits for that before it ends."""
        stop = self.session.stop
        if stop is None or stop.kind != "canceled":
            return
        if self.cancellation is None:
            self.cancellation = self.spawn(self.cancel())
        await asyncio.wait({self.cancellation})

    async def cancel(self) -> None:
        sent = self.shard.batches.filter(status=Status.SENT)
        rows: list[ProviderBatch] = await self.session.desk.ask(lambda: list(sent))
        await cancel_batches(self.client, [row.batch_id for row in rows])


def client_of(call: "Call") -> Any:
    """The provider's own client, which Inspect has made."""
    api: Any = call.model.api
    return api.client


def known_batches() -> set[str]:
    return set(ProviderBatch.objects.exclude(batch_id="").values_list("batch_id", flat=True))
