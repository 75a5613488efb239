"""How sure a map is, as one result."""

import json

import numpy as np
import pytest

from opinion import Votes
from opinion.uncertainty import Uncertainty, measure_uncertainty, n_draws_wanted
from tests.opinion.conversations import planted_arrays, votes_of


def measured(**settings: int) -> tuple[Votes, Uncertainty]:
    person, statement, value, group = planted_arrays()
    votes = Votes.from_arrays(person, statement, value)
    left_out = votes.statement_ids == 4
    return votes, measure_uncertainty(votes, group, 3, left_out, n_draws=20, **settings)


def test_small_conversations_are_measured_by_default():
    assert n_draws_wanted("auto", 50_000) == 200
    assert n_draws_wanted("auto", 50_001) == 0
    assert n_draws_wanted(False, 10) == 0
    assert n_draws_wanted(30, 10**8) == 30


@pytest.mark.parametrize("wrong", [True, 0, -1, "yes", None, 1.5])
def test_a_wrong_wish_is_named(wrong):
    with pytest.raises(ValueError, match="'auto', False or a number of draws"):
        n_draws_wanted(wrong, 10)


def test_the_result_is_json_with_one_entry_per_statement():
    votes, uncertainty = measured()
    document = json.loads(json.dumps(uncertainty.to_dict(votes.statement_ids), allow_nan=False))
    assert [row["id"] for row in document["statements"]] == list(range(30))
    assert document["n_draws"] == 20
    assert document["group_agreement"]["median"] > 0.9
    assert {variant["choice"] for variant in document["sensitivity"]} == {"k", "seed", "imputation"}


def test_a_statement_left_out_has_levels_but_no_rank():
    votes, uncertainty = measured()
    row = uncertainty.to_dict(votes.statement_ids)["statements"][4]
    assert row["rank_low"] is None
    assert row["chance_in_top"] is None
    assert row["level_low"] < row["level_high"]


def test_ranks_and_chances_are_in_range():
    votes, uncertainty = measured(top_n=5)
    rows = [r for r in uncertainty.to_dict(votes.statement_ids)["statements"] if r["id"] != 4]
    assert all(1 <= row["rank_low"] <= row["rank_high"] <= 29 for row in rows)
    assert sum(row["chance_in_top"] for row in rows) >= 5 - 1e-9


def test_without_groups_all_people_are_one():
    votes = votes_of([[1, 1], [1, -1], [1, 0]])
    rows, left_out = np.full(3, -1), np.zeros(2, dtype=bool)
    uncertainty = measure_uncertainty(votes, rows, 0, left_out, n_draws=5)
    assert uncertainty.variants == []
    assert (uncertainty.posterior.low < 4 / 5).all()
