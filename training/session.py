"""One shard being carried out: every call passes here, is kept, counted against the budget, and can be held.

Inspect's thread asks, the worker's thread looks on; flags they share are set by one and read by the other.
"""

import asyncio
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from training.budget import Purse
from training.desk import Desk
from training.keeping import Keeper
from training.prices import Amount, PriceUnknown, price_of
from training.providers import provider_of

if TYPE_CHECKING:
    from inspect_ai.model import ModelOutput

    from training.batches import Batcher
    from training.calls import Call

PAUSE = 0.02


class RunHeld(Exception):
    """No call may begin any more; the session says why."""


@dataclass(frozen=True)
class Stop:
    """Why no call may begin any more."""

    kind: str
    message: str


@dataclass
class Session:
    """What both threads know of the shard that is carried out now."""

    keeper: Keeper
    desk: Desk
    purse: Purse
    limit: int
    read_result: Callable[[Any], dict[str, Any]]
    batcher: "Batcher | None" = None
    stop: Stop | None = None
    needs_prices: bool = False
    has_begun: bool = False
    is_closed: bool = False
    n_in_flight: int = 0
    places: dict[str, int] = field(default_factory=dict)
    """How many calls may be on their way to a provider, where the site limits it."""
    in_flight: Counter[str] = field(default_factory=Counter)
    rows: dict[str, dict[str, Any]] = field(default_factory=dict)

    def halt(self, kind: str, message: str) -> None:
        """Let no call begin any more; the first reason stands."""
        if self.stop is None:
            self.stop = Stop(kind, message)

    async def ask(self, call: "Call") -> "ModelOutput":
        """Have a call made, unless it was before, when the budget and the provider's limit leave room."""
        from training.calls import ModelGaveUp, to_output

        self.has_begun = True
        kept = self.keeper.find(call.sample_id, call.key)
        if kept is not None:
            return to_output(kept)
        try:
            self.check_price(call)
            return await (self.batcher.ask(call) if self.batcher else self.ask_now(call))
        except ModelGaveUp as error:
            self.halt("stopped", str(error))
            await self.end_of_calls()
            raise

    def check_price(self, call: "Call") -> None:
        """A budget in money needs the price of every model that is asked, judges included."""
        from training.calls import ModelGaveUp

        if self.needs_prices:
            try:
                price_of(str(call.model))
            except PriceUnknown as error:
                raise ModelGaveUp(str(error)) from None

    async def ask_now(self, call: "Call") -> "ModelOutput":
        """Make one call, noted before and kept after."""
        from training.calls import ask_api, to_json

        worst, provider = call.worst(), provider_of(str(call.model))
        await self.enter(worst, provider)
        self.n_in_flight += 1
        self.in_flight[provider] += 1
        cost = Amount()
        try:
            self.keeper.begin(call.sample_id, call.key, worst)
            output = await ask_api(call)
            cost = call.cost(output, worst)
            self.keeper.keep(call.sample_id, call.key, cost, to_json(output))
        except Exception:
            self.keeper.fail(call.sample_id, call.key)
            raise
        finally:
            self.n_in_flight -= 1
            self.in_flight[provider] -= 1
            self.purse.settle(worst, cost)
        return output

    async def enter(self, worst: Amount, provider: str) -> None:
        """Wait until a call may begin, and set its worst case aside."""
        while True:
            await self.refuse_when_stopped()
            if self.is_full(provider):
                await asyncio.sleep(PAUSE)
            elif not await self.set_aside(worst):
                self.halt("budget", "The next call could cost more than what is left of the budget.")
            elif self.is_full(provider) or self.stop:
                self.purse.settle(worst, Amount())
            else:
                return

    def is_full(self, provider: str) -> bool:
        """Whether no further call may be on its way, here or to this provider."""
        has_place = self.in_flight[provider] < self.places.get(provider, self.limit)
        return self.is_closed or self.n_in_flight >= self.limit or not has_place

    async def set_aside(self, worst: Amount) -> bool:
        """Take the call's worst case from the budget; what calls on their way will leave counts."""
        block = 1 + self.limit // 2
        return await self.purse.hold(
            worst, block=block, may_wait=lambda: self.n_in_flight > 0 and self.stop is None
        )

    async def refuse_when_stopped(self) -> None:
        if self.stop:
            await self.end_of_calls()
            raise RunHeld(self.stop.message)

    async def end_of_calls(self) -> None:
        """Wait for the calls on their way: what they answer is paid for and must be kept."""
        while self.n_in_flight:
            await asyncio.sleep(PAUSE)


_sessions: list[Session] = []


def current_session() -> Session | None:
    """The session of this process, if a shard is carried out now."""
    return _sessions[-1] if _sessions else None


@contextmanager
def open_session(session: Session) -> Iterator[Session]:
    _sessions.append(session)
    try:
        yield session
    finally:
        _sessions.remove(session)
