"""An order of people that no numbering changes."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from opinion import Votes
from opinion.drawing import numbers_by_votes, order_by_votes, uniform
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


def test_numbers_follow_people_and_statements_when_they_are_renumbered():
    person, statement, value, _ = planted_arrays()
    draw = np.random.default_rng(2)
    people, statements = draw.permutation(90), draw.permutation(30)
    first = numbers_by_votes(Votes.from_arrays(person, statement, value))
    second = numbers_by_votes(Votes.from_arrays(people[person], statements[statement], value))
    assert (second[0][people] == first[0]).all()
    assert (second[1][statements] == first[1]).all()


def test_random_numbers_are_even_and_belong_to_their_pair():
    person, statement = np.arange(300)[:, None], np.arange(200)[None, :]
    drawn = uniform(person, statement)
    assert (drawn[7:9, 3:5] == uniform(person[7:9], statement[:, 3:5])).all()
    counts = np.histogram(drawn, bins=20, range=(0, 1))[0]
    assert np.abs(counts - 3000).max() < 5 * np.sqrt(3000)
    assert abs(np.corrcoef(drawn.ravel(), uniform(person, statement, salt=1).ravel())[0, 1]) < 0.02
    assert abs(np.corrcoef(drawn[:, 0], drawn[:, 1])[0, 1]) < 0.2
