"""Where a participant stands: on the page, as a fragment, and why not yet."""

import pytest
from django.core.cache import cache

from analysis.models import Position
from analysis.placing import find_standing as find_standing_in
from analysis.placing import place_participant
from analysis.services import find_analysis, run_analysis
from tests.factories import (
    make_conversation,
    make_divided_conversation,
    make_participant,
    make_statement,
    make_vote,
)
from voting.embedding import frame_address

pytestmark = pytest.mark.django_db

ADDRESS = "/c/now/where-you-stand/"
FRAGMENT = {"HX-Request": "true"}


@pytest.fixture(autouse=True)
def empty_cache():
    cache.clear()


@pytest.fixture
def conversation():
    return make_divided_conversation(slug="now", n_people=24, last_participant_number=99)


def find_standing(conversation, participant):
    return find_standing_in(conversation, participant, find_analysis(conversation))


def vote(client, numbers, choice=1):
    for number in numbers:
        client.post(f"/c/now/statements/{number}/vote/", {"choice": choice}, headers=FRAGMENT)


def read(client, address=ADDRESS, **headers):
    cache.clear()
    return client.get(address, headers=headers).content.decode()


def person(conversation, number):
    return conversation.participants.get(number=number)


def add_voter(conversation, choices):
    """A newcomer who votes on statements 0, 1, 2 … like this."""
    newcomer = make_participant(conversation)
    for number, choice in enumerate(choices):
        make_vote(newcomer, conversation.statements.get(number=number), choice)
    return newcomer


def test_a_person_of_the_analysis_stands_in_the_group_it_put_them_in(conversation):
    analysis = run_analysis(conversation=conversation, lock_k=2)
    for number in (0, 1):
        position = analysis.positions.get(participant=person(conversation, number))
        standing = find_standing(conversation, person(conversation, number))
        assert standing.group.number == position.group_number
        assert standing.place == pytest.approx((position.x, position.y))
        assert "You are one of 12 of 24 people who vote alike" in standing.headline


def test_the_dot_follows_the_votes_and_the_group_stays(conversation):
    analysis = run_analysis(conversation=conversation, lock_k=2)
    mover, other = person(conversation, 0), person(conversation, 1)
    before = find_standing(conversation, mover)
    for own in mover.votes.select_related("statement"):
        own.choice = other.votes.get(statement=own.statement).choice
        own.save()
    after = find_standing(conversation, mover)
    there = analysis.positions.get(participant=other)
    assert after.place == pytest.approx((there.x, there.y))
    assert (after.group, before.may_move, after.may_move) == (before.group, False, True)


def test_who_came_later_is_in_no_group_but_sees_who_is_near(conversation):
    run_analysis(conversation=conversation, lock_k=2)
    newcomer = add_voter(conversation, [1, 1, 1, 1, 1, -1, 1, -1])
    standing = find_standing(conversation, newcomer)
    assert standing.group is None
    assert standing.near.group.size == 12
    assert "mostly in group" in standing.headline
    assert standing.likeness.n_same == standing.likeness.n_both == 8


def test_who_stands_between_the_groups_is_told_of_no_group(conversation):
    run_analysis(conversation=conversation, lock_k=2)
    standing = find_standing(conversation, add_voter(conversation, [1, 1, 1, 1, 0, 0, 0, 0]))
    assert (standing.group, standing.near, standing.comparison.typical) == (None, None, ())
    assert standing.headline == "You stand between the groups"


def test_own_votes_are_set_beside_what_all_groups_share(conversation):
    run_analysis(conversation=conversation, lock_k=2)
    compared = find_standing(conversation, add_voter(conversation, [1, 1, -1, 0, 1, -1, 1])).comparison
    assert (compared.n_shared_voted, compared.n_shared_agreed) == (4, 2)
    assert [(item.number, item.own, item.n_of_100) for item in compared.shared] == [
        (0, 1, 100),
        (1, 1, 100),
        (2, -1, 100),
        (3, 0, 100),
    ]


def test_a_statement_few_of_the_group_stand_for_is_not_called_typical(conversation):
    analysis = run_analysis(conversation=conversation, lock_k=2)
    items = [{"id": 0, "side": "disagree"}, {"id": 1, "side": "agree"}]
    analysis.representative = {"0": items, "1": items}
    placed = place_participant(analysis, person(conversation, 0))
    assert [item.number for item in placed.comparison.typical] == [1]


def test_metadata_shapes_no_place(conversation):
    conversation.statements.filter(number=7).update(is_metadata=True)
    analysis = run_analysis(conversation=conversation, lock_k=2)
    position = analysis.positions.get(participant=person(conversation, 3))
    assert find_standing(conversation, person(conversation, 3)).place == pytest.approx(
        (position.x, position.y)
    )


def test_an_earlier_analysis_is_not_mixed_in(conversation):
    run_analysis(conversation=conversation, lock_k=2)
    add_voter(conversation, [1, -1, 1, -1, 1, -1, 1, -1])
    analysis = run_analysis(conversation=conversation, lock_k=2)
    standing = find_standing(conversation, person(conversation, 0))
    position = analysis.positions.get(participant=person(conversation, 0))
    assert standing.analysis == analysis
    assert standing.place == pytest.approx((position.x, position.y))


def test_before_enough_votes_nothing_is_shown(client, conversation):
    run_analysis(conversation=conversation, lock_k=2)
    vote(client, range(4))
    page = read(client)
    assert "3 more votes, and you see here where you stand" in page
    for hidden in ("opinion-map", "rule 5", "in 100"):
        assert hidden not in page


def test_a_visitor_is_told_what_it_takes(client, conversation):
    run_analysis(conversation=conversation, lock_k=2)
    page = read(client)
    assert "7 more votes" in page
    assert "opinion-map" not in page


def test_after_enough_votes_the_map_shows_oneself(client, conversation):
    run_analysis(conversation=conversation, lock_k=2)
    vote(client, range(8))
    page = read(client)
    for shown in ("opinion-map", "own-dot", ">You</text>", "What all groups share", "25 people"):
        assert shown in page


def test_before_the_first_analysis_the_page_says_when(client, conversation):
    vote(client, range(7))
    assert "As soon as the organizers have made the first map" in read(client)


@pytest.mark.parametrize("shown", ["when_closed", "hidden"])
def test_results_that_wait_hide_the_place_too_and_are_not_asked_for_again(client, conversation, shown):
    run_analysis(conversation=conversation, lock_k=2)
    vote(client, range(8))
    type(conversation).objects.update(results_shown=shown)
    page = read(client, **FRAGMENT)
    assert "do not sway later ones" in page
    for hidden in ("opinion-map", "data-live", "rule 1"):
        assert hidden not in page


def test_who_voted_enough_sees_their_place_where_results_wait_for_votes(client, conversation):
    run_analysis(conversation=conversation, lock_k=2)
    type(conversation).objects.update(results_shown="after_voting")
    vote(client, range(6))
    assert "opinion-map" not in read(client)
    vote(client, [6])
    assert "opinion-map" in read(client)


def test_too_few_people_are_not_drawn():
    conversation = make_divided_conversation(n_people=4)
    run_analysis(conversation=conversation)
    assert find_standing(conversation, person(conversation, 0)).state == "few_people"


def test_one_participant_gets_a_sentence(client):
    conversation = make_conversation(slug="now")
    make_statement(conversation, number=0)
    vote(client, [0])
    run_analysis(conversation=conversation)
    assert "Fewer than 5 people had voted" in read(client)


def test_a_group_too_small_is_not_described():
    conversation = make_divided_conversation(n_people=16)
    published = {number: 1 if number < 3 else 0 for number in range(16)}
    for number, group in published.items():
        conversation.participants.filter(number=number).update(published_group=group)
    run_analysis(conversation=conversation, use_published_groups=True)
    standing = find_standing(conversation, person(conversation, 1))
    assert (standing.is_in_small_group, standing.described_group) == (True, None)
    assert [group.number for group in standing.crowd.groups] == [0]
    assert not [dot for dot in standing.crowd.dots if dot.group == 1]


def test_where_everybody_agrees_there_is_no_map(client):
    conversation = make_conversation(slug="now", last_participant_number=50)
    statements = [make_statement(conversation, f"Yes to {n}.", number=n) for n in range(3)]
    for _ in range(6):
        for statement in statements:
            make_vote(
                make_participant(conversation) if statement.number == 0 else person_last(conversation),
                statement,
            )
    run_analysis(conversation=conversation)
    vote(client, range(3))
    page = read(client)
    assert "all stand in one place" in page
    assert "Yes to 1." in page


def person_last(conversation):
    return conversation.participants.order_by("-pk").first()


def test_one_group_is_called_one(conversation):
    run_analysis(conversation=conversation, lock_k=1)
    standing = find_standing(conversation, person(conversation, 0))
    assert "one group" in standing.headline
    assert standing.map is not None


def test_texts_of_statements_are_escaped(client, conversation):
    conversation.statements.update(text="<script>alert(1)</script>")
    run_analysis(conversation=conversation, lock_k=2)
    vote(client, range(8))
    page = read(client)
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert" in page


def test_in_a_frame_of_another_site_the_place_is_the_persons_own(client, conversation):
    run_analysis(conversation=conversation, lock_k=2)
    address = frame_address("now", person(conversation, 2).key).removesuffix("/c/now/")
    page = client.get(f"{address}{ADDRESS}", headers=FRAGMENT).content.decode()
    assert "own-dot" in page
    assert f'data-live="{address}{ADDRESS}?size=full"' in page


def test_who_voted_too_little_when_it_closed_is_told_so(client, conversation):
    run_analysis(conversation=conversation, lock_k=2)
    vote(client, range(3))
    type(conversation).objects.update(status="closed")
    page = read(client)
    assert "this conversation is closed" in page
    assert "opinion-map" not in page


def test_a_draft_has_no_place_for_strangers(client, conversation):
    type(conversation).objects.update(status="draft")
    assert client.get(ADDRESS).status_code == 404


def test_a_deleted_person_is_drawn_no_more(conversation):
    analysis = run_analysis(conversation=conversation, lock_k=2)
    person(conversation, 5).delete()
    assert Position.objects.filter(analysis=analysis).count() == 23
    assert len(find_standing(conversation, person(conversation, 0)).crowd.dots) == 23
