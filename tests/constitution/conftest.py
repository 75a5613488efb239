"""A conversation with two groups, its analysis, and constitutions made from it."""

import pytest

from analysis.services import run_analysis
from constitution.services import adopt_constitution, draft_constitution, save_rule
from tests.factories import make_conversation, make_facilitator, make_participant, make_statement
from voting.models import Vote

# (statement, share of even people who agree, share of odd people who agree), of eight each
STATEMENTS = [
    ("The AI should tell the truth.", 8, 8),
    ("AI should never insult people", 8, 7),
    ("Kindness above all", 7, 7),
    ("The AI should take sides", 8, 0),
    ("The AI should joke", 1, 8),
    ("The AI should be quick", 7, 8),
]


@pytest.fixture
def owner(db):
    return make_facilitator("owner")


@pytest.fixture
def conversation(owner):
    made = make_conversation(slug="town", owner=owner, population="people of the town")
    people = [make_participant(made, number) for number in range(16)]
    for number, (text, *shares) in enumerate(STATEMENTS):
        statement = make_statement(made, text, number=number)
        Vote.objects.bulk_create(
            Vote(
                conversation=made,
                participant=person,
                statement=statement,
                choice=1 if person.number // 2 < shares[person.number % 2] else -1,
            )
            for person in people
        )
    return made


@pytest.fixture
def analysis(conversation):
    return run_analysis(conversation=conversation, lock_k=2)


@pytest.fixture
def rule(db):
    return save_rule(name="most", min_level=0.75, min_votes_per_group=3)


@pytest.fixture
def draft(analysis, rule):
    return draft_constitution(analysis=analysis, rule=rule)


@pytest.fixture
def adopted(draft):
    return adopt_constitution(constitution=draft, accept_flagged=True)
