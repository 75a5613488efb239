"""The demonstration conversation: original, repeatable, and with groups that can be found again."""

import tomllib

import numpy as np
import pytest

from opinion import Votes, analyze
from voting.models import Conversation, Participant, Vote
from voting.simulation import STATEMENTS_FILE, simulate_conversation, simulate_votes
from voting.votes import load_votes

SCRIPT = tomllib.loads(STATEMENTS_FILE.read_text(encoding="utf-8"))
SUPPORT = np.array([entry["support"] for entry in SCRIPT["statements"]])


def simulated(seed=1, n_participants=400):
    return simulate_votes(SUPPORT, n_participants=n_participants, random_state=seed)


def test_there_are_sixty_statements_or_more_within_the_limit_and_none_twice():
    texts = [entry["text"] for entry in SCRIPT["statements"]]
    assert len(texts) >= 60
    assert max(map(len, texts)) <= 280
    assert len({text.lower() for text in texts}) == len(texts)


def test_every_participant_votes_on_twenty_to_fifty_statements_once():
    votes = simulated()
    per_person = np.bincount(votes.persons)
    assert per_person.min() >= 20
    assert per_person.max() <= 50
    assert len(set(zip(votes.persons.tolist(), votes.statements.tolist(), strict=True))) == len(votes.choices)


def test_the_same_seed_draws_the_same_votes_and_another_draws_others():
    first, again, other = simulated(1), simulated(1), simulated(2)
    assert np.array_equal(first.choices, again.choices)
    assert not np.array_equal(first.statements, other.statements)


def test_groups_are_of_nearly_one_size():
    assert set(np.bincount(simulated().groups)) == {133, 134}


@pytest.mark.django_db
def test_the_planted_groups_are_found_again_and_share_a_consensus():
    from sklearn.metrics import adjusted_rand_score

    conversation = simulate_conversation(slug="demonstration")
    votes = load_votes(conversation)
    found = analyze(
        Votes.from_arrays(votes.persons, votes.statements, votes.choices),
        metadata=votes.metadata_numbers.tolist(),
    )
    planted = dict(conversation.participants.values_list("number", "published_group"))
    assert found.k == 3
    assert adjusted_rand_score([planted[p] for p in found.participant_ids.tolist()], found.group_of) > 0.8
    assert (found.gac_level > 0.75).sum() >= 15


@pytest.mark.django_db
def test_simulating_twice_makes_one_conversation():
    first = simulate_conversation(slug="demonstration", n_participants=30)
    votes = Vote.objects.count()
    second = simulate_conversation(slug="demonstration", n_participants=30)
    assert first == second
    assert (Conversation.objects.count(), Participant.objects.count()) == (1, 30)
    assert Vote.objects.count() == votes
    assert first.is_open()
