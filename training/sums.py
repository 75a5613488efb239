"""The figures of a run: sums over its shards."""

import hashlib
from collections import Counter
from typing import Any, Final

from training.models import GenerationRun

FIGURES: Final = ("n_finished", "n_failed", "cost_micros")
COUNTED = ("input", "output", "calls")


def sum_shards(run: GenerationRun) -> dict[str, Any]:
    """Finished and failed samples, token use and cost of all shards (a query)."""
    totals: Counter[str] = Counter()
    use: Counter[str] = Counter(dict.fromkeys(COUNTED, 0))
    for shard in run.shards.values("n_finished", "n_failed", "token_use", "cost_micros"):
        use.update(shard["token_use"])
        totals.update({name: shard[name] for name in FIGURES})
    figures: dict[str, Any] = {name: totals[name] for name in FIGURES}
    return figures | {"token_use": dict(use)}


def lock_key(run: GenerationRun, number: int) -> int:
    """A signed 64-bit number for a shard, as PostgreSQL's advisory locks want it."""
    digest = hashlib.sha256(run.pk.bytes + number.to_bytes(8, "big")).digest()
    return int.from_bytes(digest[:8], "big", signed=True)
