"""Whether group labels belong to the votes at all: a permutation test with a plain answer."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from opinion.arguments import rows_of_people
from opinion.drawing import order_by_votes
from opinion.threads import in_one_thread
from opinion.votes import Votes

if TYPE_CHECKING:
    from scipy.sparse import csr_array

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

N_SPLITS = 999
LEAST_SPLITS = 99
SIGNIFICANT = 0.01
ROUNDING = 1e-12
MOST_VOTES = 1_000_000  # above so many, the test is done on people drawn at random
BLOCK_COLUMNS = 64


@dataclass(frozen=True, kw_only=True)
class GroupAudit:
    """How much labels explain, beside what random labels of the same sizes explain.

    Attributes
    ----------
    explained : float
        Share of the variance of observed votes, statement by statement, that lies between the groups.
    explained_by_chance : float
        The mean of the same over random splits of the same sizes; above 0, because any split of few
        people differs a little on every statement.
    most_by_chance : float
        The largest of the random splits.
    p_value : float
        Share of splits, the given one among them, that explain as much as the given one.
    n_splits, n_people : int
        Random splits made, and labeled people tested.
    fits : bool
        Whether p_value ≤ 0.01.
    message : str
        The same in words.
    """

    explained: float
    explained_by_chance: float
    most_by_chance: float
    p_value: float
    n_splits: int
    n_people: int
    fits: bool
    message: str


@in_one_thread
def audit_groups(
    votes: Votes, row_of: Ints, *, n_splits: int = N_SPLITS, seed: int = 0, most_votes: int = MOST_VOTES
) -> GroupAudit:
    """Test whether labels explain more vote variance than random splits of the same sizes.

    The measure is the sum over statements of the spread between groups, Σ_g S_g·(mean_g − mean)², over
    the votes that were cast. An unseen statement adds nothing, so silence is neither likeness nor
    difference. Random splits give the same labels to other people, each of whom keeps all their votes;
    the test is exact.

    It finds labels that went astray (another order of people, another conversation). It does not prove
    that there are groups: labels found from the same votes always pass.

    Parameters
    ----------
    votes : Votes
    row_of : int array of shape (n_people,)
        Each person's group, −1 for people without a label, who take no part.
    n_splits : int
        Random splits; the smallest possible p-value is 1 / (n_splits + 1).
    most_votes : int
        With more votes, people are drawn at random until their votes are about so many.

    Raises
    ------
    ValueError
        If there is not one group for each person, or n_splits is below 99.
    """
    if n_splits < LEAST_SPLITS:
        raise ValueError(f"n_splits must be at least {LEAST_SPLITS} for a p-value of 0.01, got {n_splits}")
    row_of = rows_of_people(votes, row_of)
    order = order_by_votes(votes)
    rng = np.random.default_rng(seed)
    people = _tested_people(votes, row_of, order, most_votes, rng)
    rows = np.unique(row_of[people], return_inverse=True)[1]
    if rows.max(initial=0) < 1:
        return _too_few_groups(len(people))
    spread, total = _spread_between(votes, people, rows, n_splits, rng)
    return _verdict(spread / total if total > 0 else np.zeros(len(spread)), len(people))


def _tested_people(
    votes: Votes, row_of: Ints, order: Ints, most_votes: int, rng: np.random.Generator
) -> Ints:
    labeled = order[row_of[order] >= 0]
    n_votes = int(votes.n_votes_by_person[labeled].sum())
    if n_votes <= most_votes:
        return labeled
    return rng.permutation(labeled)[: max(len(labeled) * most_votes // n_votes, 2)]


def _spread_between(
    votes: Votes, people: Ints, rows: Ints, n_splits: int, rng: np.random.Generator
) -> tuple[Floats, float]:
    """Sum of squares between groups, the given split first, (n_splits + 1,); and around the means."""
    from scipy.sparse import csr_array

    place = np.full(votes.n_people, -1)
    place[people] = np.arange(len(people))
    kept = np.flatnonzero(place[votes.person] >= 0)
    cells = (votes.statement[kept], place[votes.person[kept]])
    shape = (votes.n_statements, len(people))
    value = votes.value[kept].astype(np.float64)
    n_seen = np.bincount(votes.statement[kept], minlength=votes.n_statements)
    total = np.bincount(votes.statement[kept], weights=value, minlength=votes.n_statements)
    away = value - (total / np.maximum(n_seen, 1))[votes.statement[kept]]
    seen, distance = csr_array((np.ones(len(kept)), cells), shape), csr_array((away, cells), shape)
    k = int(rows.max()) + 1
    spreads = [_spread_of(seen, distance, split, k) for split in _splits(rows, n_splits, rng)]
    return np.concatenate(spreads), float(away @ away)


def _splits(rows: Ints, n_splits: int, rng: np.random.Generator) -> Iterator[Ints]:
    """The given labels and then random ones of the same sizes, in blocks of shape (n_people, n_block)."""
    for start in range(0, n_splits + 1, BLOCK_COLUMNS):
        numbers = range(start, min(start + BLOCK_COLUMNS, n_splits + 1))
        yield np.stack([rng.permutation(rows) if number else rows for number in numbers], axis=1)


def _spread_of(seen: "csr_array", distance: "csr_array", split: Ints, k: int) -> Floats:
    """S·(mean of the group − mean)², summed over groups and statements: (n_block,)."""
    shape = (seen.shape[0], split.shape[1])
    rest_seen, rest_distance = np.repeat(seen.sum(axis=1)[:, None], shape[1], axis=1), np.zeros(shape)
    spread = np.zeros(shape[1])
    for row in range(k - 1):
        members = (split == row).astype(np.float64)
        n_seen, away = seen @ members, distance @ members
        spread += (away**2 / np.maximum(n_seen, 1)).sum(axis=0)
        rest_seen, rest_distance = rest_seen - n_seen, rest_distance - away
    # What is left of all votes, whose distances from the mean add up to 0, is the last group's.
    return spread + (rest_distance**2 / np.maximum(rest_seen, 1)).sum(axis=0)


def _verdict(explained: Floats, n_people: int) -> GroupAudit:
    given, by_chance = float(explained[0]), explained[1:]
    mean, most = float(by_chance.mean()), float(by_chance.max())
    # A split as good as the given one may differ from it in the last digits only.
    p_value = float((explained >= given - ROUNDING).mean())
    fits = p_value <= SIGNIFICANT
    return GroupAudit(
        explained=given,
        explained_by_chance=mean,
        most_by_chance=most,
        p_value=p_value,
        n_splits=len(by_chance),
        n_people=n_people,
        fits=fits,
        message=_message(given, mean, most, fits, len(by_chance)),
    )


def _message(given: float, mean: float, most: float, fits: bool, n_splits: int) -> str:
    facts = (
        f"These groups explain {given:.2%} of the differences between votes. {n_splits} random splits of the "
        f"same people into groups of the same sizes explain {mean:.2%} on average and {most:.2%} at most. "
    )
    if fits:
        return facts + "The groups belong to these votes."
    return facts + (
        "The groups do no better than chance, so they cannot come from these votes as they stand. "
        "Check that people and groups are listed in the same order and belong to the same conversation."
    )


def _too_few_groups(n_people: int) -> GroupAudit:
    return GroupAudit(
        explained=0.0,
        explained_by_chance=0.0,
        most_by_chance=0.0,
        p_value=1.0,
        n_splits=0,
        n_people=n_people,
        fits=False,
        message="There are fewer than two groups, so there is nothing to test.",
    )
