"""An order of people that no numbering changes."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from opinion import Votes
from opinion.drawing import order_by_votes
from tests.opinion.conversations import any_votes, planted_arrays, votes_of


def test_the_order_follows_the_people_when_they_are_renumbered():
    person, statement, value, _ = planted_arrays()
    draw = np.random.default_rng(2)
    people, statements = draw.permutation(90) * 3 + 11, draw.permutation(30)
    first = order_by_votes(Votes.from_arrays(person, statement, value))
    renumbered = Votes.from_arrays(people[person], statements[statement], value)
    second = order_by_votes(renumbered)
    assert renumbered.participant_ids[second].tolist() == people[first].tolist()


@given(any_votes(), st.randoms(use_true_random=False))
def test_everybody_stands_once_in_the_order(cast, random):
    pairs = list(cast)
    random.shuffle(pairs)
    votes = Votes.from_arrays([p for p, _ in pairs], [s for _, s in pairs], [cast[pair] for pair in pairs])
    assert sorted(order_by_votes(votes).tolist()) == list(range(votes.n_people))


def test_people_who_vote_alike_stand_together():
    order = order_by_votes(votes_of([[1, -1], [-1, 1], [1, -1], [0, 1], [-1, 1]])).tolist()
    assert abs(order.index(0) - order.index(2)) == 1
    assert abs(order.index(1) - order.index(4)) == 1


def test_no_votes_have_an_empty_order():
    assert len(order_by_votes(Votes.from_arrays([], [], []))) == 0
