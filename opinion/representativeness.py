"""Which statements show what sets a group apart from everyone else."""

from collections.abc import Iterable
from typing import NamedTuple, TypedDict

import numpy as np
from numpy.typing import NDArray

from opinion.support import Z_SIGNIFICANT, Counts, agreement, share_z

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

MAX_REPRESENTATIVE = 5
AGREE, DISAGREE = 0, 1  # first axis of the side-leading arrays below
SIDES = ("agree", "disagree")


class RepresentativeStatement(TypedDict):
    """A statement by which a group differs from all other groups."""

    id: int
    side: str
    n_side: int
    n_seen: int
    share: float
    share_z: float
    ratio: float
    ratio_z: float
    score: float
    is_best_agree: bool
    adjusted_p: float


class Representativeness(NamedTuple):
    """How each side of each statement sets each group apart: float arrays of shape (2, k, n_statements).

    The first axis is the side: 0 agree, 1 disagree.
    """

    share: Floats
    share_z: Floats
    ratio: Floats
    ratio_z: Floats
    adjusted_p: Floats

    @property
    def score(self) -> Floats:
        """ratio · ratio_z · share · share_z, of shape (2, k, n_statements)."""
        return self.ratio * self.ratio_z * self.share * self.share_z

    @property
    def is_significant(self) -> NDArray[np.bool_]:
        """Both tests pass: most of the group choose this side, and more of it than of the others."""
        return (self.ratio_z > Z_SIGNIFICANT) & (self.share_z > Z_SIGNIFICANT)


def representativeness(counts: Counts, tested: NDArray[np.bool_]) -> Representativeness:
    """Compare each group with all other grouped people on each statement.

    Parameters
    ----------
    counts : Counts of shape (k, n_statements)
    tested : bool array of shape (n_statements,)
        The statements that count as tests when significance is adjusted for their number.

    Returns
    -------
    Representativeness
    """
    sides = np.stack([counts.agrees, counts.disagrees])
    seen = counts.seen
    rest_sides, rest_seen = sides.sum(axis=1, keepdims=True) - sides, seen.sum(axis=0) - seen
    share, share_test = agreement(sides, seen), share_z(sides, seen)
    difference = difference_z(sides, seen, rest_sides, rest_seen)
    p = np.ones_like(share)
    p[..., tested] = benjamini_hochberg(_one_sided_p(np.minimum(share_test, difference)[..., tested]))
    return Representativeness(share, share_test, share / agreement(rest_sides, rest_seen), difference, p)


def difference_z(successes: Ints, seen: Ints, rest_successes: Ints, rest_seen: Ints) -> Floats:
    """Two-proportion z with one imagined success on either side, as Polis has it.

    Parameters
    ----------
    successes, seen : int arrays of one shape
        How many of a group chose a side, and how many of it voted at all.
    rest_successes, rest_seen : int arrays of the same shape
        The same for all others.

    Returns
    -------
    float array of the same shape
        0 where everyone chose this side.
    """
    share, rest_share = (successes + 1) / (seen + 1), (rest_successes + 1) / (rest_seen + 1)
    pooled = (successes + rest_successes + 2) / (seen + rest_seen + 2)
    spread = np.sqrt(pooled * (1 - pooled) * (1 / (seen + 1) + 1 / (rest_seen + 1)))
    return np.divide(share - rest_share, spread, out=np.zeros_like(spread), where=spread > 0)


def benjamini_hochberg(p: Floats) -> Floats:
    """Adjust p-values for how many were computed, so that a threshold bounds the false discovery rate.

    Parameters
    ----------
    p : float array of any shape, between 0 and 1

    Returns
    -------
    float array of the same shape, each at least as large as its p-value and at most 1

    Notes
    -----
    Benjamini and Hochberg (1995).
    """
    flat = p.ravel()
    order = np.argsort(flat, kind="stable")
    scaled = flat[order] * flat.size / np.arange(1, flat.size + 1)
    adjusted = np.empty_like(flat)
    adjusted[order] = np.minimum.accumulate(scaled[::-1])[::-1]
    return np.clip(adjusted, flat, 1.0).reshape(p.shape)


def select_representative(
    counts: Counts, statement_ids: Ints, skipped: NDArray[np.bool_]
) -> list[list[RepresentativeStatement]]:
    """Choose at most 5 representative statements per group, those of agreement first.

    With a single group there is nobody to differ from, and nothing is chosen.

    Parameters
    ----------
    counts : Counts of shape (k, n_statements)
    statement_ids : int array of shape (n_statements,), ascending
        What comes first may lead where what comes later does not, as in Polis (repness.clj).
    skipped : bool array of shape (n_statements,)
        Statements that cannot be chosen.

    Returns
    -------
    list of k lists
    """
    if len(counts.agrees) < 2:
        return [[] for _ in counts.agrees]
    measures = representativeness(counts, ~skipped)
    return [
        _select_for_group(group, measures, counts, statement_ids, skipped)
        for group in range(len(counts.agrees))
    ]


def _select_for_group(
    group: int,
    measures: Representativeness,
    counts: Counts,
    statement_ids: Ints,
    skipped: NDArray[np.bool_],
) -> list[RepresentativeStatement]:
    agree_z, disagree_z = measures.ratio_z[:, group]
    side = _sides(agree_z, disagree_z, counts.agrees[group] >= counts.disagrees[group])
    eligible = np.flatnonzero(~skipped)
    is_sufficient = measures.is_significant[AGREE, group] | measures.is_significant[DISAGREE, group]
    sufficient = np.flatnonzero(is_sufficient & ~skipped)
    best_agree = _best_agree(group, measures, counts, eligible)
    places: list[int] = [] if best_agree is None else [best_agree]
    if sufficient.size:
        score = measures.score[side[sufficient], group, sufficient]
        places += [int(p) for p in sufficient[np.argsort(-score, kind="stable")] if p != best_agree]
    elif best_agree is None and eligible.size:
        places = [int(eligible[np.maximum(agree_z, disagree_z)[eligible].argmax()])]
    chosen = sorted(places[:MAX_REPRESENTATIVE], key=lambda place: side[place])
    return [
        _item(group, int(side[p]), p, measures, counts, int(statement_ids[p]), is_best_agree=p == best_agree)
        for p in chosen
    ]


def _sides(agree_z: Floats, disagree_z: Floats, mostly_agree: NDArray[np.bool_]) -> Ints:
    """The side on which a group differs; where it differs on neither, the side most of it chose."""
    is_agree = (agree_z > disagree_z) | ((agree_z == disagree_z) & mostly_agree)
    return np.where(is_agree, AGREE, DISAGREE)


def _best_agree(
    group: int, measures: Representativeness, counts: Counts, eligible: Iterable[int]
) -> int | None:
    """The statement to lead a group's list: what it agrees on and what is most its own.

    The comparison changes with what leads so far, exactly as in Polis, so the statements' order matters.
    """
    agreeing = (measures.ratio, measures.share, measures.share_z)
    ratio, share, z = (part[AGREE, group].tolist() for part in agreeing)
    score = measures.score[AGREE, group].tolist()
    has_opinions = ((counts.agrees[group] + counts.disagrees[group]) > 0).tolist()
    lead: int | None = None
    for place in map(int, eligible):
        if not has_opinions[place]:
            continue
        if lead is None:
            is_better = z[place] > Z_SIGNIFICANT or (ratio[place] > 1 and share[place] > 0.5)
        elif ratio[lead] > 1:
            is_better = score[place] > score[lead]
        else:
            is_better = share[place] * z[place] > share[lead] * z[lead]
        if is_better:
            lead = place
    return lead


def _item(
    group: int,
    side: int,
    place: int,
    measures: Representativeness,
    counts: Counts,
    statement_id: int,
    *,
    is_best_agree: bool,
) -> RepresentativeStatement:
    at = (side, group, place)
    return RepresentativeStatement(
        id=statement_id,
        side=SIDES[side],
        n_side=int((counts.agrees, counts.disagrees)[side][group, place]),
        n_seen=int(counts.seen[group, place]),
        share=float(measures.share[at]),
        share_z=float(measures.share_z[at]),
        ratio=float(measures.ratio[at]),
        ratio_z=float(measures.ratio_z[at]),
        score=float(measures.score[at]),
        is_best_agree=is_best_agree,
        adjusted_p=float(measures.adjusted_p[at]),
    )


def _one_sided_p(z: Floats) -> Floats:
    from scipy.special import ndtr

    p: Floats = ndtr(-z)
    return p
