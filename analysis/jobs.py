"""Queued analyses: a request asks for one, a worker makes it."""

from django.db import transaction
from procrastinate.contrib.django import app
from procrastinate.contrib.django.models import ProcrastinateJob
from procrastinate.exceptions import AlreadyEnqueued

from analysis.models import AnalysisFailure
from analysis.services import CannotAnalyze, run_analysis
from voting.models import Conversation

RUNNING = ("todo", "doing")


@app.task(queue="analysis")
def analyze_conversation(conversation_id: int, lock_k: int | None = None) -> int | None:
    """Analyze a conversation; return the analysis's number, or None if the conversation is gone."""
    conversation = Conversation.objects.filter(pk=conversation_id).first()
    if conversation is None:
        return None
    AnalysisFailure.objects.filter(conversation=conversation).delete()
    try:
        return run_analysis(conversation=conversation, lock_k=lock_k).number
    except CannotAnalyze as error:
        AnalysisFailure.objects.create(conversation=conversation, reason=str(error))
        raise


def queue_analysis(*, conversation: Conversation, lock_k: int | None = None) -> bool:
    """Queue an analysis; False if one waits already. A conversation runs one at a time."""
    name = lock_name(conversation)
    job = analyze_conversation.configure(queueing_lock=name, lock=name)
    try:
        with transaction.atomic():
            job.defer(conversation_id=conversation.pk, lock_k=lock_k)
    except AlreadyEnqueued:
        return False
    return True


def find_latest_job(conversation: Conversation) -> ProcrastinateJob | None:
    """Fetch the analysis job that was queued last, for its status."""
    jobs = ProcrastinateJob.objects.filter(
        task_name=analyze_conversation.name, queueing_lock=lock_name(conversation)
    )
    return jobs.order_by("-id").first()


def lock_name(conversation: Conversation) -> str:
    return f"analyze-{conversation.pk}"
