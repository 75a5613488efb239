"""Which card next: our rule beside Polis's formula and an even draw, on planted groups.

    python benchmarks/routing.py                 # 500 statements, 1,000 people, 30 votes each, 5 seeds
    python benchmarks/routing.py --seeds 2 --votes 15

Three groups of unequal size are planted; every statement has its own chance of being agreed with in each of
them. People come one after another, fifty voting at a time, and are analyzed again after every 1,500 votes.
No rule is told the planted groups; all know at once how often every statement was seen. In the end,
against what was planted:

- exposure: the fewest votes any planted group gave to any statement;
- error: mean over statements of |estimated − true group-aware consensus|;
- top 50: share of the 50 statements of highest true consensus among the 50 estimated highest.
"""

import argparse
import statistics
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from opinion import Votes, analyze  # noqa: E402  # run as a file, from any folder
from opinion.routing import card_chances, consensus_doubt, memberships, priorities, vote_needs  # noqa: E402
from opinion.support import Counts  # noqa: E402

GROUP_SHARES = (0.5, 0.3, 0.2)
N_ACTIVE = 50
ANALYZED_EVERY = 1_500
N_TOP = 50
SHARE_PASSING = 0.1

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
# The agree, disagree and pass of a choice stand in this order in all counts.
PLACE = {1: 0, -1: 1, 0: 2}


@dataclass
class World:
    """What is planted: each person's group and each group's chance to agree with each statement."""

    groups: Ints
    agreeing: Floats
    draw: np.random.Generator

    def answer(self, person: int, statement: int) -> int:
        agree = self.agreeing[self.groups[person], statement]
        return int(self.draw.choice([1, 0, -1], p=[agree, SHARE_PASSING, 1 - SHARE_PASSING - agree]))


@dataclass
class Knowledge:
    """What a rule may know: all votes so far, and groups and extremity as of the last analysis."""

    n_statements: int
    group_of: Ints
    counts: NDArray[np.int64] = field(init=False)
    extremity: Floats = field(init=False)
    k: int = 0

    def __post_init__(self) -> None:
        self.counts = np.zeros((1, 3, self.n_statements), dtype=np.int64)
        self.extremity = np.zeros(self.n_statements)
        self.votes: list[tuple[int, int, int]] = []

    def add(self, person: int, statement: int, choice: int) -> None:
        self.votes.append((person, statement, choice))
        self.counts[-1, PLACE[choice], statement] += 1

    def learn(self) -> None:
        """Analyze all votes so far, as the site would."""
        persons, statements, choices = np.array(self.votes).T
        every = np.arange(self.n_statements)
        found = analyze(Votes.from_arrays(persons, statements, choices, all_statement_ids=every))
        self.k = found.k
        self.group_of[:] = -1
        self.group_of[found.participant_ids] = found.group_of
        self.extremity = found.extremity
        # The last row is the people in no group yet; index −1 finds it.
        self.counts = np.zeros((self.k + 1, 3, self.n_statements), dtype=np.int64)
        places = np.array([2, 0, 1])[choices]
        np.add.at(self.counts, (self.group_of[persons], places, statements), 1)


def by_our_rule(known: Knowledge, unseen: Ints, voted: list[tuple[int, int]]) -> Floats:
    """As voting.routing does it: groups' counts as of the last analysis, later votes by the groups' size."""
    k = max(known.k, 1)
    by_group = Counts(*(known.counts[:k, place] for place in range(3)))
    sizes = np.bincount(known.group_of[known.group_of >= 0], minlength=k)
    membership = (sizes + 1) / (sizes + 1).sum()
    n_seen = by_group.seen + np.outer(membership, known.counts[k:].sum(axis=(0, 1)))
    if voted:
        statements, choices = np.array(voted).T
        membership = memberships(choices, Counts(*(part[:, statements] for part in by_group)), sizes)
    doubt = consensus_doubt(Counts(*(part[:, unseen] for part in by_group)))
    needs = vote_needs(doubt, n_seen[:, unseen])
    return card_chances(membership @ needs)


def by_polis(known: Knowledge, unseen: Ints, _voted: list[tuple[int, int]]) -> Floats:
    agrees, disagrees, passes = known.counts.sum(axis=0)[:, unseen]
    counts = Counts(agrees[None], disagrees[None], passes[None])
    weights = priorities(counts, known.extremity[unseen], np.zeros(len(unseen), dtype=bool))
    return weights / weights.sum()


def by_even_draw(_known: Knowledge, unseen: Ints, _voted: list[tuple[int, int]]) -> Floats:
    return np.full(len(unseen), 1 / len(unseen))


Rule = Callable[[Knowledge, Ints, list[tuple[int, int]]], Floats]
RULES: dict[str, Rule] = {"ours": by_our_rule, "Polis's formula": by_polis, "even draw": by_even_draw}


def plant(n_people: int, n_statements: int, seed: int) -> World:
    """Some statements divide the groups, others do not."""
    draw = np.random.default_rng(seed)
    shared = draw.normal(0.4, 1.0, n_statements)
    dividing = draw.normal(0, 2.0, (len(GROUP_SHARES), n_statements)) * (draw.random(n_statements) < 0.6)
    agreeing = (1 - SHARE_PASSING) / (1 + np.exp(-shared - dividing))
    groups = draw.choice(len(GROUP_SHARES), n_people, p=GROUP_SHARES)
    return World(groups, agreeing, draw)


def run(rule: Rule, world: World, n_votes: int) -> dict[str, float]:
    """Let everybody vote by the rule, then compare the outcome with what was planted."""
    n_people, n_statements = len(world.groups), world.agreeing.shape[1]
    known = Knowledge(n_statements, np.zeros(n_people, dtype=np.int64))
    voted: list[list[tuple[int, int]]] = [[] for _ in range(n_people)]
    waiting, active = list(range(n_people)), []
    began = time.perf_counter()
    while waiting or active:
        while waiting and len(active) < N_ACTIVE:
            active.append(waiting.pop(0))
        person = active[int(world.draw.integers(len(active)))]
        unseen = np.setdiff1d(np.arange(n_statements), [s for s, _ in voted[person]], assume_unique=True)
        chances = rule(known, unseen, voted[person])
        statement = int(unseen[world.draw.choice(len(unseen), p=chances)])
        choice = world.answer(person, statement)
        known.add(person, statement, choice)
        voted[person].append((statement, choice))
        if len(voted[person]) == n_votes:
            active.remove(person)
        if len(known.votes) % ANALYZED_EVERY == 0:
            known.learn()
    return {**compare(world, known), "seconds": time.perf_counter() - began}


def compare(world: World, known: Knowledge) -> dict[str, float]:
    k, n_statements = world.agreeing.shape
    seen, agrees = np.zeros((k, n_statements)), np.zeros((k, n_statements))
    persons, statements, choices = np.array(known.votes).T
    np.add.at(seen, (world.groups[persons], statements), 1)
    np.add.at(agrees, (world.groups[persons], statements), choices == 1)
    estimated = ((agrees + 1) / (seen + 2)).prod(axis=0)
    true = world.agreeing.prod(axis=0)
    found, wanted = (set(np.argsort(-gac, kind="stable")[:N_TOP]) for gac in (estimated, true))
    return {
        "exposure": seen.min(),
        "median exposure": float(np.median(seen.min(axis=0))),
        "error": float(np.abs(estimated - true).mean()),
        "top 50": len(found & wanted) / N_TOP,
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--people", type=int, default=1_000)
    parser.add_argument("--statements", type=int, default=500)
    parser.add_argument("--votes", type=int, default=30)
    parser.add_argument("--seeds", type=int, default=5)
    given = parser.parse_args()
    print("| rule | exposure | median exposure | GAC error | top 50 found |\n|---|---|---|---|---|")
    for name, rule in RULES.items():
        outcomes = [
            run(rule, plant(given.people, given.statements, seed), given.votes) for seed in range(given.seeds)
        ]
        columns = [spread([outcome[key] for outcome in outcomes]) for key in outcomes[0] if key != "seconds"]
        print(f"| {name} | " + " | ".join(columns) + " |", flush=True)


def spread(figures: list[float]) -> str:
    """Mean over the seeds, with the lowest and the highest."""
    return f"{statistics.mean(figures):.4g} ({min(figures):.4g}–{max(figures):.4g})"


if __name__ == "__main__":
    main()
