"""Which statement comes next."""

from collections import Counter
from random import Random

import pytest

from tests.factories import make_conversation, make_participant, make_statement, make_vote
from voting.routing import draw_without_return, few_votes_boost, next_card

pytestmark = pytest.mark.django_db


def draw(conversation, participant=None, seed=0):
    return next_card(conversation=conversation, participant=participant, random=Random(seed))


def counts(conversation, n=300):
    return Counter(draw(conversation, seed=seed).statement.number for seed in range(n))


def test_everybody_sees_every_statement_once_and_then_none():
    conversation = make_conversation()
    person = make_participant(conversation)
    expected = {make_statement(conversation).pk for _ in range(12)}
    seen = []
    while (card := draw(conversation, person)).statement is not None:
        assert card.n_done == len(seen)
        make_vote(person, card.statement)
        seen.append(card.statement.pk)
    assert len(seen) == 12
    assert set(seen) == expected
    assert (card.n_done, card.n_statements) == (12, 12)


def test_only_statements_that_count_are_shown():
    conversation = make_conversation()
    make_statement(conversation, status="pending")
    make_statement(conversation, status="rejected")
    assert draw(conversation).statement is None
    make_statement(make_conversation())
    assert draw(conversation).n_statements == 0


def test_an_author_is_not_shown_their_own_pending_statement():
    conversation = make_conversation(is_strictly_moderated=False)
    author = make_participant(conversation)
    statement = make_statement(conversation, status="pending", author=author)
    assert draw(conversation, author).statement is None
    assert draw(conversation, make_participant(conversation)).statement == statement


def test_the_same_random_source_draws_the_same_card():
    conversation = make_conversation()
    for _ in range(20):
        make_statement(conversation)
    assert draw(conversation, seed=5) == draw(conversation, seed=5)
    assert len({draw(conversation, seed=seed).statement.pk for seed in range(20)}) > 5


def test_statements_with_priority_come_more_often():
    conversation = make_conversation()
    for number in range(20):
        make_statement(conversation, number=number, priority=10.0 if number == 3 else 1.0)
    assert counts(conversation).most_common(1)[0][0] == 3


def test_statements_with_few_votes_come_more_often():
    conversation = make_conversation()
    often, rarely = make_statement(conversation, number=1), make_statement(conversation, number=2)
    for _ in range(25):
        make_vote(make_participant(conversation), often)
    drawn = counts(conversation)
    assert drawn[rarely.number] > 5 * drawn[often.number] > 0


def test_statements_about_the_participant_come_rarely():
    conversation = make_conversation()
    for number in range(20):
        make_statement(conversation, number=number, is_metadata=number < 10)
    drawn = counts(conversation)
    assert 0 < sum(drawn[number] for number in range(10)) < 100


def test_a_card_takes_four_queries(django_assert_num_queries):
    conversation = make_conversation()
    person = make_participant(conversation)
    for _ in range(30):
        make_statement(conversation)
    with django_assert_num_queries(4):
        draw(conversation, person)


def test_drawing_without_return_follows_the_weights():
    firsts = Counter(draw_without_return([1, 3], 1, Random(seed))[0] for seed in range(2000))
    assert 2.5 < firsts[1] / firsts[0] < 3.6


def test_the_boost_falls_from_nine_towards_one():
    assert few_votes_boost(0) == 9
    assert few_votes_boost(20) == 1.5
