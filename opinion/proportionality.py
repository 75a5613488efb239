"""Whether a slate gives every large enough group with something in common what it can claim."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from opinion.approval import Approvals

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


class Proportionality(NamedTuple):
    """How a slate of n statements meets three standards, each stricter than the one before.

    People who share a candidate that was not chosen, and who are at least ℓ/n of all, can claim:

    - JR (justified representation), for ℓ = 1: one of them approves a statement of the slate.
    - PJR+: together they approve at least ℓ of the slate.
    - EJR+: one of them approves at least ℓ of the slate.

    Each number is 0 where every claim is met. Otherwise it is the size of the largest group with an
    unmet claim over the size that gives it the claim, 1 or more: at 1.2, a group a fifth larger than
    needed goes without. (Aziz et al. 2017; Brill and Peters 2023.)
    """

    jr: float
    pjr_plus: float
    ejr_plus: float

    @property
    def satisfied(self) -> dict[str, bool]:
        """Whether each standard is met."""
        return {name: value == 0 for name, value in self._asdict().items()}


def check_proportionality(approvals: Approvals, slate: Ints, people: Ints) -> Proportionality:
    """Check a slate against all candidates, on the approvals of these people, a block at a time.

    Parameters
    ----------
    approvals : Approvals
    slate : int array of shape (n,)
        Places of statements among the candidates of `approvals`; 60 at most.
    people : int array of shape (n_people,)
        Places of people, each once.
    """
    n_people, n = len(people), len(slate)
    outside = ~np.isin(approvals.candidates, slate)
    if not n or not n_people or not outside.any():
        return Proportionality(0.0, 0.0, 0.0)
    supporters = _supporters_by_utility(approvals, slate, people)[:, outside]
    claims = np.cumsum(supporters[:n], axis=0) * n / (np.arange(1, n + 1)[:, None] * n_people)
    suspects = approvals.candidates[outside][claims.max(axis=0) >= 1]
    return Proportionality(
        jr=_unmet(claims[0].max()),
        pjr_plus=_largest_joint_claim(approvals, slate, suspects, people),
        ejr_plus=_unmet(claims.max()),
    )


def _unmet(claim: float) -> float:
    return float(claim) if claim >= 1 else 0.0


def _supporters_by_utility(approvals: Approvals, slate: Ints, people: Ints) -> Floats:
    """People who approve each candidate, by how many of the slate they approve: (n + 1, n_candidates)."""
    in_slate = np.isin(approvals.candidates, slate)
    table = np.zeros((len(slate) + 1, len(in_slate)))
    for block in approvals.blocks(people):
        approves = approvals.rows(block)
        utility = approves[:, in_slate].sum(axis=1)
        for number in range(len(table)):
            table[number] += approves[utility == number].sum(axis=0)
    return table


def _largest_joint_claim(approvals: Approvals, slate: Ints, suspects: Ints, people: Ints) -> float:
    """The largest unmet claim after PJR+. Only candidates with an unmet claim after EJR+ can have one."""
    size_needed = len(people) / len(slate)
    best = 0.0
    for candidate in suspects:
        patterns, n_supporters = _patterns(approvals, slate, candidate, people)
        best = max(best, _best_ratio(patterns, n_supporters, len(people), len(slate)))
    return _unmet(best / size_needed)


def _patterns(approvals: Approvals, slate: Ints, candidate: int, people: Ints) -> tuple[Ints, Ints]:
    """What supporters of a candidate approve of the slate, as distinct bit masks, and how many do."""
    columns = approvals.only(np.sort(np.append(slate, candidate)))
    own = int(np.searchsorted(columns.candidates, candidate))
    masks = []
    for block in columns.blocks(people):
        approves = columns.rows(block)
        of_slate = np.delete(approves[approves[:, own]], own, axis=1)
        masks.append(of_slate @ (1 << np.arange(len(slate), dtype=np.int64)))
    patterns, counts = np.unique(np.concatenate(masks), return_counts=True)
    return patterns, counts


def _best_ratio(patterns: Ints, counts: Ints, n_people: int, n: int) -> float:
    """The most people per statement: max of (people) / (statements they approve together + 1).

    Where it is below n_people / n, any value below that. Dinkelbach's method: a set of patterns with
    people − ratio · (statements + 1) above 0 gives a better ratio, until there is none.
    """
    best, people_wanted, statements_paid = 0.0, n_people, n
    while True:
        chosen = _best_patterns(patterns, counts, people_wanted, statements_paid)
        union = int(np.bitwise_or.reduce(patterns[chosen])) if chosen.any() else 0
        people, statements = int(counts[chosen].sum()), union.bit_count() + 1
        if people / statements <= best or people * statements_paid < people_wanted * statements:
            return best
        best, people_wanted, statements_paid = people / statements, people, statements


def _best_patterns(patterns: Ints, counts: Ints, people: int, statements: int) -> NDArray[np.bool_]:
    """The patterns that maximize people of theirs − (people/statements) · statements in their union.

    A maximum closure, found by a minimum cut: source → pattern → each statement of it → sink.
    """
    from scipy.sparse import csr_array
    from scipy.sparse.csgraph import breadth_first_order, maximum_flow

    n_patterns = len(patterns)
    of_pattern, item = np.nonzero(patterns[:, None] >> np.arange(62) & 1)
    items = 1 + n_patterns + np.arange(62)
    sink = int(items[-1]) + 1
    tails = np.concatenate([np.zeros(n_patterns, int), 1 + of_pattern, items])
    heads = np.concatenate([1 + np.arange(n_patterns), items[item], np.full(62, sink)])
    capacities = np.concatenate(
        [counts * statements, np.full(len(item), np.iinfo(np.int32).max), np.full(62, people)]
    )
    shape = (sink + 1, sink + 1)
    graph = csr_array((capacities.astype(np.int32), (tails, heads)), shape=shape)
    residual = graph - maximum_flow(graph, 0, sink).flow
    residual.data[residual.data < 0] = 0
    residual.eliminate_zeros()
    reached = breadth_first_order(residual, 0, return_predecessors=False)
    return np.isin(1 + np.arange(n_patterns), reached)
