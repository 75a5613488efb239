"""The number of threads changes no result, and small problems take one."""

import os
import subprocess
import sys

import numpy as np
import pytest
from threadpoolctl import threadpool_info, threadpool_limits

from opinion import LiveOpinion, Votes, analyze
from opinion.audit import audit_groups
from opinion.bridging import fit_votes
from opinion.sensitivity import sensitivity
from opinion.slates import METHODS, choose_slate
from opinion.stability import bootstrap
from opinion.threads import in_one_thread
from tests.opinion.conversations import planted_arrays


def threads_of_the_libraries() -> set[int]:
    """Of those that numpy and scipy calculate with; other tests bring libraries of PyTorch's along."""
    return {library["num_threads"] for library in threadpool_info() if library["user_api"] == "blas"}


def large_enough_to_be_shared() -> tuple[Votes, np.ndarray, np.ndarray]:
    person, statement, value, group = planted_arrays(n_people=700, n_statements=260)
    return Votes.from_arrays(person, statement, value), group, np.zeros(260, dtype=bool)


ROWS = np.array([0, 0, 1])
ENTRIES = {
    "map": lambda votes, group, none: analyze(votes, uncertainty=3).to_dict(),
    "live map": lambda votes, group, none: LiveOpinion(votes).refresh().projection.positions.tobytes(),
    "audit": lambda votes, group, none: audit_groups(votes, group, n_splits=99),
    "bridging": lambda votes, group, none: fit_votes(votes, n_factors=2).person_factors.tobytes(),
    "sensitivity": lambda votes, group, none: sensitivity(votes, group, 3, none),
    "bootstrap": lambda votes, group, none: bootstrap(votes, group, 3, none, n_draws=3).levels.tobytes(),
    **{
        name: lambda votes, group, none, name=name: vars(choose_slate(votes, 6, method=name))
        for name in METHODS
    },
}


@pytest.mark.parametrize("entry", ENTRIES.values(), ids=ENTRIES)
def test_one_thread_and_two_give_the_same_to_the_last_digit(entry):
    answers = []
    for n_threads in (1, 2):
        with threadpool_limits(n_threads):
            answers.append(entry(*large_enough_to_be_shared()))
    assert answers[0] == answers[1]


MAP_OF_ITS_OWN = """
import json
from opinion import Votes, analyze
from tests.opinion.conversations import planted_arrays
votes = Votes.from_arrays(*planted_arrays(n_people=300, n_statements=220)[:3])
print(json.dumps(analyze(votes, uncertainty=4).to_dict()))
"""


def test_two_processes_give_the_same_map():
    """With another seed of Python's own hashing, and another number of threads from the start."""
    answers = [
        subprocess.run(
            [sys.executable, "-c", MAP_OF_ITS_OWN], capture_output=True, text=True, check=True,
            env={**os.environ, "PYTHONHASHSEED": seed, "OPENBLAS_NUM_THREADS": n_threads},
        ).stdout
        for seed, n_threads in (("1", "1"), ("2", "2"))
    ]  # fmt: skip
    assert answers[0] == answers[1]
    assert len(answers[0]) > 10_000


def test_a_function_in_one_thread_leaves_the_limits_as_it_found_them():
    with threadpool_limits(2):
        assert threads_of_the_libraries() == {2}
        assert in_one_thread(threads_of_the_libraries)() == {1}
        assert threads_of_the_libraries() == {2}


class Watched:
    """In place of votes: tells how many threads the libraries may use when votes are first looked at."""

    def __getattr__(self, name: str) -> None:
        raise InterruptedError(threads_of_the_libraries())


@pytest.mark.parametrize(
    ("function", "more"),
    [(audit_groups, [ROWS]), (fit_votes, []), (sensitivity, [ROWS, 2, ROWS < 0]), (choose_slate, [3])],
)
def test_what_stands_beside_the_map_takes_one_thread_too(function, more):
    with threadpool_limits(2), pytest.raises(InterruptedError) as seen:
        function(Watched(), *more)
    assert seen.value.args == ({1},)
