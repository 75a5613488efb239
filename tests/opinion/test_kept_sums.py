"""Sums over everybody's votes stay exact, whatever changes between two times they are asked for."""

import numpy as np
import pytest

from opinion import Votes
from opinion.ballots import Ballots, ballot_code
from opinion.kept_sums import UNIT, KeptSums

N_PEOPLE, N_STATEMENTS = 40, 12


def some_votes() -> Votes:
    draw = np.random.default_rng(0)
    person, statement = (draw.random((N_PEOPLE, N_STATEMENTS)) < 0.6).nonzero()
    return Votes.from_arrays(
        person, statement, draw.integers(-1, 2, len(person)), all_statement_ids=range(N_STATEMENTS)
    )


def table_of(seed: int, n_statements: int = N_STATEMENTS) -> np.ndarray:
    table = np.random.default_rng(seed).uniform(-2, 2, (3, 3 * n_statements + 1))
    table[:, 0] = 0
    return table


def sums_anew(table: np.ndarray, ballots: Ballots) -> list[list[float]]:
    units = np.rint(table / UNIT)
    people = range(ballots.n_people)
    return [[row[ballots.row(person)].sum() * UNIT for person in people] for row in units]


@pytest.mark.parametrize("rows", [[0], [1, 2], [0, 1, 2]], ids=["one sum", "two sums", "all sums"])
@pytest.mark.parametrize("by", [1e-9, -1e-9, 1e-4, 1.0])
def test_sums_follow_what_a_vote_counts_for(rows, by):
    ballots, sums = Ballots.from_votes(some_votes()), KeptSums(3)
    table = table_of(1)
    sums.brought_to(table, ballots)
    table[rows] += by * table_of(2)[rows]
    assert sums.brought_to(table, ballots).tolist() == sums_anew(table, ballots)


def test_sums_follow_votes_that_are_new_or_changed():
    ballots, sums = Ballots.from_votes(some_votes()), KeptSums(3)
    sums.brought_to(table_of(1), ballots)
    before, after, beyond = int(ballots.row(3)[2]), ballot_code(0, 1), ballot_code(N_STATEMENTS, -1)
    ballots.replace(3, 2, after)
    sums.note(3, before, after)
    ballots.append(ballots.add_person(), beyond)
    sums.note(N_PEOPLE, 0, beyond)
    wider = table_of(1, N_STATEMENTS + 1)
    assert sums.brought_to(wider, ballots).tolist() == sums_anew(wider, ballots)


def test_sums_of_nobody_are_empty():
    assert (
        KeptSums(2).brought_to(np.zeros((2, 1)), Ballots.from_votes(Votes.from_arrays([], [], []))).size == 0
    )
