"""Made-up votes of any number, drawn in blocks so that nothing of people × statements ever exists."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

PEOPLE_PER_BLOCK = 20_000
N_GROUPS = 3
N_TRAITS = 3
SHARE_PASSING = 0.1


class SimulatedVotes(NamedTuple):
    """Votes as parallel arrays of one length, people in order, their statements in no particular order."""

    persons: NDArray[np.int32]
    statements: NDArray[np.int32]
    values: NDArray[np.int8]


def simulate_votes(n_people: int, n_statements: int, n_votes: int, seed: int = 0) -> SimulatedVotes:
    """Draw about `n_votes` votes of people who belong to three groups.

    Some people vote far more than others and some statements are shown far more than others, as in real
    conversations. Everybody votes at least once.
    """
    draw = np.random.default_rng(seed)
    loadings = draw.normal(size=(N_TRAITS, n_statements)) * np.array([[1.5], [0.9], [0.5]])
    appeal = draw.normal(0.4, 0.8, size=n_statements)
    shown = np.cumsum(draw.gamma(4.0, size=n_statements))
    # Drawn apart, so that conversations of all sizes are held by the same three groups.
    centers = np.random.default_rng([seed, 1]).normal(size=(N_GROUPS, N_TRAITS)) * 1.2
    blocks = []
    for start in range(0, n_people, PEOPLE_PER_BLOCK):
        size = min(PEOPLE_PER_BLOCK, n_people - start)
        people = centers[draw.integers(0, N_GROUPS, size)] + 0.7 * draw.normal(size=(size, N_TRAITS))
        person, statement = _drawn_pairs(draw, size, shown, n_votes / n_people)
        liking = appeal[statement] + np.einsum("ij,ij->i", people[person], loadings.T[statement])
        value = _drawn_values(draw, liking)
        blocks.append(((person + start).astype(np.int32), statement.astype(np.int32), value))
    return SimulatedVotes(*(np.concatenate(parts) for parts in zip(*blocks, strict=True)))


def _drawn_pairs(
    draw: np.random.Generator, n_people: int, shown: NDArray[np.float64], mean: float
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Who votes on what, each pair once: a person's number of votes is drawn, then as many statements."""
    n_statements = len(shown)
    wanted = np.clip(mean * draw.gamma(2.0, 0.5, n_people), 1, 0.9 * n_statements)
    # Statements are drawn with repetition, so more of them are needed: n·log(n / (n − wanted)) on average.
    n_drawn = np.ceil(n_statements * np.log(n_statements / (n_statements - wanted))).astype(np.int64)
    person = np.repeat(np.arange(n_people), n_drawn)
    statement = np.searchsorted(shown, draw.random(len(person)) * shown[-1], side="right")
    pairs = np.unique(person * n_statements + np.minimum(statement, n_statements - 1))
    return pairs // n_statements, pairs % n_statements


def _drawn_values(draw: np.random.Generator, liking: NDArray[np.float64]) -> NDArray[np.int8]:
    agrees = draw.random(len(liking)) < 1 / (1 + np.exp(-liking))
    passes = draw.random(len(liking)) < SHARE_PASSING
    return np.where(passes, 0, np.where(agrees, 1, -1)).astype(np.int8)
