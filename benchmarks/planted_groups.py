"""Made-up conversations whose groups are known, of very different kinds and sizes.

They are the check that a rule which does well on the few published conversations does no harm elsewhere.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from opinion import Votes

KINDS = ("any opinions", "opinions in a plane", "few answers, three loud cards")
SHARE_PASSING_WHEN_TORN, SHARE_ALWAYS_PASSING = 0.25, 0.05
READINESS_TO_AGREE = 0.25
LOUD = 50.0


class Planted(NamedTuple):
    """Votes and the planted group of each person id, from 0 on."""

    kind: str
    votes: Votes
    groups: dict[int, int]


def plant(seed: int) -> Planted:
    """Draw a conversation: 2 to 5 groups, 40 to 1,500 people, 25 to 250 statements, by the kinds in turn."""
    draw, kind = np.random.default_rng([77, seed]), KINDS[seed % len(KINDS)]
    k = int(draw.integers(2, 6))
    n_people, n_statements = (
        int(np.exp(draw.uniform(np.log(low), np.log(high)))) for low, high in ((40, 1500), (25, 250))
    )
    group = draw.choice(k, max(n_people, 15 * k), p=_shares(k, draw))
    leaning, shown = _leanings(n_statements, k, kind, draw)
    liking = _mixtures(group, k, draw) @ leaning.T
    liking += draw.normal(0, READINESS_TO_AGREE, (len(group), 1))
    person, statement = _seen(len(group), shown, kind, draw)
    value = _votes(liking[person, statement], draw)
    votes = Votes.from_arrays(person, statement, value, all_statement_ids=range(n_statements))
    return Planted(kind, votes, dict(enumerate(group.tolist())))


def _shares(k: int, draw: np.random.Generator) -> NDArray[np.float64]:
    share = np.maximum(draw.dirichlet(np.full(k, 4.0)), 0.08)
    return share / share.sum()


def _leanings(
    n_statements: int, k: int, kind: str, draw: np.random.Generator
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """How each group leans on each statement, (n_statements, k), and how much each is shown."""
    divides = draw.random(n_statements) < draw.uniform(0.3, 0.8)
    apart = draw.uniform(1.0, 2.6) * divides[:, None]
    if kind == KINDS[1]:
        angle = 2 * np.pi * (np.arange(k) + draw.uniform(-0.15, 0.15, k)) / k
        opinions = draw.normal(size=(n_statements, 2)) @ np.stack([np.cos(angle), np.sin(angle)]) * 1.4
    else:
        opinions = draw.normal(size=(n_statements, k))
    leaning = draw.normal(0.6, 1.0, n_statements)[:, None] + apart * opinions
    shown = draw.gamma(2.0, 1.0, n_statements)
    if kind == KINDS[2]:
        loud = draw.choice(n_statements, 3, replace=False)
        shown[loud], leaning[loud] = LOUD, draw.normal(0, 0.3, (3, 1))
    return leaning, shown


def _mixtures(group: NDArray[np.int64], k: int, draw: np.random.Generator) -> NDArray[np.float64]:
    """Everybody is a mixture of the groups, mostly of the own: rows that sum to one."""
    weights = np.full((len(group), k), 0.5)
    weights[np.arange(len(group)), group] = draw.uniform(8, 25)
    shares = draw.standard_gamma(weights)
    return shares / shares.sum(axis=1, keepdims=True)


def _seen(
    n_people: int, shown: NDArray[np.float64], kind: str, draw: np.random.Generator
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Who votes on what: some people on far more than others, some statements far more often."""
    usual = draw.uniform(0.08, 0.25) if kind == KINDS[2] else draw.uniform(0.15, 0.9)
    wanted = len(shown) * usual * draw.lognormal(0, 0.5, n_people)
    n_seen = np.clip(wanted.astype(np.int64), 3, len(shown))
    order = np.argsort(-(draw.random((n_people, len(shown))) ** (1 / shown)), axis=1)
    person = np.repeat(np.arange(n_people), n_seen)
    return person, np.concatenate([row[:n] for row, n in zip(order, n_seen, strict=True)])


def _votes(liking: NDArray[np.float64], draw: np.random.Generator) -> NDArray[np.int64]:
    agrees = draw.random(len(liking)) < 1 / (1 + np.exp(-1.5 * liking))
    passing = SHARE_ALWAYS_PASSING + SHARE_PASSING_WHEN_TORN * np.exp(-(liking**2))
    return np.where(draw.random(len(liking)) < passing, 0, np.where(agrees, 1, -1))
