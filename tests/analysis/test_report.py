"""What an analysis says, in words."""

from dataclasses import replace

import pytest

from analysis.maps import describable
from analysis.report import Report, Voices, pool, share_interval, share_words
from analysis.services import run_analysis
from tests.factories import (
    make_conversation,
    make_divided_conversation,
    make_participant,
    make_statement,
    make_vote,
)
from voting.own_data import delete_participant


def test_an_interval_narrows_with_more_votes():
    few, many = share_interval(8, 10), share_interval(800, 1000)
    assert few[0] < many[0] < 0.8 < many[1] < few[1]


@pytest.mark.parametrize(("n_with", "n_seen"), [(0, 0), (0, 1), (1, 1), (0, 1000), (1000, 1000)])
def test_an_interval_stays_between_nobody_and_everybody(n_with, n_seen):
    low, high = share_interval(n_with, n_seen)
    assert 0 <= low <= high <= 1


def test_an_interval_worked_by_hand():
    low, high = share_interval(80, 100)
    assert (round(low, 4), round(high, 4)) == (0.7112, 0.8666)
    assert share_words(80, 100) == "between 71 and 87 in 100"


def test_a_group_that_never_voted_is_not_said_to_agree():
    voices = Voices(0, 0, 0, "A")
    assert not voices.agrees_clearly
    assert voices.agree_words == "nobody voted yet"
    assert voices.percent_agree == 0


def test_a_bare_majority_is_not_clear_agreement():
    assert not Voices(n_agree=6, n_pass=0, n_disagree=4).agrees_clearly
    assert Voices(n_agree=600, n_pass=0, n_disagree=400).agrees_clearly


def test_everyone_else_is_all_less_the_group():
    group, other = Voices(5, 1, 2, "A"), Voices(1, 0, 7, "B")
    assert pool([group, other]).without(group) == Voices(1, 0, 7)


@pytest.mark.django_db
def test_shared_and_divisive_statements_are_told_apart():
    report = Report(run_analysis(conversation=make_divided_conversation(n_people=24), lock_k=2))
    assert {row.number for row in report.consensus} == {0, 1, 2, 3}
    assert {row.number for row in report.divisive} == {4, 5, 6, 7}
    assert report.headline == "Both groups agree on 4 of 8 statements"


@pytest.mark.django_db
def test_a_groups_portrait_holds_what_sets_it_apart():
    report = Report(run_analysis(conversation=make_divided_conversation(n_people=24), lock_k=2))
    for portrait in report.portraits:
        divisive = [item for item in portrait.statements if item.row.number >= 4]
        assert len(divisive) == 4
        assert all(item.outside_percent == 0 and item.words.startswith("between") for item in divisive)


@pytest.mark.django_db
def test_a_group_so_small_that_somebody_might_be_recognized_is_not_described():
    conversation = make_divided_conversation(n_people=24)
    for person in conversation.participants.filter(number__gt=6):
        if person.number % 2:
            delete_participant(participant=person)
    report = Report(run_analysis(conversation=conversation, lock_k=2))
    (small,) = [portrait for portrait in report.portraits if portrait.group.size == 3]
    assert small.statements == []
    assert [voices.is_small for voices in report.rows[0].groups].count(True) == 1
    assert small.group.number not in {group.number for group in describable(report.groups)}


@pytest.mark.django_db
def test_a_statement_that_few_of_a_group_support_is_not_called_typical_of_it():
    conversation = make_divided_conversation(n_people=24)
    analysis = run_analysis(conversation=conversation, lock_k=2)
    portrait = Report(analysis).portraits[0]
    typical = portrait.statements[0]
    few = replace(typical, inside=Voices(4, 0, 6, "A"), side="agree")
    assert typical.is_of_most
    assert not few.is_of_most


@pytest.mark.django_db
def test_a_single_person_makes_a_modest_report():
    conversation = make_conversation()
    make_vote(make_participant(conversation), make_statement(conversation))
    report = Report(run_analysis(conversation=conversation))
    assert report.headline == "Most people agree on 0 of 1 statement"
    assert report.consensus == report.divisive == []


@pytest.mark.django_db
def test_reading_a_report_takes_few_queries(django_assert_max_num_queries):
    analysis = run_analysis(conversation=make_divided_conversation())
    with django_assert_max_num_queries(4):
        report = Report(analysis)
        assert report.portraits
        assert report.consensus
