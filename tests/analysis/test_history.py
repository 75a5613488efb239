"""Groups stay who they are from one analysis of a conversation to the next."""

import pytest

from analysis.history import load_history
from analysis.models import Analysis
from analysis.services import analysis_to_dict, run_analysis
from tests.factories import make_divided_conversation, make_participant, make_vote
from voting.models import Conversation, Vote

pytestmark = pytest.mark.django_db


def group_of(analysis: Analysis) -> dict[int, int | None]:
    return {person["id"]: person["group"] for person in analysis_to_dict(analysis)["participants"]}


def make_colorful_conversation() -> Conversation:
    """Two camps in which nobody votes quite like anybody else."""
    conversation = make_divided_conversation(n_people=24)
    for number in range(24):
        passed = Vote.objects.filter(participant__number=number, participant__conversation=conversation)
        passed.filter(statement__number__in=[number % 8, number // 4]).update(choice=0)
    return conversation


def vote_anew(conversation: Conversation) -> None:
    make_vote(make_participant(conversation, 100), conversation.statements.first())


def rewrite_k_in_force(monkeypatch: pytest.MonkeyPatch, **in_force: int | None) -> None:
    """Let the analysis before seem to have left another number of groups in force."""
    known = load_history

    def rewritten(conversation, votes_sha256):
        history = known(conversation, votes_sha256)
        return history and type(history)(history.votes_sha256, history.group_of, **in_force)

    monkeypatch.setattr("analysis.services.load_history", rewritten)


def test_a_first_analysis_has_no_history():
    assert load_history(make_divided_conversation(), "abc") is None


def test_groups_keep_their_letters_when_the_smaller_one_grows():
    conversation = make_divided_conversation(n_people=20)
    before = group_of(run_analysis(conversation=conversation))
    first, second = (next(p for p, g in before.items() if g == group) for group in (0, 1))
    for number in range(100, 103):
        newcomer = make_participant(conversation, number)
        for vote in Vote.objects.filter(participant__number=second, statement__conversation=conversation):
            make_vote(newcomer, vote.statement, vote.choice)
    after = run_analysis(conversation=conversation)
    assert (group_of(after)[first], group_of(after)[second]) == (0, 1)
    assert after.groups.get(number=1).size > after.groups.get(number=0).size


def test_asking_again_and_again_changes_no_number_of_groups(monkeypatch):
    conversation = make_colorful_conversation()
    run_analysis(conversation=conversation)
    vote_anew(conversation)
    rewrite_k_in_force(monkeypatch, k=3, preferred_k=2, times_preferred=2)
    asked = [run_analysis(conversation=conversation) for _ in range(5)]
    assert {(analysis.pk, analysis.k) for analysis in asked} == {(asked[0].pk, 3)}
    assert asked[0].parameters["k_in_force"] == {"k": 3, "preferred_k": 2, "times_preferred": 3}


def test_the_fourth_analysis_of_new_votes_changes_the_number_of_groups(monkeypatch):
    conversation = make_colorful_conversation()
    run_analysis(conversation=conversation)
    vote_anew(conversation)
    rewrite_k_in_force(monkeypatch, k=3, preferred_k=2, times_preferred=3)
    assert run_analysis(conversation=conversation).k == 2


def test_a_lock_between_changes_neither_groups_nor_letters_of_the_free_analysis():
    conversation = make_colorful_conversation()
    run_analysis(conversation=conversation)
    vote_anew(conversation)
    free = run_analysis(conversation=conversation)
    assert run_analysis(conversation=conversation, lock_k=3).k == 3
    assert run_analysis(conversation=conversation) == free


def test_published_groups_are_no_history():
    conversation = make_divided_conversation()
    conversation.participants.update(published_group=1)
    run_analysis(conversation=conversation, use_published_groups=True)
    assert load_history(conversation, "other votes") is None


def test_an_analysis_from_before_k_was_kept_passes_its_groups_on():
    conversation = make_divided_conversation()
    analysis = run_analysis(conversation=conversation)
    history = load_history(conversation, "other votes")
    assert history is not None
    assert (history.k, len(history.group_of)) == (2, analysis.n_participants)
