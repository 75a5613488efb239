"""Arrays that cannot belong to the votes are refused, never read by place all the same."""

import numpy as np
import pytest

from opinion import Votes
from opinion.audit import audit_groups
from opinion.bridging import fit_votes
from opinion.readings import READINGS
from opinion.sensitivity import sensitivity
from opinion.slates import choose_slate
from opinion.stability import bootstrap
from tests.opinion.conversations import planted_arrays

GROUP = planted_arrays()[3]
NOTHING = np.zeros(30, dtype=bool)

by_row = pytest.mark.parametrize(
    "asked",
    [
        *(lambda votes, rows, reading=reading: reading(votes, rows, 3) for reading in READINGS.values()),
        lambda votes, rows: bootstrap(votes, rows, 3, NOTHING, n_draws=2),
        lambda votes, rows: sensitivity(votes, rows, 3, NOTHING),
        lambda votes, rows: audit_groups(votes, rows, n_splits=99),
        lambda votes, rows: choose_slate(votes, 2, group_of=rows),
    ],
    ids=[*READINGS, "bootstrap", "sensitivity", "audit", "slate"],
)
with_weights = pytest.mark.parametrize("reading", READINGS.values(), ids=READINGS)


def planted() -> Votes:
    return Votes.from_arrays(*planted_arrays()[:3])


@by_row
@pytest.mark.parametrize(
    ("rows", "message"),
    [
        (np.append(GROUP, 0), "one group for each of 90 people, got 91"),
        (GROUP[:50], "one group for each of 90 people, got 50"),
        (GROUP - 2, "row_of must be -1 or above, got -2"),
        (GROUP.astype(float), "row_of must be whole numbers, got float64"),
    ],
    ids=["too many", "too few", "too low", "no whole numbers"],
)
def test_groups_of_other_people_are_refused(asked, rows, message):
    with pytest.raises(ValueError, match=message):
        asked(planted(), rows)


@pytest.mark.parametrize(
    "asked",
    [
        *(lambda votes, rows, reading=reading: reading(votes, rows, 3) for reading in READINGS.values()),
        lambda votes, rows: bootstrap(votes, rows, 3, NOTHING, n_draws=2),
        lambda votes, rows: sensitivity(votes, rows, 3, NOTHING),
    ],
    ids=[*READINGS, "bootstrap", "sensitivity"],
)
def test_groups_numbered_from_one_are_not_taken_for_rows(asked):
    with pytest.raises(ValueError, match="row_of must be below 3 where there are 3 groups, got 3"):
        asked(planted(), GROUP + 1)


@with_weights
@pytest.mark.parametrize(
    ("weights", "message"),
    [
        (np.ones(91), "one for each of 90 people, got 91"),
        (np.ones(1), "one for each of 90 people, got 1"),
        (-np.ones(90), "finite and not below 0, got -1"),
        (np.full(90, np.nan), "finite and not below 0, got nan"),
    ],
)
def test_weights_that_cannot_be_are_refused(reading, weights, message):
    with pytest.raises(ValueError, match=message):
        reading(planted(), GROUP, 3, weights)


@with_weights
def test_where_nobody_counts_every_statement_is_the_same(reading):
    votes, nobody = planted(), np.full(90, -1)
    for found in (reading(votes, nobody, 3), reading(votes, GROUP, 3, np.zeros(90))):
        assert np.isfinite(found).all()
        assert np.ptp(found) == 0


@pytest.mark.parametrize(
    "left_out", [NOTHING[:4], np.zeros(30), np.arange(4)], ids=["few", "floats", "places"]
)
@pytest.mark.parametrize(
    "asked",
    [
        lambda votes, left_out: choose_slate(votes, 2, left_out=left_out),
        lambda votes, left_out: bootstrap(votes, GROUP, 3, left_out, n_draws=2),
        lambda votes, left_out: sensitivity(votes, GROUP, 3, left_out),
    ],
    ids=["slate", "bootstrap", "sensitivity"],
)
def test_statements_are_left_out_by_a_mark_each(asked, left_out):
    with pytest.raises(ValueError, match="True or False for each of 30 statements, got"):
        asked(planted(), left_out)


def test_numbers_out_of_range_are_named():
    with pytest.raises(ValueError, match="whole number from 1 to 60"):
        choose_slate(planted(), 2.5)
    with pytest.raises(ValueError, match="n_draws must be at least 1, got 0"):
        bootstrap(planted(), GROUP, 3, NOTHING, n_draws=0)
    with pytest.raises(ValueError, match="one for each of 90 people, got 3"):
        fit_votes(planted(), person_weights=np.ones(3))
