"""All that is known about how sure a map is, gathered for a result."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from opinion.sensitivity import Variant, sensitivity
from opinion.stability import Interval, Stability, bootstrap, level_interval
from opinion.support import count_votes
from opinion.votes import Votes

Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]

MOST_VOTES_BY_DEFAULT = 50_000
DRAWS_BY_DEFAULT = 200
TOP_N = 10


@dataclass(frozen=True, eq=False, kw_only=True)
class Uncertainty:
    """How sure a map is.

    Attributes
    ----------
    stability : Stability
        A bootstrap over people: what other people of the same public might have given.
    posterior : Interval of two arrays of shape (n_statements,)
        The level given the groups, from the votes of each: 90 % probable.
    variants : list of Variant
        The same votes under other choices of k, seed and imputation.
    top_n : int
        How many statements count as the top.
    """

    stability: Stability
    posterior: Interval
    variants: list[Variant]
    top_n: int

    def to_dict(self, statement_ids: Ints) -> dict[str, Any]:
        """JSON-safe values; a statement left out of the map has no rank (null)."""
        columns = {
            "level_low": self.stability.level_interval().low,
            "level_high": self.stability.level_interval().high,
            "posterior_low": self.posterior.low,
            "posterior_high": self.posterior.high,
            "rank_low": self.stability.rank_interval().low,
            "rank_high": self.stability.rank_interval().high,
            "chance_in_top": self.stability.chance_in_top(self.top_n),
        }
        rows = zip(*(column.tolist() for column in columns.values()), strict=True)
        return {
            **self.stability.summary(),
            "top_n": self.top_n,
            "sensitivity": self.variants,
            "statements": [
                {"id": statement, **_ranked(dict(zip(columns, row, strict=True)))}
                for statement, row in zip(statement_ids.tolist(), rows, strict=True)
            ],
        }


def n_draws_wanted(uncertainty: object, n_votes: int) -> int:
    """How many bootstrap draws `analyze` makes: as many as asked for; by default 200 up to 50,000 votes."""
    if uncertainty == "auto":
        return DRAWS_BY_DEFAULT if n_votes <= MOST_VOTES_BY_DEFAULT else 0
    if uncertainty is False:
        return 0
    if isinstance(uncertainty, int | np.integer) and uncertainty is not True and uncertainty >= 1:
        return int(uncertainty)
    raise ValueError(f"uncertainty must be 'auto', False or a number of draws, got {uncertainty!r}")


def measure_uncertainty(
    votes: Votes,
    row_of: Ints,
    k: int,
    left_out: Bools,
    *,
    n_draws: int = DRAWS_BY_DEFAULT,
    groups_kept: bool = False,
    max_k: int = 5,
    top_n: int = TOP_N,
    seed: int = 0,
) -> Uncertainty:
    """Measure everything at once; parameters as of `bootstrap` and `sensitivity`."""
    by_group, total = count_votes(votes, row_of, k)
    counts = by_group if k else total
    return Uncertainty(
        stability=bootstrap(votes, row_of, k, left_out, n_draws=n_draws, groups_kept=groups_kept, seed=seed),
        posterior=level_interval(counts.agrees, counts.seen),
        variants=sensitivity(votes, row_of, k, left_out, max_k=max_k, top_n=top_n, seed=seed),
        top_n=top_n,
    )


def _ranked(row: dict[str, Any]) -> dict[str, Any]:
    if row["rank_low"] == 0:
        return {**row, "rank_low": None, "rank_high": None, "chance_in_top": None}
    return row
