"""Which statement comes next."""

from collections import Counter
from random import Random
from unittest.mock import patch

import pytest

from tests.factories import make_conversation, make_participant, make_statement, make_vote
from voting.candidates import Candidates, candidates_of, forget_candidates
from voting.models import GroupCounts, Showing, Statement
from voting.routing import METADATA_AFTER, RULE, keep_showing, next_card

pytestmark = pytest.mark.django_db


def draw(conversation, participant=None, seed=0):
    return next_card(conversation=conversation, participant=participant, random=Random(seed))


def draw_often(conversation, participant=None):
    """300 cards, each drawn as if none had been dealt before."""
    forget_candidates()
    with patch("voting.candidates.SECONDS_KEPT", 3600.0), patch.object(Candidates, "note_card"):
        cards = [draw(conversation, participant, seed) for seed in range(300)]
    forget_candidates()
    return cards


def counts(conversation, participant=None):
    """What is drawn how often of 300 times."""
    return Counter(card.statement.number for card in draw_often(conversation, participant))


def deal(conversation, participant):
    card = draw(conversation, participant)
    keep_showing(participant=participant, card=card)
    return card


def test_everybody_sees_every_statement_once_and_then_none():
    conversation = make_conversation()
    person = make_participant(conversation)
    expected = {make_statement(conversation).pk for _ in range(12)}
    seen = []
    while (card := deal(conversation, person)).statement is not None:
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
    assert draw(conversation, author).n_statements == 0
    assert draw(conversation, make_participant(conversation)).statement == statement


def test_a_card_stays_until_it_is_voted_on():
    conversation = make_conversation()
    person = make_participant(conversation)
    for _ in range(20):
        make_statement(conversation)
    card = deal(conversation, person)
    again = [draw(conversation, person, seed) for seed in range(5)]
    assert {card.statement} == {other.statement for other in again}
    assert all(other.chance is None for other in again)
    make_vote(person, card.statement)
    assert draw(conversation, person).statement != card.statement


def test_a_card_rejected_meanwhile_is_replaced():
    conversation = make_conversation()
    person = make_participant(conversation)
    make_statement(conversation), make_statement(conversation)
    card = deal(conversation, person)
    Statement.objects.filter(pk=card.statement.pk).update(status="rejected")
    forget_candidates()
    assert draw(conversation, person).statement not in (None, card.statement)


def test_every_showing_is_kept_with_rule_and_chance():
    conversation = make_conversation()
    person = make_participant(conversation)
    for _ in range(4):
        make_statement(conversation)
    deal(conversation, person)
    deal(conversation, person)
    showing = Showing.objects.get(participant=person)
    assert (showing.rule, showing.chance) == (RULE, 0.25)


def test_the_first_card_of_a_newcomer_is_kept_with_their_first_vote(client):
    conversation = make_conversation(slug="now")
    for number in range(4):
        make_statement(conversation, number=number)
    card = client.get("/c/now/").context["card"]
    vote = {"choice": 1, "ticket": card.ticket}
    for _twice in range(2):
        client.post(f"/c/now/statements/{card.statement.number}/vote/", vote)
    shown = Showing.objects.get()
    assert (shown.statement, shown.rule, shown.chance) == (card.statement, RULE, 0.25)


def test_a_first_card_removed_meanwhile_is_no_hindrance(client):
    conversation = make_conversation(slug="now")
    make_statement(conversation, number=1)
    card = client.get("/c/now/").context["card"]
    card.statement.delete()
    make_statement(conversation, number=2)
    client.post("/c/now/statements/2/vote/", {"choice": 1, "ticket": card.ticket})
    assert conversation.votes.count() == 1
    assert not Showing.objects.exists()


def test_the_chance_kept_is_the_share_drawn():
    conversation = make_conversation()
    for number in range(40):
        statement = make_statement(conversation, number=number)
        if number < 20:
            make_vote(make_participant(conversation), statement)
    chances = {card.statement.number: card.chance for card in draw_often(conversation)}
    drawn = counts(conversation)
    assert min(chances.values()) == pytest.approx(0.05 / 40)
    assert max(chances.values()) == pytest.approx(0.95 / 20 + 0.05 / 40)
    assert sum(drawn[number] for number in range(20)) / 300 == pytest.approx(20 * 0.05 / 40, abs=0.03)


def test_statements_seen_too_seldom_come_first():
    conversation = make_conversation()
    seen = [make_statement(conversation, number=number) for number in range(15)]
    for number in range(15, 30):
        make_statement(conversation, number=number)
    person = make_participant(conversation)
    for statement in seen:
        make_vote(person, statement)
    drawn = counts(conversation)
    assert sum(drawn[number] for number in range(15)) < 30


def test_what_ones_own_group_has_not_seen_comes_first():
    conversation = make_conversation()
    for number in range(31):
        make_statement(conversation, number=number)
    # Two groups that disagree on statement 0: A has seen 1–15 often, B 16–30.
    often, never = [20, 10, 0], [0, 0, 0]
    by_statement = {n: [often, never] if n <= 15 else [never, often] for n in range(1, 31)}
    known = {"0": [[50, 0, 0], [0, 50, 0]]} | {str(n): pair for n, pair in by_statement.items()}
    GroupCounts.objects.create(conversation=conversation, sizes=[50, 50], counts=known)
    person = make_participant(conversation)
    make_vote(person, conversation.statements.get(number=0), 1)
    drawn = counts(conversation, person)
    assert sum(drawn[number] for number in range(16, 31)) > 270


def test_statements_about_the_participant_come_late_and_rarely():
    conversation = make_conversation()
    for number in range(40):
        make_statement(conversation, number=number, is_metadata=number < 10)
    person = make_participant(conversation)
    assert sum(counts(conversation, person)[number] for number in range(10)) == 0
    for statement in conversation.statements.filter(number__gte=10)[:METADATA_AFTER]:
        make_vote(person, statement)
    assert 10 < sum(counts(conversation, person)[number] for number in range(10)) < 60


def test_statements_about_the_participant_come_when_nothing_else_is_left():
    conversation = make_conversation()
    statement = make_statement(conversation, is_metadata=True)
    assert draw(conversation, make_participant(conversation)).statement == statement


def test_people_who_come_at_once_are_spread_over_the_statements(monkeypatch):
    monkeypatch.setattr("voting.candidates.SECONDS_KEPT", 60.0)
    conversation = make_conversation()
    for _ in range(100):
        make_statement(conversation)
    drawn = Counter(draw(conversation, seed=seed).statement.pk for seed in range(300))
    assert max(drawn.values()) < 12


def test_a_card_takes_one_prepared_query_once_statements_are_known(django_assert_num_queries, monkeypatch):
    monkeypatch.setattr("voting.candidates.SECONDS_KEPT", 60.0)
    conversation = make_conversation()
    person = make_participant(conversation)
    for _ in range(30):
        make_statement(conversation)
    candidates_of(conversation)
    with django_assert_num_queries(0):
        draw(conversation, person)


def test_a_new_statement_may_come_after_some_seconds(monkeypatch):
    conversation = make_conversation()
    monkeypatch.setattr("voting.candidates.SECONDS_KEPT", 60.0)
    assert draw(conversation).statement is None
    statement = make_statement(conversation)
    assert draw(conversation).statement is None
    monkeypatch.setattr("voting.candidates.time.monotonic", lambda: 1e12)
    monkeypatch.setattr("voting.candidates.SECONDS_KEPT", 0.0)
    assert draw(conversation).statement == statement


def test_showings_go_with_their_participant_statement_and_conversation():
    conversation = make_conversation()
    people = [make_participant(conversation) for _ in range(3)]
    make_statement(conversation)
    for person in people:
        deal(conversation, person)
    people[0].delete()
    assert Showing.objects.count() == 2
    conversation.statements.get().delete()
    assert Showing.objects.count() == 0
    deal(conversation, people[1])
    conversation.delete()
