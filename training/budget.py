"""A budget that is never exceeded: workers reserve blocks of it in the database before they ask.

What a run has used or reserved stands in its row as `committed`. One conditional UPDATE adds a block, so that
several workers together cannot go beyond the budget. What is not used is given back.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial, reduce
from typing import Any

from django.db import transaction
from django.db.models import F, Q

from training.desk import Desk
from training.models import GenerationRun, GenerationShard
from training.prices import Amount, price_of

MICROS = 1_000_000
PATIENCE = 0.05


@dataclass(frozen=True)
class Budget:
    """The most a run may use; None is no limit."""

    tokens: int | None = None
    dollars: float | None = None

    def micros(self) -> int | None:
        return None if self.dollars is None else round(self.dollars * MICROS)

    def minus(self, spent: Amount) -> "Budget":
        """What is left of it after that."""
        tokens, micros = self.tokens, self.micros()
        return Budget(
            tokens=None if tokens is None else tokens - spent.tokens,
            dollars=None if micros is None else (micros - spent.micros) / MICROS,
        )

    def is_used_up(self) -> bool:
        """Whether nothing can begin within it any more."""
        return (self.tokens is not None and self.tokens < 1) or (
            self.dollars is not None and self.dollars <= 0
        )


def check_budget(budget: Budget, model: str) -> None:
    """Refuse a budget that cannot be kept."""
    if budget.tokens is not None and budget.tokens < 1:
        raise ValueError(f"a budget in tokens must be at least 1, not {budget.tokens}")
    if budget.dollars is not None and budget.dollars <= 0:
        raise ValueError(f"a budget in dollars must be more than 0, not {budget.dollars}")
    if budget.dollars is not None:
        price_of(model)


def reserve(shard: GenerationShard, amount: Amount) -> bool:
    """Add a block to what is committed, if the budget leaves room for it."""
    room = Q(token_budget=None) | Q(token_budget__gte=F("committed_tokens") + amount.tokens)
    room &= Q(money_budget_micros=None) | Q(money_budget_micros__gte=F("committed_micros") + amount.micros)
    with transaction.atomic():
        n_moved = GenerationRun.objects.filter(room, pk=shard.run_id).update(**added(amount))
        if n_moved:
            GenerationShard.objects.filter(pk=shard.pk).update(**added(amount))
    return n_moved == 1


def added(amount: Amount) -> dict[str, Any]:
    return {
        "committed_tokens": F("committed_tokens") + amount.tokens,
        "committed_micros": F("committed_micros") + amount.micros,
    }


def commit_exactly(shard: GenerationShard, amount: Amount) -> None:
    """Set what a shard has committed; blocks it did not use go back into the run's."""
    with transaction.atomic():
        run = GenerationRun.objects.select_for_update().get(pk=shard.run_id)
        shard = GenerationShard.objects.select_for_update().get(pk=shard.pk)
        total = committed(run).minus(committed(shard)).plus(amount)
        # Only a provider that counts more tokens than the text has bytes could take it beyond.
        tokens = total.tokens if run.token_budget is None else min(total.tokens, run.token_budget)
        limit = run.money_budget_micros
        micros = total.micros if limit is None else min(total.micros, limit)
        GenerationRun.objects.filter(pk=run.pk).update(committed_tokens=tokens, committed_micros=micros)
        GenerationShard.objects.filter(pk=shard.pk).update(
            committed_tokens=amount.tokens, committed_micros=amount.micros
        )


def committed(row: GenerationRun | GenerationShard) -> Amount:
    return Amount(row.committed_tokens, row.committed_micros)


def left_budget(run: GenerationRun) -> Budget:
    """What a run has left of its budget, for another that is to stay within the same."""
    micros = run.money_budget_micros
    whole = Budget(run.token_budget, None if micros is None else micros / MICROS)
    return whole.minus(committed(run))


def left_of(run: GenerationRun) -> str:
    """What is left of the budget, in words."""
    parts = []
    if run.token_budget is not None:
        parts.append(f"{run.token_budget - run.committed_tokens:,} of {run.token_budget:,} tokens")
    if run.money_budget_micros is not None:
        left = (run.money_budget_micros - run.committed_micros) / MICROS
        parts.append(f"${left:,.4f} of ${run.money_budget_micros / MICROS:,.2f}")
    return " and ".join(parts)


class Purse:
    """What one worker may still spend on its shard; used by Inspect's thread alone."""

    def __init__(
        self, desk: Desk, reserve: Callable[[Amount], bool] | None, *, spent: Amount, open: dict[str, Amount]
    ) -> None:
        self.desk = desk
        self.reserve = reserve
        self.spent = spent
        self.open = open
        self.held = sum_of(open)
        self.granted = self.used()
        self.lock = asyncio.Lock()

    def used(self) -> Amount:
        """Spent, or held for calls that have not ended."""
        return self.spent.plus(self.held)

    async def hold(self, worst: Amount, *, block: int, may_wait: Callable[[], bool]) -> bool:
        """Set a call's worst case aside, from a larger block when the budget has one; False if nothing fits.

        While other calls are on their way what they leave may suffice, so it waits for them.
        """
        if self.reserve is not None:
            async with self.lock:
                while not self.used().plus(worst).fits_in(self.granted):
                    if not await self.grow(worst, block):
                        if not may_wait():
                            return False
                        await asyncio.sleep(PATIENCE)
                self.held = self.held.plus(worst)
        else:
            self.held = self.held.plus(worst)
        return True

    async def grow(self, worst: Amount, block: int) -> bool:
        """Reserve room for `block` such calls, or for this one alone."""
        assert self.reserve is not None
        missing = self.used().plus(worst).minus(self.granted).at_least(Amount())
        for amount in (missing.plus(worst.times(block - 1)), missing):
            if await self.desk.ask(partial(self.reserve, amount)):
                self.granted = self.granted.plus(amount)
                return True
        return False

    def settle(self, worst: Amount, cost: Amount) -> None:
        """A call has ended: what it did not use is free for the next."""
        self.held = self.held.minus(worst)
        self.spent = self.spent.plus(cost)

    def settle_open(self, key: str, cost: Amount) -> None:
        """A call that an earlier process had begun has ended after all."""
        self.settle(self.open.pop(key, Amount()), cost)


def sum_of(amounts: dict[str, Amount]) -> Amount:
    return reduce(Amount.plus, amounts.values(), Amount())
