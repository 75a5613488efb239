"""How sure a map is: what becomes of groups, levels and ranks had other people of the same public voted."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from opinion.arguments import marks_of_statements, rows_of_people
from opinion.drawing import order_by_votes
from opinion.groups import MIN_SHARE
from opinion.kmeans import weighted_centers, weighted_kmeans
from opinion.projection import centered_matrix, leading_components, person_positions
from opinion.support import level_lower_bound
from opinion.threads import one_thread
from opinion.votes import Votes

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]

N_DRAWS = 200
TAIL = 0.05  # every interval here leaves out so much on either side
N_STARTS = 5
MOST_CLUSTERED = 20_000  # people on whom the groups' centers of a draw are found


class Interval(NamedTuple):
    """The middle 90 %: float arrays of one shape."""

    low: Floats
    high: Floats


@dataclass(frozen=True, eq=False, kw_only=True)
class Stability:
    """What a bootstrap over people says. Row d of an array of shape (n_draws, …) belongs to draw d.

    Attributes
    ----------
    groups_kept : bool
        People kept the groups they were given; otherwise every draw had its groups found anew.
    group_agreement : float array of shape (n_draws,)
        Adjusted Rand index between the groups found in the draw and the map's, over people in the draw:
        1 the same groups, 0 no more alike than chance. NaN where the map has fewer than two groups.
    method_agreement : float
        The same without resampling: how much of any disagreement is the quicker method's, not the votes'.
    persistence : float array of shape (k,)
        For each group of the map, the mean over draws of its best overlap with one group of the draw
        (people in both / people in either, Hennig's clusterwise Jaccard). Below 0.5 a group dissolves.
    levels : float32 array of shape (n_draws, n_statements)
        Level of consensus, GAC^(1/k).
    fewest_votes : int32 array of shape (n_draws, n_statements)
        Votes of the group that voted least.
    is_ranked : bool array of shape (n_statements,)
        Statements that compete: neither moderated out nor about the voter.
    """

    n_draws: int
    groups_kept: bool
    group_agreement: Floats
    method_agreement: float
    persistence: Floats
    levels: NDArray[np.float32]
    fewest_votes: NDArray[np.int32]
    is_ranked: Bools

    def ranks(self) -> NDArray[np.int32]:
        """Rank by level in each draw, from 1; equal levels share the best; 0 for those not ranked.

        Shape (n_draws, n_statements).
        """
        ranks = np.zeros(self.levels.shape, dtype=np.int32)
        for row, levels in zip(ranks, self.levels[:, self.is_ranked], strict=True):
            row[self.is_ranked] = 1 + len(levels) - np.searchsorted(np.sort(levels), levels, side="right")
        return ranks

    def rank_interval(self) -> Interval:
        """Where each statement ranks in nine draws of ten: shape (n_statements,), 0 for those not ranked."""
        low, high = np.quantile(self.ranks(), [TAIL, 1 - TAIL], axis=0, method="nearest")
        return Interval(low, high)

    def level_interval(self) -> Interval:
        """Where the level of each statement lies in nine draws of ten: shape (n_statements,)."""
        low, high = np.quantile(self.levels.astype(np.float64), [TAIL, 1 - TAIL], axis=0)
        return Interval(low, high)

    def chance_in_top(self, n: int) -> Floats:
        """Share of draws in which each statement is among the n of the highest level: (n_statements,)."""
        ranks = self.ranks()
        return ((ranks >= 1) & (ranks <= n)).mean(axis=0)

    def chance_of_passing(self, min_level: float, min_votes_per_group: int = 0) -> Floats:
        """Share of draws in which each statement meets a rule's conditions: shape (n_statements,)."""
        passes = (self.levels >= min_level) & (self.fewest_votes >= min_votes_per_group)
        return (passes & self.is_ranked).mean(axis=0)

    def summary(self) -> dict[str, Any]:
        """What holds for the map as a whole, as JSON-safe values."""
        known = self.group_agreement[np.isfinite(self.group_agreement)]
        low, median, high = np.quantile(known, [TAIL, 0.5, 1 - TAIL]).tolist() if known.size else [None] * 3
        return {
            "n_draws": self.n_draws,
            "groups_kept": self.groups_kept,
            "group_agreement": {"median": median, "low": low, "high": high},
            "method_agreement": None if np.isnan(self.method_agreement) else self.method_agreement,
            "persistence": self.persistence.tolist(),
        }


class _Base(NamedTuple):
    """What all draws share."""

    votes: Votes
    left_out: Bools
    row_of: Ints  # (n_people,) −1: in no group
    k: int
    n_answered: Ints  # (n_people,)
    order: Ints  # (n_people,) an order of people that no numbering changes
    groups_kept: bool


def bootstrap(
    votes: Votes,
    row_of: Ints,
    k: int,
    left_out: Bools,
    *,
    n_draws: int = N_DRAWS,
    groups_kept: bool = False,
    seed: int = 0,
) -> Stability:
    """Draw as many people again and again, with repetition, and make the map anew each time.

    The mean votes, the two components, all positions, the k groups and the counts are refitted to the
    people drawn, each weighing as often as drawn. Groups are found by the map's rule made quicker: k stays
    as it is, k-means runs on the people themselves from few starts, and of the groupings with large enough
    groups the one of least spread is taken. `method_agreement` says how little that changes.
    (Efron 1979; stability of groups as Hennig 2007.)
    Every draw has its own random numbers from `seed`, applied to people in an order that rests on their
    votes, so neither the number of draws nor anybody's id changes it. All runs in one thread.

    Parameters
    ----------
    votes : Votes
    row_of : int array of shape (n_people,), groups from 0 to k − 1; −1 for people in none, who stay in none
    k : with 0, everybody is one group
    left_out : bool array of shape (n_statements,), not ranked, and shaping neither map nor groups
    groups_kept : levels and ranks keep everyone's group: for groups that were given, not found

    Raises
    ------
    ValueError
        If there is not one row for each person, from −1 to k − 1, or one mark for each statement, or
        n_draws is below 1.
    """
    if n_draws < 1:
        raise ValueError(f"n_draws must be at least 1, got {n_draws}")
    base = _base(votes, row_of, k, left_out, groups_kept)
    once = np.ones(votes.n_people, dtype=np.int64)
    with one_thread():
        method_table = _table(base, once, _found_rows(base, once, np.random.default_rng(seed)))
        draws = list(_draws(base, n_draws, seed))
    return _stability(base, draws, adjusted_rand_index(method_table))


def _base(votes: Votes, row_of: Ints, k: int, left_out: Bools, groups_kept: bool) -> _Base:
    left_out = marks_of_statements(votes, left_out)
    row_of, k = (rows_of_people(votes, row_of, k), k) if k else (np.zeros(votes.n_people, dtype=np.int64), 1)
    n_answered = np.bincount(votes.person[~left_out[votes.statement]], minlength=votes.n_people)
    n_answered = n_answered + int(left_out.sum())
    return _Base(votes, left_out, row_of, k, n_answered, order_by_votes(votes), groups_kept)


def _stability(base: _Base, draws: list["_Draw"], method_agreement: float) -> Stability:
    """Gather the draws; nothing of people × statements is kept."""
    tables = np.array([draw.table for draw in draws]).reshape(-1, base.k, base.k)
    shape = (len(draws), base.votes.n_statements)
    return Stability(
        n_draws=len(draws),
        groups_kept=base.groups_kept,
        group_agreement=np.array([adjusted_rand_index(table) for table in tables]),
        method_agreement=method_agreement,
        persistence=_best_overlaps(tables),
        levels=np.array([draw.levels for draw in draws], np.float32).reshape(shape),
        fewest_votes=np.array([draw.fewest for draw in draws], np.int32).reshape(shape),
        is_ranked=~base.left_out,
    )


def adjusted_rand_index(table: Ints) -> float:
    """How alike two groupings of the same people are (Hubert and Arabie 1985).

    Parameters
    ----------
    table : int array of shape (k, l)
        People in group g of the one and h of the other.

    Returns
    -------
    float, at most 1
        1 for the same groups, 0 on average for random ones; NaN where one grouping has fewer than two
        groups, because there is nothing to compare.
    """
    rows, columns = table.sum(axis=1), table.sum(axis=0)
    if (rows > 0).sum() < 2 or (columns > 0).sum() < 2:
        return float("nan")
    together, in_rows, in_columns = (_pairs(part).sum() for part in (table, rows, columns))
    expected = in_rows * in_columns / _pairs(table.sum())
    most = (in_rows + in_columns) / 2
    return float((together - expected) / (most - expected)) if most != expected else 1.0


def level_interval(agrees: Ints, seen: Ints, tail: float = TAIL) -> Interval:
    """Between which values the true level of consensus lies, given the groups, with probability 1 − 2·tail.

    Both ends are quantiles of the distribution described at `opinion.support.level_lower_bound`.

    Parameters
    ----------
    agrees, seen : int arrays of shape (n_groups, n_statements)

    Returns
    -------
    Interval of two float arrays of shape (n_statements,), between 0 and 1
    """
    return Interval(level_lower_bound(agrees, seen, tail), level_lower_bound(agrees, seen, 1 - tail))


class _Draw(NamedTuple):
    table: Ints  # (k, k) people by group of the map and of the draw
    levels: Floats  # (m,)
    fewest: Floats  # (m,)


def _draws(base: _Base, n_draws: int, seed: int) -> Iterator[_Draw]:
    n_people = base.votes.n_people
    for number in range(n_draws):
        rng = np.random.default_rng([seed, number])
        drawn = base.order[rng.integers(0, max(n_people, 1), n_people)]
        times = np.bincount(drawn, minlength=n_people)
        found = _found_rows(base, times, rng)
        levels, fewest = _levels(base, times, base.row_of if base.groups_kept else found)
        yield _Draw(_table(base, times, found), levels, fewest)


def _found_rows(base: _Base, times: Ints, rng: np.random.Generator) -> Ints:
    """Groups of the people drawn, (n_people,), from 0 on; −1 for people in none or not drawn."""
    rows = np.full(base.votes.n_people, -1)
    drawn = base.order[((times > 0) & (base.row_of >= 0))[base.order]]
    if base.k < 2 or not drawn.size:
        rows[drawn] = 0
        return rows
    positions = _positions(base, times)[drawn]
    rows[drawn] = _nearest_centers(positions, times[drawn], base.k, rng)
    return rows


def _positions(base: _Base, times: Ints) -> Floats:
    """Everybody's place, (n_people, 2), on the map that the people drawn make."""
    votes = base.votes
    weight = times[votes.person].astype(np.float64)
    n_seen = np.bincount(votes.statement, weights=weight, minlength=votes.n_statements)
    total = np.bincount(votes.statement, weights=weight * votes.value, minlength=votes.n_statements)
    center = np.where(base.left_out, 0.0, total / np.maximum(n_seen, 1))
    matrix = centered_matrix(votes, center, base.left_out)
    weighted = matrix.copy()
    weighted.data *= np.sqrt(weight)
    components, _ = leading_components(weighted)
    return person_positions(matrix, components, base.n_answered)


def _nearest_centers(positions: Floats, times: Ints, k: int, rng: np.random.Generator) -> Ints:
    """Weighted k-means of several starts, the best one kept: labels from 0 on without gaps."""
    part: NDArray[Any] | slice = slice(None)
    if len(positions) > MOST_CLUSTERED:
        part = rng.choice(len(positions), MOST_CLUSTERED, replace=False)
    weights = times[part]
    labels, spread = weighted_kmeans(positions[part], weights, k, N_STARTS, rng)
    smallest = np.array([np.bincount(row, weights=weights, minlength=k).min() for row in labels])
    able = smallest >= min(MIN_SHARE * weights.sum(), smallest.max())
    best = np.unique(labels[np.where(able, spread, np.inf).argmin()], return_inverse=True)[1]
    if isinstance(part, slice):
        return best
    centers, _ = weighted_centers(positions[part], weights, best)
    away = [((positions - center) ** 2).sum(axis=1) for center in centers]
    return np.argmin(away, axis=0)


def _levels(base: _Base, times: Ints, rows: Ints) -> tuple[Floats, Floats]:
    """Level of consensus and votes of the group that voted least, (n_statements,) each, of one draw."""
    votes = base.votes
    is_counted = (rows >= 0) & (times > 0)
    present = np.bincount(rows[is_counted], minlength=int(rows.max(initial=0)) + 1) > 0
    k = max(int(present.sum()), 1)
    row = (np.cumsum(present) - 1)[rows]  # groups of which nobody was drawn do not count
    counted = np.flatnonzero(is_counted[votes.person])
    person = votes.person[counted]
    cell, weight = row[person] * votes.n_statements + votes.statement[counted], times[person]
    n_cells, shape = k * votes.n_statements, (k, votes.n_statements)
    seen = np.bincount(cell, weights=weight, minlength=n_cells).reshape(shape)
    agreeing = weight * (votes.value[counted] > 0)
    agrees = np.bincount(cell, weights=agreeing, minlength=n_cells).reshape(shape)
    return ((agrees + 1) / (seen + 2)).prod(axis=0) ** (1 / k), seen.min(axis=0)


def _table(base: _Base, times: Ints, rows: Ints) -> Ints:
    """People drawn by group of the map and of the draw, each once: int array of shape (k, k)."""
    drawn = (times > 0) & (rows >= 0) & (base.row_of >= 0)
    cell = base.row_of[drawn] * base.k + rows[drawn]
    return np.bincount(cell, minlength=base.k**2).reshape(base.k, base.k)


def _best_overlaps(tables: Ints) -> Floats:
    """Mean over draws of the best Jaccard overlap of each group of the map: (k,), from (n_draws, k, k)."""
    either = tables.sum(axis=2)[:, :, None] + tables.sum(axis=1)[:, None, :] - tables
    best = (tables / np.maximum(either, 1)).max(axis=2)
    return best.mean(axis=0) if len(tables) else np.full(tables.shape[1], np.nan)


def _pairs(n: Ints) -> Any:
    return n * (n - 1) / 2
