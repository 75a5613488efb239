"""Votes as arrays: those that count, and nothing else."""

import tracemalloc

import numpy as np
import pytest

from tests.factories import make_conversation, make_participant, make_statement, make_vote
from voting.simulation import simulate_conversation
from voting.votes import PACKED_VOTE, load_votes

pytestmark = pytest.mark.django_db


def loaded(conversation) -> set[tuple[int, int, int]]:
    votes = load_votes(conversation)
    return set(zip(votes.persons.tolist(), votes.statements.tolist(), votes.choices.tolist(), strict=True))


def test_votes_on_accepted_statements_are_loaded_with_public_numbers():
    conversation = make_conversation()
    person = make_participant(conversation, number=7)
    for number, choice in enumerate([1, 0, -1]):
        make_vote(person, make_statement(conversation, number=number), choice)
    assert loaded(conversation) == {(7, 0, 1), (7, 1, 0), (7, 2, -1)}


def test_votes_on_pending_statements_count_only_where_allowed():
    conversation = make_conversation()
    make_vote(make_participant(conversation, 1), make_statement(conversation, number=1, status="pending"))
    make_vote(make_participant(conversation, 2), make_statement(conversation, number=2, status="rejected"))
    assert loaded(conversation) == set()
    conversation.is_strictly_moderated = False
    assert loaded(conversation) == {(1, 1, 1)}


def test_votes_of_another_conversation_stay_there():
    other = make_conversation()
    make_vote(make_participant(other), make_statement(other))
    assert loaded(make_conversation()) == set()


def test_statements_nobody_saw_are_listed_in_order():
    conversation = make_conversation()
    for number in (3, 1, 2):
        make_statement(conversation, number=number, is_metadata=number == 2)
    make_statement(conversation, number=4, status="rejected")
    votes = load_votes(conversation)
    assert votes.statement_numbers.tolist() == [1, 2, 3]
    assert votes.metadata_numbers.tolist() == [2]
    assert votes.persons.dtype == votes.statements.dtype == "int32"
    assert votes.choices.dtype == "int8"


def test_every_vote_of_many_people_is_loaded():
    conversation = simulate_conversation(slug="many", n_participants=600)
    rows = conversation.votes.values_list("participant__number", "statement__number", "choice")
    assert loaded(conversation) == set(rows)
    assert len(load_votes(conversation).choices) == len(rows)


def test_a_million_votes_take_little_more_memory_than_their_arrays(monkeypatch):
    part = np.zeros(10_000, PACKED_VOTE).tobytes()
    monkeypatch.setattr("voting.votes._packed_votes", lambda conversation: (part for _ in range(100)))
    conversation = make_conversation()
    tracemalloc.start()
    votes = load_votes(conversation)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert len(votes.choices) == 1_000_000
    assert peak < 1.3 * (votes.persons.nbytes + votes.statements.nbytes + votes.choices.nbytes)
