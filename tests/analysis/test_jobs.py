"""A facilitator queues an analysis; a worker makes it."""

import pytest
from procrastinate.contrib.django.models import ProcrastinateJob

from analysis.jobs import analyze_conversation, find_latest_job, queue_analysis
from analysis.progress import find_progress
from analysis.services import run_analysis
from tests.analysis.worker import run_queued
from tests.factories import (
    make_conversation,
    make_divided_conversation,
    make_participant,
    make_statement,
    make_vote,
)

pytestmark = pytest.mark.django_db


def test_the_job_analyzes_and_may_run_twice():
    conversation = make_divided_conversation()
    assert [analyze_conversation(conversation.pk, lock_k=2) for _ in range(2)] == [1, 1]


def test_the_job_of_a_deleted_conversation_does_nothing():
    assert analyze_conversation(123456) is None


def test_asking_twice_queues_once():
    conversation = make_divided_conversation()
    assert queue_analysis(conversation=conversation, lock_k=2)
    assert not queue_analysis(conversation=conversation, lock_k=2)
    job = ProcrastinateJob.objects.get(task_name="analysis.jobs.analyze_conversation")
    assert job.args == {"conversation_id": conversation.pk, "lock_k": 2}


def test_two_conversations_queue_side_by_side():
    conversations = [make_divided_conversation(), make_divided_conversation()]
    assert all(queue_analysis(conversation=conversation) for conversation in conversations)


def test_a_conversation_never_analyzed_has_no_progress():
    assert find_progress(make_conversation()) is None


@pytest.mark.django_db(transaction=True)
def test_a_worker_makes_the_queued_analysis():
    conversation = make_divided_conversation()
    queue_analysis(conversation=conversation, lock_k=2)
    assert find_progress(conversation).is_waiting
    run_queued()
    assert conversation.analyses.get().parameters["lock_k"] == 2
    assert find_latest_job(conversation).status == "succeeded"
    assert find_progress(conversation) is None


@pytest.mark.django_db(transaction=True)
def test_a_failed_analysis_is_reported_until_one_succeeds():
    conversation = make_conversation()
    queue_analysis(conversation=conversation)
    run_queued()
    progress = find_progress(conversation)
    assert progress.has_failed
    assert "no statement to analyze yet" in progress.reason
    make_vote(make_participant(conversation), make_statement(conversation))
    run_analysis(conversation=conversation)
    assert find_progress(conversation) is None
